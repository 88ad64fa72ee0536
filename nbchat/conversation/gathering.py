"""What comes of the requests of one question, gathered into one answer.

Words come as they are shown; when a request has ended, its parts take their place, in which also
stands what only the provider wants back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbchat.events import Answer, Event, Notice, Stop, Usage, summed
from nbchat.messages import AnswerPart, Source, ToolCall
from nbchat.part_lists import behind_tools, source_key


class Gathering:
    """One answer of several requests, whose counts are summed."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._counted: list[Usage] = []
        self._start = 0  # of the parts of the request that is open
        self._replaces = False  # whether what it says takes the place of what stands there

    def begin(self) -> None:
        """Another request is sent."""
        self._start = len(self.answer.parts)

    def begin_again(self) -> None:
        """Another is sent, whose words take the place of the last ones, once any of them come.

        What the tools gave before them stays, and so do the pages that they rest on.
        """
        self._start = behind_tools(self.answer.parts)
        self._replaces = True

    def take(self, batch: Sequence[Event], result: Answer) -> list[Event]:
        """What of a batch is handed on, noted in the answer: all but the Stop."""
        self._note_who(result)
        shown: list[Event] = []
        for event in batch:
            match event:
                case Stop():
                    continue
                case Notice(text) if text in self.answer.notices:  # each request says it again
                    continue
                case Usage():
                    event = summed([*self._counted, event])
                case Source():  # whose places are counted from the beginning of the answer
                    event = replace(event, ends=[*event.ends], numbers=[*event.numbers])
            if self._replaces and isinstance(event, AnswerPart):
                self._make_room()
            self.answer.add(event)
            shown.append(event)
        return shown

    def settle(self, result: Answer) -> None:
        """The request has ended, in whatever way."""
        answer = self.answer
        self._note_who(result)
        if self._replaces and result:
            self._make_room()
        if not self._replaces:
            answer.parts = [*answer.parts[: self._start], *self._parts_of(result)]
        for text in result.notices:
            if text not in answer.notices:
                answer.add(Notice(text))
        if result.usage != Usage():
            self._counted.append(result.usage)
            answer.usage = summed(self._counted)
            if result.usage.input is not None:
                answer.filled = result.usage.input + (result.usage.output or 0)
        answer.lost += result.lost

    def _make_room(self) -> None:
        """Drop the words that are replaced."""
        self._replaces = False
        parts = self.answer.parts
        pages = [replace(p, ends=[]) for p in parts[self._start :] if isinstance(p, Source)]
        self.answer.parts = [*parts[: self._start], *pages]
        self._start += len(pages)

    def _note_who(self, result: Answer) -> None:
        answer = self.answer
        answer.model, answer.provider = result.model, result.provider
        answer.host, answer.given_url = result.host, result.given_url

    def _parts_of(self, result: Answer) -> list[AnswerPart]:
        """The parts of one request; of its sources those that no request before it had."""
        own = self.answer.parts[self._start :]
        sources = {source_key(part): part for part in own if isinstance(part, Source)}
        parts: list[AnswerPart] = []
        for part in result.parts:
            if not isinstance(part, Source):
                parts.append(part)
            elif (known := sources.pop(source_key(part), None)) is not None:
                parts.append(known)
        return parts

    @property
    def calls(self) -> list[ToolCall]:
        """The calls of the last request."""
        return [part for part in self.answer.parts[self._start :] if isinstance(part, ToolCall)]
