"""Messages as OpenAI wrote them before 2023-11: one `function_call`, answered by a `function`.

Histories of that time and some clients still hold them. They become tool calls with results.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.tool_calls import arguments_of, raw_arguments


def with_tool_calls(messages: Any) -> Any:
    """The messages of a request, with tool calls in place of function calls.

    The calls of that time had no ids; a result is that of the last call of its name.

    >>> asked = {"role": "assistant", "function_call": {"name": "add", "arguments": '{"a": 1}'}}
    >>> told = {"role": "function", "name": "add", "content": "2"}
    >>> for message in with_tool_calls([asked, told]):
    ...     print(message)
    {'role': 'assistant', 'tool_calls': [{'id': 'call_1', 'name': 'add', 'arguments': {'a': 1}}]}
    {'role': 'tool', 'name': 'add', 'content': '2', 'tool_call_id': 'call_1'}
    """
    if not isinstance(messages, list | tuple):
        return messages
    ids: dict[Any, str] = {}
    return [_as_today(message, f"call_{n}", ids) for n, message in enumerate(messages, 1)]


def _as_today(message: Any, call_id: str, ids: dict[Any, str]) -> Any:
    if not isinstance(message, Mapping):
        return message
    called = message.get("function_call")
    if isinstance(called, Mapping):
        name = called.get("name")
        ids[name] = call_id
        arguments = arguments_of(raw_arguments(called.get("arguments"))) or {}
        rest = {k: v for k, v in message.items() if k != "function_call" and v is not None}
        return {**rest, "tool_calls": [{"id": call_id, "name": name, "arguments": arguments}]}
    if message.get("role") == "function":
        answered = ids.get(message.get("name"), call_id)
        return {**message, "role": "tool", "tool_call_id": answered}
    if "function_call" in message and called is None:
        return {name: value for name, value in message.items() if name != "function_call"}
    return message
