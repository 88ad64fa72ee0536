"""An answer in a notebook cell: painted while it streams, and at the end exactly one output.

Settled blocks are sent once; only the open end of the answer is painted again, on
a timer and never per chunk, so that the traffic grows with the answer and not with
its square (JupyterLab redraws a whole output at every update). What is left at the
end depends on the turn alone: live and static give the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from nbchat import render
from nbchat.events import Event, Notice
from nbchat.frontends.notebook.footer import footer
from nbchat.messages import Text, Thought
from nbchat.turns import Turn

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

EARLY = 5.0  # seconds in which a reader watches closely
EARLY_GAP = 0.11  # seconds between two repaints then
LATE_GAP = 0.25  # and after
EARLY_MOST, LATE_MOST = 0.12, 0.4  # for the longest page
LEAST = 0.06  # after one that came late
BREATH = 4  # rendering may take one part in so many of the time, however hard the text is
RATE = 60_000  # characters of HTML a second that are sent again, however long an output is
QUICK = 1_200  # characters of an output that is repainted so often; longer ones take their time
GROUP = 600  # characters of settled HTML that become an output of their own
SHARE = 8  # or one part in so many of what is settled, so that outputs are few, and there is little to repaint
OUTPUTS = 44  # at most, since JupyterLab shows 50 of a cell


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
            self._shell.display_pub.publish(bundle(turn), metadata=metadata(turn))


class LiveCell:
    """Paints while the answer streams, then leaves what StaticCell would.

    The last output is the open one. What has settled in it becomes finished output
    by output; thinking and notices have one of their own, once the words begin.
    """

    def __init__(
        self, shell: InteractiveShell, model: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._shell = shell
        self._model = model
        self._clock = clock
        self._start = clock()
        self._next = self._start
        self._answer = render.LongBlocks()
        self._thought: list[str] = []
        self._notices: list[str] = []
        self._thinks = False  # now
        self._came: set[bool] = set()  # of thoughts (True) and words (False), what there has been
        self._first_at: float | None = None  # when the first words or thoughts came
        self._tokens = 0.0
        self._begun = False  # there are words
        self._headed = False  # the first output is for thinking and notices
        self._head = 0, 0  # how many of each it shows, folded
        self._blocks = self._size = 0  # that are in finished outputs, and their characters
        self._seen = 0  # blocks that have been painted as settled
        self._page = ""  # the open output, as it was painted
        self._painted = self._start - LATE_MOST
        self._work = 0.0  # seconds of rendering since the last repaint
        self._cost = 0.0  # the same, on average
        self._again = 0  # characters since the last repaint, but those that had to be sent
        self._free = self._start  # when work and traffic allow the next one
        self._prefix = f"nbchat-{time.time_ns():x}"
        self._number = 0  # of the open output
        self._made = -1  # the last output that there is
        # In an output of its own, which takes no room, so that repaints can do without.
        style = f'<div class="nbc nbc-style"><style>{render.LIVE_STYLE}</style></div>'
        shell.display_pub.publish({"text/html": style, "text/plain": ""})

    def feed(self, events: Sequence[Event]) -> None:
        start = self._clock()
        for event in events:
            match event:
                case Text(text) if text:
                    self._answer.feed(event.spaced)
                    self._count(text, thinks=False)
                case Thought(text) if text:
                    self._thought.append(event.spaced)
                    self._count(text, thinks=True)
                case Notice(text):
                    self._notices.append(text)
        self._work += self._clock() - start

    def _count(self, text: str, *, thinks: bool) -> None:
        if self._thinks != thinks or not self._came:
            self._next = self._clock()
        if thinks not in self._came:
            self._came.add(thinks)
            self._painted -= (
                LEAST  # the first words are on the page at once, though the clock has just been
            )
            self._free = self._next
        self._thinks = thinks
        if self._first_at is None:
            self._first_at = self._clock()
        self._tokens += len(text.encode("utf-8", "replace")) / 4  # as tokenizers do in most scripts

    def tick(self) -> None:
        now = self._clock()
        if now < max(self._next, self._painted + LEAST, self._free):
            return
        self._paint(now)
        self._work += self._clock() - now
        self._cost += (
            self._work - self._cost
        ) / 4  # one may have waited for an import, or for the machine
        self._free = now + max(BREATH * self._cost, self._again / RATE)
        self._work, self._again = 0.0, 0
        gap, most = (EARLY_GAP, EARLY_MOST) if now - self._start < EARLY else (LATE_GAP, LATE_MOST)
        gap = min(most, gap * max(1.0, len(self._page) / QUICK))
        self._next = (
            max(self._next, now - gap) + gap
        )  # by the clock, so that late ticks do not add up

    def _paint(self, now: float) -> None:
        settled, tail, status = self._answer.settled, self._answer.tail, self._status(now)
        if not (self._begun or settled or tail):
            self._show(
                render.live_html(
                    [], status=status, thought="".join(self._thought), notices=self._notices
                ),
                now,
            )
            return
        folds = self._folds()
        finished, done = -1, settled[self._blocks : self._seen]
        size = sum(map(len, done))
        if size >= max(GROUP, self._size // SHARE) and self._number < OUTPUTS:
            finished = self._number
            self._number += 1
            self._blocks = self._seen
            self._size += size
        # The new output first, with what was the open end of the one before, which the style hides: nothing moves.
        page = render.live_html(settled[self._blocks :], tail, status=status)
        self._show(page, now, force=folds or finished >= 0)
        # What has settled is sent now, and once more when its output is finished.
        self._again -= 2 * sum(map(len, settled[self._seen :]))
        self._seen = len(settled)
        if folds:  # after the words, since long thinking takes its time
            self._publish(0, render.folded_html("".join(self._thought), self._notices))
        if finished >= 0:
            self._publish(finished, render.live_html(done))

    def _folds(self) -> bool:
        """Whether the output of notices and thinking has to be painted: when words follow."""
        there = len(self._thought), len(self._notices)
        if not self._begun:
            self._begun = True
            self._number = int(there != (0, 0))
            self._headed = self._number > 0
        if not self._headed or self._thinks or there == self._head:
            return False
        self._head = there
        return True

    def _show(self, page: str, now: float, *, force: bool = False) -> None:
        """Paint the open output; one that has not changed as often as anyone would notice that it lives."""
        if force or page != self._page or now - self._painted >= LATE_MOST:
            self._publish(self._number, page)
            self._page, self._painted = page, now

    def _publish(self, number: int, page: str) -> None:
        self._shell.display_pub.publish(
            {"text/html": page, "text/plain": self._model},
            transient={"display_id": f"{self._prefix}-{number}"},
            update=number <= self._made,
        )
        self._made = max(self._made, number)
        self._again += len(page)

    def _status(self, now: float) -> str:
        seconds = now - self._start
        if self._first_at is None or self._thinks:
            doing = "waiting" if self._first_at is None else "thinking"
            return f"{self._model} · {doing}… {seconds:.0f} s"
        since = now - self._first_at
        rate = f" · {self._tokens / since:.0f} tok/s" if since >= 1 else ""
        return f"{self._model} · {seconds:.0f} s{rate}"

    def finish(self, turn: Turn | None) -> None:
        clear: Callable[..., None] = self._shell.display_pub.clear_output
        if turn is None:
            clear(wait=False)
            return
        for page in render.ROOM:
            self._publish(self._number + 1, page)
        clear(wait=True)
        self._shell.display_pub.publish(bundle(turn), metadata=metadata(turn))


def bundle(turn: Turn) -> dict[str, Any]:
    """The one output of a turn: safe HTML, and the answer's Markdown source."""
    answer = turn.answer
    failed = answer.stop.reason in (
        "interrupted",
        "broken",
    )  # the cell's error says it, right below
    return {
        "text/html": render.answer_html(
            answer, footer=footer(turn), notices=answer.notices, with_ending=not failed
        ),
        "text/plain": render.plain(answer),
    }


def metadata(turn: Turn) -> dict[str, Any]:
    """What may differ between two runs stays out of the output itself."""
    made = turn.answer.usage.output
    rate = {"tokens_per_second": round(made / turn.seconds, 1)} if made and turn.seconds else {}
    return {"nbchat": {"model": turn.answer.model, "seconds": round(turn.seconds, 2), **rate}}
