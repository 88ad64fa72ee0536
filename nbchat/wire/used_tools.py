"""Tools that a conversation has called, for hosts that want them declared for as long as it lasts.

"Requests which include `tool_use` or `tool_result` blocks must define tools" (Anthropic), "The
toolConfig field must be defined when using toolUse and toolResult content blocks" (Bedrock); also
of Claude behind a gateway that speaks chat completions (earendil-works/pi#149). A question that
offers none declares them, and tells the model to call none where there is a word for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nbchat.messages import Message, Tool
from nbchat.wire.contract import ModelRequest


def used_tools(messages: Iterable[Message]) -> tuple[Tool, ...]:
    """A tool for each name that was called, in the order of the calls.

    >>> from nbchat.messages import ToolCall
    >>> used_tools([Message("assistant", tool_calls=[ToolCall("call_1", "add", {"a": 1})])])
    (Tool(name='add', description='', parameters={'type': 'object', 'properties': {}}),)
    """
    calls = [call for message in messages for call in message.tool_calls if call.name]
    return tuple(map(Tool, dict.fromkeys(call.name for call in calls)))


def with_used_tools(ask: ModelRequest) -> ModelRequest:
    """The question, which declares what was called before where it offers no tools itself."""
    used = () if ask.tools else used_tools(ask.messages)
    return replace(ask, tools=used, tool_choice="none") if used else ask
