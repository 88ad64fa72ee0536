"""What comes in on one HTTP/1.1 connection, looked over before h11 parses it.

h11 is strict, which is wanted, and takes 6 us a chunk, which is not: providers
send a chunk for every token. Chunks that arrived together are handed on as one,
which makes the engine three times as fast. Only what is beyond doubt is rewritten;
anything odd goes to h11 as it came, for h11 to refuse. What h11 has no eyes for is
stopped here: heads without end, and bytes that nobody asked for. No sockets.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MAX_HEAD = 100 * 1024  # bytes of status line and headers, those of interim (1xx) answers included
LONGEST_CHUNK_HEADER = 4096  # bytes; it may carry an extension
REFUSED = b"\r\n"  # in the place of a chunk header, so that h11 refuses what follows at once
CR = 13

_END_OF_HEAD = re.compile(rb"\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)[ \r\n]")
_CODING = re.compile(rb"\ntransfer-encoding:[ \t]*([^\r\n]*?)[ \t]*\r?(?=\n)", re.I)
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([^\r\n]*?)[ \t]*\r?(?=\n)", re.I)
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]*)?\r\n")
_LAST = re.compile(rb"0+(?:;[^\r\n]*)?\r\n\r\n")


class HeadTooLarge(Exception):
    """More headers than any server needs."""


class NotHttp(Exception):
    """The first bytes are no HTTP answer; they are the argument."""


class Http1Coalescer:
    """
    >>> incoming = Http1Coalescer()
    >>> incoming.expect(b"POST / HTTP/1.1")
    >>> incoming.feed(b"HTTP/1.1 200 OK\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n1\\r\\nd\\r\\n")
    b'HTTP/1.1 200 OK\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n4\\r\\nabcd\\r\\n'
    >>> incoming.feed(b"0\\r\\n\\r\\nunasked"), incoming.idle, incoming.surplus
    (b'0\\r\\n\\r\\n', True, True)
    """

    def __init__(self) -> None:
        self.answers = 0  # whole ones so far
        self.begun = False  # something of the present answer has come
        self.surplus = False  # more came than was asked for
        self._step: Callable[[bytes, list[bytes]], bytes] = self._unasked
        self._held = b""
        self._heads = 0  # bytes of head so far
        self._left = 0  # bytes of the chunk, or of the body where its length is known
        self._open = False  # a chunk's data is complete, its line end is not
        self._tunnel = False

    def expect(self, request: bytes) -> None:
        """A request is being sent; what comes from here on is its answer."""
        self._step = (
            self._head if request[:1].isalpha() else self._to_the_end
        )  # a proxy's SOCKS, which is no HTTP
        self._held, self._heads, self._left, self._open = b"", 0, 0, False
        self._tunnel = request.startswith(b"CONNECT ")
        self.begun = False

    @property
    def idle(self) -> bool:
        """Whether nothing is due: no request was sent, or its answer is whole."""
        return self._step == self._unasked

    @property
    def cut(self) -> bool:
        """Whether an end of the connection at this point cuts an answer off."""
        return self._step not in (self._unasked, self._to_the_end)

    def feed(self, data: bytes) -> bytes:
        """The same answer, for h11. Empty where more must come first."""
        self.begun = self.begun or bool(data)
        out: list[bytes] = []
        while data:
            data = self._step(data, out)
        return b"".join(out)

    # --- the parts of an answer: each takes what it can, appends to `out`, and returns the rest ------

    def _head(self, data: bytes, out: list[bytes]) -> bytes:
        before = len(self._held)
        self._held += data
        if not self._heads and self._held[:5] != b"HTTP/"[: len(self._held)]:
            raise NotHttp(self._held[:300])
        end = _END_OF_HEAD.search(self._held, max(0, before - 2))
        size = end.end() if end else len(self._held)
        if self._heads + size > MAX_HEAD:
            raise HeadTooLarge
        if end is None:
            out.append(data)
            return b""
        head, self._held = self._held[:size], b""
        self._heads += size
        self._step = self._after(head)
        out.append(data[: size - before])
        return data[size - before :]

    def _after(self, head: bytes) -> Callable[[bytes, list[bytes]], bytes]:
        """What comes after this head."""
        status, codings, lengths = _STATUS.match(head), _CODING.findall(head), _LENGTH.findall(head)
        if status is None or self._tunnel or status[1] == b"101":
            return self._to_the_end
        if status[1].startswith(b"1"):
            return self._head
        if codings:
            return (
                self._chunks if [c.lower() for c in codings] == [b"chunked"] else self._to_the_end
            )
        if status[1] in (b"204", b"304"):
            lengths = [b"0"]
        if len(lengths) != 1 or not re.fullmatch(rb"\d{1,18}", lengths[0]):
            return self._to_the_end
        self._left = int(lengths[0])
        return self._counted if self._left else self._end()

    def _counted(self, data: bytes, out: list[bytes]) -> bytes:
        out.append(data[: self._left])
        rest = data[self._left :]
        self._left = max(0, self._left - len(data))
        if not self._left:
            self._step = self._end()
        return rest

    def _chunks(self, data: bytes, out: list[bytes]) -> bytes:
        data, at, pieces = self._held + data, 0, []
        self._held = b""
        size = len(data)
        while True:
            if self._left:
                end = at + self._left
                pieces.append(data[at:end])
                if end > size:
                    self._left = end - size
                    break
                self._left, self._open, at = 0, True, end
            if self._open:
                if data[at : at + 2] != b"\r\n":
                    if data[at:] in (b"", b"\r"):
                        self._held = data[at:]
                        break
                    return self._odd(pieces, REFUSED + data[at:], out)
                self._open = False
                at += 2
            header = _CHUNK.match(data, at)
            if header is None:
                line_end = data.find(b"\n", at)
                if line_end < 0 and size - at < LONGEST_CHUNK_HEADER:
                    self._held = data[at:]
                    break
                lawful = line_end > at and data[line_end - 1] == CR
                return self._odd(pieces, data[at:] if lawful else REFUSED + data[at:], out)
            self._left = int(header[1], 16)
            if not self._left:
                _one_chunk(pieces, out)
                self._step = self._last
                return data[at:]
            at = header.end()
        _one_chunk(pieces, out)
        return b""

    def _odd(self, pieces: list[bytes], rest: bytes, out: list[bytes]) -> bytes:
        _one_chunk(pieces, out)
        self._step = self._to_the_end
        return rest

    def _last(self, data: bytes, out: list[bytes]) -> bytes:
        data, self._held = self._held + data, b""
        if last := _LAST.match(data):
            out.append(last[0])
            self._step = self._end()
            return data[last.end() :]
        if data.count(b"\n") < 2 and len(data) < LONGEST_CHUNK_HEADER:
            self._held = data
            return b""
        self._step = self._to_the_end  # trailers, which h11 reads
        return data

    def _end(self) -> Callable[[bytes, list[bytes]], bytes]:
        self.answers += 1
        return self._unasked

    def _to_the_end(self, data: bytes, out: list[bytes]) -> bytes:
        """The body ends with the connection, or it is not for us to say where."""
        out.append(data)
        return b""

    def _unasked(self, data: bytes, out: list[bytes]) -> bytes:
        self.surplus = True
        return b""


def _one_chunk(pieces: list[bytes], out: list[bytes]) -> None:
    if data := b"".join(pieces):
        out += (b"%x\r\n" % len(data), data, b"\r\n")
