"""Tables of polars."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import Any

from nbchat.context.classes import class_name, is_from
from nbchat.context.tables.facts import Facts, frequent
from nbchat.context.tables.frame import MOST_COLUMNS, Frame
from nbchat.context.tables.names import Column

DEEPEST = 4  # dtypes inside one another that are told

_NESTED = ("List", "Array")
_UNCOUNTED = ("List", "Array", "Struct", "Object")


def polars_frame(value: Any) -> Frame | None:
    """The table, where it is one of polars."""
    if not is_from(value, "polars", "DataFrame", "Series"):
        return None
    polars: Any = sys.modules["polars"]
    if is_from(value, "polars", "Series"):
        return PolarsFrame(value, polars.Series(value).to_frame(), is_column=True)
    return PolarsFrame(value, polars.DataFrame(value))


class PolarsFrame(Frame):
    library = "polars"

    def __init__(self, value: object, data: Any, *, is_column: bool = False) -> None:
        super().__init__(value)
        self.is_column = is_column
        self.rows, self.width = data.shape
        self._data = data[:, :MOST_COLUMNS] if self.width > MOST_COLUMNS else data
        pairs = zip(self._data.columns, self._data.dtypes, strict=True)
        self.columns = [Column(name, dtype_text(dtype)) for name, dtype in pairs]

    @cached_property
    def _sample(self) -> Any:
        chosen = self.sampled
        return self._data if chosen is None else self._data[chosen]

    def facts(self, at: int) -> Facts:
        column = self._sample.to_series(at)
        missing = column.null_count()
        if column.dtype.is_float():
            missing += column.is_nan().sum()
            column = column.fill_nan(None)
        if column.dtype.is_numeric() or column.dtype.is_temporal():
            return Facts(missing, column.min(), column.max())
        if class_name(column.dtype) == "Struct":  # its dtype says all of it
            return Facts(missing)
        is_counted = class_name(column.dtype) not in _UNCOUNTED
        return frequent(column.to_list(), of_library=is_counted)

    def part(self, start: int, stop: int) -> Any:
        return self._data[start:stop]

    def cells_of(self, part: Any, at: int) -> list[Any]:
        return [*part.to_series(at).to_list()]


def dtype_text(dtype: Any, depth: int = 0) -> str:
    """The dtype; of an Enum without its categories, which are values.

    >>> import polars
    >>> dtype_text(polars.List(polars.Enum(["secret"])))
    'List(Enum)'
    """
    name = class_name(dtype)
    if isinstance(dtype, type):  # a class stands for its dtype, as polars has it
        return dtype.__name__
    if depth > DEEPEST:
        return name
    if name in _NESTED:
        size = f", {dtype.size}" if name == "Array" else ""
        return f"{name}({dtype_text(dtype.inner, depth + 1)}{size})"
    if name == "Struct":
        fields = (f"{field.name}: {dtype_text(field.dtype, depth + 1)}" for field in dtype.fields)
        return f"Struct({', '.join(fields)})"
    if name in ("Datetime", "Duration", "Decimal"):
        return str(dtype)
    return name
