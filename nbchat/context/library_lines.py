"""Tables and arrays of libraries as a part of one line: their size, their columns, their dtype.

They are read by the class of the library, whatever a subclass of somebody's own would answer. No
library is imported for that, and no value of a cell is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.context.classes import field_of_c, is_a, loaded
from nbchat.context.key_texts import key_text
from nbchat.context.tables import pandas_frames, polars_frames
from nbchat.wording import plural

MOST_COLUMNS = 40  # of a table that are named

# Modules with the names of their classes.
_TABLES = {"pandas": ("DataFrame",), "polars": ("DataFrame", "LazyFrame"), "pyarrow": ("Table",)}
_COLUMNS = {"pandas": ("Series",), "polars": ("Series",)}
_LABELLED = {"pandas": ("Index",), "xarray": ("DataArray", "Dataset")}


def said_of_library(value: object) -> str:
    """The size and the columns or the dtype of a value; empty for what is of no known library.

    >>> import numpy
    >>> said_of_library(numpy.zeros((3, 4))), said_of_library("text")
    (', 3 × 4, float64', '')
    """
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
    return label if type(label) is str and label.isidentifier() else key_text(label)


def _of_column(kind: type, value: object) -> str:
    name = read(kind, value, "name")
    called = f", named {key_text(name)}" if name is not None and name != "" else ""
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
