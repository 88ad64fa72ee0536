"""What a family of services says on the wire: the same few words, streamed and whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

WORDS = ("Hello", ", ", "wörld", " — ", "你好", " 🙂", "!\n", "It is ", "**fine**", ".")
TEXT = "".join(WORDS)


def strict(value: Any) -> bytes:
    """JSON as servers send it: UTF-8, with escapes only where there is no other way."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def data_of(value: Any) -> bytes:
    """What a frame carries: bytes as they are, all else as JSON."""
    return value if isinstance(value, bytes) else strict(value)


@dataclass(frozen=True)
class Family:
    """The events of an answer, as bytes. `ends` is the marker after the finish reason, if any."""

    name: str  # of its wire format
    model: str
    base_path: str = ""  # what a base URL ends in
    framing: ClassVar[str] = "sse"
    content_type: ClassVar[str] = "text/event-stream"
    # What begins an event of which the end never comes.
    endless: ClassVar[bytes] = b"data: "

    def frame(self, value: Any, event: str = "") -> bytes:
        """One event, of a JSON value or of bytes as they are."""
        name = f"event: {event}\n".encode() if event else b""
        return name + b"data: " + data_of(value) + b"\n\n"

    def replaced(self, frame: bytes, old: bytes, new: bytes) -> bytes:
        """A frame with other bytes in its data."""
        return frame.replace(old, new)

    def starts(self) -> list[bytes]:
        return []

    def delta(self, text: Any, **more: Any) -> bytes:
        raise NotImplementedError

    def finish(self, reason: str = "end") -> list[bytes]:
        raise NotImplementedError

    def ends(self) -> bytes:
        return b""

    def whole(self, text: Any, reason: str = "end") -> dict[str, Any]:
        """The answer of a server that does not stream."""
        raise NotImplementedError

    def error(self, message: Any, status: int = 400, code: str = "") -> Any:
        """The body of a refusal."""
        raise NotImplementedError

    def error_event(self, message: str) -> bytes:
        raise NotImplementedError

    def overloaded_event(self, message: str) -> bytes:
        """An error that may pass."""
        raise NotImplementedError

    def events(self, words: Sequence[str] = WORDS) -> list[bytes]:
        """A whole stream, an item an event."""
        return [
            *self.starts(),
            *map(self.delta, words),
            *self.finish(),
            *filter(None, [self.ends()]),
        ]
