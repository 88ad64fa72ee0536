"""Answers that are values: with a `schema`, the answer is checked before it counts as one.

While it streams, Partial events show the value grow; the words that stand at the end come as one
Text. An answer that does not fit is asked for again, and the conversation holds the last alone.
What was cut, broke off or was filtered is no value, whatever it looks like, and is not asked for
again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Unpack, cast

from nbchat.conversation.gathering import Gathering
from nbchat.conversation.invalid_answers import (
    MOST_REPAIRS,
    asks_for_tools,
    invalid,
    not_whole,
    repair_failed,
    repair_messages,
    repair_notice,
    unfinished,
)
from nbchat.conversation.rounds import ANY_ROUND
from nbchat.errors import NbchatError
from nbchat.events import Answer, Event, Partial, Stop, Valued
from nbchat.messages import Message, Text, ToolCall, ToolResult
from nbchat.network.failures import what_happened
from nbchat.part_lists import last_words
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.settings_values import Data
from nbchat.streams import AnswerSource, Pacing, SourceOptions, Stream
from nbchat.values.growing import LONG, NOTHING
from nbchat.values.problems import InvalidValue
from nbchat.values.value_type import ValueType


class ValidAnswers:
    """An AnswerSource that checks answers to questions with a `schema`; all else goes through."""

    def __init__(
        self,
        source: Callable[[], AnswerSource],
        settings: Callable[[], Settings] = Settings.load,
    ) -> None:
        self._source = source
        self._settings = settings
        self._last: tuple[Any, ValueType] | None = None  # the schema of rows, and what it says

    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        """Ask, and check what is answered; see `nbchat.stream`."""
        schema = options.get("schema")
        if schema is None:
            return self._source().stream(model, messages, **options)
        wanted = self._wanted(schema, options.get("pacing"))
        cast(dict[str, Any], options)["schema"] = wanted.json_schema
        answer = Answer(model=model)
        question = _Question(self._source(), self._settings, model, wanted, options, answer)
        return Stream(question.batches(messages), answer)

    def _wanted(self, schema: Any, pacing: Pacing | None) -> ValueType:
        """What a schema says; that of many rows is read once."""
        if self._last and schema is self._last[0] and pacing is not None and pacing.is_patient:
            return self._last[1]
        wanted = ValueType.of(schema)
        self._last = schema, wanted
        return wanted


def valued(answer: Answer) -> Answer:
    """The answer of `ask`. Raises InvalidAnswer where it should be a value, and is none.

    One that asks for tools which are only declared is not at its end: it has them to be read.
    """
    error = answer.valued.error if answer.valued else None
    if error is not None and not asks_for_tools(answer, answer.stop):
        raise error.with_traceback(None)
    return answer


class _Question:
    """One question with a schema, until its answer is a value or cannot become one."""

    def __init__(
        self,
        source: AnswerSource,
        settings: Callable[[], Settings],
        model: str,
        wanted: ValueType,
        options: SourceOptions,
        answer: Answer,
    ) -> None:
        self._source = source
        self._settings = settings
        self._model = model
        self._wanted = wanted
        self._options = options
        self._answer = answer
        self._gathering = Gathering(answer)
        self._words = HeldWords(wanted)
        self._stop = Stop("broken")  # of the last request
        self._wrong: InvalidValue | None = None  # what the last answer is asked for again for

    async def batches(self, messages: str | Sequence[Message]) -> AsyncGenerator[list[Event]]:
        asked = as_messages(messages)
        to_send, options = asked, self._options
        keep = options.get("keep")
        for number in range(MOST_REPAIRS + 1):
            async with aclosing(self._ask(to_send, options)) as batches:
                async for batch in batches:
                    yield batch
            wrong = await self._check()
            if wrong is None or wrong.is_of_check or number == MOST_REPAIRS:
                break
            notice = repair_notice(wrong, number + 1)
            self._answer.add(notice)
            yield [notice]
            if keep is not None:
                await keep()
            to_send = repair_messages(asked, self._answer, wrong, data=self._data())
            options = _repair_options(self._options)
            self._wrong = wrong
        yield self._end()

    def _data(self) -> Data:
        """How much of the notebook's values may be sent."""
        try:
            return self._settings().data
        except NbchatError:  # which the engine tells
            return "schema"

    # --- one request -------------------------------------------------------------------------

    async def _ask(
        self, messages: Sequence[Message], options: SourceOptions
    ) -> AsyncGenerator[list[Event]]:
        """What comes of it, but for its words, which are held back, and its Stop."""
        self._begin()
        stream = self._source.stream(self._model, messages, **options)
        try:
            async with stream, aclosing(stream.batches()) as batches:
                async for batch in batches:
                    events = self._gathering.take(batch, stream.result)
                    # Also where none is shown: at each the answer may be put on disk.
                    yield self._words.hold(events, stream.result)
                    if batch and isinstance(batch[-1], Stop):
                        self._stop = batch[-1]
        except NbchatError as error:
            if self._wrong is None:
                raise
            self._stop = repair_failed(self._wrong, what_happened(error))
        finally:
            self._gathering.settle(stream.result)

    def _begin(self) -> None:
        self._words.begin()
        if self._wrong is None:
            self._gathering.begin()
        else:
            self._gathering.begin_again()
        self._answer.valued = Valued(error=unfinished(self._answer))
        self._stop = Stop("broken")

    # --- what became of it -------------------------------------------------------------------

    async def _check(self) -> InvalidValue | None:
        """Note what the answer is. Returns what is wrong with its value."""
        answer = self._answer
        why_not = not_whole(answer, self._stop)
        if why_not is not None:
            answer.valued = Valued(error=why_not)
            return None
        words = last_words(answer.parts).text
        try:
            answer.valued = Valued(await self._read(words))
        except InvalidValue as wrong:
            error = invalid(answer, wrong)
            answer.valued = Valued(error=error)
            self._stop = Stop("broken", error.happened)
            return wrong
        return None

    async def _read(self, words: str) -> Any:
        """The value. A long one is read beside the loop, where other questions get on meanwhile."""
        if len(words) < LONG:
            return self._wanted.read(words, self._words.growing)
        return await asyncio.to_thread(self._wanted.read, words, self._words.growing)

    def _end(self) -> list[Event]:
        """The words that stand, and the Stop."""
        last: list[Event] = []
        outcome, words = self._answer.valued, last_words(self._answer.parts)
        if self._wanted.is_list and outcome is not None and outcome.error is None:
            last.append(Partial(outcome.value))
        if words.text:
            last.append(words)
        self._answer.add(self._stop)
        return [*last, self._stop]


