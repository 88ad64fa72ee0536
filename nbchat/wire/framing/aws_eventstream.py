"""AWS event-stream framing: binary messages with headers and two checksums.

Facts: botocore 1.44.5 `eventstream.py`. A message is its total length, its headers'
length, the CRC-32 of those eight bytes, the headers, the payload, and the CRC-32 of
everything before; all numbers are big-endian.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from struct import error, unpack_from
from zlib import crc32

from nbchat.wire.framing.contract import MAX_FRAME, Frame, FramingError, too_large

PRELUDE = 12  # bytes
SHORTEST_MESSAGE = PRELUDE + 4  # bytes: a message without headers or payload
SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # bytes of a header's value, by its type
BYTES, STRING = 6, 7  # types whose value is preceded by its length


class EventStream:
    """A frame's name is its `:event-type`, or for a failure its `:exception-type`.

    An unmodelled error is named `error`, with `{"code", "message"}` as its data.
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self.unfinished = b""
        self._limit = limit
        self._buffer = bytearray()
        self._failed: FramingError | None = (
            None  # what comes next cannot be read; what came before is given first
        )

    def feed(self, chunk: bytes) -> list[Frame]:
        self._buffer += chunk
        frames: list[Frame] = []
        try:
            while not self._failed and (message := self._message()):
                frames.append(_frame(message))
        except FramingError as failed:
            self._failed = failed
        if self._failed and not frames:
            raise self._failed
        return frames

    @property
    def pending(self) -> int:
        return len(self._buffer)

    def _message(self) -> bytes:
        """The next whole message, checked; empty while it has not arrived."""
        if len(self._buffer) < PRELUDE:
            return b""
        total, headers, checksum = unpack_from(">III", self._buffer)
        if crc32(self._buffer[:8]) != checksum or total < SHORTEST_MESSAGE + headers:
            raise FramingError("the body is not an AWS event stream, or it was damaged on the way")
        if total > self._limit:
            raise too_large("one event", self._limit)
        if len(self._buffer) < total:
            return b""
        message = bytes(self._buffer[:total])
        del self._buffer[:total]
        if crc32(message[:-4]) != unpack_from(">I", message, total - 4)[0]:
            raise FramingError("an event was damaged on the way: its checksum is wrong")
        return message

    def close(self) -> list[Frame]:
        if self._failed:
            raise self._failed
        self.unfinished = bytes(self._buffer)
        return []


def _frame(message: bytes) -> Frame:
    end = PRELUDE + unpack_from(">I", message, 4)[0]
    try:
        headers = dict(_headers(message[PRELUDE:end]))
    except (error, KeyError, IndexError) as wrong:
        raise FramingError("an event has headers that cannot be read") from wrong
    if headers.get(":message-type") == "error":
        said = {
            "code": headers.get(":error-code", ""),
            "message": headers.get(":error-message", ""),
        }
        return "error", json.dumps(said).encode()
    return headers.get(":exception-type") or headers.get(":event-type", ""), message[
        end:-4
    ] or b"{}"


def _headers(data: bytes) -> Iterator[tuple[str, str]]:
    """The headers whose value is a string; the others are stepped over."""
    at = 0
    while at < len(data):
        length = data[at]
        name = data[at + 1 : at + 1 + length].decode("utf-8", "replace")
        (kind,) = unpack_from(">B", data, at + 1 + length)
        at += 2 + length
        if kind in (BYTES, STRING):
            (size,) = unpack_from(">H", data, at)
            at += 2
        else:
            size = SIZES[kind]
        if kind == STRING:
            yield name, data[at : at + size].decode("utf-8", "replace")
        at += size
