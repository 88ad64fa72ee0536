"""OpenAI's two formats."""

from __future__ import annotations

from typing import Any

from .family import Family


def refusal(message: Any, code: str = "") -> Any:
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": code or None}}


class OpenAIChat(Family):
    def _choice(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return self.frame(
            {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
        )

    def starts(self) -> list[bytes]:
        return [self._choice({"role": "assistant", "content": ""})]

    def delta(self, text: Any, **more: Any) -> bytes:
        return self._choice({"content": text, **more})

    def finish(self, reason: str = "end") -> list[bytes]:
        usage = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}
        counts = self.frame({"choices": [], "usage": usage})
        return [self._choice({}, self._reason(reason)), counts]

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
        return refusal(message, code)

    def error_event(self, message: str, code: str = "server_error") -> bytes:
        return self.frame({"error": {"message": message, "type": code, "code": code}})

    def overloaded_event(self, message: str) -> bytes:
        return self.error_event(message, "server_overloaded")


class OpenAIResponses(Family):
    def _event(self, kind: str, **members: Any) -> bytes:
        return self.frame({"type": kind, **members}, kind)

    def starts(self) -> list[bytes]:
        item = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
        return [
            self._event("response.created", response={"id": "r1", "status": "in_progress"}),
            self._event("response.output_item.added", output_index=0, item=item),
        ]

    def delta(self, text: Any, **more: Any) -> bytes:
        where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        return self._event("response.output_text.delta", **where, delta=text, **more)

    def finish(self, reason: str = "end") -> list[bytes]:
        kind = "response.completed" if reason == "end" else "response.incomplete"
        return [
            self._event("response.output_item.done", output_index=0, item=self._item("")),
            self._event(kind, response=self._ended(reason)),
        ]

    def whole(self, text: Any, reason: str = "end") -> dict[str, Any]:
        return {"object": "response", **self._ended(reason), "output": [self._item(text)]}

    @staticmethod
    def _item(text: Any) -> dict[str, Any]:
        content = [{"type": "output_text", "text": text, "annotations": []}]
        return {"id": "msg_1", "type": "message", "role": "assistant", "content": content}

    @staticmethod
    def _ended(reason: str) -> dict[str, Any]:
        usage = {"input_tokens": 9, "output_tokens": 12, "total_tokens": 21}
        if reason == "end":
            return {"id": "r1", "status": "completed", "usage": usage}
        why = {"length": "max_output_tokens", "filter": "content_filter"}[reason]
        details = {"reason": why}
        return {"id": "r1", "status": "incomplete", "incomplete_details": details, "usage": usage}

    def error(self, message: Any, status: int = 400, code: str = "") -> Any:
        return refusal(message, code)

    def error_event(self, message: str, code: str = "server_error") -> bytes:
        return self._event("error", code=code, message=message, param=None)

    def overloaded_event(self, message: str) -> bytes:
        error = {"code": "server_error", "message": message}
        return self._event("response.failed", response={"status": "failed", "error": error})
