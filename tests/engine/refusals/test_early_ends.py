"""An answer that ended before anything was delivered: asked again, however it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from nbchat import Answer
from nbchat.engine.engine import Engine
from nbchat.errors import BadAnswer, NbchatError, RateLimited, RequestRefused

from ...fakes.provider import Play, Request, Service, said, sse

ROLE = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}
BEGUN = sse(ROLE, done=False)
BEGINNINGS = {
    "a role": BEGUN,
    "signs of life": b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n",
    "half an event": BEGUN + b'data: {"choices": [{"delta": {"cont',
    "half of what is not streamed": b'{"choices": [{"message": {"content": "Hel',
}


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    yield engine
    await engine.aclose()


def ended(body: bytes, *, by_reset: bool) -> Play:
    """A body that ends in order, or with its connection."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool:
        head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
        writer.write(head)  # so that no other try begins on what is just being closed
        writer.write(b"%x\r\n%b\r\n" % (len(body), body))
        if not by_reset:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return False

    return play


async def asked(engine: Engine, service: Service) -> Answer:
    return await engine.stream("kimi:m", "Hi", base_url=service.url, api_key="k").answer()


@pytest.mark.field("E1")
@pytest.mark.parametrize("by_reset", [False, True])
@pytest.mark.parametrize("begun", BEGINNINGS)
async def test_an_answer_that_ends_before_it_begins_is_asked_for_again(
    begun: str, by_reset: bool, engine: Engine, service: Service
) -> None:
    play = ended(BEGINNINGS[begun], by_reset=by_reset)
    service.plays(play, play)
    service.answers(*said("Hello"))

    told = await asked(engine, service)

    assert told.text == "Hello"
    assert len(service.requests) == 3


@pytest.mark.field("E1")
@pytest.mark.parametrize("begun", BEGINNINGS)
async def test_one_that_always_ends_early_is_given_up_after_three_tries(
    begun: str, engine: Engine, service: Service
) -> None:
    service.always(ended(BEGINNINGS[begun], by_reset=False))

    with pytest.raises(BadAnswer, match=r"sent no answer: .*\. Tried 3 times\."):
        await asked(engine, service)

    assert len(service.requests) == 3


@pytest.mark.field("E1")
@pytest.mark.parametrize("body", [b"", b"It works!", b"{}"])
async def test_what_is_no_beginning_of_an_answer_is_not_asked_for_again(
    body: bytes, engine: Engine, service: Service
) -> None:
    service.always(ended(body, by_reset=False) if body else ended_empty)

    with pytest.raises(BadAnswer):
        await asked(engine, service)

    assert len(service.requests) == 1


async def ended_empty(request: Request, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    await writer.drain()
    return True


# --- errors in a stream --------------------------------------------------------------------------

LLAMACPP = b'error: {"code":400,"message":"the context is full","type":"invalid_request_error"}\n\n'
WRONG = '{"error":{"message":"参数错误","code":400}}'


@pytest.mark.field("E18")
@pytest.mark.parametrize(
    ("stream", "kind", "words"),
    [
        (LLAMACPP, RequestRefused, "the context is full"),
        (BEGUN + LLAMACPP, RequestRefused, "the context is full"),
        (b'error: {"error":{"message":"no","code":400}}\n\n', RequestRefused, "no"),
        (b'event: error\ndata: {"code":429,"message":"slow"}\n\n', RateLimited, "slow"),
        (b'data: data: {"error":{"message":"no","code":400}}\n\n', RequestRefused, "no"),
        (f"data: {WRONG}\n\n".encode("gbk"), RequestRefused, "参数错误"),
        (WRONG.encode("gbk"), RequestRefused, "参数错误"),
    ],
)
async def test_an_error_in_a_stream_is_read_wherever_it_stands(
    stream: bytes, kind: type[NbchatError], words: str, engine: Engine, service: Service
) -> None:
    service.always(ended(stream, by_reset=False))

    with pytest.raises(kind, match=words):
        await asked(engine, service)


@pytest.mark.field("E18")
async def test_an_error_field_after_some_words_says_why_the_answer_is_broken(
    engine: Engine, service: Service
) -> None:
    word = sse({"choices": [{"index": 0, "delta": {"content": "Hel"}}]}, done=False)
    service.always(ended(word + LLAMACPP, by_reset=False))

    told = await asked(engine, service)

    assert told.text == "Hel"
    assert told.stop.reason == "broken"
    assert "the context is full" in told.stop.detail


@pytest.mark.field("E18")
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_stream_that_proxies_have_wrapped_is_read_as_it_was(
    times: int, engine: Engine, service: Service
) -> None:
    lines = b"".join(said("Hel", "lo")).splitlines(keepends=True)
    wrapped = b"".join(b"data: " * times + line + b"\n" for line in lines if line.strip())
    service.always(ended(wrapped, by_reset=False))

    told = await asked(engine, service)

    assert (told.text, told.stop.reason) == ("Hello", "end")


@pytest.mark.field("E18")
async def test_names_and_comments_of_a_wrapped_stream_are_nothing(
    engine: Engine, service: Service
) -> None:
    inner = b"data: event: message\n\ndata: id: 7\n\ndata: : ping\n\ndata: retry: 3000\n\n"
    inner += b"".join(b"data: " + line + b"\n\n" for line in b"".join(said("Hi")).split(b"\n\n"))
    service.always(ended(inner, by_reset=False))

    told = await asked(engine, service)

    assert (told.text, told.stop.reason) == ("Hi", "end")
