"""One map from its data to its result: what is asked, run, asked again and forgotten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from nbchat import runtime
from nbchat.context import tokens
from nbchat.dataframes import estimate
from nbchat.dataframes.asking import Job, RowAsker, RowQuestion
from nbchat.dataframes.filling import Filling
from nbchat.dataframes.mapped import Mapped
from nbchat.dataframes.place import display_here
from nbchat.dataframes.plan import Plan
from nbchat.dataframes.progress import Progress, ProgressDisplay
from nbchat.dataframes.questions import Questions
from nbchat.dataframes.records import Records
from nbchat.dataframes.row import NotAsked, Row
from nbchat.dataframes.running import Running
from nbchat.dataframes.template import Template
from nbchat.dataframes.waiting import wait_for
from nbchat.errors import Interrupted, NbchatError
from nbchat.middleware.budget import may_go_over
from nbchat.values.value_type import ValueType
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.dataframes.checkpoint import Checkpoint


class Work:
    """A map. Its result keeps it, to ask what failed again."""

    def __init__(
        self,
        job: Job,
        records: Records,
        template: Template,
        wanted: ValueType | None,
        asker: RowAsker,
        checkpoint: Checkpoint | None,
        display: ProgressDisplay,
        into: str = "",
    ) -> None:
        self._into = into  # the variable that the result goes into, where that is known
        self.records = records
        self.wanted = wanted
        self.columns: Sequence[str] = template.columns
        self._template = template
        self._system = job.options.get("system")
        self._asker = asker
        self._checkpoint = checkpoint
        self._display = display
        self._settings = runtime.current().usable_settings()
        self._questions = Questions.of(records, template)
        self._begins = tokens.estimate(self._around + template.shared)  # all questions
        is_kept = self._begins >= estimate.CACHED_TOKENS
        self._job = replace(job, shared_start=template.shared if is_kept else "")
        self.result = Mapped([Row(label) for label in records.index], self, into or "out")

    # --- what is done ----------------------------------------------------------------------------

    def run(self, trouble: str = "") -> Mapped:
        """Ask what was not answered before. Raises what ends it, with the result so far.

        `trouble` is why nothing is kept, where that is so.
        """
        progress = self._progress()
        if trouble:
            progress.tell(trouble)
        filling = Filling(self.result.rows, self._questions, self.wanted, progress, self._settings)
        self._mark_rows()
        if self._checkpoint:
            filling.take_kept(self._checkpoint.read())
            self._tell_of_kept(self._checkpoint, progress)
        self._ask(filling, progress, self._questions.different, self._display)
        return self.result

    def retry(self) -> None:
        """Ask again what has failed; what was never asked of a stopped map, too."""
        progress = self._progress()
        failed = [one for one in self._questions.different if self._has_failed(one)]
        filling = Filling(self.result.rows, self._questions, self.wanted, progress, self._settings)
        progress.before = progress.done = self.result.answered
        self._ask(filling, progress, failed, display_here())

    def forget(self) -> None:
        """Remove what is kept on disk. Raises HistoryUnavailable where it stays there."""
        if self._checkpoint:
            self._checkpoint.close()
            self._checkpoint.forget()

    # --- how -------------------------------------------------------------------------------------

    def _progress(self) -> Progress:
        skipped = sum(self._questions.skipped.values())
        refused = len(self._questions.refused)
        return Progress(self._job.model, rows=self._questions.rows, skipped=skipped, failed=refused)

    def _mark_rows(self) -> None:
        """What is asked has no answer yet, and what cannot be sent says why."""
        for rows in self._questions.rows_of.values():
            for at in rows:
                self.result.rows[at].error = NotAsked()
        for at, refusal in self._questions.refused.items():
            self.result.rows[at].error = refusal

    def _has_failed(self, question: RowQuestion) -> bool:
        first, *_ = self._questions.rows_of[question.key]
        return self.result.rows[first].error is not None

    def _tell_of_kept(self, checkpoint: Checkpoint, progress: Progress) -> None:
        """Say what an earlier run has left, and why it has left nothing that can be used."""
        if checkpoint.trouble:
            progress.tell(checkpoint.trouble)
        elif progress.before:
            rows = plural(progress.before, "row")
            progress.tell(f"{rows} answered by an earlier run.", passes=True)
        elif changed := checkpoint.what_changed():
            which = repr(self._job.name) if self._job.name else "this cell"
            progress.tell(_asked_anew(which, changed))

    def _ask(
        self,
        filling: Filling,
        progress: Progress,
        questions: Sequence[RowQuestion],
        display: ProgressDisplay,
    ) -> None:
        """Ask these, and show how far it is. Raises what ended it, with the result so far."""
        waiting = [one for one in questions if self._has_failed(one)]
        progress.to_ask = len(waiting)
        self._tell_before(waiting, progress)
        running = Running(self._job, self._asker, filling, self._checkpoint, progress)
        if waiting:
            display.show(progress)  # what it will take, before anything is sent
        try:
            is_whole = not waiting or wait_for(
                running.ask(self._plan(waiting), self._begins),
                lambda: display.show(progress),
            )
        except NbchatError as error:
            error.result = self.result
            raise
        finally:
            display.end(progress)
        if not is_whole:
            raise self._interrupted()

    def _tell_before(self, waiting: Sequence[RowQuestion], progress: Progress) -> None:
        """Say what is known before anything is sent."""
        if waiting:
            progress.plan = self._plan(waiting).line
        for remark in (*self._template.remarks, *self._questions.remarks):
            progress.tell(remark)
        if self._job.purse:
            over = may_go_over(self._settings, self._job.model, self._job.options)
            if over:
                progress.tell(over)
        if self._questions.equal and not self._is_even():
            equal = plural(self._questions.equal, "row")
            progress.tell(f"{equal} like another: asked once, though temperature is not 0.")

    def _plan(self, waiting: Sequence[RowQuestion]) -> Plan:
        rows = sum(len(self._questions.rows_of[one.key]) for one in waiting)
        schema = self.wanted.json_schema if self.wanted else None
        return Plan(self._job, self._settings, waiting, rows, tokens.estimate(self._around), schema)

    def _is_even(self) -> bool:
        """Whether equal questions would be answered alike: temperature is 0, and is sent."""
        if self._job.options.get("temperature") != 0:
            return False
        with suppress(NbchatError):
            route = self._settings.catalog.find(self._job.model, self._job.options.get("wire"))
            return "temperature" not in route.model.refuses
        return False

    @property
    def _around(self) -> str:
        """What is sent with every question."""
        schema = json.dumps(self.wanted.json_schema, default=str) if self.wanted else ""
        return f"{self._system or ''}{schema}"

    def _interrupted(self) -> Interrupted:
        done, rows = self.result.answered, len(self.result)
        words = f"stopped after {done:,} of {plural(rows, 'row')}."
        if self._checkpoint and not self._checkpoint.trouble:
            words += " Run it again, and it goes on from here."
        elif not self._into:
            words += " What is done is the `.result` of this error."
        error = Interrupted(words)
        error.result = self.result
        return error


def _asked_anew(which: str, changed: Sequence[str]) -> str:
    first, *others = changed
    if not others:
        return f"Since {which} ran last, its {first} changed: all rows are asked anew."
    last = " and ".join(others)
    return f"Since {which} ran last, its {first} and {last} changed: all rows are asked anew."
