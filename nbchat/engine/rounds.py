"""One question in several requests, where a tool of the provider's own takes more than one.

Moonshot's search is called by the model, and its arguments go back as they came; Claude's
stops an answer that is not whole, which goes on when it is sent back. Who reads the stream
sees one answer: its counts are summed, and there is one Stop.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

from nbchat.catalog.rows import Search
from nbchat.engine.prepare import PreparedRequest
from nbchat.errors import NbchatError
from nbchat.events import INCOMPLETE, Answer, Event, Notice, Stop, Usage, is_shown, summed
from nbchat.messages import Text, Thought, ToolCall
from nbchat.network.failures import what_happened
from nbchat.provider_state import ProviderState
from nbchat.wire.provider_tools import echo_state

MOST_ROUNDS = 8  # requests for one question

Batches: TypeAlias = AsyncGenerator[list[Event]]


async def all_rounds(
    first: PreparedRequest, ask: Callable[[PreparedRequest], Batches], answer: Answer
) -> Batches:
    """The batches of one request, or of as many as its provider's tools take.

    What was counted is noted in `answer` also where it does not end.
    """
    if first.search is None:
        async with aclosing(ask(first)) as batches:
            async for batch in batches:
                yield batch
        return
    counted = _Counted(answer)
    request = first
    try:
        for number in range(1, MOST_ROUNDS + 1):
            round_ = _Round(request, first.search, is_first=number == 1)
            try:
                async with aclosing(ask(request)) as batches:
                    async for batch in batches:
                        if shown := round_.take(batch):
                            yield shown
            except NbchatError as error:
                if not answer:
                    raise
                round_.stop = Stop("broken", f"{what_happened(error)}{INCOMPLETE}")
            counted.add(round_.usage)
            if not round_.goes_on:
                break
            if number == MOST_ROUNDS:
                round_.cut_off()
                break
            yield round_.rest()
            request = first.followed_by(answer.message)
        yield [*round_.rest(), *counted.whole(), round_.stop]
    finally:
        counted.settle()


@dataclass(slots=True)
class _Round:
    """One request of several: what is held back of its answer."""

    request: PreparedRequest
    search: Search
    is_first: bool
    stop: Stop = field(default_factory=lambda: Stop("broken"))
    usage: Usage | None = None
    _last: list[Event] = field(default_factory=list)  # what came beside the Stop
    _echoed: list[ToolCall] = field(default_factory=list)
    _calls_others: bool = False
    _begun: set[type[Event]] = field(default_factory=set)

    def take(self, batch: Iterable[Event]) -> list[Event]:
        """What of a batch can be handed on at once."""
        handed: list[Event] = []
        has_stopped = False
        for event in batch:
            match event:
                case Stop():
                    self.stop, has_stopped = event, True
                case Usage():
                    self.usage = event
                case ToolCall() if self.search.echo and event.name == self.search.echo:
                    self._echoed.append(event)
                case _:
                    self._calls_others = self._calls_others or isinstance(event, ToolCall)
                    handed.append(self._apart(event))
        if has_stopped:
            self._last, handed = handed, []
        return handed

    def _apart(self, event: Event) -> Event:
        """Words of a later round begin anew."""
        if not self.is_first and isinstance(event, Text | Thought) and is_shown(event):
            event.begins = event.begins or type(event) not in self._begun
            self._begun.add(type(event))
        return event

    @property
    def goes_on(self) -> bool:
        """Whether another request follows, for which nobody else has anything to do."""
        if self._echoed:
            return self.stop.reason == "tool_calls" and not self._calls_others
        return bool(self.search.goes_on) and self.stop.detail == self.search.goes_on

    def cut_off(self) -> None:
        """End it where it would go on for ever."""
        name = self.request.route.model.id
        self._last.append(
            Notice(f"{name} went on searching; it was stopped after {MOST_ROUNDS} requests.")
        )
        self._echoed = []
        self.stop = Stop("length", self.stop.detail)

    def rest(self) -> list[Event]:
        """What came last, and the place of the calls that go back."""
        if not self._echoed or self.stop.reason != "tool_calls":
            return self._last
        kind = str(self.search.tool.get("type", "function"))
        route = self.request.route
        state = echo_state(self._echoed, kind, beside=self._calls_others)
        named = ProviderState(route.provider.type, route.wire, state)
        return [*self._last, Thought("", named, begins=True)]


@dataclass(slots=True)
class _Counted:
    """The counts of all rounds, as one."""

    answer: Answer
    _rounds: list[Usage] = field(default_factory=list)

    def add(self, usage: Usage | None) -> None:
        if usage:
            self._rounds.append(usage)

    def whole(self) -> list[Event]:
        """The sum; nothing more is noted then."""
        counted, self._rounds = self._rounds, []
        return [summed(counted)] if counted else []

    def settle(self) -> None:
        """Note what was counted of an answer that did not end."""
        counted, self._rounds = self._rounds, []
        if counted and self.answer:
            own = [self.answer.usage] if str(self.answer.usage) else []
            self.answer.usage = summed([*counted, *own])
        else:
            self.answer.lost += counted
