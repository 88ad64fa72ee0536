"""An environment of their own for clients of others: made once, from what `.ci/clients` pins.

They want other versions of openai than nbchat is tested with. Everything is installed by its hash.
So are the servers of others that `.ci/partners` pins.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

CLIENTS = Path(__file__).parents[3] / ".ci" / "clients"
DEADLINE = 600.0  # seconds; only so that a hang ends


def ask_in_python(*arguments: str) -> dict[str, Any]:
    """What each client of Python got; see `.ci/clients/ask_all.py`."""
    made = made_in_python(CLIENTS)
    return _run([str(made / "bin" / "python"), str(CLIENTS / "ask_all.py"), *arguments])


def ask_in_node(*arguments: str) -> dict[str, Any]:
    """What the AI SDK got; see `.ci/clients/ai_sdk.mjs`."""
    made = made_in_node(CLIENTS)
    shutil.copy(CLIENTS / "ai_sdk.mjs", made)
    return _run(["node", str(made / "ai_sdk.mjs"), *arguments])


def made_in_python(pinned: Path) -> Path:
    """The environment of what the `requirements.txt` in a folder names."""
    return _made_once(pinned / "requirements.txt", "python", _install_python)


def made_in_node(pinned: Path) -> Path:
    """The folder with what the `package-lock.json` in a folder names."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed, and what runs in node comes by it")
    return _made_once(pinned / "package-lock.json", "node", _install_node)


def _run(command: list[str]) -> dict[str, Any]:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
    assert ran.returncode == 0, ran.stderr[-3000:]
    answers: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answers


def _made_once(pinned: Path, kind: str, install: Callable[[Path, Path], None]) -> Path:
    """The folder of what `pinned` names; made where there is none yet, beside it in `made`."""
    if not pinned.exists():
        pytest.skip("the foreign clients are pinned in a checkout alone")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    made = pinned.parent / "made"  # what git ignores
    place = made / f"{kind}-{version}-{sha256(pinned.read_bytes()).hexdigest()[:12]}"
    if place.exists():
        return place
    made.mkdir(exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=made))
    try:
        install(new, pinned)
        new.rename(place)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(new)
        pytest.skip(f"the foreign clients cannot be installed: {error.stderr[-300:]}")
    except OSError:
        if not place.exists():  # another process was faster
            raise
    return place


def _install_python(folder: Path, requirements: Path) -> None:
    """By uv, which pip brings by its hash; pip alone takes ten times the CPU."""
    with_hashes = re.search(r"^uv==.*(\n    --hash.*)*", requirements.read_text(), re.M)
    assert with_hashes
    uv_alone = folder / "uv.txt"
    uv_alone.write_text(with_hashes[0])
    tools, python = folder / "tools", folder / "bin" / "python"
    by_hash = ["--require-hashes", "--quiet", "-r"]
    to_tools = ["--no-deps", "--target", str(tools)]
    _install([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    _install([sys.executable, "-m", "pip", "install", *to_tools, *by_hash, str(uv_alone)])
    uv = [str(tools / "bin" / "uv"), "pip", "install", "--python", str(python)]
    _install([*uv, *by_hash, str(requirements)])


def _install_node(folder: Path, lock: Path) -> None:
    for name in ("package.json", lock.name):
        shutil.copy(lock.parent / name, folder)
    npm = shutil.which("npm") or "npm"
    _install([npm, "ci", "--prefix", str(folder), "--silent", "--no-audit", "--no-fund"])


def _install(command: list[str]) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=DEADLINE)
