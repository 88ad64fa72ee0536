"""OpenAI's Responses API, spoken too by Azure, xAI, DeepSeek, OpenRouter, local servers.

Facts: openai-python 3.54.0 `types/responses/`. Nothing is stored at the provider
(`store: false`), so reasoning comes back encrypted and is sent back with the next
turn, before what followed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbchat.events import Event, Notice, Stop, Usage
from nbchat.messages import File, Image, Message, Part, ToolCall
from nbchat.option_values import TOOL_CHOICES
from nbchat.wire.answer_parts import PartEvents
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.known_items import CallIds
from nbchat.wire.openai_schema import named_form
from nbchat.wire.output_items import CALL, DRAWING, OutputItem, OutputItems
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.problem import raise_problem
from nbchat.wire.provider_tools import search_failure, search_item
from nbchat.wire.requests import accepted_call_id, arguments_text, pieces_of, text_file_as_text
from nbchat.wire.said_cost import said_cost
from nbchat.wire.schema import held_to, system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.stop import end_events
from nbchat.wire.tool_calls import raw_arguments
from nbchat.wire.usage import everything_sent, first_count, merge_counts, output_count

FRAMING: Framing = "sse"

FIELDS = {"max_tokens": "max_output_tokens", "temperature": "temperature", "top_p": "top_p"}

# The HTTP status that an error inside a stream would have had.
STATUS = {
    "server_error": 500,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "invalid_prompt": 400,
}

IDS = r".{1,64}"  # of tool calls: "Expected a string with maximum length 64"
PICTURES = ("output_image", "image", "image_url")
ENDS = tuple(f"response.{end}" for end in ("completed", "incomplete", "failed", "cancelled"))
NOT_DRAWN = "A picture was asked for, and none has come."


# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `…/responses`.

    `input` comes last, so that the bytes before the new message repeat.
    """
    ask, schema, in_words = held_to(ask, named_form(ask.quirks.schema_form))
    body: dict[str, Any] = {"model": ask.model, "stream": True, "store": False}
    body |= place(ask, FIELDS)
    if ask.quirks.cache == "prompt_cache_key" and ask.cache_key:
        body["prompt_cache_key"] = ask.cache_key
    merge_into(body, ask.quirks.body)
    _think(body, ask)
    _put_format(body, ask, schema)
    if instructions := system_text(ask):
        body["instructions"] = instructions
    if ask.tools:
        # Without `strict: false` a schema that is not strict is refused
        # ("'required' is required to be supplied").
        body["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
                "strict": False,
            }
            for tool in ask.tools
        ]
        if ask.tool_choice:
            body["tool_choice"] = _tool_choice(ask.tool_choice)
        merge_into(body, ask.quirks.tools_body)
    body["input"] = [item for message in ask.messages for item in _items(message, ask)]
    notices = [*left_out_notices(ask, FIELDS, "openai-responses"), *in_words]
    return HttpRequest(ask.url("/responses"), body, notices=notices)


def _tool_choice(choice: str) -> str | dict[str, Any]:
    return choice if choice in TOOL_CHOICES else {"type": "function", "name": choice}


def _think(body: dict[str, Any], ask: ModelRequest) -> None:
    """Ask for reasoning that can be shown and sent back, from models that are known to reason.

    Others refuse both: "Encrypted content is not supported with this model" (gpt-4o).
    """
    if ask.thinking.effort:
        body["reasoning"] = {"effort": ask.thinking.effort}
    merge_into(body, ask.thinking.body)
    reasoning = body.get("reasoning")
    if isinstance(reasoning, dict):
        if reasoning.get("effort") != "none":
            reasoning.setdefault("summary", "auto")
        body.setdefault("include", ["reasoning.encrypted_content"])


def _put_format(body: dict[str, Any], ask: ModelRequest, schema: Mapping[str, Any] | None) -> None:
    if schema:
        merge_into(body, {"text": {"format": {"type": "json_schema", **schema}}})
    elif ask.schema is not None and ask.quirks.schema_mode == "json_object":
        merge_into(body, {"text": {"format": {"type": "json_object"}}})


def _items(message: Message, ask: ModelRequest) -> list[dict[str, Any]]:
    if message.role == "assistant":
        return _assistant(message, ask)
    if message.role == "tool":
        return [
            {
                "type": "function_call_output",
                "call_id": accepted_call_id(message.tool_call_id, IDS),
                "output": _content(message),
            }
        ]
    return [{"role": message.role, "content": _content(message)}]


def _content(message: Message) -> str | list[dict[str, Any]]:
    if all(isinstance(part, str) for part in message.parts):
        return message.text
    return [_part(part) for part in map(text_file_as_text, message.parts)]


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Image():
            return {"type": "input_image", "image_url": part.data_url, "detail": "auto"}
        case File():
            return {"type": "input_file", "filename": part.name, "file_data": part.data_url}
        case _:
            return {"type": "input_text", "text": part}


