"""Amazon Bedrock's Converse: one format for Claude, Nova, Llama, Kimi and others on AWS.

Facts: botocore 1.44.5 `bedrock-runtime/2023-09-30/service-2.json`. An answer is an AWS
event stream, in which an event's name stands in its frame, not in its JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count as numbers
from typing import Any
from urllib.parse import quote

from nbchat.errors import BadAttachment
from nbchat.events import Event
from nbchat.messages import File, Image, Message, Part, Tool, ToolCall
from nbchat.wire.answer_parts import PartEvents, TextRuns
from nbchat.wire.answer_tool import NOTHING, answer_text, is_answer, own_reasons
from nbchat.wire.claude import acceptable, tool_schema
from nbchat.wire.claude_answer import held_claude
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.converse import raise_exception, usage_of
from nbchat.wire.known_items import CallIds, Item, KnownBlocks
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.problem import raise_problem
from nbchat.wire.requests import (
    Block,
    accepted_call_id,
    alternate_roles,
    is_blank,
    pieces_of,
    text_file_as_text,
    with_shared_part,
)
from nbchat.wire.schema import schema_name, system_text
from nbchat.wire.shapes import items, mapping, string
from nbchat.wire.stop import end_events, finish_word
from nbchat.wire.tool_calls import raw_arguments, tool_call
from nbchat.wire.tool_results import EMPTY
from nbchat.wire.usage import merge_counts
from nbchat.wire.used_tools import used_tools

FRAMING: Framing = "eventstream"

MAX_TOKENS = 8192  # beside a thinking budget, where nothing else was asked
CACHE_POINT: Block = {"cachePoint": {"type": "default"}}
IDS = r"[a-zA-Z0-9_.:-]{1,64}"  # of tool calls
DOCUMENTS = {  # DocumentFormat by media type; text goes as text
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}

FIELDS = {  # of inferenceConfig
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "stop": "stopSequences",
}

# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `…/model/{id}/converse-stream`.

    Messages come last, so that the bytes before the new message repeat.
    """
    goes_on = ask.goes_on
    body: dict[str, Any] = {}
    if ask.thinking.budget:
        thinking = {"type": "enabled", "budget_tokens": ask.thinking.budget}
        body["additionalModelRequestFields"] = {"thinking": thinking}
    if ask.thinking.effort:
        body["outputConfig"] = {"effort": ask.thinking.effort}
    merge_into(body, ask.quirks.body)
    merge_into(body, ask.thinking.body)
    own = mapping(body.get("additionalModelRequestFields"))
    ask, notices = acceptable(ask, own)
    ask, schema, in_words = held_claude(ask, own.get("thinking"))
    if not own:
        body.pop("additionalModelRequestFields", None)
    if config := _inference(ask):
        merge_into(body, {"inferenceConfig": config})
    notices += [*left_out_notices(ask, FIELDS, "bedrock-converse"), *in_words]
    if schema and ask.schema:
        merge_into(body, {"outputConfig": _output(schema_name(ask.schema), schema)})
    cached = ask.quirks.cache == "cache_control"
    if system := system_text(ask):
        body["system"] = [{"text": system}, *([CACHE_POINT] if cached else [])]
    offered = () if ask.tool_choice == "none" else ask.tools  # there is no word for none
    if tools := offered or used_tools(ask.messages):
        body["toolConfig"] = {"tools": [_tool(tool) for tool in tools], **_tool_choice(ask)}
        merge_into(body, ask.quirks.tools_body)
        if not offered and ask.tools:
            notices.append(
                "bedrock-converse wants the tools of earlier calls declared, "
                "so the model may call one in spite of tool_choice."
            )
    documents = numbers(1)
    ask, has_shared = with_shared_part(ask)
    body["messages"] = alternate_roles(
        _turn(message, documents, ask.model) for message in ask.messages
    )
    if cached and body["messages"] and goes_on:
        _cache(body["messages"][-1]["content"])
    if cached and has_shared:
        body["messages"][0]["content"].insert(1, CACHE_POINT)
    return HttpRequest(
        ask.url(f"/model/{quote(ask.model, safe='')}/converse-stream"), body, notices=notices
    )


