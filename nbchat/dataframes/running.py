"""A map while it runs, on the engine's loop: the first rows, then all others, and what ends it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from itertools import pairwise
from time import monotonic
from typing import TYPE_CHECKING

from nbchat.bridge import bare
from nbchat.dataframes import estimate
from nbchat.dataframes.asking import Job, Outcome, RowAsker, RowQuestion, ends_map
from nbchat.dataframes.columns import error_text
from nbchat.dataframes.filling import Filling
from nbchat.dataframes.plan import Plan
from nbchat.dataframes.progress import Progress
from nbchat.errors import NbchatError, SetupError, error_name
from nbchat.events import Answer

if TYPE_CHECKING:
    from nbchat.dataframes.checkpoint import Checkpoint

MOST_ALIKE = 50  # failures of one kind in a row that end a map
LATELY = 5.0  # seconds over which the speed is told


class Running:
    """One run over the questions of a map."""

    def __init__(
        self,
        job: Job,
        asker: RowAsker,
        filling: Filling,
        checkpoint: Checkpoint | None,
        progress: Progress,
    ) -> None:
        self._job = job
        self._asker = asker
        self._filling = filling
        self._checkpoint = checkpoint
        self._progress = progress
        self._has_told = False
        self._last_failures: list[str] = []  # their kinds, all the same
        self._ends: deque[float] = deque()  # when questions ended, lately

    async def ask(self, plan: Plan, prefix: int) -> None:
        """Ask what is planned; all questions begin with the same `prefix` tokens.

        Raises what ended it. What was answered by then is in the rows.
        """
        try:
            done: list[Outcome] = []
            for part in parts_of(plan.questions, prefix):
                if len(done) >= FIRST_PART:
                    self._progress.plan = plan.line_after(done, self._progress.rate)
                done += await self._ask_part(part)
        finally:
            if self._checkpoint:
                self._checkpoint.close()

    async def _ask_part(self, part: Sequence[RowQuestion]) -> list[Outcome]:
        """Ask some of them. What came of the first ones."""
        first: list[Outcome] = []
        outcomes = self._asker.outcomes(self._job, part, self._hear_rate)
        async with aclosing(outcomes):
            async for outcome in outcomes:
                if len(first) < estimate.FIRST_ROWS:
                    first.append(outcome)
                self._take(outcome)
        return first

    def _hear_rate(self, rate: float) -> None:
        self._progress.rate = rate

    # --- what came -------------------------------------------------------------------------------

    def _take(self, outcome: Outcome) -> None:
        """Note what became of a question. Raises what ends the map."""
        key, answer, error = outcome.question.key, outcome.answer, outcome.error
        self._count()
        if error is None and answer is not None:
            self._tell_notices(answer)
            if self._checkpoint:
                self._keep(self._checkpoint, outcome)
            self._filling.fill(key, answer)
            self._last_failures.clear()
            return
        error = error or NbchatError("there is no answer.")
        if isinstance(error, SetupError) and ends_map(error):  # nothing was sent: it was not asked
            raise bare(error)
        self._filling.fail(key, answer, error)
        if ends_map(error):
            raise bare(error)
        self._end_where_all_fail(error)

    def _tell_notices(self, answer: Answer) -> None:
        """What is said of the first answer holds for all: an option that was left out, say."""
        if not self._has_told:
            self._has_told = True
            for notice in answer.notices:
                if notice not in self._progress.lines:
                    self._progress.tell(notice, passes=True)

    def _keep(self, checkpoint: Checkpoint, outcome: Outcome) -> None:
        """Put an answer on disk, and say once where that cannot be."""
        was_well = not checkpoint.trouble
        if outcome.answer is not None and was_well:
            checkpoint.write(outcome.question.key, outcome.answer)
        if was_well and checkpoint.trouble:
            self._progress.tell(checkpoint.trouble)

    def _end_where_all_fail(self, error: Exception) -> None:
        """Raise the error where so many in a row have failed with one of its kind."""
        kind = error_name(error)
        if self._last_failures and self._last_failures[-1] != kind:
            self._last_failures.clear()
        self._last_failures.append(kind)
        if len(self._last_failures) < MOST_ALIKE:
            return
        self._progress.tell(f"{MOST_ALIKE} rows in a row have failed alike.")
        if isinstance(error, NbchatError):
            raise bare(error)
        raise NbchatError(f"{MOST_ALIKE} rows in a row have failed: " + f"{error_text(error)}.")

    def _count(self) -> None:
        """How far it is, and how fast."""
        progress, now = self._progress, monotonic()
        progress.asked += 1
        self._ends.append(now)
        while now - self._ends[0] > LATELY:
            self._ends.popleft()
        passed = now - self._ends[0]
        if len(self._ends) > 1 and passed > 0:
            progress.per_second = (len(self._ends) - 1) / passed
            left = progress.to_ask - progress.asked
            progress.seconds_left = left / progress.per_second


FIRST_PART = estimate.FIRST_ROWS // 2  # outcomes from which something can be foretold


def parts_of(questions: Sequence[RowQuestion], prefix: int) -> list[Sequence[RowQuestion]]:
    """The first alone, where the others read what it puts into the provider's cache; a few more.

    `prefix` is how many tokens all of them begin with.
    """
    cuts = {0, len(questions)}
    if len(questions) > 1 and prefix >= estimate.CACHED_TOKENS:
        cuts.add(1)
    if len(questions) >= estimate.LEAST_ROWS:
        cuts.add(estimate.FIRST_ROWS)
    ordered = sorted(cuts)
    return [questions[begin:end] for begin, end in pairwise(ordered)]
