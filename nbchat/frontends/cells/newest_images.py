"""Which outputs still have their image: images are large, so only the newest are kept."""

from __future__ import annotations

from collections import deque

from nbchat.frontends.cells.outputs import Shown

MOST_FIGURES = 10  # images that are kept, the newest


class NewestImages:
    """The outputs of a notebook that have an image, the oldest first."""

    def __init__(self) -> None:
        self._figures: deque[Shown] = deque()

    def keep(self, shown: Shown | None) -> None:
        """Keep the image of an output, if it has one; the oldest of too many is let go."""
        if shown is None or shown.image is None:
            return
        if shown not in self._figures:
            self._figures.append(shown)
        while len(self._figures) > MOST_FIGURES:
            self._figures.popleft().image = None

    def clear(self) -> None:
        self._figures.clear()
