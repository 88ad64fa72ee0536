"""`%load_ext nbchat` and `%unload_ext nbchat`: what is registered, warmed, and taken back.

Loading is cheap: nothing of the engine is imported before it is needed, or warmed
on a background thread once the loading cell has ended.
"""

from __future__ import annotations

import re
import sys
import threading
from typing import TYPE_CHECKING

from nbchat.frontends.notebook.completion import complete
from nbchat.frontends.notebook.magic import ChatMagics

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class Preloader:
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
    from nbchat import render, runtime
    from nbchat.context import expand  # noqa: F401
    from nbchat.network.client import preload
    from nbchat.settings import Settings

    Settings.load()
    render.to_html("`warm`")
    preload()
    runtime.current()


def keep_questions(lines: list[str]) -> list[str]:
    """Bring to us what IPython would take for something else: a `?` at the end, and a `%%chat` without a body.

    >>> keep_questions(["%chat ask Why?"])
    ["get_ipython().run_line_magic('chat', 'ask Why?')"]
    >>> keep_questions(["%%chat kimi-k2.6"])
    ['%%chat kimi-k2.6\\n', '\\n']
    """
    if lines and lines[0].startswith("%%"):
        bare = re.match(r"%%chat(\s|$)", lines[0]) and not "".join(lines[1:]).strip()
        return [f"{lines[0].rstrip()}\n", "\n"] if bare else lines
    return [
        f"get_ipython().run_line_magic('chat', {line[6:].strip()!r}){line[len(line.rstrip()) :]}"
        if line.startswith("%chat ") and line.rstrip().endswith("?")
        else line
        for line in lines
    ]


keep_questions.has_side_effects = True  # type: ignore[attr-defined]  # IPython: not when it asks if a cell is whole


_loaded: dict[int, Preloader] = {}  # by shell


def load(shell: InteractiveShell) -> None:
    """Register the magics and the completer."""
    shell.register_magics(ChatMagics)
    if keep_questions not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(keep_questions)
    if complete not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(complete)
    _loaded[id(shell)] = Preloader(shell)


def unload(shell: InteractiveShell) -> None:
    """Take back all that `load` and the questions since have made."""
    if warmth := _loaded.pop(id(shell), None):
        warmth.end()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("chat", None)
    shell.magics_manager.registry.pop(ChatMagics.__name__, None)
    if complete in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(complete)
    if keep_questions in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(keep_questions)
    if runtime := sys.modules.get("nbchat.runtime"):
        runtime.close()
