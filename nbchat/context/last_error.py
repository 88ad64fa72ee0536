"""A cell that failed last, and the exception that ended it."""

from __future__ import annotations

from dataclasses import dataclass

from nbchat.context.cells import Cell


@dataclass(slots=True, eq=False)
class Failure:
    """A cell that failed, and what it raised; only of the newest the exception itself is held."""

    cell: Cell
    error: BaseException | None
