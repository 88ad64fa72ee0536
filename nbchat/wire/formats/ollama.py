"""Ollama's own `/api/chat`: one JSON object a line, on this machine or on ollama.com.

Facts: ollama `api/types.go` and `docs/api` (2026-08-21). Tool arguments are objects
here, pictures are bare base64 beside the text, and `done` marks the end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbchat.events import Event, Usage
from nbchat.messages import File, Image, Message, Part, Text, Thought, ToolCall
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.grammar_schema import grammar_schema
from nbchat.wire.known_items import CallIds
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.pictures import Pictures
from nbchat.wire.problem import raise_problem
from nbchat.wire.requests import (
    file_refusal,
    function_tools,
    text_file_as_text,
    with_tool_names,
)
from nbchat.wire.schema import held_to, system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.stop import end_events, finish_word
from nbchat.wire.think_tags import ThinkTags
from nbchat.wire.thinking_back import open_from, wants_thought_back
from nbchat.wire.tool_calls import tool_call

FRAMING: Framing = "ndjson"

FIELDS = {  # of `options`
    "temperature": "temperature",
    "max_tokens": "num_predict",
    "top_p": "top_p",
    "seed": "seed",
    "stop": "stop",
}


# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `/api/chat`. Messages come last, so that the bytes before the new one repeat."""
    ask, schema, in_words = held_to(ask, grammar_schema, beside_tools=False)
    body: dict[str, Any] = {"model": ask.model, "stream": True}
    if options := place(ask, FIELDS):
        body["options"] = options
    if ask.thinking.effort:
        body["think"] = ask.thinking.effort
    merge_into(body, ask.quirks.body)
    merge_into(body, ask.thinking.body)
    if ask.schema is not None and ask.quirks.schema_mode != "none":
        body["format"] = "json" if schema is None else schema
    if ask.tools and ask.tool_choice != "none":
        body["tools"] = function_tools(ask.tools)
        merge_into(body, ask.quirks.tools_body)
    body["messages"] = list(_messages(ask))
    path = "/chat" if ask.base_url.endswith("/api") else "/api/chat"
    notices = [*left_out_notices(ask, FIELDS, "ollama"), *in_words]
    if ask.tool_choice not in (None, "auto", "none"):  # without tools, none is called
        notices.append("ollama has no tool_choice; it was left out.")
    return HttpRequest(ask.url(path), body, notices=notices)


def _messages(ask: ModelRequest) -> Iterator[dict[str, Any]]:
    if system := system_text(ask):
        yield {"role": "system", "content": system}
    start = open_from(ask.messages)
    for at, message in enumerate(with_tool_names(ask.messages)):
        yield _message(message, ask, is_open=at >= start)


def _message(message: Message, ask: ModelRequest, is_open: bool) -> dict[str, Any]:
    content = "\n\n".join(
        _text(part, ask)
        for part in map(text_file_as_text, message.parts)
        if not isinstance(part, Image)
    )
    said: dict[str, Any] = {"role": message.role, "content": content}
    if images := [part.base64 for part in message.parts if isinstance(part, Image)]:
        said["images"] = images
    if message.role == "tool":
        said |= {
            k: v
            for k, v in (("tool_name", message.name), ("tool_call_id", message.tool_call_id))
            if v
        }
    back = wants_thought_back(ask.quirks.reasoning_back, message.tool_calls, is_open)
    if message.thought and back:
        said["thinking"] = message.thought
    if message.tool_calls:
        said["tool_calls"] = [_tool_call(call) for call in message.tool_calls]
    return said


def _tool_call(call: ToolCall) -> dict[str, Any]:
    asked: dict[str, Any] = {"function": {"name": call.name, "arguments": call.arguments or {}}}
    return {"id": call.id, **asked} if call.id else asked


def _text(part: Part, ask: ModelRequest) -> str:
    if isinstance(part, File):
        raise file_refusal(part, ask.model)
    return str(part)


# --- understanding the answer --------------------------------------------------------------


class Reader:
    """One answer: pieces of a message, and counts on the line that says `done`."""

    def __init__(self) -> None:
        self.ended = False
        self._tags: ThinkTags | None = ThinkTags()  # None once a thinking field was seen
        self._calls: list[ToolCall] = []
        self._pictures = Pictures()
        self._ids = CallIds()
        self._last: Mapping[str, Any] = {}
        self._answer_id = ""

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        line = mapping(value)
        message = line.get("message")
        if line.get("error") or not isinstance(message, dict):
            raise_problem(line)
        if line.get("done") is True:
            self.ended, self._last = True, line
        self._answer_id = (
            self._answer_id or "".join(re.findall(r"[0-9]", string(line.get("created_at"))))[:24]
        )
        return self._message(mapping(message))

    def read_whole(self, body: Any) -> Iterable[Event]:
        return self.read(body)

    def _message(self, message: Mapping[str, Any]) -> list[Event]:
        events: list[Event] = []
        if thinking := string(message.get("thinking")):
            events += self._tags.finish(tags_are_text=True) if self._tags else []
            events.append(Thought(thinking))
            self._tags = None
        if content := string(message.get("content")):
            events += self._tags.feed(content) if self._tags else [Text(content)]
        if images := message.get("images"):
            events += self._pictures.read(images)
        for call in items(message.get("tool_calls")):
            self._call(mapping(call))
        return events

    def _call(self, call: Mapping[str, Any]) -> None:
        """A call, whole. Older servers send no id, so one is made: the same for the same bytes."""
        function = mapping(call.get("function"))
        name, arguments = string(function.get("name")), function.get("arguments")
        if not name:
            return
        raw = (
            json.dumps(arguments, ensure_ascii=False)
            if not isinstance(arguments, str | None)
            else arguments or ""
        )
        call_id = self._ids.given(call.get("id"), self._answer_id, name + raw)
        self._calls.append(tool_call(call_id, name, raw))

    def finish(self) -> list[Event]:
        last = self._last
        usage = (
            Usage(count(last.get("prompt_eval_count")), count(last.get("eval_count")))
            if last
            else None
        )
        events = end_events(
            finish_word(last.get("done_reason")), ended=self.ended, calls=self._calls, usage=usage
        )
        return [*(self._tags.finish() if self._tags else []), *events]
