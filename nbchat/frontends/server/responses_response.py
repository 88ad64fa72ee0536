"""OpenAI's Responses as they go out, written from StreamChunks: as events, or whole."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from nbchat.chat_service.chunk import StreamChunk
from nbchat.events import StopReason, Usage
from nbchat.frontends.server.citations import Words
from nbchat.frontends.server.http_errors import openai_error
from nbchat.frontends.server.item_memory import ItemMemory
from nbchat.frontends.server.responses_output import Event, Output
from nbchat.frontends.server.strict_json import json_line
from nbchat.frontends.server.tool_choice import SEARCH

INCOMPLETE: dict[StopReason, str] = {"length": "max_output_tokens", "filter": "content_filter"}


class _Response:
    """What a response says of itself, and its output so far."""

    _is_whole = False  # whether nothing is sent before the end

    def __init__(
        self, echo: Mapping[str, Any], warnings: Iterable[str], memory: ItemMemory
    ) -> None:
        self._head = {
            "id": f"resp_{uuid4().hex}",
            "object": "response",
            "created_at": int(time.time()),
            **echo,
        }
        self._output = Output()
        self._searches = any(tool["type"].startswith(SEARCH) for tool in echo["tools"])
        self._words = Words()
        self._warnings = list(warnings)
        self._memory = memory

    def _grow(self, chunk: StreamChunk) -> Iterator[Event]:
        if chunk.notice:
            self._warnings.append(chunk.notice)
        if chunk.thought:
            yield from self._output.think(chunk.thought)
        words = self._words.take(chunk)
        if words:
            yield from self._output.say(words)
        for picture in chunk.pictures:
            yield from self._output.draw(picture)
        for call in chunk.tool_calls:
            yield from self._output.call(call)

    def _ending(self, chunk: StreamChunk) -> Iterator[Event]:
        """The end of the last item; then it can be spoken of by its id."""
        is_cut = chunk.error is not None or chunk.reason in INCOMPLETE
        sources = chunk.answer.sources if chunk.answer else []
        cited = self._words.citations(sources)
        yield from self._output.close("incomplete" if is_cut else "completed", cited)
        urls = [source.url for source in sources if source.url]
        if urls and self._searches:
            yield from self._output.search(urls, first=self._is_whole)
        self._memory.keep(self._output.items)

    def _body(self, status: str, chunk: StreamChunk | None = None) -> dict[str, Any]:
        reason = INCOMPLETE.get(chunk.reason) if chunk and chunk.reason else None
        body: dict[str, Any] = {
            **self._head,
            "status": status,
            "error": None,
            "incomplete_details": {"reason": reason} if reason else None,
            "output": self._output.items,
            "usage": usage_object(chunk.usage) if chunk and chunk.usage else None,
        }
        if chunk and chunk.error:
            error = openai_error(chunk.error)["error"]
            body["error"] = {"code": error["code"], "message": error["message"]}
        if self._warnings:
            body["warnings"] = self._warnings
        return body


class ResponseEvents(_Response):
    """Chunks as the server-sent events of a response."""

    media_type = "text/event-stream"
    heartbeat = b": waiting\n\n"

    def __init__(
        self, echo: Mapping[str, Any], warnings: Iterable[str], memory: ItemMemory
    ) -> None:
        super().__init__(echo, warnings, memory)
        self._sent = 0

    def encode(self, chunk: StreamChunk) -> bytes:
        if chunk.notice:
            self._warnings.append(chunk.notice)
            return b""
        return b"".join(map(self._written, self._events(chunk)))

    def _events(self, chunk: StreamChunk) -> Iterator[Event]:
        if not self._sent:
            body = self._body("in_progress")
            yield {"type": "response.created", "response": body}
            yield {"type": "response.in_progress", "response": body}
        if not chunk.error:
            yield from self._grow(chunk)
        if chunk.finished:
            yield from self._ending(chunk)
            status = _status(chunk)
            yield {"type": f"response.{status}", "response": self._body(status, chunk)}

    def _written(self, event: Event) -> bytes:
        numbered = {"type": event["type"], "sequence_number": self._sent, **event}
        self._sent += 1
        return b"event: %b\ndata: %b\n" % (event["type"].encode(), json_line(numbered))


class ResponseBody(_Response):
    """One JSON body at the end."""

    media_type = "application/json"
    heartbeat = None
    _is_whole = True

    def encode(self, chunk: StreamChunk) -> bytes:
        for _ in self._grow(chunk):
            pass  # the items alone are wanted
        if not chunk.finished:
            return b""
        for _ in self._ending(chunk):
            pass
        return json_line(self._body(_status(chunk), chunk))


def _status(chunk: StreamChunk) -> str:
    if chunk.error:
        return "failed"
    return "incomplete" if chunk.reason in INCOMPLETE else "completed"


def usage_object(usage: Usage) -> dict[str, Any]:
    """The tokens of an answer, as Responses count them."""
    given, made = usage.input or 0, usage.output or 0
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": usage.cached or 0},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning or 0},
        "total_tokens": given + made,
    }
