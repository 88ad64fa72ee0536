"""Paints an answer that is alone in its cell over several outputs, which are taken away at the end.

Settled blocks are sent once: they are finished output by output, and only what is open is
painted again. The last output is the open one; thinking and notices have one of their own,
once the words begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbchat import render
from nbchat.frontends.notebook.cell_outputs import CellOutputs

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.notebook.growing_answer import GrowingAnswer
    from nbchat.frontends.notebook.repaint_clock import RepaintClock
    from nbchat.frontends.notebook.surroundings import Surroundings

SMALLEST_GROUP = 600  # characters of settled HTML that become an output of their own
# Where more has settled it takes one part in so many of what is beyond that: outputs stay few,
# and what is repainted stays short.
ORDINARY_SIZE = 12_000
GROUP_SHARE = 5
GROUP_GAP = 0.5  # seconds between two new outputs: each costs the page more than a repaint
LARGEST_GROUP = 20_000  # characters that settled HTML in one output should not exceed


class SeveralOutputs:
    """Finishes outputs one after the other, as the answer settles."""

    def __init__(
        self,
        shell: InteractiveShell,
        answer: GrowingAnswer,
        repaints: RepaintClock,
        around: Surroundings,
    ) -> None:
        self._answer = answer
        self._repaints = repaints
        self._outputs = CellOutputs(shell, answer.as_text, around)
        self._begun = False  # there are words
        self._has_head = False  # the first output is for thinking and notices
        self._head = 0, 0  # how much of each it shows, folded
        self._finished_blocks = 0  # in outputs that are not painted again
        self._finished_size = 0  # characters of these
        self._next_group = 0.0  # when an output may be finished again
        self._seen_blocks = 0  # that have been painted as settled
        self._page = ""  # the open output, as it was painted

    @property
    def size(self) -> int:
        """Characters of what was painted last."""
        return len(self._page)

    def take_away(self, *, for_one: bool) -> None:
        """Take all of it away, at once or for one output that comes next."""
        if for_one:
            self._outputs.clear_for_one()
        else:
            self._outputs.clear(wait=False)

    def end_with(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Show what stays in place of it, where nothing can be taken away."""
        self._outputs.end_with(data, metadata)

    def paint(self, now: float) -> None:
        """Show the answer so far."""
        settled, tail = self._answer.settled, self._answer.tail(now)
        if self._begun or settled or tail:
            self._paint_words(settled, tail, now)
        else:
            self._paint_thinking(now)

    def _paint_thinking(self, now: float) -> None:
        page = render.live_html(
            [],
            status=self._answer.status_line(now),
            thought=self._answer.thought,
            notices=self._answer.notices,
        )
        self._show(page, now)

    def _paint_words(self, settled: Sequence[str], tail: str, now: float) -> None:
        if not self._begun:
            self._begin_words()
        head_is_due = self._is_head_due()
        before = self._outputs.open
        group = self._take_group(settled, now)
        # The new output comes first, with what was the open end of the one before. The style
        # hides that end in the old output until it is finished below, so nothing moves.
        page = render.live_html(
            settled[self._finished_blocks :],
            tail,
            status=self._answer.status_line(now),
            caret=self._answer.speaks,
        )
        self._show(page, now, force=head_is_due or bool(group))
        # What has settled is sent now, and once more when its output is finished.
        self._repaints.forgive(2 * sum(map(len, settled[self._seen_blocks :])))
        self._seen_blocks = len(settled)
        if head_is_due:  # after the words, since long thinking takes its time
            self._publish(0, render.folded_html(self._answer.thought, self._answer.notices))
        if group:
            self._publish(before, render.live_html(group))

    def _begin_words(self) -> None:
        """Leave the first output to thinking and notices, where there are any."""
        self._begun = True
        self._has_head = bool(self._answer.thought or self._answer.notices)
        self._outputs.open = 1 if self._has_head else 0

    def _is_head_due(self) -> bool:
        """Whether thinking and notices have to be painted: when they are new, and words follow."""
        there = self._answer.thoughts, len(self._answer.notices)
        if not self._has_head or self._answer.progress.thinks or there == self._head:
            return False
        self._head = there
        return True

    def _take_group(self, settled: Sequence[str], now: float) -> Sequence[str]:
        """Go on in a new output where enough has settled; the blocks that the old one ends with.

        Only blocks that have been seen are taken, so that nothing appears twice.
        """
        group = settled[self._finished_blocks : self._seen_blocks]
        size = sum(map(len, group))
        new = sum(map(len, settled[self._seen_blocks :]))
        wanted = (self._finished_size - ORDINARY_SIZE) // GROUP_SHARE
        is_enough = (size >= wanted and now >= self._next_group) or size + new > LARGEST_GROUP
        if size < SMALLEST_GROUP or not is_enough or self._outputs.are_full:
            return []
        self._outputs.open += 1
        self._next_group = now + GROUP_GAP
        self._finished_blocks = self._seen_blocks
        self._finished_size += size
        return group

    def _show(self, page: str, now: float, *, force: bool = False) -> None:
        """Paint the open output, unless it is the same and was painted a moment ago."""
        if force or page != self._page or self._repaints.is_stale(now):
            self._publish(self._outputs.open, page)
            self._page = page
            self._repaints.note_painted(now)

    def _publish(self, number: int, page: str) -> None:
        self._outputs.publish(number, page)
        self._repaints.add_sent(len(page))
