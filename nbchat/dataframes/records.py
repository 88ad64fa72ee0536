"""The data whose rows are asked about: what its columns are called, and what stands in them.

A frame or a column of pandas, polars or pyarrow, or anything that can be iterated over. Its
library is known by its class, and never imported for that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, Protocol

from nbchat.context.classes import class_name, is_from, of_class
from nbchat.errors import BadCall

COLUMN = "value"  # what the one column of plain values is called

_PANDAS = ("pandas", "DataFrame", "Series", "Index")
_LIKE_PANDAS = {
    "modin.pandas": "_to_pandas",
    "cudf": "to_pandas",
}
_ARROW = ("pyarrow", "Table", "RecordBatch", "ChunkedArray", "Array")
_NOT_COMPUTED = (("polars", "LazyFrame", "collect"), ("duckdb", "DuckDBPyRelation", "df"))


class Records(Protocol):
    """Data as rows. A column is known by its name as a text."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns, in order."""
        ...

    @property
    def index(self) -> Sequence[Any]:
        """What each row is called in the data."""
        ...

    def cells(self, name: str) -> Sequence[Any]:
        """What stands in a column, row by row; None where a row has no such cell."""
        ...

    def frame_with(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """The data as a frame, with these columns behind its own."""
        ...


def records_of(data: Any) -> Records:
    """The rows of `data`. Raises BadCall where it has none."""
    for module, kind, method in _NOT_COMPUTED:
        if is_from(data, module, kind):
            raise BadCall(f"a {kind} is not computed yet. Pass data.{method}().")
    for module, method in _LIKE_PANDAS.items():
        if is_from(data, module, "DataFrame", "Series"):
            data = of_class(data, method)()
    if is_from(data, *_PANDAS):
        return PandasRecords(data)
    if is_from(data, "polars", "DataFrame", "Series"):
        return PolarsRecords(data)
    if is_from(data, *_ARROW):
        return PlainRecords(of_class(data, "to_pylist")())
    if isinstance(data, Mapping):
        raise BadCall("a dict is one row. Pass a list of dicts, or pandas.DataFrame(data).")
    if isinstance(data, str | bytes) or not isinstance(data, Iterable):
        raise BadCall(
            "data is a frame of pandas or polars, a column, or a list of dicts or texts, "
            f"not {class_name(data)}."
        )
    return PlainRecords(data)


# --- pandas ------------------------------------------------------------------------------------


class PandasRecords:
    """A DataFrame, a Series or an Index."""

    def __init__(self, data: Any) -> None:
        pandas: Any = sys.modules["pandas"]
        if is_from(data, "pandas", "Index"):
            data = pandas.Series(data)
        if is_from(data, "pandas", "Series"):
            name = COLUMN if data.name is None else data.name
            data = pandas.Series(data).to_frame(name=name)
        self._frame = pandas.DataFrame(data, copy=False)
        self.names = [_column_name(name) for name in self._frame.columns.tolist()]

    @property
    def index(self) -> Sequence[Any]:
        labels: list[Any] = self._frame.index.tolist()
        return labels

    def cells(self, name: str) -> Sequence[Any]:
        cells: list[Any] = self._frame.iloc[:, self.names.index(name)].tolist()
        return cells

    def frame_with(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        pandas: Any = sys.modules["pandas"]
        index = self._frame.index
        levels = self._frame.columns.nlevels
        made = pandas.DataFrame(
            {name: _pandas_column(cells, index) for name, cells in columns.items()}, index=index
        )
        if levels > 1:
            empty = [""] * (levels - 1)
            made.columns = pandas.MultiIndex.from_tuples([(name, *empty) for name in columns])
        return pandas.concat([self._frame, made], axis=1)


def _column_name(name: Any) -> str:
    """The name as it stands in braces; the levels of one with several, with a dot between."""
    return ".".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _pandas_column(cells: Sequence[Any], index: Any) -> Any:
    """A Series; whole numbers and flags stay so, also where some are missing."""
    pandas: Any = sys.modules["pandas"]
    kinds = {type(cell) for cell in cells if cell is not None}
    dtype = None
    if None in cells and kinds in ({int}, {bool}):
        dtype = "Int64" if kinds == {int} else "boolean"
    elif kinds & {list, dict, tuple, set}:
        dtype = "object"
    try:
        return pandas.Series([*cells], index=index, dtype=dtype)
    except (OverflowError, ValueError, TypeError):  # a number too large for any dtype
        return pandas.Series([*cells], index=index, dtype="object")


# --- polars ------------------------------------------------------------------------------------


class PolarsRecords:
    """A DataFrame or a Series of polars."""

    def __init__(self, data: Any) -> None:
        polars: Any = sys.modules["polars"]
        if is_from(data, "polars", "Series"):
            data = polars.Series(data.name or COLUMN, data).to_frame()
        self._frame = polars.DataFrame(data)
        self.names: list[str] = self._frame.columns

    @property
    def index(self) -> Sequence[Any]:
        return range(self._frame.height)

    def cells(self, name: str) -> Sequence[Any]:
        cells: list[Any] = self._frame.get_column(name).to_list()
        return cells

    def frame_with(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        return self._frame.with_columns(_polars_column(*column) for column in columns.items())


def _polars_column(name: str, cells: Sequence[Any]) -> Any:
    polars: Any = sys.modules["polars"]
    if all(cell is None for cell in cells):
        return polars.Series(name, [*cells], dtype=polars.String)
    try:
        return polars.Series(name, [*cells], strict=True)
    except (TypeError, OverflowError, polars.exceptions.PolarsError):  # of several kinds
        return polars.Series(name, [*cells], dtype=polars.Object)


# --- anything else -----------------------------------------------------------------------------


class PlainRecords:
    """Dicts, objects with fields, or values, such as texts, each of which is a row."""

    def __init__(self, data: Iterable[Any]) -> None:
        rows = [*data]
        self._rows = [_as_dict(row) for row in rows]
        self.names = [*dict.fromkeys(str(name) for row in self._rows for name in row)]
        self.index: Sequence[Any] = range(len(rows))

    def cells(self, name: str) -> Sequence[Any]:
        return [row.get(name) for row in self._rows]

    def frame_with(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        own = {name: self.cells(name) for name in self.names}
        return frame_of_columns({**own, **columns}, len(self._rows))


def _as_dict(row: Any) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return {str(name): cell for name, cell in row.items()}
    if isinstance(row, tuple) and hasattr(row, "_asdict"):
        named: dict[str, Any] = row._asdict()
        return named
    if is_dataclass(row) and not isinstance(row, type):
        return {field.name: getattr(row, field.name) for field in fields(row)}
    if is_from(row, "pydantic", "BaseModel"):
        return dict(row)
    return {COLUMN: row}


def frame_of_columns(columns: Mapping[str, Sequence[Any]], rows: int) -> Any:
    """A frame of pandas, or of polars where there is no pandas. Raises BadCall without both."""
    pandas = _library("pandas")
    if pandas is not None:
        index = pandas.RangeIndex(rows)
        made = {name: _pandas_column(cells, index) for name, cells in columns.items()}
        return pandas.DataFrame(made, index=index)
    polars = _library("polars")
    if polars is not None:
        return polars.DataFrame([_polars_column(*column) for column in columns.items()])
    raise BadCall("a frame needs pandas or polars.\n%pip install pandas")


def _library(name: str) -> Any:
    """The library; None where it is not there."""
    try:
        return import_module(name)
    except ImportError:
        return None
