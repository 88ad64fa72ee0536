"""Paints an answer as one output, which stands where its first word came and stays there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbchat import render
from nbchat.frontends.notebook.standing_output import StandingOutput

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.notebook.growing_answer import GrowingAnswer
    from nbchat.frontends.notebook.repaint_clock import RepaintClock
    from nbchat.frontends.notebook.surroundings import Surroundings

RESENT_IN_ONE_OUTPUT = 30_000  # characters a second, since each repaint is the whole answer


class OneOutput:
    """For an answer beside other things, which must not be taken away with its painting.

    It is there from the first word or call on, so that a question without an answer leaves nothing.
    """

    def __init__(
        self,
        shell: InteractiveShell,
        answer: GrowingAnswer,
        repaints: RepaintClock,
        around: Surroundings,
    ) -> None:
        self._output = StandingOutput(shell, around)
        self._answer = answer
        self._repaints = repaints
        self._page = ""
        self._folded_thought = ""
        self._folded = 0, 0  # how much of thinking and notices are in it

    @property
    def size(self) -> int:
        """Characters of what was painted last."""
        return len(self._page)

    @property
    def is_there(self) -> bool:
        """Whether it has been painted, and nobody has cleared the cell since."""
        return self._output.is_there

    def paint(self, now: float) -> None:
        """Show the answer so far."""
        if not self._answer.has_begun:
            return
        page = render.whole_live_html(
            self._head(),
            self._answer.settled,
            self._answer.tail(now),
            status=self._answer.status_line(now),
            caret=self._answer.speaks,
        )
        if page != self._page or self._repaints.is_stale(now):
            # What is added has no text: a front-end that updates nothing would leave it standing.
            text = self._answer.as_text if self.is_there else ""
            self._output.publish({"text/html": page, "text/plain": text})
            self._page = page
            self._repaints.add_sent(len(page))
            self._repaints.note_painted(now)

    def end_with(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Show what stays."""
        self._output.publish(data, metadata)

    def _head(self) -> str:
        thought, notices = self._answer.thought, self._answer.notices
        if not self._answer.has_words:
            return render.thinking_head(thought, notices)
        there = self._answer.thoughts, len(notices)
        if there != self._folded:
            self._folded = there
            self._folded_thought = render.folded_head(thought, notices)
        return self._folded_thought
