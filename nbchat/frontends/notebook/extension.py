"""`%load_ext nbchat` and `%unload_ext nbchat`: what is registered, preloaded, and taken back.

Loading is cheap: nothing of the engine is imported before it is needed, or preloaded
on a background thread once the loading cell has ended.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from IPython.core.completer import CompletionContext, context_matcher

from nbchat.frontends.cells.recorder import record, record_no_more
from nbchat.frontends.jupyterlab.comm import LabComm
from nbchat.frontends.notebook import typed_lines
from nbchat.frontends.notebook.input_history import InputHistory
from nbchat.frontends.notebook.kernel_messages import (
    messages_of,
    read_along,
    read_no_more,
)
from nbchat.frontends.notebook.magic import ChatMagics

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


Block = Callable[[], AbstractContextManager[None]]

PAUSE = 0.001  # seconds between two steps, in which a fork that waits can happen


class Preloader:
    """Does on a thread what the first chat needs, once the loading cell has ended.

    Each of its steps runs inside a `no_fork` block.
    """

    def __init__(self, shell: InteractiveShell, no_fork: Block) -> None:
        self._shell = shell
        self._no_fork = no_fork
        self._thread: threading.Thread | None = None
        shell.events.register("post_run_cell", self.start)

    def start(self, result: object = None) -> None:
        """Called by IPython when a cell has ended: the one that loads us is the first."""
        self._unregister()
        self._thread = threading.Thread(target=self._run, name="nbchat-preload", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for step in STEPS:
            with self._no_fork(), suppress(Exception):  # whoever asks is told
                step()
            time.sleep(PAUSE)

    def end(self) -> None:
        """Take the hook back, and wait for the thread."""
        self._unregister()
        if self._thread is not None:
            self._thread.join()

    def _unregister(self) -> None:
        if self.start in self._shell.events.callbacks["post_run_cell"]:
            self._shell.events.unregister("post_run_cell", self.start)


def _import_engine() -> None:
    from nbchat import runtime  # noqa: F401
    from nbchat.context import expand  # noqa: F401
    from nbchat.frontends.cells import history, mime, saved  # noqa: F401
    from nbchat.frontends.notebook import completion  # noqa: F401
    from nbchat.store import store  # noqa: F401


def _draw() -> None:
    from nbchat import render

    render.to_html("`warm`")


def _load_certificates() -> None:
    from nbchat.network.client import preload

    preload()


def _read_settings() -> None:
    from nbchat import runtime

    runtime.current().settings()


STEPS = (_import_engine, _draw, _load_certificates, _read_settings)


@context_matcher()  # type: ignore[untyped-decorator]
def complete(context: CompletionContext) -> Any:
    """What Tab offers. What that takes is half of what loading would cost."""
    from nbchat.frontends.notebook import completion

    return completion.complete(context)


_loaded: dict[int, tuple[Preloader, InputHistory, LabComm]] = {}  # by the id of the shell


def load(shell: InteractiveShell, no_fork: Block = nullcontext) -> None:
    """Register the magics and the completer. Inside a `no_fork` block no other thread forks."""
    shell.register_magics(ChatMagics(shell, no_fork))
    typed_lines.install(shell)
    if complete not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(complete)
    if id(shell) not in _loaded:
        read_along(shell)
        _record(shell)
    _loaded[id(shell)] = Preloader(shell, no_fork), InputHistory(shell), LabComm(shell)


def _record(shell: InteractiveShell) -> None:
    """Keep what cells show."""
    recorder, messages = record(shell), messages_of(shell)
    if messages is not None:
        messages.listener = recorder.hear
        recorder.hears_displays = True


def unload(shell: InteractiveShell) -> None:
    """Take back all that `load` and the questions since have made."""
    for made in _loaded.pop(id(shell), ()):
        made.end()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("chat", None)
    shell.magics_manager.magics["line"].pop("%chat", None)
    shell.magics_manager.registry.pop(ChatMagics.__name__, None)
    if complete in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(complete)
    typed_lines.uninstall(shell)
    record_no_more(shell)
    read_no_more(shell)
    runtime = sys.modules.get("nbchat.runtime")
    if runtime:
        runtime.close()
