"""Anthropic's Messages API, spoken too by MiniMax, DeepSeek, Kimi, OpenRouter, Ollama.

Facts: anthropic 2.12.0 `types/`. Version 2023-06-01, because other hosts know no later
one. Thinking comes signed and goes back, unmodified, to where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbchat.errors import BadAttachment
from nbchat.events import Event, Notice, Usage
from nbchat.messages import File, Image, Message, Part, Tool, ToolCall
from nbchat.wire.answer_parts import PartEvents, TextRuns
from nbchat.wire.answer_tool import NOTHING, answer_text, is_answer, own_reasons
from nbchat.wire.claude import acceptable, limits_of, tool_schema
from nbchat.wire.claude_answer import held_claude
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.known_items import CallIds, Item, KnownBlocks
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.problem import raise_problem
from nbchat.wire.provider_tools import SEARCH_BLOCKS, search_block, search_failure, with_results
from nbchat.wire.requests import (
    Block,
    accepted_call_id,
    alternate_roles,
    is_blank,
    pieces_of,
    text_file_as_text,
    with_shared_part,
)
from nbchat.wire.schema import system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.stop import end_events, finish_word
from nbchat.wire.tool_calls import raw_arguments, tool_call
from nbchat.wire.tool_results import EMPTY
from nbchat.wire.usage import first_count, merge_counts
from nbchat.wire.used_tools import with_used_tools

FRAMING: Framing = "sse"

VERSION = "2023-06-01"
CACHED = {"type": "ephemeral"}
IDS = r"[a-zA-Z0-9_-]{1,64}"  # of tool calls

FIELDS = {
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "stop": "stop_sequences",
}
TOOL_CHOICES = {"auto": "auto", "none": "none", "required": "any"}

STATUS = {  # docs.claude.com/en/api/errors
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `…/v1/messages`. Messages come last, so that the bytes before the new one repeat.

    Caching is asked for once at the top, where the server itself moves the mark to the
    last block: a mark on the blocks would change bytes that were sent before. Of a row of
    a map only the shared part is marked: nobody reads its end again, and writing it costs.
    """
    limit, budget = limits_of(ask)
    goes_on = ask.goes_on
    ask = with_used_tools(ask)
    body: dict[str, Any] = {"model": ask.model, "max_tokens": limit, "stream": True}
    if budget:
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}
    if ask.thinking.effort:
        body["output_config"] = {"effort": ask.thinking.effort}
    merge_into(body, ask.quirks.body)
    merge_into(body, ask.thinking.body)
    ask, notices = acceptable(ask, body)
    ask, schema, in_words = held_claude(ask, body.get("thinking"))
    body |= place(ask, FIELDS) | {"max_tokens": limit}
    if schema:
        merge_into(body, {"output_config": {"format": {"type": "json_schema", "schema": schema}}})
    cached = {"cache_control": CACHED} if ask.quirks.cache == "cache_control" else {}
    if goes_on:
        body |= cached
    ask, has_shared = with_shared_part(ask)
    if system := system_text(ask):
        body["system"] = [{"type": "text", "text": system, **cached}]
    if ask.tools:
        body["tools"] = list(map(_tool, ask.tools))
        body["tools"][-1] |= (
            {} if system else cached
        )  # the system prompt's mark covers the tools, which come first
        if ask.tool_choice:
            body["tool_choice"] = _tool_choice(ask.tool_choice)
        merge_into(body, ask.quirks.tools_body)
    body["messages"] = alternate_roles(_turn(message, ask) for message in ask.messages)
    if has_shared:
        body["messages"][0]["content"][0] |= cached
    path = "/messages" if ask.base_url.endswith("/v1") else "/v1/messages"
    notices += [*left_out_notices(ask, FIELDS, "anthropic-messages"), *in_words]
    return HttpRequest(ask.url(path), body, {"anthropic-version": VERSION}, notices)


def _tool(tool: Tool) -> Block:
    schema = tool_schema(tool.parameters)
    return {"name": tool.name, "description": tool.description, "input_schema": schema}


def _tool_choice(choice: str) -> Block:
    if choice in TOOL_CHOICES:
        return {"type": TOOL_CHOICES[choice]}
    return {"type": "tool", "name": choice}


def _turn(message: Message, ask: ModelRequest) -> tuple[str, list[Block]]:
    match message.role:
        case "assistant":
            said = [_piece(piece) for piece in pieces_of(message, SEARCH_BLOCKS)]
            goes_on = message is ask.messages[-1]  # Claude goes on where it paused
            return "assistant", said if goes_on else with_results(said)
        case "tool":
            told: Block = {"tool_use_id": accepted_call_id(message.tool_call_id, IDS)}
            told |= {"content": _content(message) or [{"type": "text", "text": EMPTY}]}
            told |= {"is_error": True} if message.error else {}
            return "user", [{"type": "tool_result", **told}]
        case _:
            return "user", _content(message)


