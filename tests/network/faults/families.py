"""How each of three families says the same few words, streamed and whole, on the wire."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WORDS = ("Hello", ", ", "wörld", " — ", "你好", " 🙂", "!\n", "It is ", "**fine**", ".")
TEXT = "".join(WORDS)


def sse(value: Any, event: str = "") -> bytes:
    """One server-sent event; bytes and str go out as they are."""
    data = value if isinstance(value, bytes) else strict(value)
    name = f"event: {event}\n".encode() if event else b""
    return name + b"data: " + data + b"\n\n"


def strict(value: Any) -> bytes:
    """JSON as servers send it: UTF-8, with escapes only where there is no other way."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


@dataclass(frozen=True)
class Family:
    """The events of an answer, as bytes. `ends` is the marker after the finish reason, if any."""

    name: str  # of its wire format
    model: str
    base_path: str  # what a base URL ends in
    path: str  # what the format adds

    def starts(self) -> list[bytes]:
        raise NotImplementedError

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

    def error_event(self, message: str, code: str = "server_error") -> bytes:
        return sse({"error": {"message": message, "type": code, "code": code}})

    def events(self, words: Sequence[str] = WORDS) -> list[bytes]:
        """A whole stream, an item an event."""
        return [
            *self.starts(),
            *map(self.delta, words),
            *self.finish(),
            *filter(None, [self.ends()]),
        ]

    def said(self, message: Any) -> list[dict[str, Any]]:
        """Role and text of what a request held, for checking its history."""
        raise NotImplementedError


class OpenAIChat(Family):
    def _choice(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse(
            {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
        )

    def starts(self) -> list[bytes]:
        return [self._choice({"role": "assistant", "content": ""})]

    def delta(self, text: Any, **more: Any) -> bytes:
        return self._choice({"content": text, **more})

    def finish(self, reason: str = "end") -> list[bytes]:
        usage = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}
        return [self._choice({}, self._reason(reason)), sse({"choices": [], "usage": usage})]

    def ends(self) -> bytes:
        return b"data: [DONE]\n\n"

    def whole(self, text: Any, reason: str = "end") -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        return {
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": self._reason(reason)}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 12},
        }

    @staticmethod
    def _reason(reason: str) -> str:
        return {"end": "stop", "length": "length", "filter": "content_filter"}[reason]

    def error(self, message: Any, status: int = 400, code: str = "") -> Any:
        return {
            "error": {
                "message": message,
                "type": "invalid_request_error",
                "param": None,
                "code": code or None,
            }
        }

    def said(self, message: Any) -> list[dict[str, Any]]:
        return [
            {"role": m["role"], "text": m["content"]}
            for m in message["messages"]
            if m["role"] != "system"
        ]


class Anthropic(Family):
    @staticmethod
    def _event(kind: str, **members: Any) -> bytes:
        return sse({"type": kind, **members}, kind)

    def starts(self) -> list[bytes]:
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [],
        }
        block = {"type": "text", "text": ""}
        return [
            self._event(
                "message_start",
                message={**message, "usage": {"input_tokens": 9, "output_tokens": 1}},
            ),
            self._event("content_block_start", index=0, content_block=block),
        ]

    def delta(self, text: Any, **more: Any) -> bytes:
        return self._event(
            "content_block_delta", index=0, delta={"type": "text_delta", "text": text, **more}
        )

    def finish(self, reason: str = "end") -> list[bytes]:
        ended = {"stop_reason": self._reason(reason), "stop_sequence": None}
        return [
            self._event("content_block_stop", index=0),
            self._event("message_delta", delta=ended, usage={"output_tokens": 12}),
        ]

    def ends(self) -> bytes:
        return self._event("message_stop")

    def whole(self, text: Any, reason: str = "end") -> dict[str, Any]:
        return {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": text}],
            "stop_reason": self._reason(reason),
            "usage": {"input_tokens": 9, "output_tokens": 12},
        }

    @staticmethod
    def _reason(reason: str) -> str:
        return {"end": "end_turn", "length": "max_tokens", "filter": "refusal"}[reason]

    def error(self, message: Any, status: int = 400, code: str = "") -> Any:
        kinds = {
            401: "authentication_error",
            429: "rate_limit_error",
            529: "overloaded_error",
            404: "not_found_error",
        }
        kind = code or kinds.get(status, "invalid_request_error" if status < 500 else "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}}

    def error_event(self, message: str, code: str = "api_error") -> bytes:
        return self._event("error", error={"type": code, "message": message})

    def said(self, message: Any) -> list[dict[str, Any]]:
        return [
            {"role": m["role"], "text": "".join(p["text"] for p in m["content"])}
            for m in message["messages"]
        ]


class Gemini(Family):
    def _candidate(self, parts: list[Any], **more: Any) -> dict[str, Any]:
        return {
            "candidates": [{"content": {"role": "model", "parts": parts}, "index": 0, **more}],
            "modelVersion": "m",
        }

    def starts(self) -> list[bytes]:
        return []

    def delta(self, text: Any, **more: Any) -> bytes:
        return sse(self._candidate([{"text": text, **more}]))

    def finish(self, reason: str = "end") -> list[bytes]:
        usage = {"promptTokenCount": 9, "candidatesTokenCount": 12}
        return [
            sse({**self._candidate([], finishReason=self._reason(reason)), "usageMetadata": usage})
        ]

    def whole(self, text: Any, reason: str = "end") -> dict[str, Any]:
        usage = {"promptTokenCount": 9, "candidatesTokenCount": 12}
        return {
            **self._candidate([{"text": text}], finishReason=self._reason(reason)),
            "usageMetadata": usage,
        }

    @staticmethod
    def _reason(reason: str) -> str:
        return {"end": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}[reason]

    def error(self, message: Any, status: int = 400, code: str = "") -> Any:
        names = {
            400: "INVALID_ARGUMENT",
            401: "UNAUTHENTICATED",
            403: "PERMISSION_DENIED",
            429: "RESOURCE_EXHAUSTED",
        }
        return {
            "error": {
                "code": status,
                "message": message,
                "status": code or names.get(status, "INTERNAL"),
            }
        }

    def error_event(self, message: str, code: str = "INTERNAL") -> bytes:
        return sse(self.error(message, 503 if code == "UNAVAILABLE" else 500, code))

    def said(self, message: Any) -> list[dict[str, Any]]:
        return [
            {"role": m["role"], "text": "".join(p["text"] for p in m["parts"])}
            for m in message["contents"]
        ]


FAMILIES = (
    OpenAIChat("openai-chat", "openai:gpt-4o", "/v1", "/chat/completions"),
    Anthropic("anthropic-messages", "anthropic:claude-haiku-4-5", "", "/v1/messages"),
    Gemini("gemini", "gemini:gemini-2.5-flash", "/v1beta", ":streamGenerateContent?alt=sse"),
)
BY_NAME = {family.name: family for family in FAMILIES}
