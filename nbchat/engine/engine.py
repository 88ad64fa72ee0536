"""Sends one request, yields events. The only place with a network.

An Engine belongs to one event loop and keeps its connections for as long as it
lives; `kernel` owns the one that everybody shares. Read in this order: `plan` what
will be sent, `exchange` the answer as it is understood, `retry` what is tried again.
Below them `transport` one request on its way, `network` and `proxy` the ways to a host,
`sockets` one connection and `incoming` its bytes. `refusals` words what a provider
refuses, `failures` what goes wrong before it could; `redact` keeps keys out of both.
`live` and `local` list models, and `demo` is the model that needs none of this.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Unpack

from nbchat.catalog.catalog import Route
from nbchat.catalog.rows import Model
from nbchat.engine import listing, local_servers
from nbchat.engine.demo.service import HOST, Demo
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.engine.redact import RedactingFilter
from nbchat.engine.refusals import ErrorContext
from nbchat.engine.response import ResponseReader
from nbchat.engine.retry import retry_delay
from nbchat.errors import NbchatError
from nbchat.events import Answer, Event, Notice, Stop, is_shown
from nbchat.messages import Message, Text, Thought, ToolCall
from nbchat.network.client import InProcessService, Transport
from nbchat.network.failures import ConnectionLost, what_happened
from nbchat.options import Options, RequestOptions, takes_options
from nbchat.provider_state import ProviderState
from nbchat.settings import TABLE, Settings
from nbchat.streams import Stream


class EngineOptions(RequestOptions, total=False):
    """What the engine takes besides."""

    cache_key: str  # the same for every request of one conversation


class Engine:
    """Every provider, one method. `services` answer in process, by host, without a network."""

    def __init__(
        self,
        settings: Callable[[], Settings] = Settings.load,
        services: Mapping[str, InProcessService] | None = None,
    ) -> None:
        self._settings = settings
        self.demo = Demo()
        self._transport = Transport({HOST: self.demo, **(services or {})})
        self._masking = RedactingFilter(
            "httpcore2.connection", "httpcore2.http11", "httpcore2.proxy", "httpcore2.socks"
        )

    @takes_options('Engine().stream("demo", "Why is the sky blue?")')
    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[EngineOptions]
    ) -> Stream:
        """Ask `model`; see `nbchat.stream`. Nothing is sent before the first event is asked for."""
        answer = Answer(model=model)
        return Stream(self._batches(model, messages, options, answer), answer)

    async def _batches(
        self, model: str, messages: str | Sequence[Message], options: EngineOptions, answer: Answer
    ) -> AsyncGenerator[list[Event]]:
        settings = self._settings()
        planned = prepare(settings, model, messages, Options.of(options))
        asked = ErrorContext.by(settings, planned)
        self._masking.keys.update(asked.keys)
        answer.model, answer.provider = planned.route.model.id, planned.route.provider.type
        first: list[Event] = [Notice(text) for text in planned.notices]
        tried = 0
        while True:
            tried += 1
            started = False
            try:
                async with aclosing(self._attempt(planned, asked)) as attempt:
                    async for batch in attempt:
                        if first:
                            batch, first = [*first, *batch], []
                        started = True
                        for event in batch:
                            answer.add(event)
                        if shown := [event for event in batch if is_shown(event)]:
                            yield shown
                return
            except NbchatError as error:
                sealed = _sealed(error, tried, planned, asked)
            if isinstance(sealed, ConnectionLost) and sealed.stale and tried == 1:
                continue  # the server had closed the connection while it was idle
            seconds = None if started else retry_delay(sealed, tried)
            if seconds is None:
                raise sealed
            notice = Notice(f"{what_happened(sealed)}. Trying again in {seconds:.1f} s.")
            answer.add(notice)
            yield [notice]
            await asyncio.sleep(seconds)

    async def _attempt(
        self, planned: PreparedRequest, asked: ErrorContext
    ) -> AsyncGenerator[list[Event]]:
        """One request. Raises NbchatError while nothing was delivered, ends with Stop afterwards."""
        call, route = planned.call, planned.route
        last: list[Event] = []
        async with (
            self._transport.answered(
                call.url, planned.headers, planned.timeouts, call.encoded()
            ) as response,
            aclosing(ResponseReader(response, planned.dialect, asked).events()) as batches,
        ):
            async for batch in batches:
                for event in batch:
                    match event:
                        case Text() | Thought() | ToolCall():
                            if event.state is not None:
                                event.state = _named(event.state, route)
                        case Notice(text):
                            event.text = asked.masked(text)
                        case Stop(_, detail):
                            event.detail = asked.masked(detail)
                if batch and isinstance(batch[-1], Stop):
                    last = batch
                elif batch:
                    yield batch
        yield last  # only now, when the connection is back in the pool or closed

    async def models(self, kind: str) -> list[Model]:
        """The models that a provider lists now; see `nbchat.engine.listing`."""
        return await listing.list_models(self._transport, self._masking, self._settings(), kind)

    async def local_model(self) -> str:
        """The first model of a server on this machine, such as `ollama:qwen3:4b`; empty without one."""
        return await local_servers.find_local_model(self.models, self._settings())

    async def aclose(self) -> None:
        """Close every connection."""
        self._masking.end()
        await self._transport.aclose()


def _named(state: ProviderState, route: Route) -> ProviderState:
    """What a wire format wants back, with the names of who may have it."""
    return replace(state, provider=route.provider.type, wire=route.wire)


def _sealed(
    error: NbchatError, tried: int, planned: PreparedRequest, asked: ErrorContext
) -> NbchatError:
    """The error as it may leave: keys masked, without the frames and causes that hold the request."""
    text = asked.masked(str(error))
    if planned.base_url.origin != TABLE:
        text = text.replace("the base URL", f"the base URL ({planned.base_url.origin})", 1)
    first, newline, rest = text.partition("\n")
    times = f" Tried {tried} times." if tried > 1 else ""
    error.args = (f"{first}{times}{newline}{rest}",)
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
