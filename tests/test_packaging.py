"""What is built and what installing it brings.

The same bytes each time, the package whole, nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
import tomllib
import venv
import zipfile
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import nbchat

from .nightly import by_day

ROOT = Path(__file__).parents[1]
FIRST = "notebooks/01_first_chat.ipynb"
EXTENSION = "nbchat/frontends/jupyterlab/labextension/"
INSTALLED = "share/jupyter/labextensions/nbchat"  # below an environment
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / ".ci" / "constraints.txt").read_text("utf-8") if (ROOT / ".ci").exists() else ""

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")


def tracked() -> list[str]:
    """The files of the checkout, as git knows them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).exists()]


def build(source: Path, out: Path) -> dict[str, Path]:
    """The sdist and the wheel of a source tree."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=600)
    return {path.suffix: path for path in out.iterdir()}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as a stranger gets it, with what is not committed yet."""
    copy = tmp_path_factory.mktemp("clone")
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def built(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(clone, tmp_path_factory.mktemp("built"))


def inside(built: dict[str, Path]) -> tuple[set[str], set[str]]:
    """The names of the files in the wheel and in the sdist."""
    with zipfile.ZipFile(built[".whl"]) as wheel, tarfile.open(built[".gz"]) as sdist:
        return set(wheel.namelist()), {
            m.name.partition("/")[2] for m in sdist.getmembers() if m.isfile()
        }


def test_the_wheel_holds_the_package_and_nothing_else(built: dict[str, Path]) -> None:
    wheel, _ = inside(built)
    package = {name for name in wheel if name.startswith("nbchat/")}
    extension = {name for name in wheel if ".data/" in name}
    about = {name.partition("/")[2] for name in wheel - package - extension}
    files = {name.removeprefix(EXTENSION) for name in tracked() if name.startswith(EXTENSION)}

    assert package == {name for name in tracked() if name.startswith("nbchat/")}
    assert {name.partition(".data/")[2] for name in extension} == {
        f"data/{INSTALLED}/{name}" for name in files
    }
    assert {
        "nbchat/py.typed",
        "nbchat/catalog/models.json",
        "nbchat/frontends/panel/page/panel.js",
    } <= package
    assert about == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}


def test_the_sdist_holds_what_building_testing_and_reading_need(built: dict[str, Path]) -> None:
    _, sdist = inside(built)
    wanted = [name for name in tracked() if not name.startswith((".ci/", ".git"))]

    assert sdist - {"PKG-INFO", ".gitignore"} == set(wanted)


