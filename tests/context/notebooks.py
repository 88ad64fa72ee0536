"""A notebook of a test: variables, and nothing that has run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbchat.context.cells import Cell
from nbchat.context.last_error import Failure


class Variables:
    """What `nbchat.context.notebook.Notebook` asks for."""

    hidden: tuple[str, ...] = ()
    hidden_cells: tuple[int, ...] = ()
    pinned_cells: tuple[int, ...] = ()
    cells: tuple[Cell, ...] = ()
    saved_cells: tuple[str, ...] = ()
    failure: Failure | None = None
    folder = Path()

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = variables
