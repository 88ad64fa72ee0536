"""Three more formats of server-sent events: Anthropic's, Google's and Cohere's."""

from __future__ import annotations

from typing import Any

from .family import Family


class Anthropic(Family):
    def _event(self, kind: str, **members: Any) -> bytes:
        return self.frame({"type": kind, **members}, kind)

    def starts(self) -> list[bytes]:
        said = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
        message = {**said, "usage": {"input_tokens": 9, "output_tokens": 1}}
        block = {"type": "text", "text": ""}
        return [
            self._event("message_start", message=message),
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

    def overloaded_event(self, message: str) -> bytes:
        return self.error_event(message, "overloaded_error")


class Gemini(Family):
    def _candidate(self, parts: list[Any], **more: Any) -> dict[str, Any]:
        return {
            "candidates": [{"content": {"role": "model", "parts": parts}, "index": 0, **more}],
            "modelVersion": "m",
        }

    def delta(self, text: Any, **more: Any) -> bytes:
        return self.frame(self._candidate([{"text": text, **more}]))

    def finish(self, reason: str = "end") -> list[bytes]:
        usage = {"promptTokenCount": 9, "candidatesTokenCount": 12}
        last = self._candidate([], finishReason=self._reason(reason))
        return [self.frame({**last, "usageMetadata": usage})]

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

    def error_event(self, message: str) -> bytes:
        return self.frame(self.error(message, 500, "INTERNAL"))

    def overloaded_event(self, message: str) -> bytes:
        return self.frame(self.error(message, 503, "UNAVAILABLE"))


class Cohere(Family):
    def _event(self, kind: str, **members: Any) -> bytes:
        return self.frame({"type": kind, **members}, kind)

    def starts(self) -> list[bytes]:
        message = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}
        content = {"type": "text", "text": ""}
        return [
            self._event("message-start", id="m1", delta={"message": message}),
            self._event("content-start", index=0, delta={"message": {"content": content}}),
        ]

    def delta(self, text: Any, **more: Any) -> bytes:
        content = {"text": text, **more}
        return self._event("content-delta", index=0, delta={"message": {"content": content}})

    def finish(self, reason: str = "end") -> list[bytes]:
        return [
            self._event("content-end", index=0),
            self._event("message-end", delta=self._ended(reason)),
        ]

    def ends(self) -> bytes:
        return b"data: [DONE]\n\n"

    def whole(self, text: Any, reason: str = "end") -> dict[str, Any]:
        message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
        return {"id": "m1", **self._ended(reason), "message": message}

    @staticmethod
    def _ended(reason: str) -> dict[str, Any]:
        why = {"end": "COMPLETE", "length": "MAX_TOKENS"}[reason]
        tokens = {"input_tokens": 9, "output_tokens": 12}
        return {"finish_reason": why, "usage": {"tokens": tokens, "billed_units": tokens}}

    def error(self, message: Any, status: int = 400, code: str = "") -> Any:
        return {"id": "e1", "message": message}

    def error_event(self, message: str) -> bytes:
        return self._event("message-end", delta={"finish_reason": "ERROR", "error": message})

    def overloaded_event(self, message: str) -> bytes:
        return self.error_event(message)
