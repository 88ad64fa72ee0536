"""What providers want back with a call of a tool, kept until its result comes.

Clients of OpenAI's API send an answer back without the members they do not know, and so without
signatures, without which Claude and Gemini refuse the next request. They do send back the calls'
ids: by these, and by the question, the answer is found again as it came. One process remembers
the latest ones, in memory alone; of one that is forgotten, thinking is left out, with a notice.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import TypeAlias, Unpack

from nbchat.events import Event, Stop
from nbchat.messages import Message, Text, Thought, ToolCall
from nbchat.streams import AnswerSource, SourceOptions, Stream

MOST_ANSWERS = 1_000
MOST_CHARACTERS = 20_000_000  # of all that is remembered

Key: TypeAlias = tuple[str, tuple[tuple[str, str, str], ...]]


class CallMemory:
    """Stands before a source. Answers that call tools go back to it as they came."""

    def __init__(self, source: AnswerSource) -> None:
        self._source = source
        self._answers: OrderedDict[Key, tuple[Message, int]] = OrderedDict()
        self._characters = 0

    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        """Ask `model`; the events of its answer."""
        whole = messages if isinstance(messages, str) else self._restored(messages)
        question = messages if isinstance(messages, str) else _question(messages)
        inner = self._source.stream(model, whole, **options)
        return Stream(self._batches(inner, question), inner.result)

    async def _batches(self, inner: Stream, question: str) -> AsyncGenerator[list[Event]]:
        async with inner:
            async for batch in inner.batches():
                if any(isinstance(event, Stop) for event in batch):  # nobody reads on behind it
                    self._keep(inner.result.message, question)
                yield batch

    def _keep(self, message: Message, question: str) -> None:
        size = _kept_characters(message)
        if not message.tool_calls or not size or size > MOST_CHARACTERS:
            return
        key = _key(message.tool_calls, question)
        self._forget(key)
        self._answers[key] = message, size
        self._characters += size
        while len(self._answers) > MOST_ANSWERS or self._characters > MOST_CHARACTERS:
            self._forget(next(iter(self._answers)))

    def _forget(self, key: Key) -> None:
        _, size = self._answers.pop(key, (None, 0))
        self._characters -= size

    def _restored(self, messages: Sequence[Message]) -> list[Message]:
        """The messages, those of an answer that is remembered with what belongs to it."""
        return [self._found(message, messages[:at]) for at, message in enumerate(messages)]

    def _found(self, message: Message, before: Sequence[Message]) -> Message:
        if message.answer_parts or not message.tool_calls:
            return message
        kept, _ = self._answers.get(_key(message.tool_calls, _question(before)), (None, 0))
        if kept is None or (message.text and message.text != kept.text):
            return message
        return replace(kept)


def _key(calls: Sequence[ToolCall], question: str) -> Key:
    """Not by the ids alone: some providers count their calls anew in each answer."""
    return question, tuple((call.id, call.name, _arguments(call)) for call in calls)


def _arguments(call: ToolCall) -> str:
    return call.raw if call.arguments is None else json.dumps(call.arguments, sort_keys=True)


def _question(messages: Sequence[Message]) -> str:
    """The words of the last question."""
    asked = [message.text for message in messages if message.role == "user"]
    return asked[-1] if asked else ""


def _kept_characters(message: Message) -> int:
    """How much there is to remember; 0 where no part has anything that goes back unseen."""
    parts = [p for p in message.answer_parts if isinstance(p, Text | Thought | ToolCall)]
    states = [part.state.data for part in parts if part.state]
    return len(repr(states)) + len(message.text) + len(message.thought) if states else 0
