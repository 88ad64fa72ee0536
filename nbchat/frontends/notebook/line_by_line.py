"""Terminals of a kernel, such as `jupyter console`: they print each output, and update none.

They are known by a question that no notebook asks: whether what was typed is a whole cell,
or another line belongs to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbchat.frontends.notebook.cell_request import cell_id, session_id

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

ASKS_FOR_MORE = "is_complete_request"


class LineByLine:
    """Notes which front-ends of a kernel ask so, until `end`."""

    def __init__(self, kernel: Any) -> None:
        self.sessions: set[str] = set()  # of the front-ends that do
        self._handlers: dict[str, Any] = kernel.shell_handlers
        self._handle = self._handlers[ASKS_FOR_MORE]
        self._handlers[ASKS_FOR_MORE] = self._note_and_handle

    def _note_and_handle(self, socket: Any, ident: Any, request: Any) -> Any:
        self.sessions.add(request["header"].get("session", ""))
        return self._handle(socket, ident, request)

    def end(self) -> None:
        """Note no more."""
        if self._handlers[ASKS_FOR_MORE] == self._note_and_handle:
            self._handlers[ASKS_FOR_MORE] = self._handle


_noted: dict[int, LineByLine] = {}  # by the id of the shell


def note_terminals(shell: InteractiveShell) -> None:
    """From now on, where the kernel has a place for it."""
    kernel: Any = getattr(shell, "kernel", None)
    if ASKS_FOR_MORE in getattr(kernel, "shell_handlers", ()):
        _noted[id(shell)] = LineByLine(kernel)


def note_no_more(shell: InteractiveShell) -> None:
    """Take back what `note_terminals` has done."""
    noted = _noted.pop(id(shell), None)
    if noted:
        noted.end()


def is_terminal(shell: InteractiveShell) -> bool:
    """Whether the running cell was typed into a terminal; a notebook's cell has an id."""
    noted = _noted.get(id(shell))
    return noted is not None and cell_id(shell) is None and session_id(shell) in noted.sessions
