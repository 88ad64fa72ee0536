"""When the open end of a growing answer is painted again.

The reader says how often it would be good: closely at the beginning, less often
later and where the page is long. The machine says how often it can be: rendering
takes a part of the time and no more, and what is sent again is limited, too.
"""

from __future__ import annotations

EARLY_SECONDS = 5.0  # from the start, in which a reader watches closely
EARLY_GAP = 0.11  # seconds between two repaints then
LATE_GAP = 0.16  # and after
ORDINARY_SECONDS = 15.0  # of an answer; where it goes on, the gap grows bit by bit
TIRED_GAP = 0.25  # to this
LONGEST_EARLY_GAP = 0.12  # seconds between two repaints of the longest page
LONGEST_LATE_GAP = 0.4  # and after
STALE_AFTER = 0.4  # seconds without a repaint
SHORTEST_GAP = 0.06  # seconds, after a repaint that was late
RENDER_SHARE = 4  # rendering takes one part in so many of the time, however hard the text is
RESENT_PER_SECOND = 60_000  # characters of HTML that are sent again, however long an output is
SHORT_PAGE = 1_200  # characters of an output that keep the gap; a longer one has a longer gap


class RepaintClock:
    """Says when to paint; is told what was rendered and sent. Times are seconds of one clock."""

    def __init__(self, start: float, resent_per_second: int = RESENT_PER_SECOND) -> None:
        self._start = start
        self._resent_per_second = resent_per_second
        self._due = start  # by the rhythm
        self._free = start  # when work and traffic allow the next one
        self._painted = start - STALE_AFTER
        self._work = 0.0  # seconds of rendering since the last repaint
        self._usual_work = 0.0  # the same, on average
        self._resent = 0  # characters since the last repaint, but those that had to be sent

    def is_due(self, now: float) -> bool:
        """Whether to paint now."""
        return now >= max(self._due, self._painted + SHORTEST_GAP, self._free)

    def is_stale(self, now: float) -> bool:
        """Whether a page that has not changed is painted all the same, to show that it lives."""
        return now - self._painted >= STALE_AFTER

    def hurry(self, now: float) -> None:
        """Something else begins, words after thinking say: the rhythm starts anew."""
        self._due = now

    def skip_waiting(self, now: float) -> None:
        """The first words: they are painted at once, though the last repaint has just been."""
        self._due = self._free = now
        self._painted -= SHORTEST_GAP

    def add_work(self, seconds: float) -> None:
        """Rendering has taken so long."""
        self._work += seconds

    def add_sent(self, characters: int) -> None:
        """So much HTML was published."""
        self._resent += characters

    def forgive(self, characters: int) -> None:
        """So much of it is not sent again, but had to be sent."""
        self._resent -= characters

    def note_painted(self, now: float) -> None:
        """The open output has been published."""
        self._painted = now

    def plan_next(self, now: float, page: int) -> None:
        """After a repaint that began at `now` and left an open output of `page` characters."""
        # Only a quarter of a change counts: it may have been an import, or another process.
        self._usual_work += (self._work - self._usual_work) / 4
        self._free = now + max(
            RENDER_SHARE * self._usual_work, self._resent / self._resent_per_second
        )
        self._work, self._resent = 0.0, 0
        gap = self._gap(now, page)
        # By the rhythm and not from now on, so that late repaints do not add up.
        self._due = max(self._due, now - gap) + gap

    def _gap(self, now: float, page: int) -> float:
        factor = max(1.0, page / SHORT_PAGE)
        if now - self._start < EARLY_SECONDS:
            return min(LONGEST_EARLY_GAP, EARLY_GAP * factor)
        lateness = max(1.0, (now - self._start) / ORDINARY_SECONDS)
        return min(LONGEST_LATE_GAP, min(TIRED_GAP, LATE_GAP * lateness) * factor)
