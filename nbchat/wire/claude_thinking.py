"""Claude goes on after a tool's result only from the signed thinking that led to the call.

"When thinking is enabled, a final assistant message must start with a thinking block
(preceding the lastmost set of tool_use and tool_result blocks)". Where another model made the
call, or the signature was lost on the way, thinking is left out of that request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nbchat.catalog.rows import ThinkingFields
from nbchat.messages import Message, Thought
from nbchat.wire.contract import ModelRequest
from nbchat.wire.requests import state_blocks
from nbchat.wire.thinking_back import without_name

OFF: tuple[Any, ...] = (False, {"enabled": False}, {"type": "disabled"}, {"effort": "none"})


def without_unsigned_thinking(body: dict[str, Any], ask: ModelRequest) -> list[str]:
    """Take `thinking` out of these members where it would be refused. Returns the notice."""
    thinking = body.get("thinking")
    kind = thinking.get("type") if isinstance(thinking, dict) else ""
    if kind not in ("enabled", "adaptive") or not _lacks_thinking(ask.messages, kind):
        return []
    del body["thinking"]
    return [_notice(ask)]


def without_claudes_thinking(ask: ModelRequest) -> tuple[ModelRequest, list[str]]:
    """The same for a host of Claude that speaks another format, by the question's own fields."""
    if "claude" not in ask.model.lower() or not _thinks(ask.thinking):
        return ask, []
    if not _lacks_thinking(ask.messages, "adaptive"):
        return ask, []
    return replace(ask, thinking=ThinkingFields()), [_notice(ask)]


def _thinks(fields: ThinkingFields) -> bool:
    if fields.effort not in (None, "none") or fields.budget:
        return True
    return any(value not in OFF for value in fields.body.values())


def _lacks_thinking(messages: Sequence[Message], kind: str) -> bool:
    """Whether a call is open in whose turn nothing was signed.

    A model that decides by itself when it thinks may have called without: such an answer, which
    is here as it came, is taken.
    """
    turn = _open_turn(messages)
    if not turn or any(_is_signed(message) for message in turn):
        return False
    as_it_came = all(message.answer_parts and not message.thought for message in turn)
    return kind != "adaptive" or not as_it_came


def _open_turn(messages: Sequence[Message]) -> list[Message]:
    """The model's messages since the last question, if its last one is answered by a tool."""
    said = [at for at, message in enumerate(messages) if message.role == "assistant"]
    if not said or said[-1] + 1 == len(messages) or messages[said[-1] + 1].role != "tool":
        return []
    turn = []
    for message in reversed(messages[: said[-1] + 1]):
        if message.role == "user":
            break
        if message.role == "assistant":
            turn.append(message)
    return turn


def _is_signed(message: Message) -> bool:
    thoughts = [part for part in message.ordered_parts if isinstance(part, Thought)]
    return any(without_name(block) for part in thoughts for block in state_blocks(part))


def _notice(ask: ModelRequest) -> str:
    return (
        f"{ask.model} goes on after a tool only from its own signed thinking, which is not there; "
        "it was asked without thinking this time."
    )
