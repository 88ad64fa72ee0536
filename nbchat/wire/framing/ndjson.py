"""Lines of JSON become frames."""

from __future__ import annotations

from nbchat.wire.framing.contract import MAX_FRAME, Frame, too_large
from nbchat.wire.framing.lines import Lines


class NdjsonLines:
    """One JSON value a line; blank lines are skipped.

    >>> NdjsonLines().feed(b'{"a":1}\\r\\n\\n{"b"')
    [('', b'{"a":1}')]
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self.unfinished = b""
        self._limit = limit
        self._lines = Lines(limit, lone_cr=False)

    def feed(self, chunk: bytes) -> list[Frame]:
        frames = [("", line) for line in map(bytes.strip, self._lines.feed(chunk)) if line]
        if self._lines.too_long:
            raise too_large("one event", self._limit, frames)
        return frames

    @property
    def pending(self) -> int:
        return self._lines.size

    def close(self) -> list[Frame]:
        self.unfinished = self._lines.rest().strip()
        return []
