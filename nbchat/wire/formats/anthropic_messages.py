"""Anthropic's Messages API, spoken too by MiniMax, DeepSeek, Kimi, OpenRouter, Ollama.

Facts: anthropic 2.12.0 `types/`. Version 2023-06-01, because other hosts know no later
one. Thinking comes signed and goes back, unmodified, to where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbchat.errors import BadAttachment
from nbchat.events import Event, Notice, StopReason, Usage
from nbchat.messages import File, Image, Message, Part, ToolCall
from nbchat.wire.answer_parts import PartEvents
from nbchat.wire.claude import acceptable, tool_schema
from nbchat.wire.claude_schema import claude_schema, open_object_notices
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.problem import raise_problem
from nbchat.wire.requests import (
    Block,
    accepted_call_id,
    alternate_roles,
    is_blank,
    pieces_of,
    text_file_as_text,
)
from nbchat.wire.schema import schema_notices, system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.stop import end_events
from nbchat.wire.tool_calls import raw_arguments, tool_call

FRAMING: Framing = "sse"

VERSION = "2023-06-01"
MAX_TOKENS = 8192  # where the model's own limit is not known
MOST_TOKENS = 32_000  # more must be asked for: the whole of it counts against some rate limits
CACHED = {"type": "ephemeral"}
IDS = r"[a-zA-Z0-9_-]{1,64}"  # of tool calls

FIELDS = {
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "stop": "stop_sequences",
}
TOOL_CHOICES = {"auto": "auto", "none": "none", "required": "any"}

STOPS: dict[str, StopReason] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",  # a server tool ran as often as it may; the answer is not whole
    "compaction": "length",
    "refusal": "filter",
}

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
    last block: a mark on the blocks would change bytes that were sent before.
    """
    limit, budget = _limits(ask)
    body: dict[str, Any] = {"model": ask.model, "max_tokens": limit, "stream": True}
    if budget:
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}
    if ask.thinking.effort:
        body["output_config"] = {"effort": ask.thinking.effort}
    merge_into(body, ask.quirks.body)
    merge_into(body, ask.thinking.body)
    ask, notices = acceptable(ask, body)
    body |= place(ask, FIELDS) | {"max_tokens": limit}
    if ask.schema is not None and ask.quirks.schema_mode == "json_schema":
        merge_into(
            body,
            {
                "output_config": {
                    "format": {"type": "json_schema", "schema": claude_schema(ask.schema)}
                }
            },
        )
    cached = {"cache_control": CACHED} if ask.quirks.cache == "cache_control" else {}
    body |= cached
    if system := system_text(ask):
        body["system"] = [{"type": "text", "text": system, **cached}]
    if ask.tools:
        body["tools"] = [
            {
                "name": tool.name,
                "description": tool.description,
                "input_schema": tool_schema(tool.parameters),
            }
            for tool in ask.tools
        ]
        body["tools"][-1] |= (
            {} if system else cached
        )  # the system prompt's mark covers the tools, which come first
        if ask.tool_choice:
            body["tool_choice"] = _tool_choice(ask.tool_choice)
        merge_into(body, ask.quirks.tools_body)
    body["messages"] = alternate_roles(_turn(message) for message in ask.messages)
    path = "/messages" if ask.base_url.endswith("/v1") else "/v1/messages"
    notices += [
        *left_out_notices(ask, FIELDS, "anthropic-messages"),
        *schema_notices(ask),
        *open_object_notices(ask),
    ]
    return HttpRequest(ask.url(path), body, {"anthropic-version": VERSION}, notices)


def _tool_choice(choice: str) -> Block:
    if choice in TOOL_CHOICES:
        return {"type": TOOL_CHOICES[choice]}
    return {"type": "tool", "name": choice}


def _limits(ask: ModelRequest) -> tuple[int, int]:
    """`max_tokens` and the thinking's budget.

    The first is required and counts the thinking too, the second must be smaller.
    """
    most = min(ask.max_output or MAX_TOKENS, MOST_TOKENS)
    wanted = ask.parameters.get("max_tokens", most)
    budget = ask.thinking.budget or 0
    if wanted <= budget:
        wanted += budget
    if ask.max_output and wanted > ask.max_output:
        wanted, budget = ask.max_output, min(budget, ask.max_output // 2)
    return wanted, budget


def _turn(message: Message) -> tuple[str, list[Block]]:
    match message.role:
        case "assistant":
            return "assistant", [_piece(piece) for piece in pieces_of(message)]
        case "tool":
            result = {
                "tool_use_id": accepted_call_id(message.tool_call_id, IDS),
                "content": _content(message),
            }
            return "user", [{"type": "tool_result", **result}]
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


@dataclass(slots=True, eq=False)
class _Block:
    """One block of the content, while it streams."""

    given: Mapping[str, Any] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)  # of thinking, or of a call's arguments
    signature: str = ""
    is_shown: bool = False  # some of its thinking has words


