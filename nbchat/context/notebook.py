"""What a notebook knows that a model can be shown; IPython is one host of it, a test another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from nbchat.context.cells import Cell
from nbchat.context.last_error import Failure


class Notebook(Protocol):
    """A notebook, as far as questions need it."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """All variables by name, the oldest first, as they are at this moment."""

    @property
    def hidden(self) -> Collection[str]:
        """Names that the notebook made and no person did: they can be used, but are not offered."""

    @property
    def cells(self) -> Sequence[Cell]:
        """The cells that have run here, the oldest run first; one that is running is the last."""

    @property
    def hidden_cells(self) -> Collection[int]:
        """The numbers of cells that are never sent."""

    @property
    def pinned_cells(self) -> Collection[int]:
        """The numbers of cells that go along with `--above`, however far above they are."""

    @property
    def failure(self) -> Failure | None:
        """The last error, unless it has been mended: its cell ran again without one."""

    @property
    def saved_cells(self) -> Sequence[str]:
        """The code cells of the notebook's file, in their order; none where it is not known."""

    @property
    def folder(self) -> Path:
        """Where the notebook is, and paths begin."""
