"""An answer in a notebook cell: painted while it streams, and at the end exactly one output.

Settled blocks are sent once; only the open end of the answer is painted again, on
a timer and never per chunk, so that the traffic grows with the answer and not with
its square (JupyterLab redraws a whole output at every update). What is left at the
end depends on the turn alone: live and static give the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from nbchat import render
from nbchat.events import Event, Notice
from nbchat.frontends.notebook.cell_outputs import CellOutputs
from nbchat.frontends.notebook.progress import Progress
from nbchat.frontends.notebook.repaint_clock import RepaintClock
from nbchat.frontends.turn_output import turn_metadata, turn_output
from nbchat.messages import Text, Thought
from nbchat.turns import Turn

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

SMALLEST_GROUP = 600  # characters of settled HTML that become an output of their own
# Later it takes one part in so many of what is settled: outputs stay few, and what is
# repainted stays short.
GROUP_SHARE = 8
LARGEST_GROUP = 20_000  # characters that settled HTML in one output should not exceed


class Display(Protocol):
    """Shows one answer. `feed` takes events, `tick` is called often, `finish` once."""

    def feed(self, events: Sequence[Event]) -> None: ...
    def tick(self) -> None: ...
    def finish(self, turn: Turn | None) -> None: ...


class StaticCell:
    """One output at the end and nothing before it: for nbclient, nbval and papermill."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell

    def feed(self, events: Sequence[Event]) -> None: ...
    def tick(self) -> None: ...

    def finish(self, turn: Turn | None) -> None:
        if turn is not None:
            self._shell.display_pub.publish(turn_output(turn), metadata=turn_metadata(turn))


class LiveCell:
    """Paints while the answer streams, then leaves what StaticCell would.

    The last output is the open one. What has settled in it becomes finished output
    by output; thinking and notices have one of their own, once the words begin.
    """

    def __init__(
        self, shell: InteractiveShell, model: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        start = clock()
        self._clock = clock
        self._repaints = RepaintClock(start)
        self._progress = Progress(model, start)
        self._outputs = CellOutputs(shell, model)
        self._static = StaticCell(shell)
        self._answer = render.LongBlocks()
        self._thought: list[str] = []
        self._notices: list[str] = []
        self._begun = False  # there are words
        self._has_head = False  # the first output is for thinking and notices
        self._head = 0, 0  # how many of each it shows, folded
        self._finished_blocks = 0  # in outputs that are not painted again
        self._finished_size = 0  # characters of these
        self._seen_blocks = 0  # that have been painted as settled
        self._page = ""  # the open output, as it was painted

    def feed(self, events: Sequence[Event]) -> None:
        start = self._clock()
        for event in events:
            match event:
                case Text(text) if text:
                    self._answer.feed(event.spaced)
                    self._note_arrival(text, thinks=False)
                case Thought(text) if text:
                    self._thought.append(event.spaced)
                    self._note_arrival(text, thinks=True)
                case Notice(text):
                    self._notices.append(text)
        self._repaints.add_work(self._clock() - start)

    def _note_arrival(self, text: str, *, thinks: bool) -> None:
        now = self._clock()
        if self._progress.is_first(thinks=thinks):
            self._repaints.skip_waiting(now)
        elif self._progress.thinks != thinks:
            self._repaints.hurry(now)
        self._progress.count(text, now, thinks=thinks)

    def tick(self) -> None:
        now = self._clock()
        if self._repaints.is_due(now):
            self._paint(now)
            self._repaints.add_work(self._clock() - now)
            self._repaints.plan_next(now, len(self._page))

    def finish(self, turn: Turn | None) -> None:
        if turn is None:
            self._outputs.clear(wait=False)
        else:
            self._outputs.clear_for_one()
            self._static.finish(turn)

    # --- painting --------------------------------------------------------------------------------

    def _paint(self, now: float) -> None:
        settled, tail = self._answer.settled, self._answer.tail
        if self._begun or settled or tail:
            self._paint_words(settled, tail, now)
        else:
            self._paint_thinking(now)

    def _paint_thinking(self, now: float) -> None:
        page = render.live_html(
            [],
            status=self._progress.status_line(now),
            thought="".join(self._thought),
            notices=self._notices,
        )
        self._show(page, now)

    def _paint_words(self, settled: Sequence[str], tail: str, now: float) -> None:
        if not self._begun:
            self._begin_words()
        head_is_due = self._is_head_due()
        before = self._outputs.open
        group = self._take_group(settled)
        # The new output comes first, with what was the open end of the one before. The style
        # hides that end in the old output until it is finished below, so nothing moves.
        page = render.live_html(
            settled[self._finished_blocks :], tail, status=self._progress.status_line(now)
        )
        self._show(page, now, force=head_is_due or bool(group))
        # What has settled is sent now, and once more when its output is finished.
        self._repaints.forgive(2 * sum(map(len, settled[self._seen_blocks :])))
        self._seen_blocks = len(settled)
        if head_is_due:  # after the words, since long thinking takes its time
            self._publish(0, render.folded_html("".join(self._thought), self._notices))
        if group:
            self._publish(before, render.live_html(group))

    def _begin_words(self) -> None:
        """Leave the first output to thinking and notices, where there are any."""
        self._begun = True
        self._has_head = bool(self._thought or self._notices)
        self._outputs.open = 1 if self._has_head else 0

    def _is_head_due(self) -> bool:
        """Whether thinking and notices have to be painted: when they are new, and words follow."""
        there = len(self._thought), len(self._notices)
        if not self._has_head or self._progress.thinks or there == self._head:
            return False
        self._head = there
        return True

    def _take_group(self, settled: Sequence[str]) -> Sequence[str]:
        """Go on in a new output where enough has settled; the blocks that the old one ends with.

        Only blocks that have been seen are taken, so that nothing appears twice.
        """
        group = settled[self._finished_blocks : self._seen_blocks]
        size = sum(map(len, group))
        new = sum(map(len, settled[self._seen_blocks :]))
        is_enough = size >= self._finished_size // GROUP_SHARE or size + new > LARGEST_GROUP
        if size < SMALLEST_GROUP or not is_enough or self._outputs.are_full:
            return []
        self._outputs.open += 1
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
