"""Sends one request, yields events. The only place with a network.

An Engine belongs to one event loop and keeps its connections for as long as it
lives; `kernel` owns the one that everybody shares.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from nbchat.engine import demo
from nbchat.engine.exchange import Exchange
from nbchat.engine.plan import Options, Plan, plan
from nbchat.engine.refusals import Asked, refused
from nbchat.engine.retry import TRIES, delay
from nbchat.engine.stream import Stream
from nbchat.engine.transport import Transport
from nbchat.errors import NbchatError
from nbchat.messages import Answer, Event, Kept, KeptBy, Message, Notice, Stop
from nbchat.settings import Settings
from nbchat.wire.problem import ProviderProblem

__all__ = ["Engine", "Options", "Stream"]


class Engine:
    """Every provider, one method."""

    def __init__(self, settings: Callable[[], Settings] = Settings.load) -> None:
        self._settings = settings
        self.demo = demo.Demo()
        self._transport = Transport({demo.HOST: self.demo})

    def stream(self, model: str, messages: str | Sequence[Message], **options: Any) -> Stream:
        """Ask `model`; see `nbchat.stream`. Nothing is sent before the first event is asked for."""
        answer = Answer(model=model)
        return Stream(self._batches(model, messages, Options(**options), answer), answer)

    async def _batches(
        self, model: str, messages: str | Sequence[Message], options: Options, answer: Answer
    ) -> AsyncGenerator[list[Event]]:
        settings = self._settings()
        planned = plan(settings, model, messages, options)
        answer.model, answer.provider = planned.route.model.id, planned.route.provider.type
        asked = Asked(
            planned.route,
            planned.key.origin,
            planned.base_url.value,
            (planned.key.secret.reveal(), *settings.secrets()),
        )
        first: list[Event] = [Notice(text) for text in planned.notices]
        for tried in range(1, TRIES + 1):
            started = False
            try:
                async for batch in self._attempt(planned, asked, answer):
                    if not started and first:
                        batch, first = [*first, *batch], []
                    started = True
                    for event in batch:
                        answer.add(event)
                    yield batch
                return
            except NbchatError as error:
                seconds = delay(error, tried)
                if started or seconds is None:
                    raise
                notice = Notice(f"{_gist(error)} Trying again in {seconds:.1f} s.")
            answer.add(notice)
            yield [notice]
            await asyncio.sleep(seconds)

    async def _attempt(self, planned: Plan, asked: Asked, answer: Answer) -> AsyncGenerator[list[Event]]:
        """One request. Raises NbchatError while nothing was delivered, ends with Stop afterwards."""
        call, route = planned.call, planned.route
        started = False
        last: list[Event] = []
        async with self._transport.post(call.url, call.encoded(), planned.headers(), planned.timeouts) as response:
            try:
                async for batch in Exchange(response, planned.dialect, asked).events():
                    events: list[Event] = []
                    for event in batch:
                        if isinstance(event, Kept):
                            answer.kept = KeptBy(route.provider.type, route.wire, event.data)
                        else:
                            events.append(event)
                    if events and isinstance(events[-1], Stop):
                        last = events
                    elif events:
                        started = True
                        yield events
            except ProviderProblem as problem:
                error = refused(problem, response.status, response.headers, asked)
                if not started:
                    raise error from None
                last = [Stop("broken", f"{error}".replace("\n", " "))]
        yield last  # only now, when the connection is back in the pool or closed

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


def _gist(error: NbchatError) -> str:
    return str(error).split("\n", 1)[0]
