"""Answers with a schema over real connections, in all seven wire formats."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

import nbchat
from nbchat.conversation.rounds import first_request
from nbchat.errors import InvalidAnswer
from nbchat.events import Partial, Stop, Usage
from nbchat.messages import Message, Text, ToolCall, ToolResult
from nbchat.runtime import Runtime
from nbchat.wire.formats import FORMATS

from ..fakes.chain import TYPES, answer_in
from ..fakes.provider import Play, Request, Service, answer, said
from ..fakes.strict_host import StrictHost
from ..nightly import size
from ..values.asked_types import Person
from .asking import MODEL, Notebook

EVERY = pytest.mark.parametrize("wire", FORMATS)
RIGHT = '{"name": "Ada", "age": 36}'
WRONG = '{"name": "Ada", "age": "old"}'
ADA = Person(name="Ada", age=36)
MOST_BEFORE_A_ROW = 0.05  # of an answer's bytes


class Row(BaseModel):
    """One of a hundred."""

    name: str
    age: int
    about: str


@nbchat.tool
def find(whom: str) -> int:
    """Find the age of a person."""
    return 36


@pytest.fixture
def opened() -> Iterator[Runtime]:
    opened = Runtime()
    yield opened
    opened.close()


def ask(opened: Runtime, host: StrictHost, **more: Any) -> nbchat.Answer:
    """Ask in a conversation, and return its answer also where that is no value."""
    given: dict[str, Any] = {"schema": Person, **host.asked, **more}
    return opened.bridge.wait(opened.chat("values").open("Who?", host.model, **given))


def is_value(answer: nbchat.Answer) -> bool:
    assert answer.valued is not None
    return answer.valued.error is None


@EVERY
def test_wrong_once_then_right_is_two_requests_that_the_vendor_takes(
    wire: str, service: Service, opened: Runtime
) -> None:
    host = StrictHost(service, wire)
    host.plays(answer_in(wire, words=[WRONG[:9], WRONG[9:]]), answer_in(wire, words=RIGHT))

    answered = ask(opened, host)

    assert host.refused == []
    assert answered.value == ADA
    assert (answered.text, answered.stop.reason) == (RIGHT, "end")
    assert answered.usage == Usage(18, 10)
    assert len(host.bodies) == 2
    assert "age" in json.dumps(host.bodies[1]).replace("\\", "").partition(WRONG)[2]
    assert [turn.answer.text for turn in opened.chat("values").turns] == [RIGHT]


@EVERY
def test_after_tools_the_last_words_alone_are_put_right(
    wire: str, service: Service, opened: Runtime
) -> None:
    host = StrictHost(service, wire)
    called = ("call_find", "find", {"whom": "Ada"})
    host.plays(answer_in(wire, words="I look.", calls=[called]))
    host.plays(answer_in(wire, words=WRONG), answer_in(wire, words=RIGHT))

    answered = ask(opened, host, tools=[find])

    assert host.refused == []
    assert answered.value == ADA
    kinds = Text | ToolCall | ToolResult
    shown = [type(part) for part in answered.parts if isinstance(part, kinds) and part != Text("")]
    assert shown == [Text, ToolCall, ToolResult, Text]
    assert answered.text == f"I look.\n\n{RIGHT}"


@EVERY
def test_what_says_that_it_is_cut_is_no_value_and_not_asked_again(
    wire: str, service: Service, opened: Runtime
) -> None:
    host = StrictHost(service, wire)
    host.plays(*(answer_in(wire, words=RIGHT[:end], cut=True) for end in (5, len(RIGHT))))

    answers = [ask(opened, host), ask(opened, host)]

    assert [answer.stop.reason for answer in answers] == ["length", "length"]
    assert not any(map(is_value, answers))
    assert len(host.bodies) == 2


@EVERY
def test_cut_off_at_every_byte_it_is_never_a_value(
    wire: str, service: Service, opened: Runtime
) -> None:
    """Where the words have begun: before that it is asked again, as without a schema."""
    whole = answer_in(wire, words=[RIGHT])
    begin = whole.index(b"Ada")
    end = whole.index(b"Ada", begin) + len(json.dumps(RIGHT)) - 12
    headers = {"content-type": TYPES.get(wire, "text/event-stream")}
    host = StrictHost(service, wire)
    lengths = range(begin, end, size(5, 1))
    answers = []
    for length in lengths:
        service.plays(cut_off(whole[:length], headers))
        answers.append(ask(opened, host))

    assert not any(map(is_value, answers))
    assert {answer.stop.reason for answer in answers} == {"broken"}
    assert len(service.requests) == len(lengths)


def cut_off(body: bytes, headers: dict[str, str]) -> Play:
    """An answer whose connection is gone behind these bytes."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool:
        lines = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "transfer-encoding: chunked", "", ""]).encode())
        writer.write(b"%x\r\n%b\r\n" % (len(body), body))
        await writer.drain()
        return False

    return play


