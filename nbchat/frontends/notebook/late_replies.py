"""Input boxes that nobody waits at any more, and what is typed there.

A front-end is not told that a question was answered elsewhere, so its box stays, and JupyterLab
runs no other cell until it is answered. What is typed there is taken off the kernel's socket.
ipykernel does that, too, before it asks the next time.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class OpenBoxes:
    """Those of one kernel."""

    def __init__(self) -> None:
        self._count = 0
        self._last = 1  # the number of the last one

    def __bool__(self) -> bool:
        return self._count > 0

    @property
    def mark(self) -> str:
        """What tells the next box from those that stand open: a number; empty where none does.

        Whatever is typed in any of them arrives at the box that is waited for.
        """
        return str(self._last + 1) if self._count else ""

    def leave(self) -> None:
        """Nobody waits at the newest box any more."""
        self._last += bool(self._count)
        self._count += 1

    def take_reply(self, shell: InteractiveShell, *, seconds: float = 0.0) -> str | None:
        """What was typed in one; None where there is nothing yet.

        Not to be called while input is waited for.
        """
        typed = take_reply(shell, seconds) if self._count else None
        if typed is not None:
            self._count -= 1
        if not self._count:
            self._last = 1
        return typed


open_boxes = OpenBoxes()


def take_reply(shell: InteractiveShell, seconds: float) -> str | None:
    """What has been typed in a box that nobody waits at; None where there is nothing yet."""
    kernel: Any = getattr(shell, "kernel", None)
    socket: Any = getattr(kernel, "stdin_socket", None)
    with suppress(Exception):  # it is the kernel's, and may be closed
        if socket.poll(1000 * seconds):
            _, frames = kernel.session.feed_identities(socket.recv_multipart())
            return str(kernel.session.deserialize(frames)["content"]["value"])
    return None
