"""The engine against llama.cpp's own server, where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

import nbchat
from nbchat import runtime
from nbchat.attachments import Image
from nbchat.conversation.conversation import Conversation
from nbchat.errors import ContextTooLong, KeyRefused, RequestRefused, ServiceDown
from nbchat.events import Event, Notice, Stop
from nbchat.messages import Message, Text

from ..fakes.llama_server import LlamaServer

MODEL = "llamacpp:any"
APIS = pytest.mark.parametrize("wire", ["openai-chat", "openai-responses", "anthropic-messages"])
SERVER_KEY = "a-key-of-the-servers-own-0123456789"
TOO_MUCH = "word " * 4000  # for a context of 1,024 tokens
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc00000030101006d7e3b1d0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def open_server() -> Iterator[LlamaServer]:
    with LlamaServer("--ctx-size", "1024", "--slots") as server:
        yield server


@pytest.fixture
def server(open_server: LlamaServer, monkeypatch: pytest.MonkeyPatch) -> LlamaServer:
    monkeypatch.setenv("LLAMACPP_BASE_URL", f"{open_server.url}/v1")
    return open_server


@pytest.fixture
def chat() -> Iterator[Conversation]:
    alone = runtime.Runtime()
    yield alone.chat("real")
    alone.close()


@APIS
@pytest.mark.field("E3")
async def test_two_turns_stream_over_each_of_its_apis(
    server: LlamaServer, chat: Conversation, wire: str
) -> None:
    options = {"wire": wire, "max_tokens": 12, "temperature": 0}
    stream = chat.stream("The capital of France is", MODEL, system="Be brief.", **options)
    events = [event async for event in stream]
    first = stream.result
    stream = chat.stream("And the capital of Italy?", MODEL, **options)
    assert [event async for event in stream]
    second = stream.result

    assert sum(isinstance(event, Text) for event in events) > 3
    assert isinstance(events[-1], Stop)
    for answer in (first, second):
        assert answer.stop.reason in ("length", "end")
        assert answer.text
        assert answer.usage.output
    assert second.usage.input > first.usage.input
    assert len(chat.turns) == 2


@APIS
async def test_a_stopped_answer_frees_the_slot(server: LlamaServer, wire: str) -> None:
    """There is one slot; what is asked next would wait for the answer that nobody reads."""
    stream = nbchat.stream(
        MODEL, "Count: 1, 2, 3, 4, 5, 6, 7, 8,", wire=wire, max_tokens=900, temperature=0
    )
    async with stream:
        async for event in stream:
            if isinstance(event, Text):
                break

    assert stream.result.stop.reason != "end"
    server.wait_until_idle()
    assert nbchat.ask(MODEL, "One, two,", wire=wire, max_tokens=2).usage.output


@APIS
def test_a_conversation_that_is_too_long_is_told_as_that(server: LlamaServer, wire: str) -> None:
    with pytest.raises(ContextTooLong) as refused:
        nbchat.ask(MODEL, TOO_MUCH, wire=wire)

    assert "Tried" not in str(refused.value)
    assert "1024" in str(refused.value)


@APIS
@pytest.mark.field("E1")
def test_an_image_for_a_model_that_reads_none_is_refused_at_once(
    server: LlamaServer, wire: str
) -> None:
    question = Message("user", ["What is this?", Image(PNG, "image/png")])
    with pytest.raises(RequestRefused) as refused:
        nbchat.ask(MODEL, [question], wire=wire)

    assert "Tried" not in str(refused.value)
    assert "image" in str(refused.value)


@pytest.fixture(scope="module")
def locked_server() -> Iterator[LlamaServer]:
    with LlamaServer("--ctx-size", "1024", key=SERVER_KEY) as server:
        yield server


@APIS
@pytest.mark.field("E1")
def test_a_server_that_wants_a_key_says_which_variable_holds_it(
    locked_server: LlamaServer, monkeypatch: pytest.MonkeyPatch, wire: str
) -> None:
    monkeypatch.setenv("LLAMACPP_BASE_URL", f"{locked_server.url}/v1")
    with pytest.raises(KeyRefused, match="wants a key, and none is set") as refused:
        nbchat.ask(MODEL, "Hi", wire=wire)
    monkeypatch.setenv("LLAMACPP_API_KEY", SERVER_KEY)
    answer = nbchat.ask(MODEL, "One, two,", wire=wire, max_tokens=2)

    assert "LLAMACPP_API_KEY" in str(refused.value)
    assert answer.usage.output


async def test_a_server_that_still_loads_the_model_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How long it takes is the machine's: where it takes longer than the tries, that is told."""
    with LlamaServer("--ctx-size", "1024", ready=False) as server:
        monkeypatch.setenv("LLAMACPP_BASE_URL", f"{server.url}/v1")
        events: list[Event] = []
        with suppress(ServiceDown):
            async for event in nbchat.stream(MODEL, "One, two,", max_tokens=2):
                events.append(event)
        server.wait_for_status(200)
        answer = await nbchat.stream(MODEL, "One, two,", max_tokens=2).answer()

    notices = [event.text for event in events if isinstance(event, Notice)]
    assert any("Loading model" in notice and "again in" in notice for notice in notices)
    assert answer.usage.output
