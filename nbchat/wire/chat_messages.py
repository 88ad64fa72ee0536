"""The messages of a request of chat completions, and what goes back in those of the model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from nbchat.messages import Message, Thought, ToolCall
from nbchat.wire.contract import ModelRequest, merge_into
from nbchat.wire.provider_tools import rendered
from nbchat.wire.requests import (
    accepted_call_id,
    chat_content,
    function_call,
    state_blocks,
)
from nbchat.wire.thinking_back import (
    CAME_IN,
    open_from,
    thinking_members,
    wants_thought_back,
    without_name,
)
from nbchat.wire.tool_results import files_behind_results, result_words

# Mistral's ids of tool calls: "must be a-z, A-Z, 0-9, with a length of 9".
ALNUM9 = r"[A-Za-z0-9]{9}"
# OpenAI's: "Expected a string with maximum length 40"; vLLM's are longer (BerriAI/litellm#17343).
MOST40 = r".{1,40}"
BETWEEN = "…"  # what the model has said between results and what follows, where something must be


def chat_messages(ask: ModelRequest) -> Iterator[dict[str, Any]]:
    """The messages of the conversation, behind the system prompt."""
    said = ""
    for made in _in_order(ask):
        if said == "tool" and made["role"] == "user" and ask.quirks.answer_behind_results:
            yield {"role": "assistant", "content": BETWEEN}
        said = made["role"]
        yield made


def _in_order(ask: ModelRequest) -> Iterator[dict[str, Any]]:
    start = open_from(ask.messages)
    behind = {} if ask.quirks.files_in_results else files_behind_results(ask.messages)
    for at, message in enumerate(ask.messages):
        yield from rendered(message, partial(_message, ask=ask, is_open=at >= start))
        if at in behind:
            yield _message(behind[at], ask, is_open=False)


def _message(message: Message, ask: ModelRequest, is_open: bool) -> dict[str, Any]:
    match message.role:
        case "tool":
            return {
                "role": "tool",
                "tool_call_id": _id(message.tool_call_id, ask),
                "content": _result(message, ask),
            }
        case "assistant":
            return _assistant(message, ask, is_open)
        case _:
            return {
                "role": message.role,
                "content": chat_content(message, ask.model, files=ask.quirks.files),
            }


def _result(message: Message, ask: ModelRequest) -> str | list[dict[str, Any]]:
    """A tool's result. Most hosts take words alone there, so files stand in the next message."""
    if ask.quirks.files_in_results:
        return chat_content(message, ask.model, files=ask.quirks.files)
    return result_words(message)


def _assistant(message: Message, ask: ModelRequest, is_open: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"role": "assistant", "content": message.text}
    quirks = ask.quirks
    if calls := [call for call in message.tool_calls if call.name]:
        if not message.text and quirks.empty_content != "empty":
            said.pop("content")
            if quirks.empty_content == "null":
                said["content"] = None
        said["tool_calls"] = [_call(call, ask) for call in calls]
    thoughts = [part for part in message.ordered_parts if isinstance(part, Thought)]
    states = [block for part in thoughts for block in state_blocks(part)]
    kept = states[0] if states else {}
    if without_name(kept):
        merge_into(said, without_name(kept))
    elif wants_thought_back(quirks.reasoning_back, calls, is_open):
        said |= thinking_members(message, quirks, kept.get(CAME_IN, ""))
    return said


def _call(call: ToolCall, ask: ModelRequest) -> dict[str, Any]:
    """A call of the model, with what its host has signed it with."""
    asked = function_call(call, _id(call.id, ask))
    return merge_into(asked, dict(*state_blocks(call)))


def _id(given: str, ask: ModelRequest) -> str:
    match ask.quirks.tool_id:
        case "alnum9":
            return accepted_call_id(given, ALNUM9, made="{:.9}")
        case "most40":
            return accepted_call_id(given, MOST40)
        case _:
            return given