class Reader:
    """One answer. Blocks of server tools (their calls, results, compactions) are stepped over."""

    def __init__(self) -> None:
        self.ended = False
        self._blocks: dict[str, _Block] = {}
        self._calls: list[_Block] = []  # that are not whole yet
        self._called = False
        self._parts = PartEvents()
        self._usage: dict[str, Any] = {}
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
        content = message.get("content")
        given = [{"type": "text", "text": content}] if isinstance(content, str) else items(content)
        for index, block in enumerate(given):
            events += self._open(index, mapping(block))
            events += self._close(index)
        self._count(message.get("usage"))
        return events + self._end(message)

    def _end(self, delta: Mapping[str, Any]) -> list[Event]:
        self._stopped = string(delta.get("stop_reason")) or self._stopped
        explained = string(mapping(delta.get("stop_details")).get("explanation"))
        return [Notice(explained)] if explained else []

    def _count(self, usage: Any) -> None:
        """Numbers are cumulative: a later one replaces the earlier."""
        self._usage |= {
            name: number for name, number in mapping(usage).items() if number is not None
        }

    def _open(self, index: Any, given: Mapping[str, Any]) -> list[Event]:
        block = _Block(given, signature=string(given.get("signature")))
        self._blocks[str(index)] = block
        match given.get("type"):
            case "text":
                return self._parts.text(given.get("text"))
            case "thinking":
                return self._thought(block, given.get("thinking"))
            case "tool_use":
                self._calls.append(block)
                self._called = self._called or bool(string(given.get("name")))
        return []

    def _delta(self, index: Any, delta: Mapping[str, Any]) -> list[Event]:
        block = self._blocks.setdefault(str(index), _Block())
        match delta.get("type"):
            case "text_delta":
                return self._parts.text(delta.get("text"))
            case "thinking_delta":
                return self._thought(block, delta.get("thinking"))
            case "signature_delta":
                block.signature = string(delta.get("signature"))
            case "input_json_delta":
                block.pieces.append(string(delta.get("partial_json")))
        return []

    def _close(self, index: Any) -> list[Event]:
        """What a whole block gives: a call, or what must go back. Only a whole one is signed."""
        block = self._blocks.get(str(index), _Block())
        match block.given.get("type"):
            case "thinking":
                thinking = "".join(block.pieces)
                state = {"type": "thinking", "thinking": thinking, "signature": block.signature}
                return self._parts.thought_state(state, shown=block.is_shown)
            case "redacted_thinking":
                data = string(block.given.get("data"))
                return self._parts.thought_state({"type": "redacted_thinking", "data": data})
            case "tool_use" if block in self._calls:
                self._calls.remove(block)
                return self._parts.call(_called(block))
        return []

    def _thought(self, block: _Block, text: Any) -> list[Event]:
        block.pieces.append(string(text))
        events = self._parts.thought(text)
        block.is_shown = block.is_shown or bool(events)
        return events

    def finish(self) -> list[Event]:
        return end_events(
            self._stopped,
            STOPS,
            ended=self.ended,
            calls=[_called(block) for block in self._calls],
            called=self._called,
            usage=usage_of(self._usage) if self._usage else None,
        )


def _called(block: _Block) -> ToolCall:
    """The call of a block: its arguments come in pieces, or whole at its start."""
    raw = "".join(block.pieces) or raw_arguments(block.given.get("input") or "")
    return tool_call(block.given.get("id"), block.given.get("name"), raw)


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Anthropic's counts, in tokens. What is read from the cache and written to it is sent too.

    >>> cache = {"cache_read_input_tokens": 80, "cache_creation_input_tokens": 7}
    >>> usage_of({"input_tokens": 9, **cache})
    Usage(input=96, output=None, cached=80, written=7, reasoning=None)
    """
    sent, read, written = (
        count(usage.get(name))
        for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    return Usage(
        None if sent is None else sent + (read or 0) + (written or 0),
        count(usage.get("output_tokens")),
        read,
        written,
        count(mapping(usage.get("output_tokens_details")).get("thinking_tokens")),
    )
