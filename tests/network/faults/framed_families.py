"""Two formats that are no server-sent events: Ollama's lines of JSON, and Bedrock's binary frames.

The frames are made here by hand, so that a mistake in reading them is not made again
in writing them.
"""

from __future__ import annotations

from struct import pack, unpack_from
from typing import Any, ClassVar
from zlib import crc32

from .family import Family, data_of


class Ollama(Family):
    framing: ClassVar[str] = "ndjson"
    content_type: ClassVar[str] = "application/x-ndjson"
    endless: ClassVar[bytes] = b""

    def frame(self, value: Any, event: str = "") -> bytes:
        return data_of(value) + b"\n"

    def _line(self, content: Any, **more: Any) -> dict[str, Any]:
        message = {"role": "assistant", "content": content}
        made = "2026-08-21T09:30:00.123456Z"
        return {"model": "m", "created_at": made, "message": message, "done": False, **more}

    def delta(self, text: Any, **more: Any) -> bytes:
        return self.frame(self._line(text, **more))

    def finish(self, reason: str = "end") -> list[bytes]:
        return [self.frame(self.whole("", reason))]

    def whole(self, text: Any, reason: str = "end") -> dict[str, Any]:
        why = {"end": "stop", "length": "length"}[reason]
        counts = {"prompt_eval_count": 9, "eval_count": 12}
        return self._line(text, done=True, done_reason=why, **counts)

    def error(self, message: Any, status: int = 400, code: str = "") -> Any:
        return {"error": message}

    def error_event(self, message: str) -> bytes:
        return self.frame({"error": message})

    def overloaded_event(self, message: str) -> bytes:
        return self.error_event(message)


def prelude(total: int, headers: int) -> bytes:
    lengths = pack(">II", total, headers)
    return lengths + pack(">I", crc32(lengths))


def message(headers: bytes, payload: bytes) -> bytes:
    body = prelude(16 + len(headers) + len(payload), len(headers)) + headers + payload
    return body + pack(">I", crc32(body))


def header(name: str, value: str) -> bytes:
    """A header whose value is a string, which is type 7."""
    text = value.encode()
    return pack(">B", len(name)) + name.encode() + b"\x07" + pack(">H", len(text)) + text


class Bedrock(Family):
    framing: ClassVar[str] = "eventstream"
    content_type: ClassVar[str] = "application/vnd.amazon.eventstream"
    endless: ClassVar[bytes] = prelude(2**25, 0)  # as large as may be

    def frame(self, value: Any, event: str = "") -> bytes:
        failed = event.endswith("Exception")
        kind = "exception" if failed else "event"
        headers = header(":message-type", kind) + header(f":{kind}-type", event)
        return message(headers, data_of(value))

    def replaced(self, frame: bytes, old: bytes, new: bytes) -> bytes:
        """With lengths and checksums that are right."""
        start = 12 + unpack_from(">I", frame, 4)[0]
        return message(frame[12:start], frame[start:-4].replace(old, new))

    def starts(self) -> list[bytes]:
        return [self.frame({"role": "assistant"}, "messageStart")]

    def delta(self, text: Any, **more: Any) -> bytes:
        said = {"contentBlockIndex": 0, "delta": {"text": text, **more}}
        return self.frame(said, "contentBlockDelta")

    def finish(self, reason: str = "end") -> list[bytes]:
        return [
            self.frame({"contentBlockIndex": 0}, "contentBlockStop"),
            self.frame({"stopReason": self._reason(reason)}, "messageStop"),
        ]

    def ends(self) -> bytes:
        usage = {"inputTokens": 9, "outputTokens": 12, "totalTokens": 21}
        return self.frame({"usage": usage, "metrics": {"latencyMs": 7}}, "metadata")

    def whole(self, text: Any, reason: str = "end") -> dict[str, Any]:
        said = {"role": "assistant", "content": [{"text": text}]}
        usage = {"inputTokens": 9, "outputTokens": 12, "totalTokens": 21}
        return {"output": {"message": said}, "stopReason": self._reason(reason), "usage": usage}

    @staticmethod
    def _reason(reason: str) -> str:
        return {"end": "end_turn", "length": "max_tokens", "filter": "guardrail_intervened"}[reason]

    def error(self, message: Any, status: int = 400, code: str = "") -> Any:
        return {"message": message}

    def error_event(self, message: str) -> bytes:
        return self.frame({"message": message}, "internalServerException")

    def overloaded_event(self, message: str) -> bytes:
        return self.frame({"message": message}, "serviceUnavailableException")
