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
from nbchat.events import Event, Partial, Stop, Usage
from nbchat.messages import Message, Text, Thought, ToolCall, ToolResult
from nbchat.runtime import Runtime
from nbchat.streams import Stream
from nbchat.wire.formats import FORMATS

from ..fakes.chain import ENDINGS, TYPES, answer_in
from ..fakes.provider import Play, Request, Service, answer, said
from ..fakes.strict_host import StrictHost
from ..nightly import size
from ..values.asked_types import Person
from .asking import MODEL, Notebook

EVERY = pytest.mark.parametrize("wire", FORMATS)
RIGHT = '{"name": "Ada", "age": 36}'
BYTES_BETWEEN_CUTS = size(4, nightly=1)
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


class InTwo:
    """An answer of which the second half is sent once the test has seen what it waits for."""

    def __init__(self, service: Service, wire: str, first: bytes, second: bytes) -> None:
        self._service = service
        self._seen = asyncio.Event()
        kind = TYPES.get(wire, "text/event-stream")
        self._first = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n\r\n".encode() + first
        self._second = second

    def go_on(self) -> None:
        self._service._loop.call_soon_threadsafe(self._seen.set)

    async def play(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        writer.write(self._first)
        await writer.drain()
        await self._seen.wait()
        writer.write(self._second)
        await writer.drain()
        return False


@EVERY
def test_cut_off_at_every_byte_it_is_never_a_value(
    wire: str, service: Service, opened: Runtime
) -> None:
    """From the words on, until the host says that they are whole."""
    whole = answer_in(wire, words=[RIGHT])
    begin = whole.index(json.dumps(RIGHT)[1:-1].encode())
    end = whole.index(ENDINGS[wire][0].encode(), begin)
    host = StrictHost(service, wire)
    answers = []
    for length in range(begin, end, BYTES_BETWEEN_CUTS):
        halves = InTwo(service, wire, whole[:begin], whole[begin:length])
        service.plays(halves.play)
        stream = opened.source.stream(host.model, "Who?", schema=Person, **host.asked)
        opened.thread.submit(read(stream, Thought, halves)).result(60)
        answers.append(stream.result)

    assert not any(map(is_value, answers))
    assert {answer.stop.reason for answer in answers} == {"broken"}
    assert len(service.requests) == len(answers)


async def read(stream: Stream, awaited: type[Event], halves: InTwo) -> list[Event]:
    """All events; the second half is sent after the first of that kind."""
    events = []
    async for event in stream:
        events.append(event)
        if isinstance(event, awaited):
            halves.go_on()
    return events


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
    halves = InTwo(service, wire, whole[:first], whole[first:])
    host = StrictHost(service, wire)
    service.plays(halves.play)
    stream = opened.source.stream(host.model, "Who?", schema=list[Row], **host.asked)
    events = opened.thread.submit(read(stream, Partial, halves)).result(60)

    counts = [len(event.value) for event in events if isinstance(event, Partial)]
    assert 1 <= counts[0] <= 100 * MOST_BEFORE_A_ROW
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
        assert len(raised.traceback) == 2
