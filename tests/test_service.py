"""The vocabulary of the original service: requests, chunks, aborts and callbacks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

import nbchat
from nbchat import AbortSignal, ChatService, ChatStreamRequest, Message, StreamChunk, create_model, send_chat_stream
from nbchat.engine import Engine
from nbchat.errors import (
    BadSettings,
    ConnectionBroken,
    Interrupted,
    KeyRefused,
    MissingKey,
    NbchatError,
    UnknownModel,
)
from nbchat.service import gist

from .service import Service, answer, said, sse

KEY = "sk-canary-4dG7hQ2xW9"
ASK: dict[str, Any] = {"model": "kimi-k2.6", "messages": "Hello"}


@pytest.fixture(autouse=True)
def kimi(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """`kimi-…` models are answered by the provider of the test."""
    monkeypatch.setenv("KIMI_BASE_URL", service.url)
    monkeypatch.setenv("KIMI_API_KEY", KEY)


async def chunks_of(request: Any, signal: AbortSignal | None = None) -> list[StreamChunk]:
    return [chunk async for chunk in ChatService().stream_chat(request, signal)]


def text(chunks: list[StreamChunk]) -> str:
    return "".join(chunk.content for chunk in chunks)


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


# --- asking ----------------------------------------------------------------------------------


async def test_an_answer_ends_with_one_finished_chunk(service: Service) -> None:
    service.answers(*said("Hel", "lo", thought=["hm"], usage=(9, 12)), gap=0.01)

    *pieces, last = await chunks_of(ChatStreamRequest(model="kimi-k2.6", messages="Hello", max_tokens=50))

    assert text(pieces) == "Hello"
    assert "".join(piece.thought for piece in pieces) == "hm"
    assert not any(piece.finished for piece in pieces)
    assert (last.finished, last.reason, last.content, last.error) == (True, "end", "", None)
    assert last.model == "kimi-k2.6"
    assert last.usage == nbchat.Usage(input=9, output=12)


@pytest.mark.parametrize("name", ["max_tokens", "maxTokens"])
async def test_both_spellings_are_understood(service: Service, name: str) -> None:
    service.answers(*said("Hi"))

    await chunks_of({**ASK, name: 50, "temperature": 1})

    sent = service.requests[0].json
    assert 50 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


async def test_messages_of_nbchat_go_through_as_they_are(service: Service) -> None:
    service.answers(*said("Hi"))
    picture = nbchat.Image(b"png", "image/png")

    await chunks_of(
        {**ASK, "messages": (Message("user", ["Look:", picture]), {"role": "assistant", "content": "I do."})}
    )

    sent = service.requests[0].json["messages"]
    assert sent[0]["content"][1]["image_url"]["url"] == picture.data_url
    assert sent[1]["content"] == "I do."


async def test_a_model_is_made_from_type_and_id(service: Service) -> None:
    service.answers(*said("Hi"))
    service.answers(*said("Hi"))
    model = create_model("kimi", "some-new-id")

    chunks = [chunk async for chunk in model.stream_chat("Hello", temperature=0.5)]
    request = ChatStreamRequest(model="replaced", messages="Hello", system="Be brief.")
    again = [chunk async for chunk in model.stream_chat(request, max_tokens=7)]

    assert text(chunks) == text(again) == "Hi"
    assert [r.json["model"] for r in service.requests] == ["some-new-id"] * 2
    assert service.requests[1].json["messages"][0]["content"] == "Be brief."


def test_a_provider_nobody_knows_is_noticed_when_the_model_is_made() -> None:
    with pytest.raises(UnknownModel, match="kimmi"):
        create_model("kimmi", "k2")


async def test_an_engine_of_one_s_own_is_used_on_its_own_loop(service: Service) -> None:
    service.answers(*said("Hi"))
    engine = Engine()

    chunks = [chunk async for chunk in ChatService(engine).stream_chat(ASK)]
    await engine.aclose()

    assert text(chunks) == "Hi"
    assert service.connections == 1


def test_it_works_in_a_loop_of_the_user_s(service: Service) -> None:
    for _ in range(2):
        service.answers(*said("Hi"))

        assert text(asyncio.run(chunks_of(ASK))) == "Hi"


async def test_leaving_early_closes_the_connection(service: Service) -> None:
    service.answers(*said(*["word "] * 500), gap=0.01)
    stream = ChatService().stream_chat(ASK)

    async for _ in stream:
        break
    await stream.aclose()

    await eventually(lambda: service.open == 0)


# --- what goes wrong -----------------------------------------------------------------------------


async def test_a_refusal_is_the_last_chunk_and_holds_no_key(service: Service) -> None:
    service.answers(b'{"error": {"message": "Incorrect API key: %b"}}' % KEY.encode(), status=401)

    (only,) = await chunks_of(ASK)

    assert only.finished
    assert isinstance(only.error, KeyRefused)
    assert only.content == f"Service error: {gist(only.error)}"
    assert only.wire["error"]["type"] == "KeyRefused"
    assert only.wire["error"]["status"] == 401
    assert KEY not in str(only) + str(only.wire)


async def test_a_cut_keeps_what_had_arrived(service: Service) -> None:
    cut = said("Hel", "lo")[:-3]
    service.answers(*cut, gap=0.02)

    *pieces, last = await chunks_of(ASK)

    assert text(pieces) == "Hello"
    assert last.reason == "broken"
    assert isinstance(last.error, ConnectionBroken)
    assert last.content.startswith("Service error: ")


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({**ASK, "model": "no-such-model"}, UnknownModel),
        ({**ASK, "model": "openai:gpt-5"}, MissingKey),
        ({**ASK, "messages": ""}, BadSettings),
        ({**ASK, "apiKey": KEY}, BadSettings),
        ({}, BadSettings),
    ],
)
async def test_what_cannot_be_asked_is_a_last_chunk_too(request_: Any, kind: type[NbchatError]) -> None:
    (only,) = await chunks_of(request_)

    assert only.finished
    assert isinstance(only.error, kind)
    assert KEY not in str(only.wire)


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_key": KEY},
        {KEY: 1},
        {"temperature": KEY},
        {"max_tokens": "5"},
        {"thinking": KEY},
        {"messages": [{"role": "user", "content": {"key": KEY}}]},
        {"messages": [{"role": KEY}]},
    ],
)
def test_an_invalid_request_is_refused_without_its_values(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSettings) as ours:
        ChatStreamRequest.of({**ASK, **wrong})
    assert KEY not in str(ours.value)

    with pytest.raises(ValidationError) as pydantics:
        ChatStreamRequest(**{**ASK, **wrong})
    if KEY not in wrong:  # pydantic names the field
        assert KEY not in str(pydantics.value)


async def test_a_tool_call_that_was_cut_is_shown_raw(service: Service) -> None:
    call = {"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a": '}}
    service.answers(
        sse(
            {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
        )
    )

    chunks = await chunks_of(ASK)

    calls = [call for chunk in chunks for call in chunk.wire.get("toolCalls", [])]
    assert calls == [{"id": "call_1", "name": "add", "arguments": None, "raw": '{"a": '}]


# --- aborting ----------------------------------------------------------------------------------------


async def test_an_abort_before_the_stream_sends_nothing(service: Service) -> None:
    signal = AbortSignal()
    signal.abort("changed my mind")

    (only,) = await chunks_of(ASK, signal)

    assert (only.finished, only.reason, only.detail, only.error) == (True, "interrupted", "changed my mind", None)
    assert not service.requests


@pytest.mark.parametrize("silent", [True, False])
async def test_an_abort_during_the_stream_closes_the_connection(service: Service, silent: bool) -> None:
    service.plays(answer(*([] if silent else said("Hel")[:2]), hold=60))
    signal = AbortSignal()
    arriving = asyncio.create_task(chunks_of(ASK, signal))
    await eventually(lambda: len(service.requests) == 1)
    await asyncio.sleep(0 if silent else 0.1)

    signal.abort()
    chunks = await asyncio.wait_for(arriving, 20)

    assert chunks[-1].reason == "interrupted"
    assert text(chunks) == ("" if silent else "Hel")
    await eventually(lambda: service.hung_up == 1)


async def test_an_abort_from_another_thread_is_seen(service: Service) -> None:
    service.plays(answer(hold=60))
    signal = AbortSignal()
    threading.Timer(0.2, signal.abort, ["from a thread"]).start()

    (only,) = await asyncio.wait_for(chunks_of(ASK, signal), 20)

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
    await eventually(lambda: len(service.requests) == 5)

    signal.abort("enough")

    assert {(await stream)[-1].detail for stream in streams} == {"enough"}


async def test_a_time_limit_stops_a_stream(service: Service) -> None:
    service.plays(answer(said("Hel")[1], hold=60))
    started = time.monotonic()

    chunks = await chunks_of(ASK, AbortSignal.timeout(0.3))

    assert text(chunks) == "Hel"
    assert chunks[-1].reason == "interrupted"
    assert chunks[-1].detail == "the time limit of 0.3 s is over"
    assert 0.2 < time.monotonic() - started < 20


async def test_cancelling_the_task_is_no_abort(service: Service) -> None:
    service.plays(answer(hold=60))
    arriving = asyncio.create_task(chunks_of(ASK, AbortSignal.timeout(60)))
    await eventually(lambda: len(service.requests) == 1)

    arriving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await arriving
    await eventually(lambda: service.open == 0)


# --- callbacks ----------------------------------------------------------------------------------------


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

    await send_chat_stream(ASK, on_chunk=calls.chunk, on_error=calls.error, on_complete=calls.complete)

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


async def test_what_a_callback_raises_ends_the_stream(service: Service) -> None:
    service.answers(*said(*["word "] * 500), gap=0.01)

    def fails(chunk: StreamChunk) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await send_chat_stream(ASK, on_chunk=fails, on_error=lambda error: pytest.fail("it is no error of the service"))

    await eventually(lambda: service.open == 0)
