"""Tools that run at the provider, such as a web search: what of them goes back, and how.

Nobody here runs them, so their calls are no ToolCalls. Two kinds are met:

- The model calls a tool of its provider, and expects its own arguments back as the result
  (Moonshot's `$web_search`). Such a round is kept as the state of a part without words, where
  it stood in the answer, and is made into messages again when it goes back.
- The provider calls it and goes on by itself. What it wants back of that is a block of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from nbchat.messages import AnswerPart, Message, Thought, ToolCall
from nbchat.part_lists import message_of_round
from nbchat.wire.shapes import items, mapping, string
from nbchat.wire.tool_calls import arguments_of

Item: TypeAlias = dict[str, Any]

OURS = ("", "function", "custom", "builtin_function")  # types of calls that somebody here answers
ECHOED = "echoed"
BESIDE = "beside"


def runs_there(piece: Mapping[str, Any]) -> bool:
    """Whether an item of `tool_calls` tells of a tool that the provider has run itself.

    >>> runs_there({"type": "web_search", "web_search": {}}), runs_there({"type": "function"})
    (True, False)
    """
    named = string(mapping(piece.get("function")).get("name"))
    return not named and string(piece.get("type")) not in OURS


# --- what Claude's and OpenAI's searches want back -------------------------------------------

SEARCHED = "web_search_tool_result"
SEARCH_BLOCKS = ("server_tool_use", SEARCHED)


def search_block(given: Mapping[str, Any], raw: str) -> Item | None:
    """A block of Claude's search as it goes back; `raw` is what came of its input in pieces.

    None for the blocks of other tools. Results hold encrypted pages, which must go back
    unchanged (anthropic 2.14.0 types/web_search_result_block_param.py).
    """
    kept = {name: value for name, value in given.items() if value is not None}
    if given.get("type") == SEARCHED:
        return kept
    if given.get("type") != "server_tool_use" or given.get("name") != "web_search":
        return None
    return kept | {"input": arguments_of(raw) or mapping(given.get("input"))}


def search_item(given: Mapping[str, Any]) -> Item | None:
    """A `web_search_call` of Responses as it goes back; None for one that says not what it did.

    The pages that it lists are for the reader (openai 3.57.0 response_function_web_search.py
    knows fewer kinds of them than are sent).
    """
    action = mapping(given.get("action"))
    if not action:
        return None
    kept = {name: value for name, value in given.items() if value is not None}
    shown = {name: value for name, value in action.items() if value not in (None, [])}
    shown.pop("sources", None)
    return kept | {"action": shown}


def search_failure(given: Mapping[str, Any]) -> str:
    """What to tell of a search that failed: a block of Claude's, or an item of Responses.

    >>> search_failure({"type": SEARCHED, "content": {"error_code": "unavailable"}})
    'A search of the web failed: unavailable.'
    """
    code = string(mapping(given.get("content")).get("error_code"))
    if code:
        return f"A search of the web failed: {code}."
    return "A search of the web failed." if given.get("status") == "failed" else ""


def with_results(blocks: Sequence[Item]) -> list[Item]:
    """Blocks of an answer that has ended, without a search that was cut off before its results."""
    found = {block.get("tool_use_id") for block in blocks if block.get("type") == SEARCHED}
    return [
        block
        for block in blocks
        if block.get("type") != "server_tool_use" or block.get("id") in found
    ]


# --- calls whose arguments go back ---------------------------------------------------------------


def echo_state(calls: Sequence[ToolCall], kind: str, *, beside: bool) -> Item:
    """What is kept of calls that are echoed; `kind` is the type of their tool.

    `beside` says that the same message calls tools that somebody else answers.
    """
    kept = [{"id": call.id, "type": kind, "name": call.name, "raw": call.raw} for call in calls]
    return {ECHOED: kept, BESIDE: beside}


def rendered(message: Message, render: Callable[[Message], Item]) -> list[Item]:
    """A message as a provider gets it: several, where calls in it were echoed."""
    if message.role != "assistant" or not any(map(_echoed, message.answer_parts)):
        return [render(message)]
    return [made for part, calls in _rounds(message) for made in _with_echoes(part, calls, render)]


def _rounds(message: Message) -> Iterator[tuple[Message, list[Item]]]:
    """The messages that an answer was made of, each with the calls in it that are echoed."""
    parts: list[AnswerPart] = []
    beside: list[Item] = []
    for part in message.ordered_parts:
        echoed = _echoed(part)
        if not echoed:
            parts.append(part)
        elif mapping(part.state.data).get(BESIDE):  # type: ignore[union-attr]
            beside = echoed
        else:
            yield message_of_round([*parts, *map(_call, echoed)]), echoed
            parts = []
    if parts or beside:
        yield message_of_round([*map(_call, beside), *parts]), beside


def _with_echoes(
    message: Message, calls: Sequence[Item], render: Callable[[Message], Item]
) -> Iterator[Item]:
    made = render(message)
    kinds = {string(call.get("id")): call.get("type") for call in calls}
    for item in items(made.get("tool_calls")):
        item["type"] = kinds.get(string(item.get("id"))) or item["type"]
    yield made
    for call in calls:
        name = string(call.get("name"))
        result = Message("tool", _raw(call), tool_call_id=string(call.get("id")), name=name)
        yield {**render(result), "name": name}


def _call(call: Item) -> ToolCall:
    return ToolCall(string(call.get("id")), string(call.get("name")), {}, _raw(call))


def _raw(call: Item) -> str:
    return string(call.get("raw")) or "{}"


def _echoed(part: AnswerPart) -> list[Item]:
    """The calls that a part keeps, where it is the place of a round of them."""
    if not isinstance(part, Thought) or part.state is None:
        return []
    return [mapping(call) for call in items(mapping(part.state.data).get(ECHOED))]
