"""Tables and columns of pyarrow."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import Any

from nbchat.context.classes import is_from
from nbchat.context.tables.facts import Facts, frequent, of_array
from nbchat.context.tables.frame import MOST_COLUMNS, Frame
from nbchat.context.tables.names import Column


def arrow_table(value: Any) -> Frame | None:
    """The table, where it is one of pyarrow."""
    pyarrow: Any = sys.modules.get("pyarrow")
    if is_from(value, "pyarrow", "Table"):
        return ArrowTable(value, pyarrow.Table.slice(value))
    if is_from(value, "pyarrow", "RecordBatch"):
        return ArrowTable(value, pyarrow.Table.from_batches([value]))
    if is_from(value, "pyarrow", "ChunkedArray", "Array"):
        return ArrowTable(value, pyarrow.table({"": value}), is_column=True)
    return None


class ArrowTable(Frame):
    library = "pyarrow"

    def __init__(self, value: object, data: Any, *, is_column: bool = False) -> None:
        super().__init__(value)
        self.is_column = is_column
        self.rows, self.width = data.num_rows, data.num_columns
        fields = [*data.schema][:MOST_COLUMNS]
        self._data = data.select(range(len(fields))) if self.width > len(fields) else data
        self.columns = [
            Column(None if is_column else field.name, str(field.type)) for field in fields
        ]

    @cached_property
    def _sample(self) -> Any:
        chosen = self.sampled
        return self._data if chosen is None else self._data.take(chosen)

    def facts(self, at: int) -> Facts:
        column = self._sample.column(at)
        kind = str(column.type)
        if kind.startswith(("int", "uint", "float", "double", "halffloat", "date", "timestamp")):
            known = column.drop_null().to_numpy()
            if known.dtype.kind == "f":
                known = known[known == known]  # without NaN
            facts = of_array(known, len(column) - len(known))
            if "tz=" in kind and facts.low:
                facts.low, facts.high = f"{facts.low} UTC", f"{facts.high} UTC"
            return facts
        if kind.startswith("struct"):  # its type says all of it
            return Facts(column.null_count)
        return frequent(column.to_pylist(), of_library=True)

    def part(self, start: int, stop: int) -> Any:
        return self._data.slice(start, stop - start)

    def cells_of(self, part: Any, at: int) -> list[Any]:
        return [*part.column(at).to_pylist()]
