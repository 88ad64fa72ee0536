"""`%load_ext nbchat` and `%unload_ext nbchat`: what is registered, warmed, and taken back.

Loading is cheap: nothing of the engine is imported before it is needed, or warmed
on a background thread once the loading cell has ended.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from nbchat.frontends.completion import complete
from nbchat.frontends.magic import ChatMagics

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class Warmth:
    """Imports on a thread what the first chat needs, once the loading cell has ended."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._thread: threading.Thread | None = None
        shell.events.register("post_run_cell", self.start)

    def start(self, result: object = None) -> None:
        self._unregister()
        self._thread = threading.Thread(target=_warm, name="nbchat-warm", daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._unregister()
        if self._thread is not None:
            self._thread.join()

    def _unregister(self) -> None:
        if self.start in self._shell.events.callbacks["post_run_cell"]:
            self._shell.events.unregister("post_run_cell", self.start)


def _warm() -> None:
    from nbchat import kernel, render
    from nbchat.engine.transport import warm
    from nbchat.frontends import cell, variables  # noqa: F401
    from nbchat.settings import Settings

    Settings.load()
    render.to_html("`warm`")
    warm()
    kernel.current()


def keep_question_marks(lines: list[str]) -> list[str]:
    """`%chat ask Why?` is a question, though IPython takes a `?` at the end of a line for a request for help.

    >>> keep_question_marks(["%chat ask Why?"])
    ["get_ipython().run_line_magic('chat', 'ask Why?')"]
    """
    if lines and lines[0].startswith("%%"):
        return lines
    return [
        f"get_ipython().run_line_magic('chat', {line[6:].rstrip()!r}){line[len(line.rstrip()) :]}"
        if line.startswith("%chat ask ") and line.rstrip().endswith("?")
        else line
        for line in lines
    ]


_loaded: dict[int, Warmth] = {}  # by shell


def load(shell: InteractiveShell) -> None:
    """Register the magics and the completer."""
    shell.register_magics(ChatMagics)
    if keep_question_marks not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(keep_question_marks)
    if complete not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(complete)
    _loaded[id(shell)] = Warmth(shell)


def unload(shell: InteractiveShell) -> None:
    """Take back all that `load` and the questions since have made."""
    if warmth := _loaded.pop(id(shell), None):
        warmth.end()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("chat", None)
    shell.magics_manager.registry.pop(ChatMagics.__name__, None)
    if complete in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(complete)
    if keep_question_marks in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(keep_question_marks)
    if kernel := sys.modules.get("nbchat.kernel"):
        kernel.close()
