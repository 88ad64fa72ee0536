"""Who is there while an answer streams into a cell: runs its tools, and asks the person."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

from nbchat.errors import NeedsConsent
from nbchat.frontends.cells.tool_output import ToolOutput, task_output, tool_output
from nbchat.frontends.notebook.consent import Consent
from nbchat.tools.consent import ConsentQuestion
from nbchat.tools.running import Job, Outcome

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.notebook.cell import Display


class CellAttendant:
    """The attendant of one answer, on the thread that reads its stream."""

    def __init__(self, shell: InteractiveShell, display: Display, *, can_ask: bool) -> None:
        self._shell = shell
        self._display = display
        self._consent = Consent(shell, display, is_possible=can_ask)

    def perform(self, job: Job) -> Outcome:
        """Run it, and show what it prints and displays meanwhile."""
        self._display.run(job)
        with tool_output(self._shell, partial(self._hear, job)) as heard:
            return job.perform(heard)

    def hearing(self) -> AbstractContextManager[ToolOutput]:
        """Hear an `async def`, which runs beside the drawing; its result tells what it shows."""
        return task_output(self._shell)

    def _hear(self, job: Job, heard: ToolOutput) -> None:
        self._display.hear(job, heard.outputs)

    def ask(self, question: ConsentQuestion) -> None:
        """Ask the person here, where one can be asked."""
        self._consent.ask(question)

    def tick(self) -> None:
        """Called often while nothing is asked and no tool runs."""
        self._consent.tell_late_replies()

    def refuse_what_was_not_asked(self) -> None:
        """Raise where a tool was not run because nobody could be asked."""
        for question in self._consent.unheard:
            decision = question.decision
            nobody_answered = not question.answered_by
            if decision and nobody_answered and not decision.approved and not decision.stopped:
                raise NeedsConsent(
                    f"the tool {question.tool.name} needs a person's consent, and nobody could be "
                    "asked here, so it was not run; the answer is kept.\n"
                    "Run the cell where somebody answers, or let it run unasked with --yes."
                )
