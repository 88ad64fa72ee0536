"""A real JupyterLab and a headless Chromium, for tests that look at what a person sees.

One server and one browser serve a whole session, and mostly one page, since loading JupyterLab
costs four seconds of a processor; each test gets a notebook of its own. Without a Chromium these
tests are skipped, unless NBCHAT_REQUIRE_BROWSER=1.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import nbchat

DEADLINE = 60_000  # milliseconds for anything to appear; a wait that long is a failure
ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-smooth-scrolling",  # no test waits for a motion; drawing them costs time
]
EXTENSION = Path(nbchat.__file__).parent / "frontends" / "jupyterlab" / "labextension"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# JupyterLab gives a busy kernel a second to say what Tab offers, and then offers nothing.
PATIENT = {"@jupyterlab/completer-extension:manager": {"providerTimeout": DEADLINE}}


def missing(why: str) -> None:
    """Skip, with the reason; fail where a browser is required."""
    if os.environ.get("NBCHAT_REQUIRE_BROWSER") == "1":
        pytest.fail(f"NBCHAT_REQUIRE_BROWSER=1, but {why}")
    pytest.skip(why)


def executable() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched() -> Iterator[Any]:
    """A Playwright browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    if not (path := executable()):
        missing("no Chromium is on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    with launched() as browser:
        yield browser


class Lab:
    """A JupyterLab server on a free port, with its own settings and notebooks.

    Our extension is installed, and switched off unless this is to be an `extended` one.
    """

    def __init__(self, folder: Path, chromium: Any, *, extended: bool = False) -> None:
        self.folder = folder
        self._extended = extended
        self._chromium = chromium
        self._count = 0
        self._pages = 0
        self._kept: Any = None  # a page of JupyterLab with nothing open in it
        self.settings = 0  # how often they have been changed: a page has read them when it loaded
        self._window: Any = None  # of a browser of its own, which keeps the scripts it has compiled
        self.url = ""

    def __enter__(self) -> Lab:
        for name in ("settings", "notebooks"):
            (self.folder / name).mkdir(exist_ok=True)
        self._install_extension()
        self._log = (self.folder / "lab.log").open("wb")
        self._start()
        deadline = time.monotonic() + DEADLINE / 1000
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/api?token=t"):
                if (self.folder / "runtime" / f"jpserver-{self._server.pid}.json").exists():
                    return self
            if self._server.poll() is not None:  # another process has taken its port in that moment
                self._start()
            time.sleep(0.2)
        self._server.kill()
        raise AssertionError(f"JupyterLab did not start:\n{(self.folder / 'lab.log').read_text()}")

    def _start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.endswith(("_API_KEY", "_BASE_URL"))
        }
        places = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
        places |= {"JUPYTER_CONFIG_DIR": "config", "XDG_CONFIG_HOME": "config"}
        places |= {"JUPYTER_PATH": "jupyter", "JUPYTER_RUNTIME_DIR": "runtime"}
        environment |= {name: str(self.folder / place) for name, place in places.items()}
        environment |= {"NBCHAT_HISTORY": "off", "LC_ALL": "C.UTF-8"}  # of no language
        self._server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                *("--expose-app-in-browser", f"--port={port}", "--ServerApp.port_retries=0"),
                "--IdentityProvider.token=t",
                f"--ServerApp.root_dir={self.folder / 'notebooks'}",
            ],
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )

    def _install_extension(self) -> None:
        place = self.folder / "jupyter" / "labextensions"
        place.mkdir(parents=True)
        (place / "nbchat").symlink_to(EXTENSION)
        off = {"@jupyterlab/apputils-extension:announcements": True, "nbchat": not self._extended}
        config = {"buildCheck": False, "disabledExtensions": off}  # or every load starts node
        settings = self.folder / "config" / "labconfig" / "page_config.json"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps(config))
        settings.with_name("default_setting_overrides.json").write_text(json.dumps(PATIENT))

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:  # now and then it waits for a thread of its own, for ever
            self._server.kill()
            self._server.wait()
        self._log.close()
        if self._window is not None:
            self._window.close()

    def setting(self, plugin: str, values: dict[str, Any] | None) -> None:
        """Set a plugin's user settings, such as `apputils-extension:themes`; None for its own."""
        name, _, schema = plugin.partition(":")
        path = self.folder / "settings" / "@jupyterlab" / name / f"{schema}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(values or {})
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            self.settings += 1
            self._drop()

    def open(
        self,
        *cells: str,
        dark: bool = False,
        size: tuple[int, int] = (1100, 1000),
        path: str = "",
        own_page: bool = False,
        locale: str = "",
    ) -> Notebook:
        """A new notebook of these cells, or the one at `path`, its kernel ready.

        It is in a page of its own where the test does something to the page that stays, or where
        the browser is to have a language.
        """
        own_page = own_page or bool(locale)
        self.setting(
            "apputils-extension:themes", {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"}
        )
        if not path:
            self._count += 1
            path = f"notebook-{self._count}.ipynb"
            self.write(path, cells)
        page, self._kept = (None, self._kept) if own_page else (self._kept, None)
        if page is None:
            notebook = Notebook(self, self.page(size, locale), path, own_page)
            notebook.load()
        else:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            notebook = Notebook(self, page, path)
            notebook.execute("docmanager:open", path=path)
            notebook.ready()
        return notebook

    def address(self, path: str) -> str:
        """A notebook in a workspace of its own, without the tabs of earlier tests."""
        self._pages += 1
        return f"{self.url}/lab/workspaces/page-{self._pages}/tree/{path}?token=t"

    def keep(self, page: Any) -> None:
        """Use a page, in which nothing is open any more, for the next notebook."""
        self._drop()
        self._kept = page

    def _drop(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def page(self, size: tuple[int, int] = (1100, 1000), locale: str = "") -> Any:
        """A new page of the browser, with nothing in it."""
        viewport = {"width": size[0], "height": size[1]}
        if locale:
            return self._chromium.new_context(viewport=viewport, locale=locale).new_page()
        if self._window is None:
            self._window = self._chromium.browser_type.launch_persistent_context(
                self.folder / "profile",
                executable_path=executable(),
                args=ARGUMENTS,
                locale="en-US",
                reduced_motion="reduce",
            )
        page = self._window.new_page()
        page.set_viewport_size(viewport)
        return page

    def write(self, path: str, cells: Sequence[str]) -> Path:
        cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        made = [{**cell, "id": f"c{n}", "source": source} for n, source in enumerate(cells)]
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        about = {"metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
        where = self.folder / "notebooks" / path
        where.write_text(json.dumps({"cells": made, **about}))
        return where


class Notebook:
    """A notebook in a page of JupyterLab.

    `page` is Playwright's; the rest goes through the application.
    """

    def __init__(self, lab: Lab, page: Any, path: str, own_page: bool = False) -> None:
        self.page = page
        self.path = path
        self._lab = lab
        self._own_page = own_page
        self._settings = lab.settings
        self.errors: list[str] = []
        self.received: list[int] = []  # bytes of each message from the kernel
        page.set_default_timeout(DEADLINE)
        page.on("pageerror", self._failed)
        page.on("websocket", self._listen)

    def _failed(self, error: Any) -> None:
        self.errors.append(str(error))

    def _listen(self, websocket: Any) -> None:
        if "/channels" in websocket.url:
            websocket.on("framereceived", lambda data: self.received.append(len(data)))

    def load(self) -> None:
        """Load JupyterLab with this notebook, or load it again."""
        self._settings = self._lab.settings
        self.page.goto(self._lab.address(self.path))
        self.ready()

    def ready(self) -> None:
        """Wait until the notebook is there, and its kernel is idle and takes the next cell.

        After a cell that failed it takes none for a moment, and answers nothing else meanwhile.
        """
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(f"({KERNEL})()?.status === 'idle'")
        self.page.evaluate(f"({KERNEL})().requestKernelInfo()")

    def value(self, expression: str) -> str:
        """How an expression is written in the kernel, without a cell that anybody would notice."""
        shown: str = self.page.evaluate(VALUE.replace("KERNEL", KERNEL), expression)
        return shown

    def edit(self, cell: int) -> None:
        """Put the cursor into a cell, and wait until keys arrive there."""
        self.page.evaluate(
            """(n) => {
                const { content } = window.jupyterapp.shell.currentWidget;
                content.activeCellIndex = n;
                return window.jupyterapp.commands.execute('notebook:enter-edit-mode');
            }""",
            cell,
        )
        self.page.wait_for_function(
            """() => {
                const { activeCell, mode } = window.jupyterapp.shell.currentWidget.content;
                return mode === 'edit' && activeCell.editor?.hasFocus();
            }"""
        )

    def run(self, *numbers: int, wait: bool = True) -> None:
        """Run these cells; all of them without numbers."""
        for number in numbers or range(self.count()):
            self.page.evaluate(
                """async ([n, wait]) => {
                    const notebook = window.jupyterapp.shell.currentWidget.content;
                    notebook.activeCellIndex = n;
                    notebook.deselectAll();
                    const run = window.jupyterapp.commands.execute("notebook:run-cell");
                    if (wait) await run;
                }""",
                [number, wait],
            )

    def count(self) -> int:
        return len(self.sources())

    def sources(self) -> list[str]:
        """The text of every cell."""
        sources: list[str] = self.page.evaluate(
            """() => {
                const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
                return [...sharedModel.cells].map((cell) => cell.getSource());
            }"""
        )
        return sources

    def save(self) -> None:
        self.page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")

    def execute(self, command: str, **arguments: Any) -> Any:
        """A command of the application, such as `notebook:create-output-view`."""
        return self.page.evaluate(
            "([c, a]) => window.jupyterapp.commands.execute(c, a)", [command, arguments]
        )

    def interrupt(self) -> None:
        self.page.evaluate(f"({KERNEL})().interrupt()")

    def restart(self) -> None:
        self.page.evaluate(f"({KERNEL})().restart()")

    def close(self) -> None:
        """Shut the kernel down, and close the notebook and whatever else is open in the page."""
        self.page.remove_listener("pageerror", self._failed)
        self.page.remove_listener("websocket", self._listen)
        self.page.context.clear_permissions()
        is_old = self._settings != self._lab.settings
        if self._own_page or is_old or not self._emptied():
            self.page.close()
        else:
            self._lab.keep(self.page)

    def _emptied(self) -> bool:
        """Whether the page is as good as new."""
        with suppress(Exception):
            self.page.mouse.move(0, 0)
            return bool(self.page.evaluate(EMPTY)) and not self.errors
        return False


KERNEL = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
VALUE = """async (value) => {
    const asked = { code: "", silent: true, user_expressions: { value } };
    const { content } = await (KERNEL)().requestExecute(asked).done;
    return content.user_expressions.value.data["text/plain"];
}"""
EMPTY = """async () => {
    const { shell } = window.jupyterapp;
    await shell.currentWidget.sessionContext.shutdown();
    for (const open of [...shell.widgets("main")]) open.dispose();
    shell.collapseRight();
    return !document.querySelector(".jp-Dialog, .jp-Cell");
}"""


def wait_for_notebook_7(page: Any) -> None:
    """Wait until it has a kernel that takes a cell: one that is run before comes to nothing."""
    page.get_by_text("Python 3 (ipykernel)").wait_for(timeout=90_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")


def let_go_on(page: Any, true: Callable[[], object]) -> None:
    """Let a page go on until that is so, which is seen here and not in the page."""
    deadline = time.monotonic() + DEADLINE / 1000
    while not true():
        assert time.monotonic() < deadline, "it never was so"
        page.wait_for_timeout(50)


@contextmanager
def running_lab(folder: Path, chromium: Any, *, extended: bool = False) -> Iterator[Lab]:
    """JupyterLab, with our extension or without it; where it is not installed, that is said."""
    try:
        import jupyterlab  # noqa: F401
    except ImportError:
        missing("jupyterlab is not installed")
    with Lab(folder, chromium, extended=extended) as lab:
        yield lab


@pytest.fixture(scope="package")
def lab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab, once for all tests."""
    with running_lab(tmp_path_factory.mktemp("lab"), chromium) as lab:
        yield lab
