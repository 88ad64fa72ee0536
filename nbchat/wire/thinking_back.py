"""Thinking that goes back with the calls it led to: when, and under which name.

Hosts call it `reasoning_content`, `reasoning` or `reasoning_text`, or leave it between tags in
the text. It goes back as it came; for thinking of which that is not known, a quirk names the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbchat.catalog.rows import Quirks
from nbchat.messages import Message, ToolCall

CAME_IN = "thought_in"  # the member of a state that says where the thinking came; never sent
IN_TEXT = "content"  # its value for thinking between tags


def open_from(messages: Sequence[Message]) -> int:
    """Where the open round of tools begins: behind the last question.

    >>> open_from([Message("user", "1 + 1?"), Message("assistant"), Message("tool", "2")])
    1
    """
    questions = [at for at, message in enumerate(messages) if message.role == "user"]
    return questions[-1] + 1 if questions else 0


def wants_thought_back(back: str, calls: Sequence[ToolCall], is_open: bool) -> bool:
    """Whether thinking goes back with a message of these calls; `back` is a quirk."""
    if back == "loop":
        return is_open and bool(calls)
    return back == "always" or (back == "tools" and bool(calls))


def thinking_members(message: Message, quirks: Quirks, came_in: str) -> dict[str, Any]:
    """The member of an assistant's message that holds its thinking.

    >>> thinking_members(Message("assistant", "2", "hm"), Quirks(), "reasoning")
    {'reasoning': 'hm'}
    """
    thought = message.thought or quirks.reasoning_filler
    if not thought:
        return {}
    if came_in == IN_TEXT:
        return {"content": f"<think>\n{thought}\n</think>\n\n{message.text}"}
    return {came_in or quirks.reasoning_field: thought}


def without_name(state: Mapping[str, Any]) -> dict[str, Any]:
    """What of a state is sent."""
    return {name: value for name, value in state.items() if name != CAME_IN}
