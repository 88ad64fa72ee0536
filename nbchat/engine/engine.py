"""One question to any provider, and what is tried again.

An Engine belongs to one event loop and keeps its connections for as long as it
lives; `runtime` owns the one that everybody shares. Read on in this order: `prepare`
settles what is sent, `response` understands what comes, `rounds` asks again for what
a provider's own tools want back, `retry` says what is tried again, `gate` and `pace` how fast
requests go out, `attempt` sends one, `refusals` words what a provider refuses, and `final_words`
completes that; `redact` keeps keys out of it, and `key_filter` out of answers.
Below them is `nbchat.network`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar, Unpack

from nbchat import known_keys
from nbchat.catalog import seen_names
from nbchat.catalog.rows import Model
from nbchat.engine import listing, local_servers
from nbchat.engine.attempt import attempt
from nbchat.engine.demo.service import HOST, Demo
from nbchat.engine.error_context import ErrorContext
from nbchat.engine.final_words import finish
from nbchat.engine.gate import Gates, pause_notice
from nbchat.engine.key_filter import KeyFilter
from nbchat.engine.ollama_windows import Reading, Windows
from nbchat.engine.prepare import PreparedRequest, is_name
from nbchat.engine.recent_settings import RecentSettings
from nbchat.engine.redact import RedactingFilter
from nbchat.engine.retry import retry_delay, went_stale
from nbchat.engine.rounds import all_rounds
from nbchat.engine.row_requests import RowRequests
from nbchat.engine.schema_refusals import (
    RefusedSchemas,
    next_mode,
    refuses_schema,
    schema_notice,
)
from nbchat.errors import NbchatError, UnknownModel
from nbchat.events import Answer, Event, Notice, Usage, is_shown
from nbchat.messages import Message
from nbchat.network.client import InProcessService, Transport
from nbchat.network.failures import what_happened
from nbchat.network.pool import LOGGERS
from nbchat.options import Options
from nbchat.settings import Settings
from nbchat.signatures import takes_options
from nbchat.streams import Pacing, SourceOptions, Stream
from nbchat.wording import shorten

if TYPE_CHECKING:
    from nbchat.engine.checks import Subject
    from nbchat.engine.findings import Finding
    from nbchat.engine.preview import Preview

Found = TypeVar("Found")


class Engine:
    """Every provider, one method. `services` answer in process, by host, without a network."""

    def __init__(
        self,
        settings: Callable[[], Settings] = Settings.load,
        services: Mapping[str, InProcessService] | None = None,
        *,
        tells_person: bool = True,
    ) -> None:
        self._settings = settings
        # Of files beside the work that were left out, and of members of their own.
        self._tells_person = tells_person
        self._told: set[str] = set()  # what has been told once, of files and of where questions go
        self.demo = Demo()
        self._transport = Transport({HOST: self.demo, **(services or {})})
        self._filter = RedactingFilter(*LOGGERS)
        self._windows = Windows()
        self._refused = RefusedSchemas()
        self._gates = Gates()
        self._recent_settings = RecentSettings(settings)
        self._requests = RowRequests()

    @takes_options('Engine().stream("demo", "Why is the sky blue?")')
    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        """Ask `model`; see `nbchat.stream`. Nothing is sent before the first event is asked for."""
        answer = Answer(model=model)
        return Stream(self._batches(model, messages, options, answer), answer)

    def preview(
        self, settings: Settings, model: str, messages: Sequence[Message], options: SourceOptions
    ) -> Preview:
        """What `stream` would send; nothing is, and nobody is asked for anything."""
        from nbchat.engine.preview import preview

        return preview(settings, model, messages, Options.of(options), self._windows)

    async def _batches(
        self, model: str, messages: str | Sequence[Message], options: SourceOptions, answer: Answer
    ) -> AsyncGenerator[list[Event]]:
        """What comes, noted in `answer`. Raises NbchatError, and only before the first batch."""
        settings = self._recent_settings.of_request(options.get("pacing"))
        request, context = await self.look_up(
            model, lambda: self._requests.request(settings, model, messages, options)
        )
        request = self._refused.settle(request)
        self._filter.keys.update(context.keys)
        answer.model, answer.provider = request.route.model.id, request.route.provider.type
        answer.host, answer.given_url = request.foreign_host, request.given_url
        seen_names.note(answer.provider, answer.model)
        news = self._untold(settings, request)
        lines = (*news.values(), *request.masked, *request.notices, *self._own_members(request))
        notices: list[Event] = [Notice(line) for line in lines]
        keys = KeyFilter(known_keys.current())
        reading = await self._windows.fit(request, self._transport)
        try:
            ask = partial(
                self._attempts,
                pacing=options.get("pacing"),
                context=context,
                notices=notices,
                answer=answer,
            )
            async with aclosing(all_rounds(request, ask, answer)) as batches:
                async for batch in batches:
                    if reading:
                        batch = _with_reading(batch, reading)
                    self._told.update(news)
                    events = keys.feed(batch)
                    for event in events:
                        answer.add(event)
                    shown = [event for event in events if is_shown(event)]
                    if shown or not batch:
                        yield shown
        finally:  # of an answer that was stopped
            for event in [*keys.flush(), *keys.notices()]:
                answer.add(event)

    async def look_up(self, model: str, find: Callable[[], Found]) -> Found:
        """What `find` finds for a name. Before it is refused, servers on this machine are asked."""
        try:
            return find()
        except UnknownModel:
            if not is_name(model):
                raise
        with suppress(NbchatError):  # the refusal says more than what went wrong here
            await self.local_model()
        return find()

    def _untold(self, settings: Settings, request: PreparedRequest) -> dict[str, str]:
        """What there is to tell of files, and of where a question goes, that is not told yet."""
        lines = {**(settings.file_lines if self._tells_person else {}), **request.news}
        return {key: line for key, line in lines.items() if key not in self._told}

    def _own_members(self, request: PreparedRequest) -> list[str]:
        """What to tell of members that the person has put into the request."""
        if not (request.extra and self._tells_person):
            return []
        members = shorten(", ".join(request.extra), 100)
        return [f"Yours, and sent as it was written: {members}."]

    async def _attempts(
        self,
        request: PreparedRequest,
        pacing: Pacing | None,
        context: ErrorContext,
        notices: list[Event],
        answer: Answer,
    ) -> AsyncGenerator[list[Event]]:
        """The batches of the first attempt that delivers one, and a notice before each new one.

        `notices` go before the first, and are taken from the list. What was counted of an
        attempt that did not end is noted in `answer`.
        """
        request = self._refused.settle(request)  # also in a later round
        passage = self._gates.passage(request, pacing)
        tries = 0
        while True:
            tries += 1
            pause = pause_notice(passage, request.route.provider.name)
            if pause:
                yield [pause]
            delivered = False
            try:
                async with (
                    passage,
                    aclosing(
                        attempt(self._transport, request, context, answer, passage)
                    ) as batches,
                ):
                    async for batch in batches:
                        delivered = True
                        if notices:
                            batch = [*notices, *batch]
                            notices.clear()
                        yield batch
                return
            except NbchatError as error:
                failure = finish(error, tries, context)
            if not delivered and passage.waits_out(failure):
                tries -= 1
                if answer.lost:  # who pays looks at that before it is tried again
                    yield []
                continue
            if not delivered and refuses_schema(failure, request):
                mode = next_mode(request)
                self._refused.note(request, mode)
                request = request.with_schema_mode(mode)
                yield [Notice(schema_notice(failure, mode))]
                continue
            if tries == 1 and went_stale(failure):
                continue
            seconds = None if delivered else retry_delay(failure, tries)
            if seconds is None:
                raise failure
            again = f"Trying again in {seconds:.1f} s."
            yield [Notice(f"{what_happened(failure)}. {again}")]
            await asyncio.sleep(seconds)

    async def models(self, kind: str) -> list[Model]:
        """The models that a provider lists now; see `nbchat.engine.listing`."""
        models = await listing.list_models(self._transport, self._filter, self._settings(), kind)
        for row in models:
            seen_names.note(kind, row.id)
        return models

    async def local_model(self) -> str:
        """The first model of a server on this machine, such as `ollama:qwen3:4b`, or ''."""
        return await local_servers.find_local_model(self.models, self._settings())

    async def local_models(self, seconds: float | None = None) -> dict[str, list[Model]]:
        """The models of the servers on this machine, by the kind of server."""
        return await local_servers.find_all(self.models, self._settings(), seconds)

    async def check(self, subject: Subject, *, live: bool = False) -> list[Finding]:
        """Whether a model can be asked, and what is missing; see `nbchat.engine.checks`.

        Over connections of its own: whether one can be made is what is asked. Only `live` asks
        questions, which cost something.
        """
        from nbchat.engine import checks

        settings, transport = self._settings(), Transport({HOST: self.demo})
        try:
            findings = await checks.check(settings, subject, self.models, transport, self._filter)
            if live:
                findings += await checks.ask_live(
                    settings, subject, findings, self.models, transport
                )
            return findings
        finally:
            await transport.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()
        self._filter.detach()  # last, since closing is logged, too


def _with_reading(batch: list[Event], reading: Reading) -> list[Event]:
    """The batch, with a notice behind a count that says that less was read than was sent."""
    told = []
    for event in batch:
        told.append(event)
        if isinstance(event, Usage) and (text := reading.notice(event)):
            told.append(Notice(text))
    return told