def _output(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    described = {"name": name, "schema": json.dumps(schema, ensure_ascii=False)}
    return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": described}}}


def _inference(ask: ModelRequest) -> dict[str, Any]:
    """Claude's limit counts the thinking too, and must be larger than its budget."""
    config = place(ask, FIELDS)
    budget = ask.thinking.budget or 0
    if budget:
        wanted = config.get("maxTokens", MAX_TOKENS)
        config["maxTokens"] = wanted if wanted > budget else wanted + budget
    return config


def _tool_choice(ask: ModelRequest) -> dict[str, Any]:
    match ask.tool_choice:
        case None | "none":
            return {}
        case "auto":
            return {"toolChoice": {"auto": {}}}
        case "required":
            return {"toolChoice": {"any": {}}}
        case name:
            return {"toolChoice": {"tool": {"name": name}}}


def _tool(tool: Tool) -> Block:
    described = {"description": tool.description} if tool.description else {}
    return {
        "toolSpec": {
            "name": tool.name,
            **described,
            "inputSchema": {"json": tool_schema(tool.parameters)},
        }
    }


def _turn(message: Message, documents: Iterable[int], model: str) -> tuple[str, list[Block]]:
    match message.role:
        case "assistant":
            return "assistant", [_piece(piece) for piece in pieces_of(message)]
        case "tool":
            result = {
                "toolUseId": accepted_call_id(message.tool_call_id, IDS),
                "content": _content(message, documents) or [{"text": EMPTY}],
            }
            failed = {"status": "error"} if message.error and _knows_status(model) else {}
            return "user", [{"toolResult": {**result, **failed}}]
        case _:
            content = _content(message, documents)
            alone = content and not any("text" in block for block in content)
            named = [part.name for part in message.parts if isinstance(part, File)]
            return "user", [
                *({"text": name} for name in named if alone),
                *content,
            ]  # no document without a text


def _knows_status(model: str) -> bool:
    """Whether a result may say that it failed: only Claude and Nova know it (service-2.json)."""
    return "claude" in model or "nova" in model


def _content(message: Message, documents: Iterable[int]) -> list[Block]:
    return [
        _part(part, documents)
        for part in map(text_file_as_text, message.parts)
        if not is_blank(part)
    ]


def _part(part: Part, documents: Iterable[int]) -> Block:
    match part:
        case Image():
            format_ = part.media_type.removeprefix("image/").replace("jpg", "jpeg")
            return {"image": {"format": format_, "source": {"bytes": part.base64}}}
        case File() if kind := DOCUMENTS.get(part.media_type):
            # A neutral name, because "the model might inadvertently interpret it as
            # instructions" (service-2.json).
            name = f"Document {next(iter(documents))}"
            return {"document": {"format": kind, "name": name, "source": {"bytes": part.base64}}}
        case File():
            raise BadAttachment(
                f"Bedrock takes no {part.media_type} files. Send its text, or an image of it."
            )
        case _:
            return {"text": part}


def _piece(piece: str | ToolCall | Block) -> Block:
    match piece:
        case str():
            return {"text": piece}
        case ToolCall():
            used = {
                "toolUseId": accepted_call_id(piece.id, IDS),
                "name": piece.name,
                "input": piece.arguments or {},
            }
            return {"toolUse": used}
        case _:
            return piece


def _cache(content: list[Block]) -> None:
    """Mark the end of the conversation so far, but not after a document: that is refused."""
    at = len(content)
    while at and "document" in content[at - 1]:
        at -= 1
    if at:
        content.insert(at, CACHE_POINT)


# --- understanding the answer --------------------------------------------------------------


@dataclass(slots=True, eq=False, kw_only=True)
class _Block(Item):
    """One block of the content, while it streams."""

    tool: Mapping[str, Any] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)  # of thinking, or of a call's arguments
    signature: str = ""
    redacted: str = ""
    citations: list[Any] = field(default_factory=list)  # of its words
    is_shown: bool = False  # some of its thinking has words


