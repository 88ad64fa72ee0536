"""OpenAI's Responses API, spoken too by Azure, xAI, DeepSeek, OpenRouter, local servers.

Facts: openai-python 3.54.0 `types/responses/`. Nothing is stored at the provider
(`store: false`), so reasoning comes back encrypted and is sent back with the next
turn, before what followed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbchat.events import Event, Notice, Stop, StopReason, Usage
from nbchat.messages import File, Image, Message, Part, ToolCall
from nbchat.option_values import TOOL_CHOICES
from nbchat.wire.answer_parts import PartEvents
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.problem import raise_problem
from nbchat.wire.provider_tools import search_failure, search_item
from nbchat.wire.requests import arguments_text, pieces_of, text_file_as_text
from nbchat.wire.schema import plain_schema, schema_name, schema_notices, system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.stop import end_events
from nbchat.wire.tool_calls import raw_arguments, tool_call

FRAMING: Framing = "sse"

FIELDS = {"max_tokens": "max_output_tokens", "temperature": "temperature", "top_p": "top_p"}

STOPS: dict[str, StopReason] = {  # by incomplete_details.reason, else by status
    "completed": "end",
    "incomplete": "length",
    "max_output_tokens": "length",
    "max_messages": "length",
    "content_filter": "filter",
}

# The HTTP status that an error inside a stream would have had.
STATUS = {
    "server_error": 500,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "invalid_prompt": 400,
}

CALLS = ("function_call", "custom_tool_call")


# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `…/responses`.

    `input` comes last, so that the bytes before the new message repeat.
    """
    body: dict[str, Any] = {"model": ask.model, "stream": True, "store": False}
    body |= place(ask, FIELDS)
    if ask.quirks.cache == "prompt_cache_key" and ask.cache_key:
        body["prompt_cache_key"] = ask.cache_key
    merge_into(body, ask.quirks.body)
    _think(body, ask)
    _schema(body, ask)
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
    notices = [*left_out_notices(ask, FIELDS, "openai-responses"), *schema_notices(ask)]
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


def _schema(body: dict[str, Any], ask: ModelRequest) -> None:
    if ask.schema is None or ask.quirks.schema_mode == "none":
        return
    wanted: dict[str, Any] = {"type": ask.quirks.schema_mode}
    if ask.quirks.schema_mode == "json_schema":
        wanted |= {"name": schema_name(ask.schema), "schema": plain_schema(ask.schema)}
    merge_into(body, {"text": {"format": wanted}})


