"""`%load_ext nbchat` and `%unload_ext nbchat`: what is registered, preloaded, and taken back.

Loading is cheap: nothing of the engine is imported before it is needed, or preloaded
on a background thread once the loading cell has ended.
"""

from __future__ import annotations

import re
import sys
import threading
from typing import TYPE_CHECKING

from nbchat.frontends.notebook.completion import complete
from nbchat.frontends.notebook.kernel_messages import read_along, read_no_more
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
        """Called by IPython when a cell has ended: the one that loads us is the first."""
        self._unregister()
        self._thread = threading.Thread(target=_preload, name="nbchat-preload", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Take the hook back, and wait for the thread."""
        self._unregister()
        if self._thread is not None:
            self._thread.join()

    def _unregister(self) -> None:
        if self.start in self._shell.events.callbacks["post_run_cell"]:
            self._shell.events.unregister("post_run_cell", self.start)


def _preload() -> None:
    from nbchat import render, runtime
    from nbchat.context import expand  # noqa: F401
    from nbchat.network.client import preload

    render.to_html("`warm`")
    preload()
    runtime.current().settings()


def keep_questions(lines: list[str]) -> list[str]:
    """Bring to us what IPython would take for something else.

    That is a `?` at the end of a line, and a `%%chat` without a body.

    >>> keep_questions(["%chat ask Why?"])
    ["get_ipython().run_line_magic('chat', 'ask Why?')"]
    >>> keep_questions(["%%chat kimi-k2.6"])
    ['%%chat kimi-k2.6\\n', '\\n']
    """
    if not lines or not lines[0].startswith("%%"):
        return [_keep_question(line) for line in lines]
    has_body = bool("".join(lines[1:]).strip())
    if re.match(r"%%chat(\s|$)", lines[0]) and not has_body:
        return [f"{lines[0].rstrip()}\n", "\n"]
    return lines


def _keep_question(line: str) -> str:
    content = line.rstrip()
    if not line.startswith("%chat ") or not content.endswith("?"):
        return line
    end = line[len(content) :]
    return f"get_ipython().run_line_magic('chat', {content[6:].strip()!r}){end}"


# IPython leaves out what has side effects when it only asks whether a cell is whole.
keep_questions.has_side_effects = True  # type: ignore[attr-defined]


_loaded: dict[int, Preloader] = {}  # by the id of the shell


def load(shell: InteractiveShell) -> None:
    """Register the magics and the completer."""
    shell.register_magics(ChatMagics)
    if keep_questions not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(keep_questions)
    if complete not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(complete)
    if id(shell) not in _loaded:
        read_along(shell)
    _loaded[id(shell)] = Preloader(shell)


def unload(shell: InteractiveShell) -> None:
    """Take back all that `load` and the questions since have made."""
    preloader = _loaded.pop(id(shell), None)
    if preloader:
        preloader.end()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("chat", None)
    shell.magics_manager.registry.pop(ChatMagics.__name__, None)
    if complete in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(complete)
    if keep_questions in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(keep_questions)
    read_no_more(shell)
    runtime = sys.modules.get("nbchat.runtime")
    if runtime:
        runtime.close()
