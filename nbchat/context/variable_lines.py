"""A variable on one line: its type, its size, and what is in it; a value only where it is short.

    `df`: DataFrame, 3 × 2 (a int64, b str)
    `x`: ndarray, 3 × 4, float64
    `count`: int, 12
    `model`: Model (rate: float 0.5; weights: ndarray, 3 × 4, float64)

Everything is read by the class, and by that of the library where it is one of a library: what a
subclass of somebody's own would answer is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, TypeVar

from nbchat.context.bounded import one_line
from nbchat.context.cell_code import BUILTINS
from nbchat.context.classes import (
    attributes,
    class_name,
    field_of_c,
    is_a,
    is_exactly,
    loaded,
    module_name,
    name_of_class,
)
from nbchat.context.tables import pandas_frames, polars_frames
from nbchat.context.taken_names import taken_by, taken_by_class
from nbchat.errors import Interrupted
from nbchat.wording import plural

MOST_VARIABLES = 24  # that are told of one line
MOST_COLUMNS = 40  # of a table that are named
MOST_KEYS = 20  # of a dict that are named
MOST_ITEMS = 8  # of a list whose values are told
MOST_ATTRIBUTES = 12  # of an instance that are named
MOST_LOOKED_AT = 100  # items of a list whose types are told
LONGEST_VALUE = 80  # characters of a text or a number
LONGEST_LINE = 1200  # characters

T = TypeVar("T")

_SECRET = re.compile(
    r"(?i)passw|secret|api_?key|credential|(^|_)token$"
)  # whose values are not told
_NUMBERS = (int, float, complex, bool, type(None))
_TABLES = {"pandas": ("DataFrame",), "polars": ("DataFrame", "LazyFrame"), "pyarrow": ("Table",)}
_COLUMNS = {"pandas": ("Series",), "polars": ("Series",)}
_LABELLED = {"pandas": ("Index",), "xarray": ("DataArray", "Dataset")}


def variable_lines(
    names: Iterable[str],
    variables: Mapping[str, Any],
    *,
    with_values: bool = True,
    origin: Callable[[str], str] = lambda name: "",
) -> list[str]:
    """A line for each of these names that has a value, and is no module or built-in.

    `origin` says of a name where its value is from.
    """
    lines = []
    for name in names:
        if name not in variables or name == "get_ipython":
            continue
        value = variables[name]
        if is_a(value, ModuleType, BuiltinFunctionType) and name not in BUILTINS:
            continue
        line = variable_line(name, value, with_values=with_values)
        is_plain = not is_a(value, FunctionType, type) and not _SECRET.search(name)
        lines.append(line + origin(name) if is_plain else line)
        if len(lines) == MOST_VARIABLES:
            break
    return lines


def variable_line(name: str, value: object, *, with_values: bool = True) -> str:
    """One line about a variable.

    >>> variable_line("xs", [1, 2, 3])
    '`xs`: list, 3 items, [1, 2, 3]'
    >>> variable_line("xs", [1, 2, 3], with_values=False)
    '`xs`: list, 3 items (int)'
    """
    tells = with_values and not _SECRET.search(name)
    said = or_else("", _said, value, tells)
    hides = " (the notebook's own: it hides the built-in of that name)" if name in BUILTINS else ""
    kind = _kind(value)
    line = f"`{name}`: {kind}{said}{hides}"
    return one_line(line.replace("\n", " "), LONGEST_LINE)


def or_else(usual: T, ask: Callable[..., T], *of: object) -> T:
    """What a question gives; `usual` where an object of somebody's own has failed on the way.

    >>> or_else(0, int, "x")
    0
    """
    try:
        return ask(*of)
    except KeyboardInterrupt:
        raise Interrupted("a variable was still being looked at; nothing was sent.") from None
    except BaseException:
        return usual


def _kind(value: object) -> str:
    """The name of its class; for a class, that it is one."""
    if is_a(value, type):
        kind: Any = value
        return f"class {name_of_class(kind)}"
    return one_line(class_name(value), LONGEST_VALUE)


def _said(value: Any, with_values: bool) -> str:
    if is_exactly(value, *_NUMBERS):
        return f", {one_line(repr(value), LONGEST_VALUE)}" if with_values else ""
    if is_a(value, str, bytes, bytearray):
        return _of_text(value, with_values)
    if is_a(value, list, tuple, set, frozenset):
        return _of_items(value, with_values)
    if is_a(value, dict):
        return _of_dict(value, with_values)
    if is_a(value, FunctionType):
        return f" ({', '.join(taken_by(value))})"
    if is_a(value, type):
        taken = taken_by_class(value)
        return "" if taken is None else f" ({', '.join(taken)})"
    if type(value) is range:
        return f", {value!r}" if with_values else f", {plural(len(value), 'item')}"
    return _of_library(value) or (_of_attributes(value) if with_values else "")


# --- what Python itself has ----------------------------------------------------------------------


def _of_text(value: Any, with_values: bool) -> str:
    kind = next(kind for kind in (str, bytes, bytearray) if is_a(value, kind))
    size = kind.__len__(value)
    said = f", {plural(size, 'character' if kind is str else 'byte')}"
    if with_values and size <= LONGEST_VALUE:
        said += f", {kind.__repr__(value)}"
    return said


def _of_items(value: Any, with_values: bool) -> str:
    kind = next(kind for kind in (list, tuple, set, frozenset) if is_a(value, kind))
    size = kind.__len__(value)
    items = list(islice(kind.__iter__(value), MOST_LOOKED_AT))
    said = f", {plural(size, 'item')}"
    if with_values and type(value) is kind and size <= MOST_ITEMS and all(map(_is_short, items)):
        return f"{said}, {value!r}"
    types = list(dict.fromkeys(_item_type(item) for item in items))
    return f"{said} ({', '.join(types[:MOST_ITEMS])})" if types else said


def _is_short(item: object) -> bool:
    if type(item) is str:
        return len(item) <= LONGEST_VALUE // 4
    return is_exactly(item, *_NUMBERS)


def _item_type(item: Any) -> str:
    """What an item is, with its length: rows of different lengths are a usual fault."""
    for kind in (list, tuple):
        if is_a(item, kind):
            return f"{class_name(item)} of {kind.__len__(item)}"
    return one_line(f"{class_name(item)}{_of_library(item)}", LONGEST_VALUE)


def _of_dict(value: Any, with_values: bool) -> str:
    size = dict.__len__(value)
    said = f", {plural(size, 'key')}"
    if not with_values:
        return said
    pairs = islice(dict.items(value), MOST_KEYS)
    shown = [f"{_label(key)}: {_item_type(item)}" for key, item in pairs]
    more = ", …" if size > len(shown) else ""
    return f"{said} ({', '.join(shown)}{more})" if shown else said


def _of_attributes(value: Any) -> str:
    """What an instance of a class of the notebook holds; numbers with their value."""
    if module_name(type(value)) != "__main__":
        return ""
    held = [(name, item) for name, item in attributes(value).items() if type(name) is str]
    held.sort(key=lambda pair: pair[0].startswith("_"))
    shown = [_attribute(name, item) for name, item in held[:MOST_ATTRIBUTES]]
    more = "; …" if len(held) > len(shown) else ""
    return f" ({'; '.join(shown)}{more})" if shown else ""


def _attribute(name: str, item: object) -> str:
    said = f"{one_line(name, LONGEST_VALUE)}: {_item_type(item)}"
    return f"{said} {one_line(repr(item), LONGEST_VALUE)}" if is_exactly(item, *_NUMBERS) else said


def _label(label: Any) -> str:
    """A key or the name of a column, as it is written in code."""
    if is_exactly(label, *_NUMBERS, str, bytes):
        return one_line(repr(label), LONGEST_VALUE)
    if type(label) is tuple:
        return f"({', '.join(map(_label, label[:4]))})"
    return class_name(label)


# --- what libraries have -------------------------------------------------------------------------


def _of_library(value: Any) -> str:
    for kinds, tell in ((_TABLES, _of_table), (_COLUMNS, _of_column), (_LABELLED, _of_labelled)):
        for module, names in kinds.items():
            if kind := library_class(value, module, *names):
                return tell(kind, value)
    return _of_array(value)


def library_class(value: object, module: str, *names: str) -> type | None:
    """The class of that library that the value is of; None where it is of none."""
    for name in names:
        kind: type = loaded(module, name)
        if is_a(kind, type) and is_a(value, kind):
            return kind
    return None


def read(kind: type, value: object, name: str) -> Any:
    """What the class of a library has under a name, whatever the value's own class has."""
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name].__get__(value, kind)
    return None


