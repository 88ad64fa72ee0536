"""A tool whose arguments are the answer: how Claude and Nova are held to any schema.

The model must call it. What it is called with is read as the words of the answer, as they come,
so that nothing above knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbchat.events import StopReason
from nbchat.messages import Tool
from nbchat.wire.contract import ModelRequest
from nbchat.wire.finish_words import reason_of
from nbchat.wire.schema_nodes import Node, resolved_root, typed
from nbchat.wire.shapes import items, mapping
from nbchat.wire.tool_calls import raw_arguments

NOTHING = "{}"  # what was meant where the tool is called with nothing at all
ANSWER = "nbchat_answer"  # its name; that of no tool of a user's
TOLD = "Takes your answer to the question. Call it once, when you have all that the answer needs."
WIRES = ("anthropic-messages", "bedrock-converse")  # whose answers can be taken so
COMBINED = ("anyOf", "oneOf", "allOf")  # refused at the root of what a tool takes


def holds_by_tool(body: Mapping[str, Any]) -> bool:
    """Whether a request has the tool."""
    tools = [*items(body.get("tools")), *items(mapping(body.get("toolConfig")).get("tools"))]
    named = [
        one.get("name", mapping(one.get("toolSpec")).get("name")) for one in map(mapping, tools)
    ]
    return ANSWER in named


def answer_schema(schema: Mapping[str, Any]) -> Node | None:
    """What the tool takes; None where that is no object, as arguments must be."""
    root = typed(resolved_root(schema))
    root.pop("$schema", None)
    is_plain = root.get("type") == "object" and not any(name in root for name in COMBINED)
    return root if is_plain else None


def with_answer_tool(ask: ModelRequest, takes: Node) -> ModelRequest:
    """The question with the tool, which must be called where no other is."""
    tool = Tool(ANSWER, TOLD, takes)
    must = {None: "required", "auto": "required", "none": ANSWER}
    choice = must.get(ask.tool_choice, ask.tool_choice) if ask.tools else ANSWER
    return replace(ask, tools=(*ask.tools, tool), tool_choice=choice)


def is_answer(name: Any) -> bool:
    """Whether a call of that name is the answer."""
    return bool(name == ANSWER)


def answer_text(arguments: Any) -> str:
    """The answer where its arguments come whole; an empty object stands where they will follow."""
    return raw_arguments(arguments or "")


def own_reasons(word: str, *, answered: bool, called: bool) -> dict[str, StopReason]:
    """What the word means with which it ended: where the answer was all that was called, the end.

    >>> own_reasons("tool_use", answered=True, called=False)
    {'tool_use': 'end'}
    """
    is_end = answered and not called and reason_of(word) == "tool_calls"
    return {word: "end"} if is_end else {}
