"""Bytes become lines. Not text: that is cut at U+2028 and U+0085, which JSON may carry."""

from __future__ import annotations


class Lines:
    """Complete lines, without their ends: LF, CRLF, and where asked a lone CR as well.

    The first that is longer than the limit is `too_long`, and no line is given from there on.
    """

    def __init__(self, limit: int, *, lone_cr: bool) -> None:
        self._limit = limit
        self._lone_cr = lone_cr
        self._parts: list[bytes] = []  # of a line whose end has not come; joined once
        self.size = 0
        self.too_long = False
        self._after_cr = False

    def feed(self, chunk: bytes) -> list[bytes]:
        if self._lone_cr and (self._after_cr or b"\r" in chunk):
            chunk = self._with_lf_only(chunk)
        *lines, rest = chunk.split(b"\n")
        if lines:
            self._parts.append(lines[0])
            lines[0] = b"".join(self._parts)
            self._parts.clear()
            self.size = 0
        if rest:
            self._parts.append(rest)
            self.size += len(rest)
        if max(self.size, *map(len, lines), 0) > self._limit:
            self.too_long = True
            return self._lines_that_fit(lines)
        return lines

    def _lines_that_fit(self, lines: list[bytes]) -> list[bytes]:
        """Those before the first that is too long."""
        for number, line in enumerate(lines):
            if len(line) > self._limit:
                return lines[:number]
        return lines

    def _with_lf_only(self, chunk: bytes) -> bytes:
        if self._after_cr and chunk.startswith(b"\n"):  # the second half of a CRLF
            chunk = chunk[1:]
            self._after_cr = False
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def rest(self) -> bytes:
        return b"".join(self._parts)
