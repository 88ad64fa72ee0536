"""Answers that are values: with a `schema`, the answer is checked before it counts as one.

While it streams, Partial events show the value grow; the words that stand at the end come as one
Text.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Unpack, cast

from nbchat.conversation.gathering import Gathering
from nbchat.errors import InvalidAnswer
from nbchat.events import Answer, Event, Partial, Stop, Valued
from nbchat.messages import Message, Text
from nbchat.streams import AnswerSource, SourceOptions, Stream
from nbchat.values.value_type import InvalidValue, ValueType


class ValidAnswers:
    """An AnswerSource that checks answers to questions with a `schema`; all else goes through."""

    def __init__(self, source: Callable[[], AnswerSource]) -> None:
        self._source = source

    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        """Ask, and check what is answered; see `nbchat.stream`."""
        schema = options.get("schema")
        if schema is None:
            return self._source().stream(model, messages, **options)
        wanted = ValueType.of(schema)
        cast(dict[str, Any], options)["schema"] = wanted.json_schema
        answer = Answer(model=model)
        question = _Question(self._source(), model, wanted, options, answer)
        return Stream(question.batches(messages), answer)


class _Question:
    """One question with a schema."""

    def __init__(
        self,
        source: AnswerSource,
        model: str,
        wanted: ValueType,
        options: SourceOptions,
        answer: Answer,
    ) -> None:
        self._source = source
        self._model = model
        self._wanted = wanted
        self._options = options
        self._gathering = Gathering(answer)

    async def batches(self, messages: str | Sequence[Message]) -> AsyncGenerator[list[Event]]:
        answer = self._gathering.answer
        stop = Stop("broken")
        stream = self._source.stream(self._model, messages, **self._options)
        self._gathering.begin()
        try:
            async with stream, aclosing(stream.batches()) as batches:
                async for batch in batches:
                    shown = self._gathering.take(batch, stream.result)
                    shown = [event for event in shown if not isinstance(event, Text)]
                    if shown:
                        yield shown
                    if batch and isinstance(batch[-1], Stop):
                        stop = batch[-1]
        finally:
            self._gathering.settle(stream.result)
        last: list[Event] = []
        try:
            answer.valued = Valued(self._wanted.read(answer.text))
            last.append(Partial(answer.valued.value))
        except InvalidValue as error:
            answer.valued = Valued(error=InvalidAnswer(f"the answer is not valid: {error}."))
            stop = Stop("broken", str(answer.valued.error))
        answer.add(stop)
        yield [*last, Text(answer.text), stop]
