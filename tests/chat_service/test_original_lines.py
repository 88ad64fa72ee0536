"""Lines that were written for the original service run as they stand, without a warning."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import queue
from functools import partial
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest

import nbchat
from nbchat import ChatService, ChatStreamRequest, StreamChunk, create_model, send_chat_stream
from nbchat.engine.engine import Engine
from nbchat.errors import BadCall, NbchatError, UnknownModel

from ..fakes.provider import Service, answer, said
from .asking import ASK, text

pytestmark = pytest.mark.field("P13")


async def test_the_class_answers_requests(service: Service) -> None:
    service.answers(*said("Hel", "lo"), gap=0.01)
    request = ChatStreamRequest(model="kimi-k2.6", messages="Hello")

    full = ""
    async for chunk in ChatService.stream_chat(request):
        full += chunk.content
        if chunk.finished:
            break

    assert full == "Hello"


async def test_an_instance_answers_with_its_own_engine(service: Service) -> None:
    service.always(answer(*said("Hi")))
    engine = Engine()

    ours = [chunk async for chunk in ChatService(engine).stream_chat(ASK)]
    kernels = [chunk async for chunk in ChatService().stream_chat(request=ASK, signal=None)]
    await engine.aclose()

    assert text(ours) == text(kernels) == "Hi"
    assert service.connections == 2


def test_the_method_describes_itself_on_the_class_and_on_an_instance() -> None:
    for method in (ChatService.stream_chat, ChatService().stream_chat):
        assert list(inspect.signature(method).parameters) == ["request", "signal"]
        assert inspect.isasyncgenfunction(method)
        assert inspect.getdoc(method).startswith("The answer in chunks.")  # type: ignore[union-attr]


async def test_a_subclass_answers_in_its_own_way() -> None:
    class Loud(ChatService):
        async def stream_chat(self, request: Any, signal: Any = None) -> Any:  # type: ignore[override]
            async for chunk in ChatService.stream_chat(request, signal):
                yield StreamChunk(chunk.content.upper(), chunk.finished)

    request = {"model": "demo", "messages": "What did I just ask?"}

    loud = [chunk async for chunk in Loud().stream_chat(request)]

    assert text(loud) == "THIS IS THE FIRST QUESTION OF OUR CONVERSATION."


async def test_a_chunk_is_a_dict() -> None:
    lines = []
    async for chunk in ChatService.stream_chat(
        ChatStreamRequest(model="demo", messages="What did I just ask?")
    ):
        lines.append(f"data: {json.dumps(chunk.dict())}\n\n")

    sent = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert "".join(chunk["content"] for chunk in sent) == (
        "This is the first question of our conversation."
    )
    assert [chunk["finished"] for chunk in sent] == [*[False] * (len(sent) - 1), True]


def test_a_chunk_of_words_is_the_original_s_dict() -> None:
    assert StreamChunk(content="Hel", finished=False).dict() == {
        "content": "Hel",
        "finished": False,
    }
    failed = StreamChunk.failed(UnknownModel("no model is called 'x'."))
    assert failed.dict()["content"] == "Service error: no model is called 'x'."
    assert failed.dict() == failed.wire


# --- callbacks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_callback_that_takes_two_gets_text_and_whether_it_is_the_end(
    service: Service, is_async: bool
) -> None:
    service.answers(*said("Hel", "lo", thought=["hm"]), gap=0.01)
    got: list[Any] = []

    def on_chunk(text: str, finished: bool) -> None:
        got.append((text, finished))

    async def on_chunk_later(text: str, finished: bool) -> None:
        on_chunk(text, finished)

    def on_error(error: Exception) -> None:
        pytest.fail(str(error))

    def on_complete() -> None:
        got.append("complete")

    await send_chat_stream(
        ChatStreamRequest(model="kimi-k2.6", messages="Hello"),
        None,
        on_chunk_later if is_async else on_chunk,
        on_error,
        on_complete,
    )

    *words, end, complete = got
    assert "".join(words for words, _ in words) == "Hello"
    assert all(words and not finished for words, finished in words)
    assert (end, complete) == (("", True), "complete")


async def test_a_failure_is_told_in_its_text(service: Service) -> None:
    service.answers(b'{"error": {"message": "no"}}', status=401)
    got: list[Any] = []

    await send_chat_stream(ASK, on_chunk=lambda text, finished: got.append((text, finished)),
                           on_error=got.append)  # fmt: skip

    (words, finished), error = got
    assert words.startswith("Service error: ")
    assert finished
    assert isinstance(error, NbchatError)


async def test_a_callback_that_wants_names_is_refused_before_anything_is_sent(
    service: Service,
) -> None:
    def on_chunk(*, text: str, finished: bool) -> None: ...

    with pytest.raises(BadCall, match=r"with \(chunk\) or with \(text, finished\)"):
        await send_chat_stream(ASK, on_chunk=on_chunk)  # type: ignore[arg-type]
    assert service.requests == []


class Window:
    def show(self, text: str, finished: bool) -> None:
        seen.append((text, finished))

    def __call__(self, text: str, finished: bool = False) -> None:
        seen.append((text, finished))

    async def show_later(self, c: str, done: bool = True) -> None:
        seen.append((c, done))


class LateWindow:
    async def __call__(self, words: str, over: bool = True) -> None:
        seen.append((words, over))


def typed(part: "str", over: "bool" = True) -> None:  # noqa: UP037  # as older code has it
    seen.append((part, over))


seen: list[Any] = []


@pytest.mark.parametrize(
    "on_chunk",
    [
        lambda text, finished: seen.append((text, finished)),
        lambda words, end: seen.append((words, end)),
        lambda text, finished=False: seen.append((text, finished)),
        lambda text, /, finished: seen.append((text, finished)),
        lambda text, finished, *more: seen.append((text, finished)),
        lambda text, finished, log=None: seen.append((text, finished)),
        lambda c, done=False: seen.append((c, done)),
        lambda c, is_over=False: seen.append((c, is_over)),
        lambda chunk, end=None: seen.append((chunk, end)),
        lambda text, *more: seen.append((text, *more)),
        lambda text, *, finished: seen.append((text, finished)),
        lambda c, *, finished=False, log=None: seen.append((c, finished)),
        typed,
        Window().show,
        Window(),
        Window().show_later,
        LateWindow(),
        partial(lambda log, text, finished: log.append((text, finished)), seen),
    ],
)
async def test_whatever_takes_text_and_finished_gets_them(on_chunk: Any) -> None:
    seen.clear()

    await send_chat_stream({"model": "demo", "messages": "What did I just ask?"}, None, on_chunk)

    assert seen[-1] == ("", True)
    assert "".join(words for words, _ in seen) == "This is the first question of our conversation."


WHOLE = queue.Queue[Any]()


def whole(text: nbchat.StreamChunk, last: object = None) -> None:
    WHOLE.put(text)


@pytest.mark.parametrize(
    "on_chunk",
    [
        lambda chunk: WHOLE.put(chunk),
        lambda *given: WHOLE.put(*given),
        lambda chunk, log=None: WHOLE.put(chunk),
        lambda chunk, **more: WHOLE.put(chunk),
        WHOLE.put,
        MagicMock(side_effect=WHOLE.put),
        AsyncMock(side_effect=WHOLE.put),
        lambda chunk, verbose=False: WHOLE.put(chunk),
        lambda chunk, *more: WHOLE.put(chunk),
        lambda chunk, *, log=None: WHOLE.put(chunk),
        lambda c, log=print: WHOLE.put(c),
        whole,
        partial(lambda c, finished: WHOLE.put(c), finished=False),
        partial(lambda log, chunk: log.put(chunk), WHOLE),
    ],
)
async def test_whatever_takes_one_gets_the_whole_chunk(on_chunk: Any) -> None:
    await send_chat_stream({"model": "demo", "messages": "What did I just ask?"}, None, on_chunk)

    chunks = [WHOLE.get_nowait() for _ in range(WHOLE.qsize())]
    assert all(isinstance(chunk, StreamChunk) for chunk in chunks)
    assert chunks[-1].reason == "end"


WORDS = io.StringIO()


def write_words(words: str) -> None:
    WORDS.write(words)


async def write_later(words: str, log: Any = None) -> None:
    WORDS.write(words)


@pytest.mark.parametrize(
    "on_chunk",
    [
        lambda text: WORDS.write(text),
        lambda text, log=None: WORDS.write(text),
        WORDS.write,
        write_words,
        write_later,
    ],
)
async def test_whatever_takes_a_text_alone_gets_the_words(on_chunk: Any) -> None:
    WORDS.seek(0)
    WORDS.truncate()

    await send_chat_stream({"model": "demo", "messages": "What did I just ask?"}, None, on_chunk)

    assert WORDS.getvalue() == "This is the first question of our conversation."


async def test_print_is_called_with_chunks(capsys: pytest.CaptureFixture[str]) -> None:
    await send_chat_stream({"model": "demo", "messages": "What did I just ask?"}, None, print)

    assert capsys.readouterr().out.startswith("StreamChunk(content='")


def yielding(chunk: Any) -> Any:
    yield chunk


async def yielding_later(chunk: Any) -> Any:
    yield chunk


@pytest.mark.parametrize(
    ("callback", "why"),
    [
        ({"on_chunk": 3}, "on_chunk should be a function, not int"),
        ({"on_chunk": "print"}, "on_chunk should be a function, not str"),
        ({"on_chunk": lambda: None}, "takes neither. Give it a parameter"),
        ({"on_chunk": lambda **named: None}, "takes neither"),
        ({"on_chunk": lambda text, finished, log: None}, "needs log too.*log=None"),
        ({"on_chunk": lambda chunk, *, log: None}, "makes log one to be named"),
        ({"on_chunk": lambda *, finished: None}, "makes finished one to be named"),
        ({"on_chunk": yielding}, "on_chunk has a yield"),
        ({"on_chunk": yielding_later}, "on_chunk has a yield"),
        ({"on_error": 3}, "on_error should be a function"),
        ({"on_error": lambda: None}, r"with \(error\).*\n.*def on_error\(error\)"),
        ({"on_error": lambda error, where: None}, "missing.*'where'"),
        ({"on_error": yielding}, "on_error has a yield"),
        ({"on_complete": lambda last: None}, r"with \(\).*\n.*def on_complete\(\)"),
        ({"on_complete": "done"}, "on_complete should be a function"),
    ],
)
async def test_a_callback_that_cannot_be_called_is_refused_before_anything_is_sent(
    service: Service, callback: dict[str, Any], why: str
) -> None:
    with pytest.raises(BadCall, match=why):
        await send_chat_stream(ASK, **callback)
    assert service.requests == []


# --- an unknown type --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["unknown", "", "kimmi", "Kimi"])
def test_an_unknown_type_is_a_value_error(kind: str) -> None:
    with pytest.raises(ValueError, match=f"'{kind}'") as caught:
        create_model(kind, "some-model")

    assert isinstance(caught.value, UnknownModel)


def test_the_other_ways_to_name_a_model_raise_one_as_well() -> None:
    with pytest.raises(ValueError, match="no-such-model"):
        nbchat.get_model_type("no-such-model")
    with pytest.raises(ValueError, match="no-such-model"):
        nbchat.ask("no-such-model", "Hi")
    (only,) = asyncio.run(_chunks({"model": "no-such-model", "messages": "Hi"}))
    assert isinstance(only.error, ValueError)


async def _chunks(request: Any) -> list[StreamChunk]:
    return [chunk async for chunk in ChatService.stream_chat(request)]
