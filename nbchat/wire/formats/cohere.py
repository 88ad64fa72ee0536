"""Cohere's own `/v2/chat`: named events for each block of an answer.

Facts: cohere-python 7.3.1 `v2chat_stream_response.py`, `chat_message_v2.py` and
`response_format_v2.py`. What the model plans before it calls tools comes on its own
and goes back with the calls; it is neither answer nor thinking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbchat.catalog.rows import ThinkingFields
from nbchat.events import Event, Usage
from nbchat.messages import Message, ToolCall
from nbchat.wire.answer_parts import PartEvents, state_of
from nbchat.wire.cohere_schema import cohere_schema
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.finish_words import reason_of
from nbchat.wire.known_items import index_of
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.problem import ProviderProblem, raise_problem
from nbchat.wire.requests import (
    chat_content,
    function_call,
    function_tools,
    state_blocks,
)
from nbchat.wire.schema import held_to, system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.stop import end_events, finish_word
from nbchat.wire.thinking_back import open_from, wants_thought_back
from nbchat.wire.tool_calls import ToolCalls
from nbchat.wire.tool_results import files_behind_results, result_words
from nbchat.wire.usage import merge_counts

FRAMING: Framing = "sse"

FIELDS = {  # cohere-python 7.3.1 v2/client.py, chat_stream
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "p",
    "seed": "seed",
    "stop": "stop_sequences",
}


# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `/v2/chat`. Messages come last, so that the bytes before the new one repeat."""
    ask, schema, in_words = held_to(ask, cohere_schema, beside_tools=False)
    body: dict[str, Any] = {"model": ask.model, "stream": True}
    body |= place(ask, FIELDS)
    if thinking := _thinking(ask.thinking):
        body["thinking"] = thinking
    merge_into(body, ask.quirks.body)
    merge_into(body, ask.thinking.body)
    if ask.schema is not None and ask.quirks.schema_mode != "none":
        held = {"json_schema": schema} if schema else {}
        body["response_format"] = {"type": "json_object", **held}
    if ask.tools:
        body |= _tools(ask)
        merge_into(body, ask.quirks.tools_body)
    body["messages"] = list(_messages(ask))
    path = "/chat" if ask.base_url.endswith("/v2") else "/v2/chat"
    notices = [*left_out_notices(ask, FIELDS, "cohere"), *in_words]
    return HttpRequest(ask.url(path), body, notices=notices)


def _tools(ask: ModelRequest) -> dict[str, Any]:
    """The tools and the choice among them, which is REQUIRED or NONE.

    No tool can be named there, so it is the only one that is offered.
    """
    match ask.tool_choice:
        case None | "auto":
            return {"tools": function_tools(ask.tools)}
        case "none" | "required" as choice:
            return {"tools": function_tools(ask.tools), "tool_choice": choice.upper()}
        case name:
            named = [tool for tool in ask.tools if tool.name == name]
            return {"tools": function_tools(named), "tool_choice": "REQUIRED"}


def _thinking(fields: ThinkingFields) -> dict[str, Any]:
    if fields.budget is None:
        return {}
    return (
        {"type": "enabled", "token_budget": fields.budget}
        if fields.budget
        else {"type": "disabled"}
    )


def _messages(ask: ModelRequest) -> Iterator[dict[str, Any]]:
    if system := system_text(ask):
        yield {"role": "system", "content": system}
    start = open_from(ask.messages)
    behind = files_behind_results(ask.messages)
    for at, message in enumerate(ask.messages):
        match message.role:
            case "tool":
                yield {
                    "role": "tool",
                    "tool_call_id": message.tool_call_id,
                    "content": result_words(message),
                }
            case "assistant":
                yield _assistant(message, ask, at >= start)
            case _:
                yield {"role": message.role, "content": chat_content(message, ask.model)}
        if at in behind:
            yield {"role": "user", "content": chat_content(behind[at], ask.model)}


def _assistant(message: Message, ask: ModelRequest, is_open: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"role": "assistant"}
    back = wants_thought_back(ask.quirks.reasoning_back, message.tool_calls, is_open)
    if message.thought and back:
        said["content"] = [{"type": "thinking", "thinking": message.thought}]
        said["content"] += [{"type": "text", "text": message.text}] if message.text else []
    elif message.text or not message.tool_calls:
        said["content"] = message.text
    if message.tool_calls:
        said["tool_calls"] = [function_call(call, call.id) for call in message.tool_calls]
        for call in message.tool_calls:
            merge_into(said, dict(*state_blocks(call)))
    return said