def _assistant(message: Message, ask: ModelRequest) -> list[dict[str, Any]]:
    """Words, calls and reasoning in order; reasoning only for a model that is known to reason.

    A message says its type: llama.cpp cannot tell an item of an assistant without it.
    """
    found: list[dict[str, Any]] = []
    phase: dict[str, Any] = {}
    for piece in pieces_of(message):
        match piece:
            case str():
                # llama.cpp knows an item by its type alone (tools/server/server-chat.cpp).
                said = {"type": "message", "role": "assistant", **phase, "content": piece}
                found.append(said)
            case ToolCall():
                called = {
                    "call_id": accepted_call_id(piece.id, IDS),
                    "name": piece.name,
                    "arguments": arguments_text(piece),
                }
                found.append({"type": "function_call", **called})
            case {"type": "message", "phase": word}:
                phase = {"phase": word}
            case {"type": "web_search_call"}:
                found.append(piece)
            case _ if ask.thinking.effort or ask.thinking.body:
                found.append(piece)
    return found


# --- understanding the answer --------------------------------------------------------------


class Reader:
    """One answer."""

    def __init__(self) -> None:
        self.ended = False
        self._items = OutputItems()
        self._ids = CallIds()
        self._answer_id = ""
        self._parts = PartEvents()
        self._usage: dict[str, Any] = {}
        self._status = ""
        self._foreign = False

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        value = mapping(value)
        kind = string(value.get("type")) or event
        match kind:
            case "response.output_text.delta" | "response.refusal.delta":
                return self._words(value, value.get("delta"))
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                return self._thinking(value, kind, value.get("delta"))
            case "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta":
                self._items.of(value, CALL).raw.append(string(value.get("delta")))
            case "response.output_text.annotation.added":
                item = self._items.of(value, "message")
                number = value.get("content_index") or 0
                return self._cited(item, number, [value.get("annotation")])
            case _ if kind.endswith(".done"):
                return self._part_done(value, kind)
            case "response.image_generation_call.partial_image":
                self._items.of(value, DRAWING).raw = [string(value.get("partial_image_b64"))]
            case "response.output_item.added":
                item = self._items.open(value)
                self._parts.answers = self._parts.answers or item.kind == CALL
            case "response.created" | "response.in_progress":
                self._answer_id = string(mapping(value.get("response")).get("id"))
            case _ if kind in ENDS:
                return self._terminal(mapping(value.get("response")), kind.rpartition(".")[2])
            case "" | "error":
                raise_problem(value, STATUS)
        return ()

    def read_whole(self, body: Any) -> Iterable[Event]:
        raise_problem(body, STATUS)
        response = mapping(body)
        if "output" not in response and "status" not in response:
            self._foreign = True
            return ()
        return self._terminal(response, "completed")

    def _part_done(self, value: Mapping[str, Any], kind: str) -> list[Event]:
        """What is whole now: of its words those that have not come in pieces."""
        match kind:
            case "response.output_text.done" | "response.refusal.done":
                item = self._items.of(value, "message")
                words = value.get("text") or value.get("refusal")
                events = [] if item.streamed else self._words(value, words)
                item.streamed = False
                return events
            case "response.reasoning_summary_text.done" | "response.reasoning_text.done":
                item = self._items.of(value, "reasoning")
                place = kind.replace(".done", ".delta")
                events = [] if item.streamed else self._thinking(value, place, value.get("text"))
                item.streamed = False
                return events
            case "response.function_call_arguments.done" | "response.custom_tool_call_input.done":
                whole = raw_arguments(value.get("arguments") or value.get("input"))
                if whole:
                    self._items.of(value, CALL).raw = [whole]
            case "response.output_item.done":
                return self._done(self._items.whole(value))
        return []

    def _words(self, value: Mapping[str, Any], text: Any) -> list[Event]:
        item = self._items.of(value, "message")
        item.seen = item.streamed = True
        return self._text(item, text, value.get("content_index") or 0)

    def _text(self, item: OutputItem, text: Any, number: int) -> list[Event]:
        """Words of a message's content, which is a part of its own."""
        events = self._parts.text(text, place=(item, number))
        if events:
            item.begins.setdefault(number, self._parts.sources.begun)
        return events

    def _cited(self, item: OutputItem, number: int, annotations: Any) -> list[Event]:
        """The sources of a content's words, in which their places are counted."""
        base = item.begins.get(number, self._parts.sources.size)
        return self._parts.sources.read({"annotations": annotations}, base)

    def _thinking(self, value: Mapping[str, Any], kind: str, text: Any) -> list[Event]:
        item = self._items.of(value, "reasoning")
        item.seen = item.streamed = True
        number = value.get("summary_index") or value.get("content_index") or 0
        return self._parts.thought(text, place=(item, kind, number))

    def _done(self, item: OutputItem) -> list[Event]:
        """A whole item: what of it was not shown yet, and what of it must go back."""
        match item.given.get("type"):
            case "message":
                return self._message(item, item.given)
            case "reasoning":
                return self._reasoning(item, item.given)
            case "image_generation_call" | "code_interpreter_call":
                return self._drawn(item)
            case "file_search_call":
                return self._parts.sources.found(item.given.get("results"))
            case "web_search_call":
                return self._searched(item.given)
            case "function_call" | "custom_tool_call":
                if whole := raw_arguments(item.given.get("arguments") or item.given.get("input")):
                    item.raw = [whole]
                return self._parts.call(self._called(item))
        return []

    def _drawn(self, item: OutputItem) -> list[Event]:
        """The pictures of an item; a notice where none was made that was asked for."""
        is_told = item.kind == DRAWING and not item.pictures
        return [Notice(NOT_DRAWN)] if is_told else self._parts.pictures(item.pictures)

    def _searched(self, given: Mapping[str, Any]) -> list[Event]:
        """A search that the provider ran itself: no call, but the next turn has it."""
        sources = self._parts.sources.found(mapping(given.get("action")).get("sources"))
        searched, failure = search_item(given), search_failure(given)
        state = self._parts.thought_state(searched) if searched else []
        return [*sources, *state, *([Notice(failure)] if failure else [])]

    def _message(self, item: OutputItem, given: Mapping[str, Any]) -> list[Event]:
        events: list[Event] = []
        for number, part in enumerate(_parts(given, "content")):
            if part.get("type") in PICTURES:
                events += self._parts.pictures(part)
            elif not item.seen:
                events += self._text(item, part.get("text") or part.get("refusal"), number)
            events += self._cited(item, number, part.get("annotations"))
        phase = string(given.get("phase"))
        if phase and (item.seen or events):
            events += self._parts.text_state({"type": "message", "phase": phase})
        return events

    def _reasoning(self, item: OutputItem, given: Mapping[str, Any]) -> list[Event]:
        """Its summary; and the item itself, where it can go back: an id alone is refused."""
        events: list[Event] = []
        parts = [*_parts(given, "summary"), *_parts(given, "content")]
        for number, part in enumerate([] if item.seen else parts):
            events += self._parts.thought(part.get("text"), place=(item, number))
        if given.get("encrypted_content") or given.get("content"):
            state = {"summary": [], **_without_empty(given)}
            events += self._parts.thought_state(state, shown=item.seen or bool(events))
        return events

    def _called(self, item: OutputItem) -> ToolCall:
        made_of = string(item.given.get("name")) + "".join(item.raw)
        return item.called(self._ids.given(item.own_call_id, self._answer_id, made_of))

    def _terminal(self, response: Mapping[str, Any], status: str) -> list[Event]:
        self._status = string(response.get("status")) or status
        if self._status == "failed":
            raise_problem(
                {"error": response.get("error") or "the provider says that the answer failed"},
                STATUS,
            )
        self._status = (
            string(mapping(response.get("incomplete_details")).get("reason")) or self._status
        )
        self._usage = merge_counts(self._usage, response.get("usage"))
        self._answer_id = string(response.get("id")) or self._answer_id
        events: list[Event] = []  # some hosts stream nothing but this; some leave it empty
        for given in map(mapping, items(response.get("output"))):
            item = self._items.left_open(given)
            if item is not None:
                events += self._done(item)
        events += self._parts.sources.read({"citations": response.get("citations")})  # xAI's place
        # A response in which nothing was said may go on in another on the same stream
        # (OpenAI's shell tool).
        self.ended = self._status != "completed" or self._parts.answers
        return events

    def finish(self) -> list[Event]:
        if self._foreign:
            return [Stop("broken", "the server answered in another format than openai-responses")]
        calls = self._items.calls
        drafts = [event for item in self._items.drafts for event in self._drawn(item)]
        ending = end_events(
            self._status,
            ended=self.ended,
            calls=[self._called(item) for item in calls if not item.is_closed],
            called=any(string(item.given.get("name")) for item in calls),
            usage=usage_of(self._usage) if self._usage else None,
            unknown="broken",
        )
        return [*drafts, *ending]


