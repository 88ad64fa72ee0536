"""What comes in on one HTTP/1.1 connection, looked over before h11 parses it.

h11 is strict, which is wanted, and takes 6 us a chunk, which is not: providers
send a chunk for every token. Chunks that arrived together are handed on as one,
which makes the engine three times as fast. Only what is beyond doubt is rewritten;
anything odd goes to h11 as it came, for h11 to refuse. It also stops two things that
h11 does not limit: heads without end, and bytes that nobody asked for. No sockets.
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
_CHUNK_HEADER = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]*)?\r\n")
_LAST_CHUNK = re.compile(rb"0+(?:;[^\r\n]*)?\r\n\r\n")

# Reads one part of an answer: takes what it can, appends it to the list, returns the rest.
Step = Callable[[bytes, list[bytes]], bytes]
# Reads one part of a chunk (RFC 9112, section 7.1) at a place; returns where the next part begins.
ChunkStep = Callable[[bytes, int, list[bytes]], int]


class HeadTooLarge(Exception):
    """More headers than any server needs."""


class NotHttp(Exception):
    """The first bytes are no HTTP answer; they are the argument."""


class Http1Coalescer:
    """Makes one chunk of those that arrived together, and knows when an answer is complete.

    >>> incoming = Http1Coalescer()
    >>> incoming.expect(b"POST / HTTP/1.1")
    >>> head = b"HTTP/1.1 200 OK\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n"
    >>> incoming.feed(head + b"3\\r\\nabc\\r\\n1\\r\\nd\\r\\n").removeprefix(head)
    b'4\\r\\nabcd\\r\\n'
    >>> incoming.feed(b"0\\r\\n\\r\\nunasked"), incoming.idle, incoming.surplus
    (b'0\\r\\n\\r\\n', True, True)
    """

    def __init__(self) -> None:
        self.answers = 0  # complete ones so far
        self.begun = False  # something of the present answer has come
        self.surplus = False  # more came than was asked for
        self._step: Step = self._drop_surplus
        self._held = b""
        self._heads = 0  # bytes of head so far
        self._left = 0  # bytes of the chunk, or of the body where its length is known
        self._chunk_part: ChunkStep = self._read_chunk_headers
        self._tunnel = False

    def expect(self, request: bytes) -> None:
        """A request is being sent; what comes from here on is its answer."""
        is_http = request[:1].isalpha()  # else it is a proxy's SOCKS
        self._step = self._read_head if is_http else self._pass_on
        self._held = b""
        self._heads = self._left = 0
        self._chunk_part = self._read_chunk_headers
        self._tunnel = request.startswith(b"CONNECT ")
        self.begun = False

    @property
    def idle(self) -> bool:
        """Whether nothing is due: no request was sent, or its answer is complete."""
        return self._step == self._drop_surplus

    @property
    def inside_answer(self) -> bool:
        """Whether an end of the connection at this point would cut an answer off."""
        return self._step not in (self._drop_surplus, self._pass_on)

    def feed(self, data: bytes) -> bytes:
        """The same answer, for h11. Empty where more must come first.

        Raises HeadTooLarge and NotHttp.
        """
        self.begun = self.begun or bool(data)
        out: list[bytes] = []
        while data:
            data = self._step(data, out)
        return b"".join(out)

    # --- the head ----------------------------------------------------------------------------

    def _read_head(self, data: bytes, out: list[bytes]) -> bytes:
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
        self._step = self._step_after_head(head)
        out.append(data[: size - before])
        return data[size - before :]

    def _step_after_head(self, head: bytes) -> Step:
        """How what comes after this head is read (RFC 9112, section 6.3)."""
        status = _STATUS.match(head)
        if status is None or self._tunnel or status[1] == b"101":
            return self._pass_on
        if status[1].startswith(b"1"):
            return self._read_head
        codings = [coding.lower() for coding in _CODING.findall(head)]
        if codings == [b"chunked"]:
            return self._read_chunks
        if codings:
            return self._pass_on
        lengths = _LENGTH.findall(head)
        if status[1] in (b"204", b"304"):
            lengths = [b"0"]
        if len(lengths) != 1 or not re.fullmatch(rb"\d{1,18}", lengths[0]):
            return self._pass_on
        self._left = int(lengths[0])
        return self._read_counted_body if self._left else self._finish_answer()

    # --- the body ------------------------------------------------------------------------------

    def _read_counted_body(self, data: bytes, out: list[bytes]) -> bytes:
        """A body of known length."""
        out.append(data[: self._left])
        rest = data[self._left :]
        self._left = max(0, self._left - len(data))
        if not self._left:
            self._step = self._finish_answer()
        return rest

    def _read_chunks(self, data: bytes, out: list[bytes]) -> bytes:
        """A chunked body up to its last chunk; what is here of it goes on as one chunk."""
        data, self._held = self._held + data, b""
        body: list[bytes] = []
        at = 0
        while at < len(data):
            start = at
            at = self._chunk_part(data, at, body)
            if at == start:
                break  # the rest of it is still to come, or it is no chunk
        if merged := b"".join(body):
            out += (b"%x\r\n" % len(merged), merged, b"\r\n")
        if self._step == self._read_chunks:
            self._held = data[at:]
            return b""
        return data[at:]

    def _read_chunk_headers(self, data: bytes, at: int, body: list[bytes]) -> int:
        """Up to a chunk that is here in part; those that are here from end to end are taken."""
        while header := _CHUNK_HEADER.match(data, at):
            start = header.end()
            self._left = int(header[1], 16)
            if not self._left:
                self._step = self._read_last_chunk
                return at
            end = start + self._left
            if data[end : end + 2] != b"\r\n":
                self._chunk_part = self._read_chunk_data
                return start
            body.append(data[start:end])
            at = end + 2
        if at < len(data):
            self._check_chunk_header(data[at:])
        return at

    def _check_chunk_header(self, line: bytes) -> None:
        """Wait for the rest of it, unless what is here of it is odd already."""
        line_end = line.find(b"\n")
        if line_end < 0 and len(line) < LONGEST_CHUNK_HEADER:
            return
        lawful = line_end > 0 and line[line_end - 1] == CR
        self._step = self._pass_on if lawful else self._pass_on_refused

    def _read_chunk_data(self, data: bytes, at: int, body: list[bytes]) -> int:
        piece = data[at : at + self._left]
        body.append(piece)
        self._left -= len(piece)
        if not self._left:
            self._chunk_part = self._read_chunk_line_end
        return at + len(piece)

    def _read_chunk_line_end(self, data: bytes, at: int, body: list[bytes]) -> int:
        line_end = data[at : at + 2]
        if line_end == b"\r\n":
            self._chunk_part = self._read_chunk_headers
            return at + 2
        if line_end != b"\r":
            self._step = self._pass_on_refused
        return at

    def _read_last_chunk(self, data: bytes, out: list[bytes]) -> bytes:
        data, self._held = self._held + data, b""
        if last := _LAST_CHUNK.match(data):
            out.append(last[0])
            self._step = self._finish_answer()
            return data[last.end() :]
        if data.count(b"\n") < 2 and len(data) < LONGEST_CHUNK_HEADER:
            self._held = data
            return b""
        self._step = self._pass_on  # trailers, which h11 reads
        return data

    # --- the end -------------------------------------------------------------------------------

    def _finish_answer(self) -> Step:
        self.answers += 1
        return self._drop_surplus

    def _pass_on(self, data: bytes, out: list[bytes]) -> bytes:
        """The body ends with the connection, or it is not for us to say where."""
        out.append(data)
        return b""

    def _pass_on_refused(self, data: bytes, out: list[bytes]) -> bytes:
        """Something odd, of which h11 must not wait for the rest."""
        self._step = self._pass_on
        out.append(REFUSED)
        return data

    def _drop_surplus(self, data: bytes, out: list[bytes]) -> bytes:
        self.surplus = True
        return b""
