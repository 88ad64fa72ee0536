"""One map from its data to its result: what is asked, run, asked again and forgotten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbchat import runtime
from nbchat.context import tokens
from nbchat.dataframes import estimate
from nbchat.dataframes.asking import Job, RowAsker, RowQuestion
from nbchat.dataframes.filling import Filling
from nbchat.dataframes.mapped import Mapped
from nbchat.dataframes.place import display_here
from nbchat.dataframes.progress import Progress, ProgressDisplay
from nbchat.dataframes.questions import Questions
from nbchat.dataframes.records import Records
from nbchat.dataframes.row import Row
from nbchat.dataframes.running import Running
from nbchat.dataframes.template import Template
from nbchat.dataframes.waiting import wait_for
from nbchat.errors import Interrupted, NbchatError
from nbchat.middleware.budget import may_go_over
from nbchat.values.value_type import ValueType
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.dataframes.checkpoint import Checkpoint

NOT_ASKED = "it was not asked: the map was stopped before."


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
    ) -> None:
        self.records = records
        self.wanted = wanted
        self.columns: Sequence[str] = template.columns
        self._job = job
        self._template = template
        self._asker = asker
        self._checkpoint = checkpoint
        self._display = display
        self._settings = runtime.current().usable_settings()
        self._questions = Questions.of(records, template)
        self.result = Mapped([Row(label) for label in records.index], self)

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
        """Remove what is kept on disk."""
        if self._checkpoint:
            self._checkpoint.forget()
            self._checkpoint.close()

    # --- how -------------------------------------------------------------------------------------

    def _progress(self) -> Progress:
        skipped = sum(self._questions.skipped.values())
        refused = len(self._questions.refused)
        return Progress(self._job.model, rows=self._questions.rows, skipped=skipped, failed=refused)

    def _mark_rows(self) -> None:
        """What is asked has no answer yet, and what cannot be sent says why."""
        for rows in self._questions.rows_of.values():
            for at in rows:
                self.result.rows[at].error = Interrupted(NOT_ASKED)
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
            line = f"Since {self._job.name!r} ran last, its {changed} changed"
            progress.tell(f"{line}: every row is asked anew.", passes=True)

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
        try:
            is_whole = not waiting or wait_for(
                running.ask(waiting, self._around, self._template.shared),
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
            sent = estimate.tokens_of(waiting, tokens.estimate(self._around))
            rows = sum(len(self._questions.rows_of[one.key]) for one in waiting)
            progress.tell(estimate.counted_line(rows, len(waiting), sent), passes=True)
        for remark in (*self._template.remarks, *self._questions.remarks):
            progress.tell(remark)
        if self._job.purse:
            over = may_go_over(self._settings, self._job.model, self._job.options)
            if over:
                progress.tell(over)
        if self._questions.equal and self._job.options.get("temperature") != 0:
            equal = plural(self._questions.equal, "row")
            progress.tell(
                f"{equal} like another: these are asked once, though temperature is not 0."
            )

    @property
    def _around(self) -> str:
        """What is sent with every question."""
        schema = json.dumps(self.wanted.json_schema, default=str) if self.wanted else ""
        return f"{self._job.options.get('system') or ''}{schema}"

    def _interrupted(self) -> Interrupted:
        done, rows = self.result.answered, len(self.result)
        kept = (
            "Run it again, and it goes on from here"
            if self._checkpoint and not self._checkpoint.trouble
            else "What is done is the `.result` of this error"
        )
        error = Interrupted(f"stopped after {done:,} of {plural(rows, 'row')}. {kept}.")
        error.result = self.result
        return error
