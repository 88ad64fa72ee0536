"""A table, whatever library holds it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from nbchat.context.classes import class_name
from nbchat.context.tables.facts import Facts
from nbchat.context.tables.names import Column
from nbchat.context.tables.sample import positions
from nbchat.wording import plural

MOST_COLUMNS = 5_000  # that are looked at
LONGEST_KIND = 60  # characters of the name of a class
UNREADABLE = "<unreadable>"


class Frame(ABC):
    """What is asked of a table; a library's tables answer in a class of their own.

    `columns` are those of the index, where it says something, and then the table's own, of
    which there are `width`; of a very wide one not all are among `columns`.
    """

    columns: Sequence[Column]
    rows: int
    width: int
    is_column: bool = False  # a Series and its kin
    library: str = ""  # where the name of the class may be that of another library's
    notes: Sequence[str] = ()  # more of its form, a line each; no value of a cell

    def __init__(self, value: object) -> None:
        name = class_name(value)
        self.kind = name if name.isidentifier() and len(name) < LONGEST_KIND else "table"

    @property
    def held(self) -> int:
        """How many rows, from the first on, are at hand."""
        return self.rows

    @property
    def sampled(self) -> list[int] | None:
        """Those of them that `facts` speaks of; None for all."""
        return positions(self.held, len(self.columns))

    @property
    def size_text(self) -> str:
        """For people: `45,211 × 17`."""
        return plural(self.rows, "value") if self.is_column else f"{self.rows:,} × {self.width:,}"

    @property
    def kind_text(self) -> str:
        """For the model: `DataFrame, 45,211 rows × 17 columns`."""
        kind = f"{self.library} {self.kind}".lstrip()
        if self.is_column:
            return f"{kind}, {plural(self.rows, 'value')}"
        return f"{kind}, {plural(self.rows, 'row')} × {plural(self.width, 'column')}"

    @abstractmethod
    def facts(self, at: int) -> Facts:
        """What is to say of a column, by its place in `columns`."""

    @abstractmethod
    def part(self, start: int, stop: int) -> Any:
        """Some of the rows, as the library has them."""

    @abstractmethod
    def cells_of(self, part: Any, at: int) -> list[Any]:
        """The cells of a column in some of the rows."""

    def cells(self, start: int, stop: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Some rows with their first cells. A column that fails does not lose the others."""
        part = self.part(start, stop)
        columns = []
        for at in range(count):
            cells: list[Any] = []
            with suppress(Exception):
                cells = self.cells_of(part, at)
            columns.append(cells if len(cells) == stop - start else [UNREADABLE] * (stop - start))
        return zip(*columns, strict=True)
