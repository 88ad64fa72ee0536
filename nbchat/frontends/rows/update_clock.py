"""How often the state of a map is painted again.

Each update is a message of about a kilobyte, and a map may take hours: closely at the beginning,
when somebody looks at it, less often later. In ten minutes it stays below 200 kB.
"""

from __future__ import annotations

SHORTEST_GAP = 0.25  # seconds between two updates
LONGEST_GAP = 5.0
GAP_SHARE = 12  # the gap is one part in so many of the time since the beginning
USUAL_SIZE = 500  # characters of an update that keep the gap; a longer one has a longer gap


class UpdateClock:
    """Says when to paint. Times are seconds of one clock."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._due = start

    def is_due(self, now: float) -> bool:
        """Whether to paint now."""
        return now >= self._due

    def note_painted(self, now: float, size: int) -> None:
        """It was painted, in so many characters."""
        gap = min((now - self._start) / GAP_SHARE, LONGEST_GAP)
        self._due = now + max(SHORTEST_GAP, gap * max(1.0, size / USUAL_SIZE))
