"""Replies to input boxes of a cell that nobody waits for any more.

A front-end is not told that a question was answered elsewhere, so its box stays. What is typed
there is taken off the kernel's socket. ipykernel does that, too, before it asks the next time.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def take_late_reply(shell: InteractiveShell) -> bool:
    """Whether there was one. Not to be called while input is waited for."""
    socket: Any = getattr(getattr(shell, "kernel", None), "stdin_socket", None)
    if not hasattr(socket, "poll"):
        return False
    with suppress(Exception):  # it is the kernel's, and may be closed
        if socket.poll(0):
            socket.recv_multipart()
            return True
    return False
