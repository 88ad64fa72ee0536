"""HTTP/1.1 as bytes: the request that goes out, and the answers that come in on one connection.

Pure: no sockets, no clock. Providers send a chunk for every token, so the chunks that
arrived together come out as one. It is as strict as h11, the judge in the tests: what
h11 refuses is refused here, and what came before is handed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

MAX_HEAD = 100 * 1024  # bytes of status line and headers, those of interim (1xx) answers included
LONGEST_CHUNK_HEADER = 4096  # bytes; it may carry an extension

_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
_VALUE = re.compile(rb"[^\x00\r\n\x0b\x0c]*")
_FIELD = re.compile(rb"(%b):(%b)" % (_TOKEN.pattern, _VALUE.pattern))
_STATUS = re.compile(rb"HTTP/(\d\.\d) ([1-9]\d\d)(?: %b)?" % _VALUE.pattern)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,20})(?:;[^\r\n]*)?[ \t]*\r\n")


class Malformed(Exception):
    """Not HTTP/1.1 as it should be; the argument says in a few words what is wrong."""


class NotHttp(Malformed):
    """The first bytes are no HTTP answer; they are the argument."""


class HeadTooLarge(Malformed):
    """More headers than any server needs."""


# --- out -----------------------------------------------------------------------------------------


def request(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A whole request. Raises Malformed for a header that would be none, or more than one.

    >>> request("GET", "/models", {"host": "example.com"})
    b'GET /models HTTP/1.1\\r\\nhost: example.com\\r\\n\\r\\n'
    """
    lines = [f"{method} {target} HTTP/1.1".encode("ascii")]
    for name, value in headers.items():
        try:
            line = f"{name}: {value.strip()}".encode("latin-1")
        except UnicodeEncodeError:
            line = b""
        if not _FIELD.fullmatch(line):
            raise Malformed(f"the header {name!r} is not valid")
        lines.append(line)
    if body or method == "POST":
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


# --- in ------------------------------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class Head:
    """How an answer begins; names are in lower case, and repeated headers are one."""

    status: int
    headers: Mapping[str, str]