def _repair_options(options: SourceOptions) -> SourceOptions:
    """Those of another try: no tool is run for it, nor has one to be called."""
    changed: dict[str, Any] = {**options, "rounds": 1}
    if changed.get("tool_choice") not in ANY_ROUND:
        changed.pop("tool_choice", None)
    return cast(SourceOptions, changed)


class HeldWords:
    """The words of an answer that comes, which are not shown before its end: its value is."""

    def __init__(self, wanted: ValueType) -> None:
        self._wanted = wanted
        self.begin()

    def begin(self) -> None:
        """They begin anew."""
        self._held: list[Text] = []
        self.growing = self._wanted.growing()

    def hold(self, events: Sequence[Event], answer: Answer) -> list[Event]:
        """What of these is shown: all but the words, and the value where it has grown.

        Words before a call are no value, so that they are shown with it.
        """
        shown: list[Event] = []
        value: Any = NOTHING
        for event in events:
            if isinstance(event, Text):
                grown = self._grow(event, answer)
                value = value if grown is NOTHING else grown
                continue
            if isinstance(event, ToolCall | ToolResult):
                shown += self._held
                value = NOTHING
                self.begin()
            shown.append(event)
        if value is not NOTHING:
            shown.append(Partial(value))
        return shown

    def _grow(self, event: Text, answer: Answer) -> Any:
        if event.begins and not self._are_in(answer):  # they were thinking, as it turned out
            self.begin()
        self._held.append(event)
        return self.growing.feed(event.spaced)

    def _are_in(self, answer: Answer) -> bool:
        return "".join(event.spaced for event in self._held) in answer.text
