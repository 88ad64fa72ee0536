"""A notebook on paper: its cells are run as IPython would, in a module of their own."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Collection, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from nbchat.context.cells import Cell
from nbchat.context.last_error import Failure

_NUMBERS = count(1)


class PaperNotebook:
    """What `nbchat.context.notebook.Notebook` asks for."""

    def __init__(self, saved: Sequence[str] = ()) -> None:
        self.variables: dict[str, Any] = {"__name__": "__main__"}
        self.hidden: Collection[str] = ()
        self.cells: list[Cell] = []
        self.hidden_cells: Collection[int] = ()
        self.pinned_cells: Collection[int] = ()
        self.failure: Failure | None = None
        self.saved_cells = saved
        self.folder = Path()

    def run(self, source: str, id: str | None = None) -> Cell:
        """Run a cell; what it raises is its failure."""
        cell = Cell(source, len(self.cells) + 1, id)
        self.cells.append(cell)
        code = source.lstrip("\n")  # as IPython does
        file = f"<ipython-input-{next(_NUMBERS)}-0a1b>"
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        try:
            exec(compile(ast.parse(code, file), file, "exec"), self.variables)
        except BaseException as error:
            cell.failed = True
            self.failure = Failure(cell, error)
        return cell

    def others(self) -> Mapping[str, Any]:
        """The variables that cells have made."""
        return {name: one for name, one in self.variables.items() if not name.startswith("__")}
