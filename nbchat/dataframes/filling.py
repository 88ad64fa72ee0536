"""The rows of a result, as their answers come: of equal rows one was asked, and all are filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nbchat.catalog.prices import Cost
from nbchat.dataframes.progress import Progress
from nbchat.dataframes.questions import Questions
from nbchat.dataframes.row import Row
from nbchat.events import Answer, Usage, Valued, summed
from nbchat.settings import Settings
from nbchat.values.problems import InvalidValue
from nbchat.values.value_type import ValueType


class Filling:
    """Puts what came of a question into its rows, and counts them."""

    def __init__(
        self,
        rows: Sequence[Row],
        questions: Questions,
        wanted: ValueType | None,
        progress: Progress,
        settings: Settings,
    ) -> None:
        self._rows = rows
        self._rows_of = questions.rows_of
        self._wanted = wanted
        self._progress = progress
        self.settings = settings

    def take_kept(self, kept: Mapping[str, Answer]) -> None:
        """Fill the rows that an earlier run had answered."""
        for key, answer in kept.items():
            if key in self._rows_of and self._is_valid(answer):
                self.fill(key, answer)
                self._progress.before += len(self._rows_of[key])

    def _is_valid(self, answer: Answer) -> bool:
        """Whether an answer from the disk is what the schema asks for; its value is noted."""
        if self._wanted is not None:
            try:
                answer.valued = Valued(self._wanted.read(answer.text))
            except InvalidValue:
                return False
        return True

    def fill(self, key: str, answer: Answer) -> None:
        """The rows of a question that was answered."""
        value = answer.value if self._wanted is not None else None
        for row in self._paid(key, answer):
            row.answer, row.value, row.error = answer, value, None
            self._progress.done += 1

    def fail(self, key: str, answer: Answer | None, error: Exception) -> None:
        """The rows of a question that has no answer that counts; it may have cost something."""
        for row in self._paid(key, answer):
            row.answer, row.value, row.error = None, None, error
            self._progress.failed += 1

    def _paid(self, key: str, answer: Answer | None) -> list[Row]:
        """The rows of a question; the first has its tokens and cost, added to those of before."""
        rows = [self._rows[at] for at in self._rows_of[key]]
        first, *others = rows
        for row in others:
            row.usage = Usage(input=0, output=0)
        if answer is not None:
            usage = summed([answer.usage, *answer.lost])
            cost = self.settings.cost_of([answer])
            first.usage = summed([first.usage, usage])
            first.cost = added(first.cost, cost)
            self._progress.usage = summed([self._progress.usage, usage])
            self._progress.cost = added(self._progress.cost, cost)
        return rows


def added(first: Cost, second: Cost) -> Cost:
    """Both sums, each in its currency."""
    amounts = dict(first.amounts)
    for currency, amount in second.amounts.items():
        amounts[currency] = amounts.get(currency, 0.0) + amount
    return Cost(amounts, first.complete and second.complete)