def _without_empty(item: Mapping[str, Any]) -> dict[str, Any]:
    """A reasoning item as it goes back."""
    return {
        name: part for name, part in item.items() if name != "status" and part not in (None, [])
    }


def _parts(item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [mapping(part) for part in items(item.get(name))]


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """The counts of a response, in tokens.

    >>> details = {"cached_tokens": 4}
    >>> usage_of({"input_tokens": 9, "input_tokens_details": details, "output_tokens": 5})
    Usage(input=9, output=5, cached=4, written=None, reasoning=None)
    """
    sent = mapping(usage.get("input_tokens_details"))
    made = mapping(usage.get("output_tokens_details"))
    given = first_count(usage.get("input_tokens"), usage.get("prompt_tokens"))
    completion = first_count(usage.get("output_tokens"), usage.get("completion_tokens"))
    reasoning = first_count(made.get("reasoning_tokens"))
    cached = first_count(sent.get("cached_tokens"))
    written = first_count(sent.get("cache_write_tokens"), sent.get("cache_creation_tokens"))
    total = count(usage.get("total_tokens"))
    given = everything_sent(given, completion, total=total, read=cached or 0, written=written or 0)
    output = output_count(given, completion, total=total, reasoning=reasoning)
    return Usage(given, output, cached, written, reasoning, said_cost(usage))
