"""One run of a cell while it may still go on, with what it has shown so far."""

from __future__ import annotations

import sys

from nbchat.context.cells import Cell, Output
from nbchat.context.classes import is_a
from nbchat.frontends.cells.outputs import Outputs


class Run:
    """A cell, what it has shown so far, and the error that it ended with."""

    __slots__ = ("cell", "error", "last_error", "outputs", "silenced")

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.outputs = Outputs()
        self.error: Output | None = None
        self.silenced = 0  # how many answers are being shown in it, which are no outputs
        self.last_error = getattr(sys, "last_value", None)  # that Python knew when it began

    def take_shown_error(self) -> BaseException | None:
        """The error whose traceback it has shown and gone on, as `%run` of a script does."""
        before, self.last_error = self.last_error, None
        now = getattr(sys, "last_value", None)
        return now if now is not before and is_a(now, BaseException) else None

    def tell(self) -> Cell:
        """The cell, with its outputs as they are now."""
        self.cell.outputs = self.outputs.tell()
        if self.error is not None:
            self.cell.outputs.append(self.error)
        return self.cell
