"""OpenAI's chat completions as they go out, written from StreamChunks: as events, or whole."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from nbchat.chat_service.chunk import StreamChunk
from nbchat.events import StopReason, Usage
from nbchat.frontends.server.citations import Citation, Words
from nbchat.frontends.server.http_errors import openai_error
from nbchat.frontends.server.strict_json import json_line
from nbchat.messages import Image, Source, ToolCall

FINISH: dict[StopReason, str] = {
    "end": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "filter": "content_filter",
}


class _Completion:
    def __init__(self, model: str, warnings: Iterable[str] = ()) -> None:
        self._model = model
        self._warnings = list(warnings)  # the format has no place for them: a member of our own
        self._head = {"id": f"chatcmpl-{uuid4().hex}", "created": int(time.time()), "model": model}

    def _body(self, kind: str, choice: dict[str, Any] | None) -> dict[str, Any]:
        choices = [{"index": 0, **choice}] if choice else []
        body = {**self._head, "object": kind, "choices": choices}
        if self._warnings:
            body["warnings"] = self._warnings
            self._warnings = []
        return body


class Deltas(_Completion):
    """Chunks as OpenAI's server-sent events."""

    media_type = "text/event-stream"
    heartbeat = b": waiting\n\n"

    def __init__(self, model: str, usage: bool, warnings: Iterable[str] = ()) -> None:
        super().__init__(model, warnings)
        self._usage = usage
        self._calls = 0
        self._pictures = 0
        self._words = Words()
        self._role: dict[str, Any] = {"role": "assistant"}  # goes with the first delta

    def encode(self, chunk: StreamChunk) -> bytes:
        if chunk.error:
            return _event(openai_error(chunk.error)) + b"data: [DONE]\n\n"
        if chunk.notice:
            self._warnings.append(chunk.notice)
            return b""
        delta = {**self._role, **self._delta(chunk)}
        self._role = {}
        if not chunk.finished:
            return self._chunk({"delta": delta, "finish_reason": None})
        cited = self._words.citations(chunk.answer.sources if chunk.answer else ())
        if cited:
            delta["annotations"] = list(map(_annotation, cited))
        finish = _finish(chunk, self._calls)
        ending = self._chunk({"delta": delta, "finish_reason": finish})
        if self._usage and chunk.usage:
            body = self._body("chat.completion.chunk", None)
            ending += _event({**body, "usage": usage_object(chunk.usage)})
        return ending + b"data: [DONE]\n\n"

    def _delta(self, chunk: StreamChunk) -> dict[str, Any]:
        delta: dict[str, Any] = {}
        words = self._words.take(chunk)
        if words:
            delta["content"] = words
        if chunk.thought:
            delta["reasoning_content"] = chunk.thought
        if chunk.tool_calls:
            numbered = enumerate(chunk.tool_calls, self._calls)
            delta["tool_calls"] = [{"index": n, **_call(call)} for n, call in numbered]
            self._calls += len(chunk.tool_calls)
        if chunk.pictures:
            shown = enumerate(chunk.pictures, self._pictures)
            delta["images"] = [{"index": n, **_picture(picture)} for n, picture in shown]
            self._pictures += len(chunk.pictures)
        return delta

    def _chunk(self, choice: dict[str, Any]) -> bytes:
        return _event(self._body("chat.completion.chunk", choice))


class CompletionBody(_Completion):
    """One JSON body at the end."""

    media_type = "application/json"
    heartbeat = None

    def __init__(self, model: str, warnings: Iterable[str] = ()) -> None:
        super().__init__(model, warnings)
        self._words = Words()
        self._thought: list[str] = []
        self._calls: list[ToolCall] = []
        self._pictures: list[Image] = []

    def encode(self, chunk: StreamChunk) -> bytes:
        self._words.take(chunk)
        self._pictures += chunk.pictures
        self._thought.append(chunk.thought)
        self._calls += chunk.tool_calls
        if chunk.notice:
            self._warnings.append(chunk.notice)
        if not chunk.finished:
            return b""
        words, thought, sources = self._words, "".join(self._thought), list[Source]()
        if chunk.answer is not None:  # words that turned out to be thinking are where they belong
            words, thought = Words.of(chunk.answer), chunk.answer.thought
            sources = chunk.answer.sources
        message: dict[str, Any] = {
            "role": "assistant",
            "content": words.text or None,
            "refusal": None,
            "annotations": list(map(_annotation, words.citations(sources))),
        }
        if thought:
            message["reasoning_content"] = thought
        if self._calls:
            message["tool_calls"] = list(map(_call, self._calls))
        if self._pictures:
            message["images"] = list(map(_picture, self._pictures))
        finish = _finish(chunk, len(self._calls))
        choice = {"message": message, "logprobs": None, "finish_reason": finish}
        body = self._body("chat.completion", choice)
        return json_line({**body, "usage": usage_object(chunk.usage) if chunk.usage else None})


def usage_object(usage: Usage) -> dict[str, Any]:
    """The tokens of an answer, as OpenAI counts them."""
    prompt, completion = usage.input or 0, usage.output or 0
    counts: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    sent = {"cached_tokens": usage.cached, "cache_write_tokens": usage.written}
    sent = {name: count for name, count in sent.items() if count is not None}
    if sent:
        counts["prompt_tokens_details"] = sent
    if usage.reasoning is not None:
        counts["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning}
    return counts


def _finish(chunk: StreamChunk, calls: int) -> str:
    """Why an answer ended. One that calls nothing is at its end, whatever its provider says."""
    reason = chunk.reason or "end"
    return FINISH["end" if reason == "tool_calls" and not calls else reason]


def _annotation(citation: Citation) -> dict[str, Any]:
    """A page that is cited: the same members as in Responses, in an object of their own."""
    written = citation.written()
    kind = written.pop("type")
    return {"type": kind, kind: written}


def _picture(picture: Image) -> dict[str, Any]:
    """OpenAI's chat completions make no pictures; OpenRouter's do, and so they look."""
    return {"type": "image_url", "image_url": {"url": picture.data_url}}


def _call(call: ToolCall) -> dict[str, Any]:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call_arguments(call)},
    }


def call_arguments(call: ToolCall) -> str:
    """The arguments of a call as JSON in a text; what the model wrote, where it wrote it."""
    return call.raw or json_line(call.arguments or {}).decode().strip()


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + json_line(value) + b"\n"