def column_names(value: object) -> list[Any]:
    """The labels of a table's columns; of what is no table, none."""
    for module, names in _TABLES.items():
        kind = library_class(value, module, *names)
        if kind and module == "pandas":
            return list(read(kind, value, "columns"))
        if kind and module == "polars":
            return list(_polars_schema(kind, value))
        if kind:
            return list(read(kind, value, "column_names"))
    return []


def _of_table(kind: type, value: object) -> str:
    size = _times(read(kind, value, "shape"))
    columns = column_names(value)
    shown = columns[:MOST_COLUMNS]
    if kind.__module__.startswith("polars"):
        types = list(_polars_schema(kind, value).values())
    elif kind.__module__.startswith("pyarrow"):
        types = list(read(kind, value, "schema").types)
    else:
        types = list(read(kind, value, "dtypes").array[: len(shown)])
    told = [f"{_column(name)} {_dtype(kind, of)}" for name, of in zip(shown, types, strict=False)]
    more = f", … {len(columns) - len(shown):,} more columns" if len(columns) > len(shown) else ""
    return f", {size} ({', '.join(told)}{more})" if size else f" ({', '.join(told)}{more})"


def _polars_schema(kind: type, value: object) -> Mapping[str, Any]:
    if kind.__name__ == "LazyFrame":  # its `schema` warns that it may take long
        schema: Mapping[str, Any] = read(kind, value, "collect_schema")()
    else:
        schema = read(kind, value, "schema")
    return schema


