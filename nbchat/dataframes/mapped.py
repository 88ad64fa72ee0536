"""What came of a map: its rows in the order of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbchat.catalog.prices import Cost
from nbchat.events import Answer, Usage, summed


@dataclass(slots=True)
class Row:
    """One row of the data and what came of it; a row that failed has an `error`, and no answer."""

    index: Any  # that of the data
    answer: Answer | None = None
    value: Any = None  # of its schema, or None
    error: Exception | None = None
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=lambda: Cost({}))


class Mapped:
    """The rows of a map, in the order of the data."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = [*rows]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def failed(self) -> list[Row]:
        """Those that have no answer, and why."""
        return [row for row in self.rows if row.error is not None]

    @property
    def usage(self) -> Usage:
        """The tokens of all rows."""
        return summed(row.usage for row in self.rows)