def _content(message: Message) -> list[Block]:
    """The parts, without blank ones: "text content blocks must contain non-whitespace text"."""
    return [_part(part) for part in map(text_file_as_text, message.parts) if not is_blank(part)]


def _part(part: Part) -> Block:
    match part:
        case Image():
            return {
                "type": "image",
                "source": {"type": "base64", "media_type": part.media_type, "data": part.base64},
            }
        case File() if part.media_type == "application/pdf":
            source = {"type": "base64", "media_type": part.media_type, "data": part.base64}
            return {"type": "document", "source": source, "title": part.name}
        case File():
            raise BadAttachment(
                f"Claude takes no {part.media_type} files. Send its text, a PDF, or an image of it."
            )
        case _:
            return {"type": "text", "text": part}


def _piece(piece: str | ToolCall | Block) -> Block:
    match piece:
        case str():
            return {"type": "text", "text": piece}
        case ToolCall():
            used = {
                "id": accepted_call_id(piece.id, IDS),
                "name": piece.name,
                "input": piece.arguments or {},
            }
            return {"type": "tool_use", **used}
        case _:
            return piece


# --- understanding the answer --------------------------------------------------------------


@dataclass(slots=True, eq=False, kw_only=True)
class _Block(Item):
    """One block of the content, while it streams."""

    given: Mapping[str, Any] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)  # of thinking, or of a call's arguments
    signature: str = ""
    is_shown: bool = False  # some of its thinking has words
    citations: list[Any] = field(default_factory=list)  # of its words


