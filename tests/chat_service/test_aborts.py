"""A signal stops a stream from outside, before, during and after it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from nbchat import AbortSignal, ChatService

from ..fakes.provider import Service, answer, said, sse
from ..waiting import soon
from .asking import ASK, chunks_of, text


async def test_an_abort_before_the_stream_sends_nothing(service: Service) -> None:
    signal = AbortSignal()
    signal.abort("changed my mind")

    (only,) = await chunks_of(ASK, signal)

    assert (only.finished, only.reason, only.detail, only.error) == (
        True,
        "interrupted",
        "changed my mind",
        None,
    )
    assert not service.requests


async def test_an_abort_of_a_silent_provider_closes_the_connection(service: Service) -> None:
    service.plays(answer(hold=60))
    signal = AbortSignal()
    arriving = asyncio.create_task(chunks_of(ASK, signal))
    await soon(lambda: len(service.requests) == 1)

    signal.abort()
    (only,) = await arriving

    assert (only.reason, only.content, only.detail) == ("interrupted", "", "")
    await soon(lambda: service.hung_up == 1)


async def test_an_abort_between_two_words_keeps_the_first(service: Service) -> None:
    service.plays(answer(said("Hel")[1], hold=60))
    signal = AbortSignal()
    chunks = []
    async for chunk in ChatService().stream_chat(ASK, signal):
        chunks.append(chunk)
        asyncio.get_running_loop().call_later(
            0.05, signal.abort
        )  # while the next one is waited for

    assert [chunk.content for chunk in chunks] == ["Hel", ""]
    assert chunks[-1].reason == "interrupted"
    await soon(lambda: service.hung_up == 1)


async def test_nothing_follows_an_abort_even_if_it_has_arrived(service: Service) -> None:
    call = {"index": 0, "id": "call_1", "function": {"name": "add", "arguments": "{}"}}
    service.answers(
        sse(
            {
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": "Hel", "tool_calls": [call]},
                        "finish_reason": None,
                    }
                ]
            },
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        )
    )
    signal = AbortSignal()
    chunks = []
    async for chunk in ChatService().stream_chat(ASK, signal):
        chunks.append(chunk)
        signal.abort()

    assert [chunk.content for chunk in chunks] == ["Hel", ""]
    assert chunks[-1].reason == "interrupted"


async def test_an_abort_at_the_last_chunk_changes_nothing(service: Service) -> None:
    service.answers(*said("Hi"))
    signal = AbortSignal()
    chunks = []
    async for chunk in ChatService().stream_chat(ASK, signal):
        chunks.append(chunk)
        if chunk.finished:
            signal.abort()

    assert [chunk.finished for chunk in chunks] == [False, True]
    assert chunks[-1].reason == "end"


async def test_an_abort_from_another_thread_is_seen(service: Service) -> None:
    service.plays(answer(hold=60))
    signal = AbortSignal()
    threading.Timer(0.2, signal.abort, ["from a thread"]).start()

    (only,) = await asyncio.wait_for(chunks_of(ASK, signal), 60)

    assert only.detail == "from a thread"


async def test_an_abort_after_the_stream_changes_nothing(service: Service) -> None:
    service.answers(*said("Hi"))
    signal = AbortSignal()

    chunks = await chunks_of(ASK, signal)
    signal.abort()

    assert chunks[-1].reason == "end"
    assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]


async def test_one_signal_stops_many_streams(service: Service) -> None:
    service.always(answer(hold=60))
    signal = AbortSignal()
    streams = [asyncio.create_task(chunks_of(ASK, signal)) for _ in range(5)]
    await soon(lambda: len(service.requests) == 5)

    signal.abort("enough")

    assert {(await stream)[-1].detail for stream in streams} == {"enough"}


async def test_a_time_limit_stops_a_stream(service: Service) -> None:
    service.plays(answer(said("Hel")[1], hold=60))

    chunks = await asyncio.wait_for(chunks_of(ASK, AbortSignal.timeout(3)), 60)

    assert text(chunks) == "Hel"
    assert chunks[-1].reason == "interrupted"
    assert chunks[-1].detail == "the time limit of 3 s is over"
    await soon(lambda: service.hung_up == 1)


async def test_cancelling_the_task_is_no_abort(service: Service) -> None:
    service.plays(answer(hold=60))
    arriving = asyncio.create_task(chunks_of(ASK, AbortSignal.timeout(60)))
    await soon(lambda: len(service.requests) == 1)

    arriving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await arriving
    await soon(lambda: service.open == 0)