def _dtype(kind: type, dtype: Any) -> str:
    """The dtype of a column, without any value that stands in it."""
    if kind.__module__.startswith("polars"):
        return polars_frames.dtype_text(dtype)
    return pandas_frames.dtype_text(dtype)


def _column(label: Any) -> str:
    return label if type(label) is str and label.isidentifier() else _label(label)


def _of_column(kind: type, value: object) -> str:
    name = read(kind, value, "name")
    called = f", named {_label(name)}" if name is not None and name != "" else ""
    dtype = _dtype(kind, read(kind, value, "dtype"))
    return f", {plural(_size(read(kind, value, 'shape')), 'row')}, {dtype}{called}"


def _of_labelled(kind: type, value: object) -> str:
    if kind.__module__.startswith("xarray"):
        sizes = ", ".join(f"{dim} {size}" for dim, size in read(kind, value, "sizes").items())
        return f" ({sizes})"
    dtype = _dtype(kind, read(kind, value, "dtype"))
    return f", {_times(read(kind, value, 'shape'))}, {dtype}"


def _of_array(value: object) -> str:
    """What numpy, torch and their kin keep in C: `3 × 4, float64`."""
    shape, dtype = field_of_c(value, "shape"), field_of_c(value, "dtype")
    if shape is None and (kind := library_class(value, "torch", "Tensor")):
        shape, dtype = read(kind, value, "shape"), read(kind, value, "dtype")
    if not is_a(shape, tuple):
        return ""
    size = _times(shape) or "no dimension"
    said = f", {size}" if len(shape) != 1 else f", shape ({shape[0]},)"
    return f"{said}, {dtype}" if dtype is not None else said


def _times(shape: Any) -> str:
    return " × ".join(f"{size:,}" for size in shape) if shape else ""


def _size(shape: Any) -> int:
    return int(shape[0]) if shape else 0
