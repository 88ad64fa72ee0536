"""Cells that are never sent, or always: remembered by what they are, since numbers change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nbchat.context.cells import Cell


class Marks:
    """Cells that stay marked when they are run again."""

    def __init__(self) -> None:
        self._marked: list[Cell] = []

    def add(self, cell: Cell) -> None:
        if not self._has(cell):
            self._marked.append(Cell(cell.source, id=cell.id))

    def take_out(self, cell: Cell) -> bool:
        """Take the mark of a cell away. Returns whether it had one."""
        left = [mark for mark in self._marked if not mark.is_same(cell)]
        was_there = len(left) < len(self._marked)
        self._marked = left
        return was_there

    def _has(self, cell: Cell) -> bool:
        return any(mark.is_same(cell) for mark in self._marked)

    def among(self, cells: Sequence[Cell]) -> list[Cell]:
        """Those of the cells that are marked."""
        return [cell for cell in cells if self._has(cell)] if self._marked else []

    def numbers(self, cells: Iterable[Cell]) -> frozenset[int]:
        """The numbers of those that are marked."""
        marked = self.among([*cells])
        return frozenset(cell.number for cell in marked if cell.number is not None)
