"""An environment of their own for clients of others: made once, from what `.ci/clients` pins.

They want other versions of openai than nbchat is tested with. Everything is installed by its hash.
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
MADE = CLIENTS / "made"  # what git ignores
DEADLINE = 600.0  # seconds; only so that a hang ends


def ask_in_python(*arguments: str) -> dict[str, Any]:
    """What each client of Python got; see `.ci/clients/ask_all.py`."""
    requirements = CLIENTS / "requirements.txt"
    made = _made_once(requirements, "python", _install_python)
    return _run([str(made / "bin" / "python"), str(CLIENTS / "ask_all.py"), *arguments])


def ask_in_node(*arguments: str) -> dict[str, Any]:
    """What the AI SDK got; see `.ci/clients/ai_sdk.mjs`."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed, and the AI SDK comes by it")
    made = _made_once(CLIENTS / "package-lock.json", "node", _install_node)
    shutil.copy(CLIENTS / "ai_sdk.mjs", made)
    return _run(["node", str(made / "ai_sdk.mjs"), *arguments])


def _run(command: list[str]) -> dict[str, Any]:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
    assert ran.returncode == 0, ran.stderr[-3000:]
    answers: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answers


def _made_once(pinned: Path, kind: str, install: Callable[[Path], None]) -> Path:
    """The folder of what `pinned` names; made where there is none yet."""
    if not pinned.exists():
        pytest.skip("the foreign clients are pinned in a checkout alone")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    place = MADE / f"{kind}-{version}-{sha256(pinned.read_bytes()).hexdigest()[:12]}"
    if place.exists():
        return place
    MADE.mkdir(exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=MADE))
    try:
        install(new)
        new.rename(place)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(new)
        pytest.skip(f"the foreign clients cannot be installed: {error.stderr[-300:]}")
    except OSError:
        if not place.exists():  # another process was faster
            raise
    return place


def _install_python(folder: Path) -> None:
    """By uv, which pip brings by its hash; pip alone takes ten times the CPU."""
    requirements = CLIENTS / "requirements.txt"
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


def _install_node(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(CLIENTS / name, folder)
    npm = shutil.which("npm") or "npm"
    _install([npm, "ci", "--prefix", str(folder), "--silent", "--no-audit", "--no-fund"])


def _install(command: list[str]) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=DEADLINE)
