"""What the page offers after an @: variables and cells, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from nbchat.context.cells import Cell
from nbchat.context.classes import class_name, field_of_c, is_a, is_from, of_class
from nbchat.context.notebook import Notebook
from nbchat.frontends.panel.attachments import has
from nbchat.languages import translated
from nbchat.wording import plural

MOST_NAMES = 30  # variables that are offered at a time
MOST_FRAMES = 3  # that an empty panel speaks of
MOST_CELLS = 12  # that are offered at a time
LONGEST_LINE = 60  # characters of a cell that are offered

_COUNTED: tuple[Any, ...] = (str, list, tuple, dict, set, frozenset, bytes)
_TABLES = {"pandas": ("DataFrame", "Series"), "polars": ("DataFrame", "Series")}


def variables(known: Mapping[str, Any], hidden: Collection[str], beginning: str) -> list[list[str]]:
    """Names with their kinds: those that begin so, then those that contain it."""
    wanted = beginning.lower()
    names = []
    for name in reversed(list(known)):
        own = not name.startswith("_") and name not in hidden
        if own and wanted in name.lower() and has(known, name):
            names.append(name)
    names.sort(key=lambda name: not name.lower().startswith(wanted))
    return [[name, kind(known[name])] for name in names[:MOST_NAMES]]


def frames(known: Mapping[str, Any], hidden: Collection[str]) -> list[str]:
    """The names of the newest DataFrames."""
    names = [
        name
        for name in reversed(list(known))
        if not name.startswith("_") and name not in hidden and _is_frame(known[name])
    ]
    return names[:MOST_FRAMES]


def _is_frame(thing: object) -> bool:
    return any(is_from(thing, library, "DataFrame") for library in _TABLES)


def kind(thing: object) -> str:
    """What a person would call a value: its type, and its size where that is cheap to tell."""
    name = class_name(thing)
    shape = _shape(thing)
    if shape:
        return f"{name} {shape}"
    for base in _COUNTED:
        if is_a(thing, base):
            return f"{name}, {base.__len__(thing):,}"
    return name


def _shape(thing: object) -> str:
    """The size of a table or an array: `150 × 5`; empty for what is none."""
    shape = None
    with suppress(Exception):  # a table of somebody's own may have odd ideas of its size
        is_table = any(is_from(thing, library, *names) for library, names in _TABLES.items())
        shape = of_class(thing, "shape") if is_table else field_of_c(thing, "shape")
    if not isinstance(shape, tuple):
        return ""
    return " × ".join(f"{size:,}" for size in shape if type(size) is int)


def cells(notebook: Notebook, wanted: str) -> list[list[str]]:
    """The number, first line and outputs of the cells that can be attached, by number or words."""
    wanted = wanted.lower()
    rows: list[list[str]] = []
    for number, cell in reversed(numbered(notebook).items()):
        if wanted in f"in[{number}] {cell.source}".lower() and len(rows) < MOST_CELLS:
            showed = translated(plural(len(cell.outputs), "output")) if cell.outputs else ""
            rows.append([str(number), first_line(cell.source), showed])
    return rows


def numbered(notebook: Notebook) -> dict[int, Cell]:
    """The cells that have run and are not hidden, by their number."""
    hidden = notebook.hidden_cells
    return {
        cell.number: cell
        for cell in notebook.cells
        if cell.number is not None and cell.number not in hidden and not cell.is_running
    }


def first_line(source: str) -> str:
    """The first line of a cell that says something.

    >>> first_line("\\n# by species\\ndf.groupby('species')")
    '# by species'
    """
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
