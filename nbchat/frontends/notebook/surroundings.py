"""What else is in the cell that an answer is painted into. None of it is touched.

A front-end can take all outputs of a cell away, and no single one. Where an answer is alone
its painting is taken away so; what came from elsewhere meanwhile is shown again at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from IPython.core.displaypub import CapturingDisplayPublisher

from nbchat.frontends.notebook.kernel_messages import KernelMessages, messages_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class Surroundings:
    """Where nobody can see them: it has to be said whether the answer is alone in its cell."""

    def __init__(self, shell: InteractiveShell, *, is_alone: bool = True) -> None:
        self._shell = shell
        self._is_alone = is_alone

    @property
    def is_captured(self) -> bool:
        """Whether what is shown goes elsewhere, where an update would never arrive."""
        return isinstance(self._shell.display_pub, CapturingDisplayPublisher)

    def enter(self) -> bool:
        """From now on something is painted. Returns whether it is alone in the cell."""
        return self._is_alone

    @property
    def is_disturbed(self) -> bool:
        """Whether anything came from elsewhere since then, where it was alone."""
        return False

    @property
    def clears(self) -> int:
        """How often others have taken the cell's outputs away."""
        return 0

    @property
    def clears_at_output(self) -> int:
        """The same, when this thread showed its last output."""
        return 0

    def painting(self) -> AbstractContextManager[None]:
        """While what is painted is sent, where it is alone."""
        return nullcontext()

    def take_painting_away(self, *, wait: bool) -> None:
        """Take away what was painted; with `wait`, when the next output comes."""
        clear_output: Callable[..., None] = self._shell.display_pub.clear_output  # has no types
        clear_output(wait=wait)


class SeenSurroundings(Surroundings):
    """Where the kernel's messages are read along."""

    def __init__(self, shell: InteractiveShell, messages: KernelMessages) -> None:
        super().__init__(shell)
        self._messages = messages
        self._cell = messages.running_cell()

    @property
    def is_captured(self) -> bool:
        return super().is_captured or self._messages.is_in_widget

    def enter(self) -> bool:
        _flush()
        if self._cell.kept is not None:  # another thread's answer is painted
            return False
        self._cell.kept = []
        if self._cell.has_outputs:
            self._cell.kept = None
            return False
        return True

    @property
    def is_disturbed(self) -> bool:
        return bool(self._cell.kept)

    @property
    def clears(self) -> int:
        return self._cell.clears

    @property
    def clears_at_output(self) -> int:
        return self._cell.clears_at_output

    def painting(self) -> AbstractContextManager[None]:
        return self._messages.painting()

    def take_painting_away(self, *, wait: bool) -> None:
        with self.painting():
            super().take_painting_away(wait=wait)
            # Taken when the clearing is on its way, so that nothing is missed that came before it.
            others, self._cell.kept = self._cell.kept or [], None
            for message in others:
                self._messages.send_again(message)


def surroundings(shell: InteractiveShell) -> Surroundings:
    """Those of the cell that is running."""
    messages = messages_of(shell)
    if messages is None:
        return Surroundings(shell, is_alone=False)
    return SeenSurroundings(shell, messages)


def _flush() -> None:
    """What has been printed is on its way when this returns."""
    sys.stdout.flush()
    sys.stderr.flush()