def test_a_second_build_and_one_from_the_sdist_give_the_same_bytes(
    built: dict[str, Path], tmp_path: Path
) -> None:
    with tarfile.open(built[".gz"]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    source = next(tmp_path.iterdir())
    for path in source.rglob("*"):
        os.utime(path, (2_000_000_000, 2_000_000_000))

    again = build(source, tmp_path / "again")

    assert {kind: path.read_bytes() for kind, path in again.items()} == {
        kind: path.read_bytes() for kind, path in built.items()
    }


@pytest.fixture(scope="module")
def fresh(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment in which nothing but the wheel was asked for."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    command = [programs / "python", "-m", "pip", "install", "-q", "--no-input", built[".whl"]]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600)
    skip_without_index(ran.stderr)
    assert ran.returncode == 0, ran.stderr
    return programs


def skip_without_index(said: str) -> None:
    if re.search("Temporary failure in name resolution|Failed to establish a new connection", said):
        pytest.skip("no package index can be reached from here")


def test_it_works_in_plain_ipython_with_nothing_of_jupyterlab(fresh: Path, tmp_path: Path) -> None:
    code = (
        "get_ipython().run_line_magic('load_ext', 'nbchat')\n"
        "get_ipython().run_cell_magic('chat', 'demo', 'Show me a table.')\n"
        "import importlib.metadata as m; print(sorted(d.name.lower() for d in m.distributions()))\n"
    )
    (tmp_path / "talk.py").write_text(code)
    env = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")}

    ran = subprocess.run(
        [fresh / "ipython", "--colors=NoColor", "talk.py"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    assert "petal length" in ran.stdout
    installed = ran.stdout.splitlines()[-1]
    for absent in (
        "jupyterlab'",
        "notebook'",
        "ipykernel'",
        "fastapi'",
        "openai'",
        "httpx'",
        "requests'",
    ):
        assert f"'{absent}" not in installed
    assert installed.count("'") // 2 <= 45


def test_the_command_line_is_there_and_says_what_an_extra_brings(fresh: Path) -> None:
    version = subprocess.run(
        [fresh / "nbchat", "--version"], capture_output=True, text=True, check=True
    )
    serving = subprocess.run([fresh / "nbchat", "serve"], capture_output=True, text=True)

    assert re.fullmatch(r"nbchat \d+\.\d+\.\d+\n", version.stdout)
    assert serving.returncode == 2
    assert "pip install 'nbchat[server]'" in serving.stderr


def extensions(environment: Path, tmp_path: Path) -> str:
    """What JupyterLab lists of an environment, on a machine with nothing else, and no Node.

    That of the tests, in which nbchat is installed too, is listed behind it.
    """
    names = ("DATA_DIR", "CONFIG_DIR")
    env = {
        **{f"JUPYTER_{name}": str(tmp_path / name) for name in names},
        "JUPYTER_PATH": str(environment / "share" / "jupyter"),
        "HOME": str(tmp_path),
        "PATH": str(tmp_path),
    }
    command = [sys.executable, "-m", "jupyterlab.labextensions", "list"]
    ran = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    listed = re.sub(r"\x1b\[\d+m", "", ran.stdout + ran.stderr)
    folder = environment / "share" / "jupyter" / "labextensions"
    return listed.partition(f"{folder}\n")[2].partition("labextensions\n")[0]


@pytest.mark.parametrize("options", by_day(1, [[], ["-e"]]))
def test_jupyterlab_has_the_extension_as_long_as_the_package_is_installed(
    options: list[str], clone: Path, built: dict[str, Path], tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [python, "-m", "pip", "-q", "--no-input"]
    source = [*options, clone] if options else [built[".whl"]]
    before = extensions(environment, tmp_path)
    command = [*pip, "install", "--no-deps", *source]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600)
    skip_without_index(ran.stderr)
    assert ran.returncode == 0, ran.stderr
    installed = extensions(environment, tmp_path)
    files = {path.name for path in (environment / INSTALLED / "static").iterdir()}
    subprocess.run([*pip, "uninstall", "-y", "nbchat"], check=True, timeout=600)
    after = extensions(environment, tmp_path)

    line = rf"nbchat v{re.escape(nbchat.__version__)} enabled OK \(python, nbchat\)"
    assert re.search(line, installed), installed
    assert files == {path.name for path in (ROOT / EXTENSION / "static").iterdir()}
    assert "nbchat v" not in before + after
    assert not (environment / INSTALLED).exists()


def is_open(host: str) -> bool:
    """Whether a server listens at `http://host:port`."""
    name, _, port = host.removeprefix("http://").partition(":")
    with suppress(OSError), socket.create_connection((name, int(port))):
        return True
    return False


@pytest.mark.field("C15")
def test_the_first_line_of_the_readme_ends_in_a_notebook_that_runs(
    clone: Path, tmp_path: Path
) -> None:
    """As a stranger types it.

    An environment is made, JupyterLab comes up, every address that it prints opens the notebook,
    and the cells answer.
    """
    line = next(
        line
        for line in (clone / "README.md").read_text("utf-8").splitlines()
        if "jupyter lab" in line
    )
    names = ("DATA_DIR", "CONFIG_DIR", "RUNTIME_DIR")
    env = {
        **os.environ,
        "BROWSER": "true",
        **{f"JUPYTER_{name}": str(tmp_path / name) for name in names},
    }
    log = tmp_path / "log"
    with log.open("wb") as file:
        lab = subprocess.Popen(
            line, shell=True, cwd=clone, env=env, stdout=file, stderr=file, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 600
        while "Use Control-C" not in log.read_text("utf-8"):
            skip_without_index(log.read_text("utf-8"))
            assert lab.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.2)
        addresses = re.findall(r"(http://\S+)(/lab\S*)\?token=(\w+)", log.read_text("utf-8"))
        assert {path for _, path, _ in addresses} == {f"/lab/tree/{FIRST}"}
        host, path, token = addresses[0]
        while not is_open(host):  # it listens a moment after it has said so
            assert time.monotonic() < deadline
            time.sleep(0.2)
        with urlopen(f"{host}{path}?token={token}") as page:
            assert b"JupyterLab" in page.read()
        with urlopen(f"{host}/api/contents/{FIRST}?token={token}") as opened:
            assert json.load(opened)["type"] == "notebook"
    finally:
        os.killpg(lab.pid, signal.SIGTERM)
        lab.wait()

    execute = [
        clone / ".venv" / "bin" / "jupyter",
        "execute",
        "--output",
        tmp_path / "ran.ipynb",
        "01_first_chat.ipynb",
    ]
    subprocess.run(
        execute, cwd=clone / "notebooks", env=env, check=True, capture_output=True, timeout=600
    )

    ran, kept = (
        json.loads(path.read_text("utf-8"))["cells"]
        for path in (tmp_path / "ran.ipynb", ROOT / FIRST)
    )
    shown = [
        [[o.get("data") for o in cell.get("outputs", [])] for cell in cells]
        for cells in (ran, kept)
    ]
    assert shown[0] == shown[1]


def test_the_classifiers_name_the_pythons_that_are_supported() -> None:
    minors = [
        int(c.rpartition(".")[2]) for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)
    ]

    assert minors == list(range(min(minors), max(minors) + 1))
    assert PROJECT["requires-python"] == f">=3.{min(minors)}"
    assert "Typing :: Typed" in PROJECT["classifiers"]


@pytest.mark.field("P15")
def test_there_is_no_extra_and_no_address_that_the_documents_deny() -> None:
    assert set(PROJECT["optional-dependencies"]) == {
        *("lab", "server", "dask", "judges", "llama", "dev"),
    }
    assert "urls" not in PROJECT


def wanted() -> list[Requirement]:
    """What `pip install -e ".[dev]"` asks for directly."""
    extras = PROJECT["optional-dependencies"]
    return [
        Requirement(line)
        for line in (*PROJECT["dependencies"], *extras["lab"], *extras["server"], *extras["dev"])
    ]


@pytest.mark.parametrize(
    "requirement", [r for r in wanted() if r.name != "nbchat"], ids=lambda r: r.name
)
def test_ci_has_a_locked_version_of_what_is_asked_for(requirement: Requirement) -> None:
    """Where this fails, `.ci/lock` writes the file anew."""
    name = canonicalize_name(requirement.name)
    pinned = re.findall(
        rf"^{re.escape(name)}(?:\[\S+\])?==(\S+)(.*(?:\n +--hash=sha256:[0-9a-f]{{64}}.*)+)",
        LOCK,
        re.M,
    )

    assert pinned
    assert any(requirement.specifier.contains(version, prereleases=True) for version, _ in pinned)
