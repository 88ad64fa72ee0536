"""What every test gets: a clean environment, no network but loopback, real kernels and services."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from nbchat import known_keys
from nbchat.catalog.catalog import shipped
from nbchat.hosts import is_loopback
from nbchat.languages import LOCALE
from nbchat.store import account, store, turn_writer

from .fakes.provider import Service
from .quick import is_quick, is_slow_place
from .running_kernel import RunningKernel
from .scores import SCORES
from .skips import lines, require

CERTIFICATES = {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
OURS = shipped().variables | CERTIFICATES | {"REQUEST_METHOD"}
HOMES = count()
# Each has a browser and a JupyterLab for all its files: without our extension, and with it.
BROWSERS = ("tests/browser/test_lab", "tests/browser/")
LONG = "tests/test_headless.py"  # begun first, so that no process is left with it alone at the end
ENDINGS = ("_proxy", "_api_key", "_base_url")  # what the vendors' own clients look at is among them
STREAMS = Path(
    os.environ.get("NBCHAT_STREAMS") or Path(__file__).parents[2] / "shared" / "streams"
).absolute()

# How long an example takes, or its making, is a matter of the machine.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def is_personal(variable: str) -> bool:
    """Whether it is a key, a proxy or a setting of the person who runs the tests."""
    return variable in OURS or variable.startswith("NBCHAT_") or variable.lower().endswith(ENDINGS)


@pytest.fixture(autouse=True)
def clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No key, proxy, setting or language of the person who runs the tests reaches them."""
    for name in filter(is_personal, list(os.environ)):
        monkeypatch.delenv(name)
    # Counted here: pytest's own count looks at all folders that there are, for every new one.
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(HOMES))
    for variable, folder in (("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data")):
        (home / folder).mkdir(parents=True)
        monkeypatch.setenv(variable, str(home / folder))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for name in LOCALE:  # which chooses the language of what is shown
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture(autouse=True)
def no_keys_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that another test had is not looked for in what this one is answered."""
    monkeypatch.setattr(known_keys, "_known", {})


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test has said is on the disk then, also where a machine is slow to write it."""
    monkeypatch.setattr(turn_writer, "PATIENCE_SECONDS", 20.0)
    monkeypatch.setattr(account, "PATIENCE_SECONDS", 20.0)
    monkeypatch.setattr(store, "CLOSING_SECONDS", 20.0)


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere else is a bug in the test or in nbchat."""
    connect = socket.socket.connect

    def checked(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
            raise AssertionError(f"a test tried to connect to {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", checked)


@pytest.fixture(autouse=True)
def no_process_when_quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the mark promises is so: no kernel, no browser, nor anything else that is started."""

    def refused(self: subprocess.Popen[Any], *_: Any, **__: Any) -> None:
        raise AssertionError("a quick test tried to start a process: see tests/quick.py")

    if request.node.get_closest_marker("quick"):
        monkeypatch.setattr(subprocess.Popen, "__init__", refused)


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[RunningKernel]:
    """A real ipykernel with nbchat loaded."""
    with RunningKernel(cwd=tmp_path) as kernel:
        kernel.run("%load_ext nbchat")
        yield kernel


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a quarter of a megabyte, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture(scope="session")
def streams() -> Path:
    """The folder of recorded provider answers."""
    if not STREAMS.is_dir():
        pytest.skip(f"no recorded answers at {STREAMS}; set NBCHAT_STREAMS to their folder")
    return STREAMS


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    only_quick = config.option.markexpr == "quick"
    return True if only_quick and is_slow_place(collection_path) else None


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for test in filter(is_quick, items):
        test.add_marker("quick")
    items.sort(key=lambda test: not test.nodeid.startswith(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `pytest -n 3`: a file is run in one process, and two browsers at a time."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            for group in BROWSERS:
                if nodeid.startswith(group):
                    return group
            return nodeid.partition("::")[0]

    return ByFile(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:  # of pytest -n
        output["scores"] = SCORES.counts()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    SCORES.add(getattr(node, "workeroutput", {}).get("scores", {}))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    require(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    require(report)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    sections = {
        "recorded answers": SCORES.lines(),
        "skipped": lines(terminalreporter.stats.get("skipped", [])),
    }
    for title, content in sections.items():
        if content:
            terminalreporter.section(title)
        for line in content:
            terminalreporter.write_line(line)
