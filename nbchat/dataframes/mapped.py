"""What came of a map: its rows in the order of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from nbchat.catalog.prices import Cost
from nbchat.dataframes.columns import answer_columns
from nbchat.dataframes.records import Records, frame_of_columns
from nbchat.dataframes.row import NotAsked
from nbchat.dataframes.row import Row as Row
from nbchat.dataframes.shown import MOST_ROWS, failed_words, mapped_bundle
from nbchat.events import Usage, summed
from nbchat.languages import translated
from nbchat.values.value_type import ValueType
from nbchat.wording import plural


class Asking(Protocol):
    """How the rows of a result came to be, for what is asked of it later."""

    records: Records
    columns: Sequence[str]  # that the prompt names
    wanted: ValueType | None

    def retry(self) -> None:
        """Ask again what failed."""

    def forget(self) -> None:
        """Remove what is kept on disk."""


class Mapped:
    """The rows of a map, in the order of the data.

    >>> import nbchat
    >>> out = nbchat.map(["lemon", "mint"], "What is {value}?", "demo")
    >>> len(out), out.failed, [row.index for row in out]
    (2, [], [0, 1])
    >>> [*out.frame().columns]
    ['value', 'answer', 'error', 'tokens', 'cost']
    """

    def __init__(
        self, rows: Sequence[Row], asking: Asking | None = None, variable: str = "out"
    ) -> None:
        self.rows = [*rows]
        self._asking = asking
        self._variable = variable  # that it goes into, where that is known

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def failed(self) -> list[Row]:
        """Those that have no answer, and why; of a map that was stopped, those not asked, too."""
        return [row for row in self.rows if row.error is not None]

    @property
    def answered(self) -> int:
        """How many rows have an answer."""
        return sum(row.answer is not None for row in self.rows)

    @property
    def usage(self) -> Usage:
        """The tokens of all rows."""
        return summed(row.usage for row in self.rows)

    @property
    def cost(self) -> Cost:
        """What all rows have cost, by the table's prices."""
        amounts: dict[str, float] = {}
        for row in self.rows:
            for currency, amount in row.cost.amounts.items():
                amounts[currency] = amounts.get(currency, 0.0) + amount
        return Cost(amounts, all(row.cost.complete for row in self.rows))

    def frame(self) -> Any:
        """The data as a frame with the same index, and behind its columns those of the answers.

        These are the fields of the schema, or `answer`; then `error`, `tokens` and `cost`.
        A frame of the library that the data is of, else of pandas or polars.
        """
        if self._asking is None:
            return frame_of_columns(answer_columns(self.rows, None, ()), len(self.rows))
        records = self._asking.records
        return records.frame_with(answer_columns(self.rows, self._wanted, records.names))

    def retry(self) -> Mapped:
        """Ask those rows again that have failed, or were not asked; returns this result.

        What stops it is raised as by `nbchat.map`; what was answered by then is in here.
        """
        if self._asking is not None and self.failed:
            self._asking.retry()
        return self

    def forget(self) -> None:
        """Remove what is kept of it on disk; running the map again asks every row anew."""
        if self._asking is not None:
            self._asking.forget()

    def __repr__(self) -> str:
        return f"<{self.summary}>"

    @property
    def summary(self) -> str:
        """How many rows there are, what came of them, and the tokens and cost, in a line."""
        failed, open_ = len(self.failed), len(self._not_asked)
        skipped = len(self) - self.answered - failed
        counts = {"failed": failed - open_, "not asked": open_, "skipped": skipped}
        facts = [plural(len(self), "row"), f"{self.answered:,} answered"]
        facts += [f"{count:,} {what}" for what, count in counts.items() if count]
        return ", ".join(filter(None, [*facts, str(self.usage), str(self.cost)]))

    @property
    def _not_asked(self) -> list[Row]:
        return [row for row in self.rows if isinstance(row.error, NotAsked)]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.shown()

    def shown(self, remarks: str = "") -> dict[str, str]:
        """As a notebook shows it: its first rows, what came of all of them, and what to do next.

        `remarks` are on how it was asked.
        """
        rows = self.rows[:MOST_ROWS]
        index, columns = [row.index for row in self.rows], self._own_columns()
        columns |= answer_columns(rows, self._wanted, columns, translated)
        if not any(row.error for row in rows):
            columns.pop("error", None)
        below = [self.summary, failed_words(self.failed, self._variable), remarks]
        return mapped_bundle(index, columns, [*filter(None, below)])

    def _own_columns(self) -> dict[str, Sequence[Any]]:
        """What the prompt names of the data."""
        asking = self._asking
        return {name: asking.records.cells(name) for name in asking.columns} if asking else {}

    @property
    def _wanted(self) -> ValueType | None:
        return self._asking.wanted if self._asking else None
