"""JSON that is no stream becomes frames: values one after the other, or the whole body as one."""

from __future__ import annotations

import re

from nbchat.wire.framing.contract import MAX_FRAME, Frame, FramingError, too_large

MAX_DEPTH = 1000  # brackets in brackets, of a JSON body


class JsonValues:
    """JSON objects one after the other, or as the items of one array; each is a frame.

    How a server answers that does not stream, and how some do: Gemini without
    `alt=sse`, and gateways that send the events' data alone.

    >>> values = JsonValues()
    >>> values.feed(b'[{"a": "]}"},\\n{"b"'), values.array
    ([('', b'{"a": "]}"}')], True)
    >>> values.feed(b": 2}]"), values.close()
    ([('', b'{"b": 2}')], [])
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self.unfinished = b""
        self.array = False
        self._limit = limit
        self._parts: list[bytes] = []  # of the value that is not complete
        self._size = 0
        self._open = 0  # brackets, without that of the array
        self._in_text = False
        self._escaped = False  # the last byte so far was a backslash in a text
        self._begun = False

    @property
    def pending(self) -> int:
        return self._size

    def feed(self, chunk: bytes) -> list[Frame]:
        frames: list[Frame] = []
        start = at = 0
        if self._in_text and chunk:
            at = self._after_text(chunk, 0)
        while at < len(chunk) and (mark := _MARK.search(chunk, at)):
            at = mark.end()
            match mark[0]:
                case b'"':
                    at = self._after_text(chunk, at)
                case b"[" if not self._begun:
                    self.array, start = True, at
                case b"{" | b"[":
                    if not self._open:
                        start = mark.start()
                    self._open += 1
                    if self._open > MAX_DEPTH:
                        raise FramingError(f"JSON nested deeper than the limit of {MAX_DEPTH}")
                case _ if self._open:
                    self._open -= 1
                    if not self._open:
                        self._add(chunk[start:at], frames)
                        frames.append(("", b"".join(self._parts)))
                        self._parts, self._size, start = [], 0, at
            self._begun = True
        if self._open:
            self._add(chunk[start:], frames)
        return frames

    def _add(self, piece: bytes, before: list[Frame]) -> None:
        """Add to the value that is not complete. Raises FramingError where it becomes too large."""
        self._parts.append(piece)
        self._size += len(piece)
        if self._size > self._limit:
            raise too_large("one part of the answer", self._limit, before)

    def _after_text(self, chunk: bytes, at: int) -> int:
        """Where the text that goes on at `at` has ended; it may go on in the next chunk."""
        if self._escaped:
            at += 1
        inside = _INSIDE.match(chunk, at)
        assert inside
        end = inside.end()
        self._in_text = chunk[end : end + 1] != b'"'
        self._escaped = (
            chunk[end : end + 1] == b"\\"
        )  # the very last byte, or it would have been inside
        return end + 1

    def close(self) -> list[Frame]:
        self.unfinished = b"".join(self._parts)
        return []


_MARK = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.S)


class WholeBody:
    """Not a stream: the whole body is one frame, given at the end.

    What a server sends that does not stream, whether or not it says so.
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self.unfinished = b""
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Frame]:
        self._size += len(chunk)
        if self._size > self._limit:
            raise too_large("the body", self._limit)
        self._parts.append(chunk)
        return []

    @property
    def pending(self) -> int:
        return self._size

    def close(self) -> list[Frame]:
        return [("", b"".join(self._parts))]
