"""`send_chat_stream` calls back, sync or async, and says the end exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from nbchat import AbortSignal, StreamChunk, send_chat_stream
from nbchat.errors import Interrupted, KeyRefused, UnknownModel

from ..fakes.provider import Service, answer, said
from ..waiting import soon
from .asking import ASK, text


class Calls:
    """Keeps what it is called with; sync or async."""

    def __init__(self, is_async: bool) -> None:
        self.seen: list[Any] = []
        self._async = is_async

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            self.seen.append((name, *given))

        async def call_later(*given: Any) -> None:
            await asyncio.sleep(0)
            call(*given)

        return call_later if self._async else call

    @property
    def names(self) -> list[str]:
        return [name for name, *_ in self.seen]


@pytest.mark.parametrize("is_async", [False, True])
async def test_callbacks_get_every_chunk_and_then_the_end(service: Service, is_async: bool) -> None:
    service.answers(*said("Hel", "lo"), gap=0.01)
    calls = Calls(is_async)

    last = await send_chat_stream(ASK, None, calls.chunk, calls.error, calls.complete)

    assert calls.names == [*["chunk"] * (len(calls.seen) - 1), "complete"]
    assert text([given[0] for name, *given in calls.seen if name == "chunk"]) == "Hello"
    assert last is calls.seen[-2][1]


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_failure_is_told_once(service: Service, is_async: bool) -> None:
    service.answers(b'{"error": {"message": "no"}}', status=401)
    calls = Calls(is_async)

    await send_chat_stream(
        ASK, on_chunk=calls.chunk, on_error=calls.error, on_complete=calls.complete
    )

    assert calls.names == ["chunk", "error"]
    assert isinstance(calls.seen[1][1], KeyRefused)


async def test_an_abort_is_told_as_an_error(service: Service) -> None:
    calls = Calls(False)
    signal = AbortSignal.timeout(0)

    await send_chat_stream(ASK, signal, calls.chunk, calls.error, calls.complete)

    assert calls.names == ["chunk", "error"]
    assert isinstance(calls.seen[1][1], Interrupted)


async def test_without_on_error_a_failure_is_raised() -> None:
    with pytest.raises(UnknownModel):
        await send_chat_stream({**ASK, "model": "no-such-model"})


@pytest.mark.parametrize("failing", ["on_error", "on_complete"])
async def test_what_the_last_callback_raises_is_raised_and_no_other_is_called(
    service: Service, failing: str
) -> None:
    service.plays(answer(*said("Hi")) if failing == "on_complete" else answer(b"{}", status=401))
    calls = Calls(False)

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await send_chat_stream(
            ASK, **{"on_error": calls.error, "on_complete": calls.complete, failing: fails}
        )

    assert calls.names == []


async def test_what_a_callback_raises_ends_the_stream(service: Service) -> None:
    service.answers(*said(*["word "] * 500), gap=0.01)

    def fails(chunk: StreamChunk) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await send_chat_stream(
            ASK, on_chunk=fails, on_error=lambda error: pytest.fail("it is no error of the service")
        )

    await soon(lambda: service.open == 0)