@EVERY
def test_the_first_of_a_hundred_rows_is_seen_before_a_twentieth_of_the_bytes(
    wire: str, service: Service, opened: Runtime
) -> None:
    """The host sends no more until it has been."""
    rows = [{"name": f"N{number}", "age": number, "about": "x" * 20} for number in range(100)]
    text = json.dumps({"items": rows})
    pieces = [text[at : at + 12] for at in range(0, len(text), 12)]
    whole = answer_in(wire, words=pieces, thought="")
    first = int(len(whole) * MOST_BEFORE_A_ROW)
    seen = asyncio.Event()
    headers = {"content-type": TYPES.get(wire, "text/event-stream")}
    host = StrictHost(service, wire)

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool:
        lines = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "transfer-encoding: chunked", "", ""]).encode())
        writer.write(b"%x\r\n%b\r\n" % (first, whole[:first]))
        await writer.drain()
        await seen.wait()
        writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(whole) - first, whole[first:]))
        await writer.drain()
        return True

    service.plays(play)
    stream = opened.source.stream(host.model, "Who?", schema=list[Row], **host.asked)
    counts: list[int] = []

    async def read() -> None:
        async for event in stream:
            if isinstance(event, Partial):
                counts.append(len(event.value))
                service._loop.call_soon_threadsafe(seen.set)

    opened.thread.submit(read()).result(20)
    assert 1 <= counts[0] < len(rows)
    assert counts == sorted(counts)
    assert counts[-1] == len(rows)
    assert stream.result.value == [Row(**row) for row in rows]


def hanging(*chunks: bytes) -> Play:
    """An answer that begins so, and never ends."""
    return answer(*chunks, hold=60)


@pytest.mark.parametrize("plays", [0, 1], ids=["in the first answer", "in the second"])
def test_leaving_closes_the_connection(notebook: Notebook, service: Service, plays: int) -> None:
    service.plays(*[answer(*said(WRONG))] * plays, hanging(*said(RIGHT[:9])[:2]))

    async def leave() -> None:
        async with notebook.chat.stream("Who?", MODEL, schema=Person) as stream:
            async for batch in stream.batches():
                is_there = stream.result.text == RIGHT[:9]
                if is_there or (batch and isinstance(batch[-1], Stop)):
                    break

    asyncio.run(leave())
    assert service.left(1)
    (turn,) = notebook.chat.turns
    assert (turn.answer.text, turn.answer.stop.reason) == (RIGHT[:9], "interrupted")


def test_what_is_shown_before_is_what_is_sent(notebook: Notebook, service: Service) -> None:
    opened = notebook._opened
    service.answers(*said(RIGHT))
    sent = notebook.chat.preview("Who?", MODEL, schema=Person)
    messages, options = first_request(opened.settings(), MODEL, sent.messages, sent.options)
    preview = opened.engine.preview(opened.settings(), MODEL, messages, options)
    notebook.chat.ask("Who?", MODEL, schema=Person)

    assert preview.request.call.encoded() == service.requests[-1].body


def test_a_question_outside_of_conversations_is_the_same(
    service: Service, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.plays(*[answer(*said(WRONG))] * 3)
    with pytest.raises(InvalidAnswer, match="age: ") as raised:
        nbchat.ask(MODEL, [Message("user", "Who?")], schema=Person)

    assert (raised.value.provider, raised.value.model) == ("kimi", MODEL)
    assert len(service.requests) == 3


def test_an_error_of_an_answer_can_be_raised_again_and_holds_no_frames(
    service: Service, notebook: Notebook
) -> None:
    service.plays(*[answer(*said(WRONG))] * 3)
    stream = notebook.chat.open("Who?", MODEL, schema=Person)
    answered = notebook._opened.bridge.wait(stream)

    for _ in range(2):
        with pytest.raises(InvalidAnswer) as raised:
            _ = answered.value
        assert len(raised.traceback) < 4
