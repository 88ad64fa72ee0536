"""The labelled arrays of xarray as a model is shown them: their dimensions, and what is in each.

An array that is not in memory is not read, and one that is not computed is not computed: it
goes by its dimensions and its dtype.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from nbchat.context import arrays
from nbchat.context.bounded import LONGEST_BRIEF, LONGEST_VALUE
from nbchat.context.classes import class_name, is_from, of_class
from nbchat.context.forms import Form
from nbchat.context.items import nested_text
from nbchat.context.quiet import no_warnings
from nbchat.context.shown import Shown
from nbchat.context.tables.cells import cell_text, cut
from nbchat.context.tables.names import name_text
from nbchat.wording import plural

MOST = 2_850  # characters of a brief; with its heading and its fence, 3,000
LONGEST_LINE = 300  # characters
LONGEST_NAME = 40  # characters
LONGEST_DIMENSION = 20  # characters of its name
LONGEST_KIND = 140  # characters
LONGEST_NOTED = 40  # characters of what is noted of an array
ROOM_FOR_COUNT = 60  # characters of the line that counts the other arrays
_TOLD = ("long_name", "standard_name", "units")  # of what is noted of an array


def view(name: str, value: object, form: Form) -> Shown | None:
    """A Dataset or a DataArray in that form; None for what is none."""
    if not is_from(value, "xarray", "Dataset", "DataArray"):
        return None
    with no_warnings():
        return _shown(value, form)


def _shown(value: Any, form: Form) -> Shown:
    coordinates, own = _variables(value)
    sizes = _sizes(value)
    kind = cut(f"xarray {class_name(value)}, {sizes}", LONGEST_KIND)
    size = arrays.size_text(value) if is_from(value, "xarray", "DataArray") else _count(own)
    if form.kind == "schema":
        text = _lines_text(coordinates, own, LONGEST_VALUE, with_values=False)
        return Shown(kind, text, facts=(size, "schema"))
    text = _lines_text(coordinates, own, LONGEST_BRIEF if form.kind == "brief" else MOST)
    most = LONGEST_BRIEF if form.kind == "brief" else LONGEST_VALUE
    everything = {**coordinates, **own}
    values = _values_text(everything, most - len(text), form.rows or None)
    if values:
        facts = (size,) if not form.rows else (size, f"first {form.rows:,} items")
        return Shown(kind, f"{text}\n\n{values}", "", facts)
    return Shown(kind, _lines_text(coordinates, own, MOST), facts=(size, "brief"))


def _variables(value: Any) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The coordinates and the other variables, by name."""
    coordinates = {name: array.variable for name, array in of_class(value, "coords").items()}
    if is_from(value, "xarray", "DataArray"):
        return coordinates, {of_class(value, "name"): of_class(value, "variable")}
    every = of_class(value, "variables")
    return coordinates, {name: every[name] for name in every if name not in coordinates}


def _sizes(value: Any) -> str:
    sizes: Mapping[Any, int] = of_class(value, "sizes")
    said = ", ".join(
        f"{name_text(name, LONGEST_DIMENSION)}: {size:,}" for name, size in sizes.items()
    )
    return said or "no dimensions"


def _count(own: Mapping[Any, Any]) -> str:
    return plural(len(own), "variable")


def _lines_text(
    coordinates: Mapping[Any, Any], own: Mapping[Any, Any], most: int, *, with_values: bool = True
) -> str:
    """A line for each array, as many as there is room for."""
    lines: list[str] = []
    left = most - ROOM_FOR_COUNT
    entries = [("coordinate", *pair) for pair in coordinates.items()]
    entries += [("variable", *pair) for pair in own.items()]
    for at, (role, name, variable) in enumerate(entries):
        line = cut(f"{role} {_line(name, variable, with_values)}", LONGEST_LINE)
        left -= len(line) + 1
        if left < 0:
            lines.append(f"… and {len(entries) - at:,} more")
            break
        lines.append(line)
    return "\n".join(lines)


def _line(name: object, variable: Any, with_values: bool) -> str:
    """`temperature (time, x): float64, -3.1 … 30.2`."""
    dims = ", ".join(name_text(dim, LONGEST_DIMENSION) for dim in variable.dims)
    named = "(no name)" if name is None else name_text(name, LONGEST_NAME)
    line = f"{named} ({dims}): {arrays.dtype_text(variable.dtype)}"
    if not _is_here(variable):
        return f"{line}, not in memory"
    if not with_values:
        return line
    said = [arrays.range_text(variable.values)]
    with suppress(Exception):
        noted = [(key, variable.attrs[key]) for key in _TOLD if key in variable.attrs]
        said += [f"{key} {cell_text(text, LONGEST_NOTED)!r}" for key, text in noted]
    return ", ".join([line, *filter(None, said)])


def _is_here(variable: Any) -> bool:
    """Whether its values need neither be read nor be computed."""
    with suppress(Exception):
        return bool(variable._in_memory)
    return False


def _values_text(variables: Mapping[Any, Any], most: int, rows: int | None) -> str:
    """The values of every array, the first `rows` of each; empty where they are too many."""
    said: list[str] = []
    for name, variable in variables.items():
        if not _is_here(variable):
            continue
        array = arrays.plain_array(variable.values)
        text = nested_text(array[:rows] if array.ndim else array, most)
        most -= len(text) + LONGEST_NAME
        if not text or most < 0:
            return ""
        named = "values" if name is None else name_text(name, LONGEST_NAME)
        said.append(f"{named} = {text}")
    return "\n".join(said)
