"""The messages of a question, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import get_args

from nbchat.errors import BadCall, NoQuestion
from nbchat.messages import Message, Part, Role
from nbchat.option_values import shown
from nbchat.text_like import as_text

ROLES = get_args(Role)


def as_messages(given: str | Iterable[Message]) -> list[Message]:
    """The messages of a question, or a text as one; an Answer is its text.

    Raises NoQuestion where there is none, BadCall where one is no message.

    >>> as_messages("Hello")
    [Message(role='user', content='Hello', ...)]
    """
    given = as_text(given)
    if isinstance(given, str):
        given = [Message("user", given)]
    elif isinstance(given, bytes | Mapping | Message) or not isinstance(given, Iterable):
        ways = {
            Mapping: "[nbchat.Message(**messages)]",
            Message: "[messages]",
        }
        kind = type(given).__name__
        wanted = f"messages is a str or a list of nbchat.Message(role, content), not {kind}."
        raise _no_messages(wanted, given, ways)
    messages = _with_tools(given)
    for message in messages:
        _check_message(message)
    if not any(_says_something(message) for message in messages if message.role != "system"):
        raise NoQuestion(
            "there is no question. Write one into the cell, below the %%chat line; "
            "in Python pass a text, or a message."
        )
    return messages


def _with_tools(given: Iterable[Message]) -> list[Message]:
    """The messages; the role `function` of before 2023-11 is a tool that has no id yet."""
    ids: dict[str, str] = {}
    messages = []
    for message in given:
        if isinstance(message, Message):
            ids |= {call.name: call.id for call in message.tool_calls}
            if str(message.role) == "function":
                answered = message.tool_call_id or ids.get(message.name, message.name)
                message = replace(message, role="tool", tool_call_id=answered)
        messages.append(message)
    return messages


def _no_messages(wanted: str, given: object, ways: Mapping[type, str]) -> BadCall:
    fitting = [f"\nWrite {way}." for kind, way in ways.items() if isinstance(given, kind)]
    return BadCall("".join([wanted, *fitting[:1]]))


def _check_message(message: object) -> None:
    if not isinstance(message, Message):
        ways: dict[type, str] = {
            Mapping: "[nbchat.Message(**m) for m in messages]",
            str: "[nbchat.Message('user', 'Hello')]",
        }
        kind = type(message).__name__
        wanted = f"messages is a str or a list of nbchat.Message(role, content), not of {kind}."
        raise _no_messages(wanted, message, ways)
    if message.role not in ROLES:
        roles = f"{', '.join(ROLES[:-1])} or {ROLES[-1]}"
        raise BadCall(f"a message's role is {roles}, not {shown(message.role)}.")
    content = message.content
    for part in content if isinstance(content, list | tuple) else [content]:
        _check_part(part)


def _check_part(part: object) -> None:
    if not isinstance(part, Part):
        raise BadCall(
            "the content of a message is a text, or a list of texts, nbchat.Image and nbchat.File, "
            f"not of {type(part).__name__}."
        )
    if not isinstance(part, str) and not isinstance(part.data, bytes):
        kind = type(part).__name__
        raise BadCall(
            f"{kind} holds bytes, not {type(part.data).__name__}: {kind}(path.read_bytes(), …)."
        )


def _says_something(message: Message) -> bool:
    """Whether there is anything to it: a word, an attachment, a tool's call or result."""
    words = any(part.strip() if isinstance(part, str) else part for part in message.parts)
    return words or bool(message.tool_calls) or message.role == "tool"