class Incoming:
    """What comes in on one connection: `feed` it, and it gives back the bytes of the body.

    >>> incoming = Incoming()
    >>> incoming.expect()
    >>> incoming.feed(b"HTTP/1.1 200 OK\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n1\\r\\nd\\r\\n")
    b'abcd'
    >>> incoming.feed(b"0\\r\\n\\r\\nunasked"), incoming.head.status, incoming.idle, incoming.surplus
    (b'', 200, True, True)
    """

    def __init__(self) -> None:
        self.head: Head | None = None  # of the present answer
        self.answers = 0  # whole ones so far
        self.begun = False  # something of the present answer has come
        self.surplus = False  # more came than was asked for
        self.lasts = True  # the connection may be used for another request
        self.failed: Malformed | None = None  # what comes next cannot be read
        self._step: Callable[[bytes, list[bytes]], bytes] = self._unasked
        self._held = b""
        self._heads = 0  # bytes of head so far
        self._left = 0  # bytes of the chunk, or of the body where its length is known
        self._open = False  # a chunk's data is complete, its line end is not
        self._tunnel = False

    def expect(self, *, tunnel: bool = False) -> None:
        """A request is being sent; what comes from here on is its answer. `tunnel`: it was a CONNECT."""
        self.head, self._step, self._tunnel = None, self._head, tunnel
        self._held, self._heads, self._left, self._open = b"", 0, 0, False
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
        """The bytes of the body among these. Where they go wrong, what came before is still given; see `failed`."""
        self.begun = self.begun or bool(data)
        out: list[bytes] = []
        try:
            while data and not self.failed:
                data = self._step(data, out)
        except Malformed as failed:
            self.failed = failed
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
            return b""
        head, rest, self._held = self._held[: end.start()], self._held[size:], b""
        self._heads += size
        self._step = self._after(head)
        return rest

    def _after(self, head: bytes) -> Callable[[bytes, list[bytes]], bytes]:
        """What comes after this head."""
        first, _, rest = head.partition(b"\n")
        status_line, fields = _STATUS.fullmatch(first.removesuffix(b"\r")), _fields(rest)
        if status_line is None:
            raise Malformed("a bad status line")
        status, codings, length = int(status_line[2]), _codings(fields), _length(fields)
        if status == 101:
            raise Malformed("another protocol, which was not asked for")
        if status < 200:
            return self._head
        headers: dict[str, str] = {}
        for name, value in fields:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        self.head = Head(status, headers)
        if self._tunnel and 200 <= status < 300:
            return self._end()
        options = [option.strip().lower() for option in headers.get("connection", "").split(",")]
        self.lasts = status_line[1] >= b"1.1" and "close" not in options
        if status in (204, 304):
            length = 0
        elif codings:
            return self._chunks
        if length is None:
            self.lasts = False
            return self._to_the_end
        self._left = length
        return self._counted if length else self._end()

    def _counted(self, data: bytes, out: list[bytes]) -> bytes:
        out.append(data[: self._left])
        rest = data[self._left :]
        self._left = max(0, self._left - len(data))
        if not self._left:
            self._step = self._end()
        return rest

    def _chunks(self, data: bytes, out: list[bytes]) -> bytes:
        data, self._held = self._held + data, b""
        at, size = 0, len(data)
        while True:
            if self._left:
                end = at + self._left
                out.append(data[at:end])
                if end > size:
                    self._left = end - size
                    return b""
                self._left, self._open, at = 0, True, end
            if self._open:
                if data[at : at + 2] != b"\r\n":
                    if data[at:] not in (b"", b"\r"):
                        raise Malformed("a chunk longer than it says")
                    self._held = data[at:]
                    return b""
                self._open = False
                at += 2
            header = _CHUNK.match(data, at)
            if header is None:
                if data.find(b"\n", at) >= 0 or size - at >= LONGEST_CHUNK_HEADER:
                    raise Malformed("a bad chunk size")
                self._held = data[at:]
                return b""
            self._left, at = int(header[1], 16), header.end()
            if not self._left:
                self._step = self._trailer
                return data[at:]

    def _trailer(self, data: bytes, out: list[bytes]) -> bytes:
        """Headers after the last chunk, which mean nothing here, and the empty line that ends the answer."""
        data, self._held = b"\n" + self._held + data, b""
        end = _END_OF_HEAD.search(data)
        if end is None:
            if len(data) > MAX_HEAD:
                raise HeadTooLarge
            self._held = data[1:]
            return b""
        _fields(data[1 : max(1, end.start())])
        self._step = self._end()
        return data[end.end() :]

    def _end(self) -> Callable[[bytes, list[bytes]], bytes]:
        self.answers += 1
        return self._unasked

    def _to_the_end(self, data: bytes, out: list[bytes]) -> bytes:
        """The body ends with the connection."""
        out.append(data)
        return b""

    def _unasked(self, data: bytes, out: list[bytes]) -> bytes:
        self.surplus = True
        return b""


def _fields(lines: bytes) -> list[tuple[str, str]]:
    """Names, in lower case, and values; a line that begins with a space goes on with the value before it."""
    if lines[:1] in (b" ", b"\t"):
        raise Malformed("a bad header")
    found = []
    for line in _FOLD.sub(b" ", lines).split(b"\n") if lines else ():
        field = _FIELD.fullmatch(line.removesuffix(b"\r"))
        if field is None:
            raise Malformed("a bad header")
        found.append((field[1].decode("ascii").lower(), field[2].strip(b" \t").decode("latin-1")))
    return found


def _codings(fields: Iterable[tuple[str, str]]) -> list[str]:
    codings = [value.lower() for name, value in fields if name == "transfer-encoding"]
    if codings not in ([], ["chunked"]):
        raise Malformed("a transfer coding other than chunked")
    return codings


def _length(fields: Iterable[tuple[str, str]]) -> int | None:
    lengths = {part.strip(" \t") for name, value in fields if name == "content-length" for part in value.split(",")}
    if not lengths:
        return None
    if len(lengths) > 1 or not re.fullmatch(r"\d{1,20}", next(iter(lengths)), re.ASCII):
        raise Malformed("conflicting or bad lengths")
    return int(lengths.pop())
