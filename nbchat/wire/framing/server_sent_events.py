"""Server-sent events become frames."""

from __future__ import annotations

import re

from nbchat.wire.framing.contract import MAX_FRAME, Frame, too_large
from nbchat.wire.framing.lines import Lines

_BOM = b"\xef\xbb\xbf"
_DATA = len(b"data: ")  # bytes of a line that are none of its event's
_WRAPPED_DATA = re.compile(rb"^(?:data:[ ]?)+", re.M)
_WRAPPED_FIELD = re.compile(rb"(?:event|id|retry):[ ]?[\w.-]*|:.*")


class ServerSentEvents:
    """The event stream of the WHATWG HTML standard, section 9.2.6.

    A field `error` with JSON, as llama.cpp writes it, is the data of an event of that name.

    >>> decoder = ServerSentEvents()
    >>> decoder.feed(b"event: ping\\ndata: 1\\ndata: 2\\n\\ndata:3")
    [('ping', b'1\\n2')]
    >>> decoder.close(), decoder.unfinished
    ([], b'3')
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self.unfinished = b""
        self._limit = limit
        self._lines = Lines(limit + _DATA, lone_cr=True)
        self._head = b""  # the first bytes, until it is known whether they are a BOM
        self._started = False
        self.name = ""  # of the event that is being read
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
                if self._is_too_large():
                    raise too_large("one event", self._limit, frames)
                continue
            if self._data:
                frames.append((self.name, b"\n".join(self._data)))
                self._data, self._size = [], 0
            self.name = ""
        if self._lines.too_long:
            raise too_large("one event", self._limit, frames)
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
            self._data.append(value)
        elif field == b"event":
            self.name = value.decode("utf-8", "replace")
        elif field == b"error" and value[:1] == b"{":
            self.name = "error"
            self._size += len(value) + 1
            self._data.append(value)

    def _is_too_large(self) -> bool:
        return self._size - 1 > self._limit  # the last line has no line end in the event's data

    def close(self) -> list[Frame]:
        if not self._started:
            self._lines.feed(self._head)
        if rest := self._lines.rest():
            self._field(rest)
        self.unfinished = b"\n".join(self._data)
        return []


def unwrap(data: bytes) -> bytes:
    """The data of an event that a proxy has wrapped a second time, line by line.

    It is empty where the inner line was no data.

    >>> unwrap(b'data: {"a": 1}'), unwrap(b"data: [DONE]"), unwrap(b"event: ping"), unwrap(b"x")
    (b'{"a": 1}', b'[DONE]', b'', b'x')
    """
    if _WRAPPED_FIELD.fullmatch(data):
        return b""
    return _WRAPPED_DATA.sub(b"", data)
