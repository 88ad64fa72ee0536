"""One request and its answer, once: what is tried again is for `engine` to say."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

from nbchat.catalog.catalog import Route
from nbchat.engine.error_context import ErrorContext
from nbchat.engine.gate import Passage
from nbchat.engine.prepare import PreparedRequest
from nbchat.engine.response import ResponseReader
from nbchat.events import Answer, Event, Notice, Stop, Usage
from nbchat.messages import Text, Thought, ToolCall
from nbchat.network.client import Transport
from nbchat.plain_http import Transit
from nbchat.provider_state import ProviderState


async def attempt(
    transport: Transport,
    request: PreparedRequest,
    context: ErrorContext,
    answer: Answer,
    passage: Passage,
) -> AsyncGenerator[list[Event]]:
    """One request. Raises NbchatError while nothing is delivered; ends with Stop after that."""
    call, route = request.call, request.route
    last: list[Event] = []
    async with (
        transport.open_response(
            call.url,
            request.headers,
            request.timeouts,
            call.encoded(),
            route.provider.name,
            only_private=request.transit is Transit.PRIVATE,
        ) as response,
        _reading(
            ResponseReader(
                response,
                request.dialect,
                context,
                request.limits,
                joins_words=passage.is_patient,
            ),
            answer,
        ) as batches,
    ):
        if 200 <= response.status < 300:
            passage.accept(response.headers)
        async for batch in batches:
            for event in batch:
                match event:
                    case Text() | Thought() | ToolCall():
                        if event.state is not None:
                            event.state = _named(event.state, route)
                    case Notice(text):
                        event.text = context.mask(text)
                    case Usage():
                        passage.note_usage(event)
            if batch and isinstance(batch[-1], Stop):
                last = batch
            elif batch:
                yield batch
    yield last  # only now, when the connection is back in the pool or closed


@asynccontextmanager
async def _reading(
    reader: ResponseReader, answer: Answer
) -> AsyncGenerator[AsyncGenerator[list[Event]]]:
    """The batches of a response; what was counted of one that does not end is in `answer`."""
    try:
        async with aclosing(reader.events()) as batches:
            yield batches
    finally:
        usage = None if reader.has_ended else reader.counted()
        if usage and not answer:
            answer.lost.append(usage)
        elif usage:  # what was made by then, nobody has counted
            answer.usage = replace(usage, output=None)


def _named(state: ProviderState, route: Route) -> ProviderState:
    """What a wire format wants back, with the names of who may have it."""
    return replace(state, provider=route.provider.type, wire=route.wire)
