"""Bytes become frames: server-sent events, NDJSON lines, JSON values one after the other.

Works on bytes, because JSON may carry U+2028 or U+0085 unescaped inside an answer
and a text line splitter would cut there. Any split of the input gives the same
frames. Knows nothing of JSON or of HTTP.
"""

from __future__ import annotations

import re
from typing import Protocol, TypeAlias

Frame: TypeAlias = tuple[str, bytes]  # the event's name ("" if it has none), its data

MIB = 1024 * 1024
MAX_FRAME = 32 * MIB  # bytes of one event or line
MAX_DEPTH = 1000  # brackets in brackets, of a JSON body
_BOM = b"\xef\xbb\xbf"


class FramingError(Exception):
    """The bytes are not the framing that was expected, or one frame is larger than allowed."""


class Decoder(Protocol):
    """Cuts a body into frames. `close` is called once, at the end of the body.

    After `close`, `unfinished` holds the data of an event that lacked its end.
    `pending` is how many bytes are held of a frame that is not complete.
    """

    unfinished: bytes

    @property
    def pending(self) -> int: ...

    def feed(self, chunk: bytes) -> list[Frame]: ...
    def close(self) -> list[Frame]: ...


class _Lines:
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


class ServerSentEvents:
    """The event stream of the WHATWG HTML standard, section 9.2.6.

    >>> decoder = ServerSentEvents()
    >>> decoder.feed(b"event: ping\\ndata: 1\\ndata: 2\\n\\ndata:3")
    [('ping', b'1\\n2')]
    >>> decoder.close(), decoder.unfinished
    ([], b'3')
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self.unfinished = b""
        self._limit = limit
        self._lines = _Lines(limit, lone_cr=True)
        self._head = b""  # the first bytes, until it is known whether they are a BOM
        self._started = False
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Frame]:
        if not self._started:
            self._head += chunk
            if len(self._head) < len(_BOM) and _BOM.startswith(self._head):
                return []
            self._started = True
            chunk, self._head = self._head.removeprefix(_BOM), b""
        frames: list[Frame] = []
        for line in self._lines.feed(chunk):
            if line:
                self._field(line)
                continue
            if self._data:
                frames.append((self._name, b"\n".join(self._data)))
                self._data, self._size = [], 0
            self._name = ""
        return frames

    @property
    def pending(self) -> int:
        return self._size + self._lines.size

    def _field(self, line: bytes) -> None:
        """Comments, id, retry and unknown fields mean nothing here."""
        field, _, value = line.partition(b":")
        if value[:1] == b" ":
            value = value[1:]
        if field == b"data":
            self._size += len(value) + 1  # with its line end, so that empty lines are limited too
            if self._size > self._limit:
                raise FramingError(f"one event is larger than {self._limit // MIB} MiB")
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")

    def close(self) -> list[Frame]:
        if not self._started:
            self._lines.feed(self._head)
        if rest := self._lines.rest():
            self._field(rest)
        self.unfinished = b"\n".join(self._data)
        return []


class NdjsonLines:
    """One JSON value a line; blank lines are skipped.

    >>> NdjsonLines().feed(b'{"a":1}\\r\\n\\n{"b"')
    [('', b'{"a":1}')]
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self.unfinished = b""
        self._lines = _Lines(limit, lone_cr=False)

    def feed(self, chunk: bytes) -> list[Frame]:
        return [("", line) for line in map(bytes.strip, self._lines.feed(chunk)) if line]

    @property
    def pending(self) -> int:
        return self._lines.size

    def close(self) -> list[Frame]:
        self.unfinished = self._lines.rest().strip()
        return []


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
                        self._parts.append(chunk[start:at])
                        frames.append(("", b"".join(self._parts)))
                        self._parts, self._size, start = [], 0, at
            self._begun = True
        if self._open:
            self._parts.append(chunk[start:])
            self._size += len(chunk) - start
            if self._size > self._limit:
                raise FramingError(
                    f"one part of the answer is larger than {self._limit // MIB} MiB"
                )
        return frames

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
            raise FramingError(f"the body is larger than {self._limit // MIB} MiB")
        self._parts.append(chunk)
        return []

    @property
    def pending(self) -> int:
        return self._size

    def close(self) -> list[Frame]:
        return [("", b"".join(self._parts))]