class Reader:
    """One answer. Blocks of server tools are stepped over; those of its search go back."""

    def __init__(self) -> None:
        self.ended = False
        self._blocks = KnownBlocks(lambda index: _Block(index=index))
        self._ids = CallIds()
        self._answer_id = ""
        self._texts = TextRuns()
        self._calls: list[_Block] = []  # that are not whole yet
        self._called = False
        self._answered = False  # by the tool that takes the answer
        self._parts = PartEvents()
        self._usage: dict[str, Any] = {}
        self._has_counted = False  # what was made; the start of a message knows only a placeholder
        self._stopped = ""

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        said = mapping(value)
        match string(said.get("type")) or event:
            case "content_block_delta":
                return self._delta(said.get("index"), mapping(said.get("delta")))
            case "content_block_start":
                return self._open(said.get("index"), mapping(said.get("content_block")))
            case "content_block_stop":
                return self._close(said.get("index"))
            case "message_start":
                return self._message(mapping(said.get("message")))
            case "message_delta":
                self._count(said.get("usage"))
                return self._end(mapping(said.get("delta")))
            case "message_stop":
                self.ended = True
            case "" | "error":
                raise_problem(value, STATUS)
        return ()

    def read_whole(self, body: Any) -> Iterable[Event]:
        raise_problem(body, STATUS)
        self.ended = "content" in mapping(body)
        return self._message(mapping(body))

    def _message(self, message: Mapping[str, Any]) -> list[Event]:
        """The message itself: whole, or at the start of a stream still without content."""
        events: list[Event] = []
        self._answer_id = string(message.get("id"))
        content = message.get("content")
        given = [{"type": "text", "text": content}] if isinstance(content, str) else items(content)
        for index, block in enumerate(given):
            events += self._open(index, mapping(block))
            events += self._close(index)
        self._count(message.get("usage"))
        return events + self._end(message)

    def _end(self, delta: Mapping[str, Any]) -> list[Event]:
        self._stopped = finish_word(delta.get("stop_reason")) or self._stopped
        explained = string(mapping(delta.get("stop_details")).get("explanation"))
        return [Notice(explained)] if explained else []

    def _count(self, usage: Any) -> None:
        """Numbers are cumulative: a later one replaces the earlier, unless it is an empty 0.

        The output at the start is a placeholder. Where all that was sent is counted anew,
        behind a compaction, the zeros beside it are meant.
        """
        later = mapping(usage)
        before = self._usage.get("input_tokens")
        is_anew = before is not None and count(later.get("input_tokens")) not in (None, 0, before)
        is_first = not self._has_counted and count(later.get("output_tokens")) is not None
        known = {name: value for name, value in later.items() if value is not None}
        if is_first and before is not None:
            self._usage["output_tokens"] = later["output_tokens"]
            self._has_counted = True
        self._usage = self._usage | known if is_anew else merge_counts(self._usage, known)

    def _open(self, index: Any, given: Mapping[str, Any]) -> list[Event]:
        block = self._blocks.open(index)
        block.given, block.kind = given, string(given.get("type"))
        block.signature = string(given.get("signature"))
        block.citations += items(given.get("citations"))
        if block.kind == "text":
            self._texts.begin(is_cited=given.get("citations") is not None)
        else:
            self._texts.leave()
        match block.kind:
            case "text":
                return self._parts.text(given.get("text"), place=self._texts.number)
            case "thinking":
                return self._thought(block, given.get("thinking"))
            case "image":
                return self._parts.pictures(given)
            case str() as kind if kind.endswith(
                ("web_search_tool_result", "web_fetch_tool_result")
            ):
                return self._parts.sources.found(given.get("content"))
            case "tool_use" if is_answer(given.get("name")):
                self._answered = True
                self._texts.begin()
                return self._answer(block, answer_text(given.get("input")))
            case "tool_use":
                self._calls.append(block)
                self._called = self._called or bool(string(given.get("name")))
        return []

    def _delta(self, index: Any, delta: Mapping[str, Any]) -> list[Event]:
        match delta.get("type"):
            case "text_delta":
                return self._parts.text(delta.get("text"), place=self._texts.number)
            case "citations_delta":
                self._texts.cite()
                block = self._blocks.of(index, "text", begins=True)
                block.citations.append(delta.get("citation"))
            case "thinking_delta":
                block = self._blocks.of(index, "thinking", begins=True)
                return self._thought(block, delta.get("thinking"))
            case "signature_delta":
                block = self._blocks.of(index, "thinking", begins=True)
                block.signature = string(delta.get("signature"))
            case "input_json_delta":
                block = self._blocks.of(index, "tool_use", begins=False)
                if is_answer(block.given.get("name")):
                    return self._answer(block, string(delta.get("partial_json")))
                block.pieces.append(string(delta.get("partial_json")))
        return []

    def _close(self, index: Any) -> list[Event]:
        """What a whole block gives: a call, or what must go back. Only a whole one is signed."""
        block = self._blocks.close(index)
        if block is None:
            return []
        cited, block.citations = block.citations, []
        if cited:
            return self._parts.sources.cite_all(cited)
        match block.given.get("type"):
            case "thinking":
                thinking = "".join(block.pieces)
                state = {"type": "thinking", "thinking": thinking, "signature": block.signature}
                return self._parts.thought_state(state, shown=block.is_shown)
            case "redacted_thinking":
                data = string(block.given.get("data"))
                return self._parts.thought_state({"type": "redacted_thinking", "data": data})
            case "tool_use" if is_answer(block.given.get("name")):
                return [] if any(block.pieces) else self._answer(block, NOTHING)
            case "tool_use" if block in self._calls:
                self._calls.remove(block)
                return self._parts.call(self._made(block))
        searched = search_block(block.given, "".join(block.pieces))
        if not searched:
            return []
        failure = search_failure(searched)
        return [*self._parts.thought_state(searched), *([Notice(failure)] if failure else [])]

    def _answer(self, block: _Block, text: str) -> list[Event]:
        """The next piece of what the answer's own tool is called with."""
        block.pieces.append(text)
        return self._parts.text(text, place=self._texts.number)

    def _thought(self, block: _Block, text: Any) -> list[Event]:
        block.pieces.append(string(text))
        events = self._parts.thought(text, place=block)
        block.is_shown = block.is_shown or bool(events)
        return events

    def _made(self, block: _Block) -> ToolCall:
        """The call of a block: its arguments come in pieces, or whole at its start."""
        raw = "".join(block.pieces) or raw_arguments(block.given.get("input") or "")
        name = string(block.given.get("name"))
        given_id = self._ids.given(block.given.get("id"), self._answer_id, name + raw)
        return tool_call(given_id, name, raw)

    def finish(self) -> list[Event]:
        own = own_reasons(self._stopped, answered=self._answered, called=self._called)
        return end_events(
            self._stopped,
            ended=self.ended,
            calls=[self._made(block) for block in self._calls],
            called=self._called,
            usage=usage_of(self._usage) if self._usage else None,
            own=own,
        )


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Anthropic's counts, in tokens. What is read from the cache and written to it is sent too.

    >>> cache = {"cache_read_input_tokens": 80, "cache_creation_input_tokens": 7}
    >>> usage_of({"input_tokens": 9, **cache})
    Usage(input=96, output=None, cached=80, written=7, reasoning=None)
    """
    sent, read = map(count, map(usage.get, ("input_tokens", "cache_read_input_tokens")))
    by_duration = mapping(usage.get("cache_creation"))
    written = first_count(
        usage.get("cache_creation_input_tokens"),
        sum(count(number) or 0 for number in by_duration.values()) or None,
    )
    return Usage(
        None if sent is None else sent + (read or 0) + (written or 0),
        count(usage.get("output_tokens")),
        read,
        written,
        count(mapping(usage.get("output_tokens_details")).get("thinking_tokens")),
    )
