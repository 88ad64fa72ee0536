"""One rate for all workers of a cluster: divided among them, and divided anew as they report."""

from __future__ import annotations

from dataclasses import dataclass

from nbchat.engine.pace import CUT

GROWTH = 1.05  # of the rate, for each batch that met no refusal


@dataclass(slots=True)
class SharedRate:
    """Requests a second for all workers together; nothing is known until one was refused.

    >>> rate = SharedRate(given=90.0)
    >>> rate.share(workers=3)
    30.0
    >>> rate.note(reached=20.0, was_refused=True, workers=3)
    >>> rate.share(workers=3), rate.share(workers=2)
    (20.0, 30.0)
    """

    given: float | None = None
    found: float | None = None

    @property
    def total(self) -> float | None:
        """For all workers together; None where nobody has met a limit."""
        known = [rate for rate in (self.given, self.found) if rate is not None]
        return min(known, default=None)

    def share(self, workers: int) -> float | None:
        """What one of so many workers may send."""
        return None if self.total is None else self.total / max(1, workers)

    def note(self, reached: float | None, *, was_refused: bool, workers: int) -> None:
        """A worker reports what it has come to, and whether it was refused on the way."""
        if was_refused and reached is not None:
            told = reached * workers
            cut = told if self.found is None else max(told, self.found * CUT)
            self.found = cut if self.found is None else min(cut, self.found)
        elif self.found is not None:
            self.found *= GROWTH