class Reader:
    """One answer. Blocks of Bedrock's own tools are stepped over."""

    def __init__(self) -> None:
        self.ended = False
        self._blocks = KnownBlocks(lambda index: _Block(index=index))
        self._ids = CallIds()
        self._texts = TextRuns()
        self._text_block: _Block | None = None
        self._calls: list[_Block] = []  # that are not whole yet
        self._called = False
        self._answered = False  # by the tool that takes the answer
        self._parts = PartEvents()
        self._usage: dict[str, Any] = {}
        self._stopped = ""

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        said = mapping(value)
        match event:
            case "contentBlockDelta":
                delta = mapping(said.get("delta"))
                kind = _kind_of(delta)
                begins = kind != "toolUse"
                block = self._blocks.of(said.get("contentBlockIndex"), kind, begins=begins)
                return self._delta(block, delta)
            case "contentBlockStart":
                block = self._blocks.open(said.get("contentBlockIndex"))
                self._tool(block, mapping(mapping(said.get("start")).get("toolUse")))
            case "contentBlockStop":
                ended = self._blocks.close(said.get("contentBlockIndex"))
                return self._close(ended) if ended else []
            case "messageStop":
                self._stopped = finish_word(said.get("stopReason")) or self._stopped
                self.ended = bool(self._usage)
            case "metadata":  # the last event on AWS, the last but one from some proxies
                self._usage = merge_counts(self._usage, said.get("usage"))
                self.ended = bool(self._stopped)
            case "" | "error":
                raise_problem(said)
            case _ if event.endswith("Exception"):
                raise_exception(said, event)
        return ()

    def read_whole(self, body: Any) -> Iterable[Event]:
        said = mapping(body)
        if "output" not in said:
            raise_problem(said)
        self.ended = "output" in said
        self._usage = merge_counts(self._usage, said.get("usage"))
        self._stopped = finish_word(said.get("stopReason"))
        content = mapping(mapping(said.get("output")).get("message")).get("content")
        return [event for block in items(content) for event in self._whole(mapping(block))]

    def _whole(self, given: Mapping[str, Any]) -> list[Event]:
        block, reasoning = _Block(), mapping(given.get("reasoningContent"))
        self._tool(block, mapping(given.get("toolUse")))
        reasoning = {**reasoning, **mapping(reasoning.get("reasoningText"))}
        events = self._delta(block, {**given, "reasoningContent": reasoning})
        cited = mapping(given.get("citationsContent"))
        for words in items(cited.get("content")):
            self._texts.cite()  # with the block before, and with the next
            events += self._text(block, mapping(words).get("text"))
            self._texts.cite()
        block.citations += items(cited.get("citations"))
        return events + self._close(block)

    def _text(self, block: _Block, text: Any) -> list[Event]:
        if text and block is not self._text_block:
            self._texts.begin()
            self._text_block = block
        return self._parts.text(text, place=self._texts.number)

    def _tool(self, block: _Block, tool: Mapping[str, Any]) -> None:
        if tool:
            self._texts.leave()
            block.kind = "toolUse"
            block.tool = tool
        if is_answer(tool.get("name")):
            self._answered = True
            self._texts.begin()
        elif tool and tool.get("type") != "server_tool_use":
            self._calls.append(block)
            self._called = self._called or bool(string(tool.get("name")))

    def _delta(self, block: _Block, delta: Mapping[str, Any]) -> list[Event]:
        reasoning, used = (
            mapping(delta.get("reasoningContent")),
            mapping(delta.get("toolUse")).get("input"),
        )
        block.signature += string(reasoning.get("signature"))
        block.redacted += string(reasoning.get("redactedContent"))
        if is_answer(block.tool.get("name")):
            return self._answer(block, answer_text(used))
        block.pieces.append(string(reasoning.get("text")) or raw_arguments(used or ""))
        thought = self._parts.thought(reasoning.get("text"), place=block)
        block.is_shown = block.is_shown or bool(thought)
        block.citations += filter(None, [delta.get("citation")])
        pictures = self._parts.pictures(delta.get("image"))
        text = self._text(block, delta.get("text"))
        if delta.get("citation"):
            self._texts.cite()
        return thought + pictures + text

    def _answer(self, block: _Block, text: str) -> list[Event]:
        """The next piece of what the answer's own tool is called with."""
        block.pieces.append(text)
        return self._parts.text(text, place=self._texts.number)

    def _close(self, block: _Block) -> list[Event]:
        """What a whole block gives: a call, sources, or thinking that must go back.

        That is Claude's, for others do not sign theirs and do not want it.
        """
        if block.citations:
            return self._parts.sources.cite_all(block.citations)
        if block.signature:
            text = {"text": "".join(block.pieces), "signature": block.signature}
            state = {"reasoningContent": {"reasoningText": text}}
            return self._parts.thought_state(state, shown=block.is_shown)
        if block.redacted:
            redacted = {"redactedContent": block.redacted}
            return self._parts.thought_state({"reasoningContent": redacted})
        if is_answer(block.tool.get("name")) and not any(block.pieces):
            return self._answer(block, NOTHING)
        if block in self._calls:
            self._calls.remove(block)
            return self._parts.call(self._made(block))
        return []

    def _made(self, block: _Block) -> ToolCall:
        name, raw = string(block.tool.get("name")), "".join(block.pieces)
        given_id = self._ids.given(block.tool.get("toolUseId"), made_of=name + raw)
        return tool_call(given_id, name, raw)

    def finish(self) -> list[Event]:
        own = own_reasons(self._stopped, answered=self._answered, called=self._called)
        return end_events(
            self._stopped,
            ended=self.ended,
            calls=list(map(self._made, self._calls)),
            called=self._called,
            usage=usage_of(self._usage) if self._usage else None,
            own=own,
        )


def _kind_of(delta: Mapping[str, Any]) -> str:
    """What a piece is of: a call, thinking or words."""
    return next((kind for kind in ("toolUse", "reasoningContent") if kind in delta), "text")
