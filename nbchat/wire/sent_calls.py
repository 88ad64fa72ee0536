"""Calls and their results as every provider takes them back: names, ids, and each with its other.

One name that is not allowed, and the whole conversation is refused from then on. OpenAI,
Anthropic and Bedrock take letters, digits, _ and -, 64 of them at most; Gemini and Moonshot want
a letter first (google-gemini/gemini-cli#2966). Anthropic wants every id of a call but once, and
some hosts count theirs anew in each answer. What is stored keeps what the model has said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from nbchat.messages import AnswerPart, Message, ToolCall

ALLOWED = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,63}")
NO_NAME = "unnamed"
LONGEST_READABLE = 48  # characters of a name that is made plain, before what keeps it apart


def plain_name(name: str) -> str:
    """The name, or one of allowed letters alone: the same for the same, another for another.

    >>> plain_name("add"), plain_name("run()"), plain_name("rυn")
    ('add', 'run_02fcae88', 'r_n_8e923647')
    """
    if ALLOWED.fullmatch(name):
        return name
    readable = re.sub(r"[^a-zA-Z0-9-]+", "_", name).lstrip("_-0123456789")[:LONGEST_READABLE]
    own = sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{readable.rstrip('_-') or NO_NAME}_{own}"


def sent_calls(messages: Iterable[Message], declared: Collection[str]) -> tuple[Message, ...]:
    """The messages with calls and results that can go back.

    `declared` are the tools of the question, which keep their names. A call without a name goes
    along if it has a result, which must not stand alone; else it is none.
    """
    given = list(messages)
    answered = {message.tool_call_id for message in given if message.role == "tool"}
    return tuple(_Calls(declared, answered).sent(given))


@dataclass(slots=True)
class _Calls:
    """The calls of a conversation, in its order. An id used again means the latest call."""

    declared: Collection[str]
    answered: Collection[str]
    _latest: dict[str, list[ToolCall]] = field(default_factory=dict)  # as sent, by their own ids
    _ids: set[str] = field(default_factory=set)  # that were sent

    def sent(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            if message.role == "tool":
                yield self._result(message)
            elif message.tool_calls:
                yield self._asked(message)
            else:
                yield message

    def _result(self, message: Message) -> Message:
        calls = self._latest.get(message.tool_call_id)
        if not calls:
            name = self._name(message.name) if message.name else ""
            return message if name == message.name else replace(message, name=name)
        call = calls.pop(0) if len(calls) > 1 else calls[0]
        if (call.id, call.name) == (message.tool_call_id, message.name):
            return message
        return replace(message, tool_call_id=call.id, name=call.name)

    def _asked(self, message: Message) -> Message:
        before = [call for call in message.tool_calls if call.name or call.id in self.answered]
        calls = [self._call(call) for call in before]
        self._latest |= {call.id: [] for call in before}
        for call, sent in zip(before, calls, strict=True):
            self._latest[call.id].append(sent)
        if calls == list(message.tool_calls):
            return message
        parts = list(_with_calls(message.answer_parts, before, calls))
        return replace(message, tool_calls=calls, answer_parts=parts)

    def _call(self, call: ToolCall) -> ToolCall:
        made, number = call.id, 2
        while made in self._ids:
            made, number = f"{call.id}_{number}", number + 1
        self._ids.add(made)
        name = self._name(call.name)
        return call if (made, name) == (call.id, call.name) else replace(call, id=made, name=name)

    def _name(self, name: str) -> str:
        return name if name in self.declared else plain_name(name)


def _with_calls(
    parts: Iterable[AnswerPart], before: list[ToolCall], after: list[ToolCall]
) -> Iterator[AnswerPart]:
    """The parts of an answer with its calls as they are sent; those that are none are left out."""
    waiting = list(zip(before, after, strict=True))
    for part in parts:
        if not isinstance(part, ToolCall):
            yield part
            continue
        found = next((pair for pair in waiting if pair[0] == part), None)
        if found:
            waiting.remove(found)
            yield found[1]