# --- understanding the answer --------------------------------------------------------------


class Reader:
    """One answer. `message-end` is its end; `[DONE]` follows and says nothing more."""

    def __init__(self) -> None:
        self.ended = False
        self._parts = PartEvents()
        self._calls = ToolCalls()
        self._called = False
        self._plan: list[str] = []
        self._usage: dict[str, Any] = {}
        self._finish = ""
        self._answer_id = ""

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        body = mapping(value)
        kind = body.get("type")
        if not isinstance(kind, str) or kind == "error":
            raise_problem(body)
        delta = mapping(body.get("delta"))
        message = mapping(delta.get("message"))
        match kind:
            case "message-start":
                self._answer_id = string(body.get("id"))
            case "content-start" | "content-delta":
                return self._content(message.get("content"), index_of(body.get("index")))
            case "citation-start":
                cited = message.get("citations")
                cited = cited if isinstance(cited, list) else [cited]
                return self._parts.sources.read({"annotations": cited})
            case "tool-plan-delta":
                self._add_plan(message.get("tool_plan"))
            case "tool-call-start" | "tool-call-delta":
                self._add_call(message.get("tool_calls"), body.get("index"))
            case "tool-call-end":
                return self._planned(self._calls.take(body.get("index"), self._answer_id))
            case "message-end":
                self._end(delta)
        return []

    def read_whole(self, body: Any) -> Iterable[Event]:
        body = mapping(body)
        message = body.get("message")
        if not isinstance(message, dict):
            raise_problem(body)
            return []
        self._answer_id = string(body.get("id"))
        self._add_plan(message.get("tool_plan"))
        for nth, call in enumerate(items(message.get("tool_calls"))):
            self._add_call(call, nth)
        self._end(body)
        events = self._content(message.get("content"))
        return events + self._parts.sources.read({"annotations": message.get("citations")})

    def _add_call(self, call: Any, index: Any) -> None:
        for one in items(call) or [call]:
            self._calls.add({**mapping(one), "index": index})

    def _add_plan(self, plan: Any) -> None:
        if plan and isinstance(plan, str):
            self._plan.append(plan)

    def _end(self, said: Mapping[str, Any]) -> None:
        """The end of a message, or a whole one: they hold the same members."""
        self.ended = True
        self._finish = finish_word(said.get("finish_reason"))
        self._usage = merge_counts(self._usage, said.get("usage"))
        if reason_of(self._finish) == "broken" and (why := string(said.get("error"))):
            raise ProviderProblem(why, code=self._finish)

    def _content(self, content: Any, index: int | None = None) -> list[Event]:
        """A block's text or thinking, or the piece of it that a delta brings."""
        if isinstance(content, str):
            return self._parts.text(content, place=index)
        if isinstance(content, list):
            return [made for nth, part in enumerate(content) for made in self._content(part, nth)]
        if mapping(content).get("type") in ("image_url", "image"):
            return self._parts.pictures(content)
        thought = self._parts.thought(mapping(content).get("thinking"), place=index)
        return thought + self._parts.text(mapping(content).get("text"), place=index)

    def _planned(self, calls: list[ToolCall]) -> list[Event]:
        """Calls that are whole; the first of all brings the plan, which goes back with it."""
        events: list[Event] = []
        for call in calls:
            if call.name and self._plan and not self._called:
                call.state = state_of({"tool_plan": "".join(self._plan)})
            self._called = self._called or bool(call.name)
            events += self._parts.call(call)
        return events

    def finish(self) -> list[Event]:
        calls = self._planned(self._calls.made(self._answer_id))
        events = end_events(
            self._finish,
            ended=self.ended,
            called=self._called,
            usage=usage_of(self._usage) if self._usage else None,
        )
        return [*calls, *events]


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Cohere's counts, in tokens: what went through the model, which is more than what is billed.

    >>> usage_of({"tokens": {"input_tokens": 69, "output_tokens": 89.0}, "cached_tokens": 16})
    Usage(input=69, output=89, cached=16, written=None, reasoning=None)
    """
    tokens = mapping(usage.get("tokens"))
    return Usage(
        count(tokens.get("input_tokens")),
        count(tokens.get("output_tokens")),
        count(usage.get("cached_tokens")),
    )
