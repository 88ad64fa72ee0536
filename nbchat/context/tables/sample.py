"""Which rows of a long table are looked at."""

from __future__ import annotations

from random import Random

MOST_CELLS = 1_000_000  # of which all are looked at
MOST_ROWS = 10_000  # that are looked at where there are more cells
FEWEST_ROWS = 100  # however many columns there are


def positions(rows: int, width: int) -> list[int] | None:
    """The rows to look at, spread evenly and not in step with anything; None for all of them.

    They are the same ones each time, so that a question stays the same.

    >>> positions(1000, 10), len(positions(1_000_000, 50))
    (None, 10000)
    """
    if rows * width <= MOST_CELLS:
        return None
    count = max(FEWEST_ROWS, min(MOST_ROWS, MOST_CELLS // width))
    if count >= rows:
        return None
    chance = Random(0)
    step = rows / count
    return [int((at + chance.random()) * step) for at in range(count)]
