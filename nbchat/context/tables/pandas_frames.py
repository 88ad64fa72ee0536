"""Tables of pandas, and of what has its names."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import Any

from nbchat.context.classes import is_from, of_class
from nbchat.context.tables.facts import Facts, frequent
from nbchat.context.tables.frame import MOST_COLUMNS, Frame
from nbchat.context.tables.names import Column, name_text

_ALIKE = ("modin.pandas", "cudf")  # what they hold is asked for by their own methods
MOST_OF_ALIKE = 10_000  # first rows of theirs that are looked at
MOST_LEVELS = 20  # of an index
LONGEST_NAME, LONGEST_LEVEL = 60, 40  # characters of what the names of columns are named

_ORDERED = "iufmM"  # kinds of dtypes whose values have a range


def pandas_frame(value: Any) -> Frame | None:
    """The table, where it is one of pandas or of its kin."""
    if is_from(value, "pandas", "DataFrame", "Series", "Index"):
        return PandasFrame(value, _plain(value))
    if any(is_from(value, module, "DataFrame", "Series") for module in _ALIKE):
        shape = of_class(value, "shape")
        beginning = of_class(value, "head")(MOST_OF_ALIKE)
        name = "to_pandas" if is_from(value, "cudf", "DataFrame", "Series") else "_to_pandas"
        return PandasFrame(value, of_class(beginning, name)(), rows=shape[0])
    return None


def _plain(value: Any) -> Any:
    """The same data in a frame of pandas' own, which does what those do."""
    pandas: Any = sys.modules["pandas"]
    if is_from(value, "pandas", "DataFrame"):
        return pandas.DataFrame(value, copy=False)
    if is_from(value, "pandas", "MultiIndex"):
        levels = pandas.MultiIndex.to_frame(value, index=False, allow_duplicates=True)
        levels.columns = pandas.Index([*of_class(value, "names")], dtype=object)
        return levels
    if is_from(value, "pandas", "Series"):
        return pandas.Series(value, copy=False)
    return pandas.Series(pandas.Index(value))


class PandasFrame(Frame):
    def __init__(self, value: object, data: Any, rows: int | None = None) -> None:
        super().__init__(value)
        self.is_column = is_from(data, "pandas", "Series")
        self.rows = len(data) if rows is None else rows
        name = data.name if self.is_column else None
        if self.is_column:
            data = data.to_frame(name=0)
        self.width = data.shape[1]
        self._data = data.iloc[:, :MOST_COLUMNS] if self.width > MOST_COLUMNS else data
        self._levels = _levels(data.index)
        self.columns = [*self._index_columns(), *self._own_columns(name)]
        of_names = [] if self.is_column else _notes_of_names(data.columns)
        has_index = not (self._levels or is_from(value, "pandas", "Index"))
        self.notes = [*of_names, *(["index: RangeIndex"] if has_index else [])]

    @property
    def held(self) -> int:
        return len(self._data)

    def _own_columns(self, name: object) -> list[Column]:
        names = [name] if self.is_column else self._data.columns.tolist()
        dtypes = map(dtype_text, self._data.dtypes)
        return [Column(*pair) for pair in zip(names, dtypes, strict=True)]

    def _index_columns(self) -> list[Column]:
        index = self._data.index
        if self._levels == 1:
            return [Column(index.name, dtype_text(index.dtype), is_index=True)]
        levels = [*zip(index.names, index.dtypes, strict=True)] if self._levels else []
        return [
            Column(name, dtype_text(dtype), is_index=True) for name, dtype in levels[:MOST_LEVELS]
        ]

    @cached_property
    def _sample(self) -> Any:
        chosen = self.sampled
        return self._data if chosen is None else self._data.iloc[chosen]

    def facts(self, at: int) -> Facts:
        return facts_of(self._column(self._sample, at))

    def part(self, start: int, stop: int) -> Any:
        return self._data.iloc[start:stop]

    def cells_of(self, part: Any, at: int) -> list[Any]:
        return [*self._column(part, at).tolist()]

    def _column(self, data: Any, at: int) -> Any:
        """A column as a Series, or a level of the index."""
        if at >= self._levels:
            return data.iloc[:, at - self._levels]
        pandas: Any = sys.modules["pandas"]
        return pandas.Series(data.index.get_level_values(at))


def _levels(index: Any) -> int:
    """How many levels of an index say something: none where it counts the rows."""
    if is_from(index, "pandas", "RangeIndex"):
        counts = index.start == 0 and index.step == 1 and index.name is None
        return 0 if counts else 1
    return min(int(index.nlevels), MOST_LEVELS)


def _notes_of_names(columns: Any) -> list[str]:
    """What the names of columns are named themselves."""
    if columns.nlevels > 1:
        levels = ", ".join(name_text(name, LONGEST_LEVEL) for name in columns.names[:MOST_LEVELS])
        return [f"columns: MultiIndex, levels {levels}"]
    return (
        [] if columns.name is None else [f"columns.name: {name_text(columns.name, LONGEST_NAME)}"]
    )


def facts_of(column: Any) -> Facts:
    """What is to say of a Series."""
    known = column.dropna()
    missing = len(column) - len(known)
    dtype = column.dtype
    if not len(known):
        return Facts(missing)
    kind = str(dtype)
    if kind.startswith("Sparse"):
        known, dtype = known.sparse.to_dense(), dtype.subtype
    if kind.startswith(("period", "interval")) or getattr(dtype, "kind", "O") in _ORDERED:
        return Facts(missing, known.min(), known.max())
    facts = frequent(known.tolist(), of_library=kind != "object")
    facts.missing += missing
    return facts


def dtype_text(dtype: Any) -> str:
    """The dtype without any value that stands in it.

    >>> import pandas
    >>> dtype_text(pandas.SparseDtype("int64", 777)), dtype_text(pandas.CategoricalDtype(["a"]))
    ('Sparse[int64]', 'category')
    """
    if is_from(dtype, "pandas", "SparseDtype"):
        return f"Sparse[{dtype.subtype}]"
    if is_from(dtype, "pandas", "CategoricalDtype"):
        return "category"
    return str(dtype)