def _items(message: Message, ask: ModelRequest) -> list[dict[str, Any]]:
    if message.role == "assistant":
        return _assistant(message, ask)
    if message.role == "tool":
        return [
            {
                "type": "function_call_output",
                "call_id": message.tool_call_id,
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
    """Words, calls and reasoning in order; reasoning only for a model that is known to reason."""
    found: list[dict[str, Any]] = []
    phase: dict[str, Any] = {}
    for piece in pieces_of(message):
        match piece:
            case str():
                found.append({"role": "assistant", **phase, "content": piece})
            case ToolCall():
                called = {
                    "call_id": piece.id,
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


@dataclass(slots=True, eq=False)
class _Item:
    """One item of the output, while it streams."""

    given: Mapping[str, Any] = field(default_factory=dict)
    seen: bool = False  # some of it was shown already
    raw: list[str] = field(default_factory=list)  # of a call's arguments


class Reader:
    """One answer. Items are told apart by `output_index`: some proxies change ids midway."""

    def __init__(self) -> None:
        self.ended = False
        self._items: dict[int | str, _Item] = {}
        self._calls: list[_Item] = []
        self._types: set[str] = set()  # of items that were streamed
        self._parts = PartEvents()
        self._usage: Mapping[str, Any] = {}
        self._status = ""
        self._foreign = False

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        value = mapping(value)
        match string(value.get("type")) or event:
            case "response.output_text.delta" | "response.refusal.delta":
                return self._text(self._item(value, "message"), value.get("delta"))
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                self._item(value, "reasoning").seen = True
                return self._parts.thought(value.get("delta"))
            case "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta":
                self._item(value, "function_call").raw.append(string(value.get("delta")))
            case "response.function_call_arguments.done":
                self._item(value, "function_call").raw = [string(value.get("arguments"))]
            case "response.output_item.added":
                self._open(value)
            case "response.output_item.done":
                given = mapping(value.get("item"))
                return self._done(self._item(value, string(given.get("type"))), given)
            case (
                "response.completed"
                | "response.incomplete"
                | "response.failed"
                | "response.cancelled" as kind
            ):
                return self._terminal(
                    mapping(value.get("response")), kind.removeprefix("response.")
                )
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

    def _item(self, value: Mapping[str, Any], kind: str) -> _Item:
        """The item that an event speaks of."""
        key = _key(value)
        if key not in self._items:
            self._items[key] = _Item()
            self._types.add(kind)
        return self._items[key]

    def _open(self, value: Mapping[str, Any]) -> None:
        given = mapping(value.get("item"))
        item = self._items[_key(value)] = _Item(given)
        self._types.add(string(given.get("type")))
        self._call(item)

    def _call(self, item: _Item) -> None:
        if item.given.get("type") in CALLS and item not in self._calls:
            self._calls.append(item)
            self._parts.answers = True

    def _text(self, item: _Item, text: Any) -> list[Event]:
        """Words of a message, whose parts are its own: what goes back is said at its end."""
        events = self._parts.text(text) if item.seen else self._parts.next_text(text)
        item.seen = True
        return events

    def _done(self, item: _Item, given: Mapping[str, Any]) -> list[Event]:
        """A whole item: what of it was not shown yet, and what of it must go back."""
        shown, item.given = item.seen, given
        self._call(item)
        match given.get("type"):
            case "message":
                return self._message(item, given, shown)
            case "reasoning":
                return self._reasoning(item, given, shown)
            case "web_search_call":
                return self._searched(given)
            case "function_call" | "custom_tool_call":
                if whole := raw_arguments(given.get("arguments") or given.get("input")):
                    item.raw = [whole]
                if not item.seen:
                    item.seen = True
                    return self._parts.call(_called(item))
        return []

    def _searched(self, given: Mapping[str, Any]) -> list[Event]:
        """A search that the provider ran itself: no call, but the next turn has it."""
        searched, failure = search_item(given), search_failure(given)
        state = self._parts.thought_state(searched) if searched else []
        return [*state, *([Notice(failure)] if failure else [])]

    def _message(self, item: _Item, given: Mapping[str, Any], shown: bool) -> list[Event]:
        events: list[Event] = []
        for part in [] if shown else _parts(given, "content"):
            events += self._text(item, part.get("text") or part.get("refusal"))
        item.seen = True
        phase = string(given.get("phase"))
        if phase and (shown or events):
            events += self._parts.text_state({"type": "message", "phase": phase})
        return events

    def _reasoning(self, item: _Item, given: Mapping[str, Any], shown: bool) -> list[Event]:
        """Its summary; and the item itself, where it can go back: an id alone is refused."""
        item.seen = True
        events: list[Event] = []
        for part in [] if shown else [*_parts(given, "summary"), *_parts(given, "content")]:
            events += self._parts.thought(part.get("text"))
        if given.get("encrypted_content") or given.get("content"):
            state = {"summary": [], **_without_empty(given)}
            events += self._parts.thought_state(state, shown=shown or bool(events))
        return events

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
        self._usage = mapping(response.get("usage"))
        streamed = set(self._types)  # some hosts stream nothing but this; some leave it empty
        events: list[Event] = []
        for given in map(mapping, items(response.get("output"))):
            if string(given.get("type")) not in streamed:
                events += self._done(_Item(), given)
        # A response in which nothing was said may go on in another on the same stream
        # (OpenAI's shell tool).
        self.ended = self._status != "completed" or self._parts.answers
        return events

    def finish(self) -> list[Event]:
        if self._foreign:
            return [Stop("broken", "the server answered in another format than openai-responses")]
        return end_events(
            self._status,
            STOPS,
            ended=self.ended,
            calls=[_called(item) for item in self._calls if not item.seen],
            called=any(string(item.given.get("name")) for item in self._calls),
            usage=usage_of(self._usage) if self._usage else None,
            unknown="broken",
        )


def _without_empty(item: Mapping[str, Any]) -> dict[str, Any]:
    """A reasoning item as it goes back."""
    return {
        name: part for name, part in item.items() if name != "status" and part not in (None, [])
    }


def _called(item: _Item) -> ToolCall:
    given = item.given
    raw = "".join(item.raw) or string(given.get("arguments"))
    return tool_call(given.get("call_id") or given.get("id"), given.get("name"), raw)


def _key(value: Mapping[str, Any]) -> int | str:
    index = value.get("output_index")
    return (
        index
        if isinstance(index, int)
        else string(value.get("item_id") or mapping(value.get("item")).get("id"))
    )


def _parts(item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [mapping(part) for part in items(item.get(name))]


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """The counts of a response, in tokens.

    >>> details = {"cached_tokens": 4}
    >>> usage_of({"input_tokens": 9, "input_tokens_details": details, "output_tokens": 5})
    Usage(input=9, output=5, cached=4, written=None, reasoning=None)
    """
    return Usage(
        count(usage.get("input_tokens")),
        count(usage.get("output_tokens")),
        count(mapping(usage.get("input_tokens_details")).get("cached_tokens")),
        None,
        count(mapping(usage.get("output_tokens_details")).get("reasoning_tokens")),
    )
