"""Bytes become lines. Not text: that is cut at U+2028 and U+0085, which JSON may carry."""

from __future__ import annotations

from nbchat.wire.framing.contract import MIB, FramingError


class Lines:
    """Complete lines, without their ends: LF, CRLF, and where asked a lone CR as well."""

    def __init__(self, limit: int, *, lone_cr: bool) -> None:
        self._limit = limit
        self._lone_cr = lone_cr
        self._parts: list[bytes] = []  # of a line whose end has not come; joined once
        self.size = 0
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
            raise FramingError(f"one event is larger than {self._limit // MIB} MiB")
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
