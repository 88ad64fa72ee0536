"""Answers with a schema: what counts as a value, what is asked again, and what is kept."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

import nbchat
from nbchat.conversation.invalid_answers import LONGEST_INPUT, MOST_PROBLEMS, NO_WORDS
from nbchat.errors import BadOption, Interrupted, InvalidAnswer, RateLimited
from nbchat.events import Answer, Event, Notice, Partial, Stop, StopReason, Usage, WasThought
from nbchat.messages import Message, Source, Text, Thought, Tool, ToolCall, ToolResult
from nbchat.streams import Stream
from nbchat.values.growing import LONG
from nbchat.values.value_type import ValueType

from ..fakes.source import HANG, Play
from ..trusted import write_trusted
from ..values.asked_types import Person, Shouted
from ..values.schemas import SCHEMAS
from ..waiting import soon, until
from .tool_talk import CALLS, call, calls, only, results
from .value_talk import END, ValueTalk, said

RIGHT = '{"name": "Ada", "age": 36}'
WRONG = '{"name": "Ada", "age": "old"}'
ADA = Person(name="Ada", age=36)
EVERY_SCHEMA = pytest.mark.parametrize("name", SCHEMAS)
ran: list[str] = []


@nbchat.tool
def find(whom: str) -> int:
    """Find the age of a person."""
    ran.append(whom)
    return 36


@pytest.fixture(autouse=True)
def nothing_has_run() -> None:
    ran.clear()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[ValueTalk]:
    talk = ValueTalk(tmp_path / "history.sqlite")
    yield talk
    talk.close()


def last_message(talk: ValueTalk) -> str:
    """What the model was told last."""
    message = talk.script.sent[-1][-1]
    assert message.role == "user"
    return message.text


# --- an answer that fits -------------------------------------------------------------------------


def test_the_words_come_as_one_text_at_the_end(talk: ValueTalk) -> None:
    play = (Thought("hm"), *said('{"name": "A', 'da", "age"', ": 36}", usage=Usage(9, 5)))
    turn = talk.turn(play, schema=Person)

    *growing, text, stop = talk.shown
    assert (text, stop) == (Text(RIGHT), END)
    assert growing
    assert all(isinstance(event, Partial) for event in growing)
    assert only(Thought, talk.events) == [Thought("hm")]
    assert turn.answer.value == ADA
    assert (turn.answer.text, turn.answer.thought) == (RIGHT, "hm")
    assert turn.answer.stop == END
    assert len(talk.script.sent) == 1
    assert talk.script.options[0]["schema"] == ValueType.of(Person).json_schema


@EVERY_SCHEMA
def test_wrong_once_then_right_is_two_requests_and_one_answer(talk: ValueTalk, name: str) -> None:
    sample = SCHEMAS[name]
    plays = said(sample.invalid, usage=Usage(10, 4)), said(sample.valid, usage=Usage(20, 5))
    turn = talk.turn(*plays, schema=sample.schema)

    assert turn.answer.value == ValueType.of(sample.schema).read(sample.valid)
    assert turn.answer.text == sample.valid
    assert turn.answer.usage == Usage(30, 9)
    assert talk.chat.turns == [turn]
    asked, failed, told = talk.script.sent[1]
    assert (asked.text, failed.role, failed.text) == ("Go?", "assistant", sample.invalid)
    assert sample.path in told.text
    assert sample.path in turn.answer.notices[0]


@EVERY_SCHEMA
def test_wrong_three_times_names_the_field(talk: ValueTalk, name: str) -> None:
    sample = SCHEMAS[name]
    turn = talk.turn(*[said(sample.invalid)] * 3, schema=sample.schema)

    assert len(talk.script.sent) == 3
    with pytest.raises(InvalidAnswer) as raised:
        _ = turn.answer.value
    assert sample.path in str(raised.value)
    assert turn.answer.stop == Stop("broken", raised.value.happened)
    assert talk.events[-2:] == [Text(sample.invalid), turn.answer.stop]
    assert turn.answer.text == sample.invalid


def test_a_later_question_is_sent_behind_the_answer_that_stands(talk: ValueTalk) -> None:
    talk.turn(said(WRONG), said(RIGHT), schema=Person)
    talk.turn(said("Yes."), question="Is she old?")

    sent = [(message.role, message.text) for message in talk.script.sent[-1]]
    assert sent == [("user", "Go?"), ("assistant", RIGHT), ("user", "Is she old?")]


def test_a_later_question_is_sent_behind_the_words_that_did_not_fit(talk: ValueTalk) -> None:
    talk.turn(*[said(WRONG)] * 3, schema=Person)
    talk.turn(said("Yes."), question="Is she old?")

    sent = [(message.role, message.text) for message in talk.script.sent[-1]]
    assert sent == [("user", "Go?"), ("assistant", WRONG), ("user", "Is she old?")]


def test_undo_takes_the_question_back_with_all_its_tries(talk: ValueTalk) -> None:
    turn = talk.turn(said(WRONG), said(RIGHT), schema=Person)

    assert talk.chat.undo() == [turn]
    assert talk.chat.turns == []


def test_each_repair_is_told_and_what_grows_begins_anew(talk: ValueTalk) -> None:
    rows = '{"items": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": %s}]}'
    pieces = [rows[:35], rows[35:] % '"old"']
    turn = talk.turn(said(*pieces), said(*pieces), said(rows % "41"), schema=list[Person])

    notices = only(Notice, talk.shown)
    assert [event.text for event in notices] == turn.answer.notices
    assert len(notices) == 2
    assert all("[1].age" in told.text for told in notices)
    first, second = (talk.shown.index(notice) for notice in notices)
    assert Partial([ADA]) in talk.shown[:first]
    assert Partial([ADA]) in talk.shown[first:second]
    assert talk.shown[-3] == Partial([ADA, Person(name="Bob", age=41)])


def test_the_last_failed_answer_alone_is_sent_again(talk: ValueTalk) -> None:
    other = '{"name": 7, "age": 36}'
    talk.turn(said(WRONG), said(other), said(RIGHT), schema=Person)

    assert [message.text for message in talk.script.sent[2]][:2] == ["Go?", other]
    assert len(talk.script.sent[2]) == 3
    assert "name: " in last_message(talk)
    assert "age: " not in last_message(talk)


def test_prose_alone_is_told_so(talk: ValueTalk) -> None:
    turn = talk.turn(said("I am not sure."), said(RIGHT), schema=Person)

    assert turn.answer.value == ADA
    assert "no JSON value" in last_message(talk)


def test_words_that_were_thinking_are_no_value(talk: ValueTalk) -> None:
    """Of some hosts the end of the thinking alone is marked."""
    talk.script.hides_states = True
    draft = '{"name": "Bob", "age": 1}'
    turn = talk.turn((Text(draft), WasThought(), *said(RIGHT)), schema=Person)

    assert turn.answer.value == ADA
    assert (turn.answer.thought, turn.answer.text) == (draft, RIGHT)
    grown = [event.value for event in only(Partial, talk.events)]
    assert grown[-1] == {"name": "Ada", "age": 36}
    assert talk.events[-2:] == [Text(RIGHT), END]


def test_an_answer_without_words_is_asked_again(talk: ValueTalk) -> None:
    """No provider takes an empty answer, so that a word stands in its place."""
    turn = talk.turn((Thought("hm"), END), said(RIGHT), schema=Person)

    assert talk.script.sent[1][1].text == NO_WORDS
    assert turn.answer.value == ADA
    assert turn.answer.text == RIGHT


def test_pages_stay_when_the_words_that_rest_on_them_are_replaced(talk: ValueTalk) -> None:
    page = Source("https://example.org/", "A page", ends=[3])
    turn = talk.turn((Text(WRONG), page, END), said(RIGHT), schema=Person)

    assert [source.url for source in turn.answer.sources] == ["https://example.org/"]
    assert turn.answer.text == RIGHT


def test_what_is_no_type_is_refused_before_anything_is_sent(talk: ValueTalk) -> None:
    with pytest.raises(BadOption):
        talk.ask("Go?", schema=object())

    assert talk.script.sent == []
    assert talk.chat.turns == []


# --- no value, and not asked again ---------------------------------------------------------------

NOT_WHOLE: list[StopReason] = ["length", "filter", "broken", "interrupted"]


@pytest.mark.parametrize("reason", NOT_WHOLE)
def test_what_is_not_whole_is_no_value_whatever_it_looks_like(
    talk: ValueTalk, reason: StopReason
) -> None:
    stop = Stop(reason, "so it is")
    turn = talk.turn(said(RIGHT, stop=stop), schema=Person)

    assert len(talk.script.sent) == 1
    assert turn.answer.stop == stop
    assert turn.answer.text == RIGHT
    assert talk.events[-2:] == [Text(RIGHT), stop]
    with pytest.raises(InvalidAnswer):
        _ = turn.answer.value


@EVERY_SCHEMA
def test_cut_at_its_limit_it_is_never_a_value(talk: ValueTalk, name: str) -> None:
    sample = SCHEMAS[name]
    lengths = [*range(1, len(sample.valid), 11), len(sample.valid)]
    values = []
    for length in lengths:
        talk.script.plays.append(said(sample.valid[:length], stop=Stop("length")))
        answer = _whole(talk, schema=sample.schema)
        values += [] if answer.valued and answer.valued.error else [answer.text]

    assert values == []
    assert len(talk.script.sent) == len(lengths)


def _whole(talk: ValueTalk, **options: Any) -> Answer:
    """The answer to a question outside of any conversation."""
    asked = [Message("user", "Go?")]
    return talk.runtime.bridge.wait(talk.runtime.source.stream("kimi-k2.6", asked, **options))


@pytest.mark.parametrize("stop", [Stop("length"), Stop("broken", "it is gone"), Stop("filter")])
def test_ask_raises_and_the_turn_is_kept(talk: ValueTalk, stop: Stop) -> None:
    with pytest.raises(InvalidAnswer):
        talk.ask("Go?", *said(RIGHT[:9], stop=stop), schema=Person)

    (turn,) = talk.chat.turns
    assert (turn.answer.text, turn.answer.stop) == (RIGHT[:9], stop)


def test_ask_raises_what_names_the_field(talk: ValueTalk) -> None:
    talk.script.plays.extend([said(WRONG)] * 3)

    with pytest.raises(InvalidAnswer, match=r"^Moonshot AI \(Kimi\) gave .* 3 tries: age: "):
        talk.chat.ask("Go?", schema=Person)
    assert [turn.answer.stop.reason for turn in talk.chat.turns] == ["broken"]


def test_calls_of_declared_tools_are_for_whoever_asked(talk: ValueTalk) -> None:
    declared = Tool("look", "Look.", {"type": "object", "properties": {}})
    answer = talk.ask("Go?", *calls(call("look")), schema=Person, tools=[declared])

    assert [asked.name for asked in answer.tool_calls] == ["look"]
    assert answer.stop == CALLS
    with pytest.raises(InvalidAnswer, match="asks for tools"):
        _ = answer.value


class Careless(BaseModel):
    """A type whose check has a fault."""

    name: str

    @field_validator("name")
    @classmethod
    def _look(cls, name: str) -> str:
        return {"Bob": "Bob"}[name]


def test_a_validator_with_a_fault_ends_as_any_that_refuses(talk: ValueTalk) -> None:
    turn = talk.turn(*[said('{"name": "Ada"}')] * 3, schema=Careless)

    assert "KeyError: 'Ada'" in turn.answer.stop.detail
    with pytest.raises(InvalidAnswer):
        _ = turn.answer.value
    assert talk.turn(said('{"name": "Bob"}'), schema=Careless).answer.value.name == "Bob"


def test_rows_whose_check_has_a_fault_end_as_any_that_do_not_fit(talk: ValueTalk) -> None:
    rows = ['{"items": [{"name": "Bob"}, ', '{"name": "Ada"}, ', '{"name": "Bob"}]}']
    turn = talk.turn(*[said(*rows)] * 3, schema=list[Careless])

    assert "[1]" in turn.answer.stop.detail
    assert "KeyError: 'Ada'" in turn.answer.stop.detail
    assert turn.answer.text == "".join(rows)


# --- asking again goes wrong ---------------------------------------------------------------------


def test_a_repair_that_is_refused_leaves_the_failed_answer(talk: ValueTalk) -> None:
    refusal = RateLimited("kimi limits the rate of requests (429).")
    turn = talk.turn(said(WRONG, usage=Usage(9, 5)), (refusal,), schema=Person)

    assert turn.answer.text == WRONG
    assert turn.answer.usage == Usage(9, 5)
    assert talk.events[-2:] == [Text(WRONG), turn.answer.stop]
    assert turn.answer.stop.reason == "broken"
    with pytest.raises(InvalidAnswer, match=r"age: .*429"):
        _ = turn.answer.value


def test_a_repair_that_breaks_off_is_what_stands(talk: ValueTalk) -> None:
    gone = Stop("broken", "the connection was lost; the answer is incomplete")
    turn = talk.turn(said(WRONG), said(RIGHT[:8], stop=gone), schema=Person)

    assert turn.answer.text == RIGHT[:8]
    assert turn.answer.stop == gone
    with pytest.raises(InvalidAnswer, match="the connection was lost"):
        _ = turn.answer.value


def test_a_first_request_that_is_refused_is_raised(talk: ValueTalk) -> None:
    with pytest.raises(RateLimited):
        talk.ask("Go?", RateLimited("kimi limits the rate (429)."), schema=Person)

    assert talk.chat.turns == []


# --- tools -------------------------------------------------------------------------------------


def test_the_rounds_of_tools_stay_and_the_last_words_are_replaced(talk: ValueTalk) -> None:
    turn = talk.turn(
        (Text("I look. "), call("find", whom="Ada"), Usage(9, 5), CALLS),
        said(WRONG, usage=Usage(20, 6)),
        said(RIGHT, usage=Usage(30, 7)),
        schema=Person,
        tools=[find],
    )

    assert turn.answer.value == ADA
    assert [type(part) for part in turn.answer.parts] == [Text, ToolCall, ToolResult, Text]
    assert turn.answer.text == f"I look. \n\n{RIGHT}"
    assert results(turn) == ["36"]
    assert turn.answer.usage == Usage(59, 18)
    roles = [message.role for message in talk.script.sent[2]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]
    assert ran == ["Ada"]


def test_words_before_a_call_are_shown_with_it(talk: ValueTalk) -> None:
    plays = (Text("I "), Text("look."), call("find", whom="Ada"), CALLS), said(RIGHT)
    turn = talk.turn(*plays, schema=Person, tools=[find])

    kinds = Text | ToolCall | ToolResult | Stop
    shown = [event for event in talk.events if isinstance(event, kinds)]
    assert shown[:2] == [Text("I "), Text("look.")]
    assert isinstance(shown[2], ToolCall)
    assert isinstance(shown[3], ToolResult)
    assert shown[4:] == [Text(RIGHT), END]
    assert "".join(e.spaced for e in shown if isinstance(e, Text)) == turn.answer.text


def test_a_value_is_not_read_from_words_before_a_call(talk: ValueTalk) -> None:
    """A draft of the answer, which looking may have changed."""
    plays = (Text(RIGHT), call("find", whom="Ada"), CALLS), said("As above.")
    turn = talk.turn(*plays, *[said("As above.")] * 2, schema=Person, tools=[find])

    assert turn.answer.stop.reason == "broken"
    assert len(talk.script.sent) == 4


@pytest.mark.parametrize("choice", ["required", "find", "none", "auto"])
def test_nothing_runs_while_an_answer_is_put_right(talk: ValueTalk, choice: str) -> None:
    first = [calls(call("find", whom="Ada"))] if choice != "none" else []
    again = calls(call("find", "call_2", whom="Ada"))
    turn = talk.turn(*first, said(WRONG), again, schema=Person, tools=[find], tool_choice=choice)

    assert ran == ["Ada"] * len(first)
    stays = choice if choice in ("none", "auto") else None
    assert talk.script.options[-1].get("tool_choice") == stays
    with pytest.raises(InvalidAnswer, match="ended with its tools"):
        _ = turn.answer.value


# --- while it grows ------------------------------------------------------------------------------


def test_an_answer_that_grows_is_on_disk_before_its_words_are_shown(
    talk: ValueTalk, tmp_path: Path
) -> None:
    """Of prose no value can be shown, and a kill must not lose what was paid."""
    stream = talk.chat.open("Go?", schema=Person)
    talk.script.plays.append([Text("Let me think about it. "), Text('{"name": '), HANG])

    async def begin() -> None:
        while "name" not in stream.result.text:
            await stream._batches.__anext__()

    talk.runtime.thread.submit(begin()).result(60)
    until(lambda: _words_on_disk(talk) == 'Let me think about it. {"name": ')
    assert stream.result.valued
    with pytest.raises(InvalidAnswer, match="not come to its end"):
        _ = stream.result.value
    talk.runtime.thread.submit(stream.aclose()).result(60)


def test_what_did_not_fit_is_on_disk_before_it_is_asked_for_again(
    talk: ValueTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, on_disk = talk.script.stream, []

    def look(model: str, messages: Sequence[Message], **options: Any) -> Stream:
        turns = talk.store.ask(lambda database: database.turns(talk.chat.id))
        on_disk.append([(turn.answer.text, turn.answer.usage) for turn in turns])
        return ask(model, messages, **options)

    monkeypatch.setattr(talk.script, "stream", look)
    talk.turn(said(WRONG, usage=Usage(9, 5)), said(RIGHT, usage=Usage(20, 6)), schema=Person)

    assert on_disk == [[], [(WRONG, Usage(9, 5))]]


def _words_on_disk(talk: ValueTalk) -> str:
    turns = talk.store.ask(lambda database: database.turns(talk.chat.id))
    return turns[-1].answer.text if turns else ""


def _stop_at(talk: ValueTalk, requests: int, *plays: Play) -> Answer:
    """Ask, and stop when so many requests have been sent and their words have come."""
    talk.script.plays.extend(plays)
    stream = talk.chat.open("Go?", schema=Person)

    async def run() -> None:
        async def read() -> None:
            async with stream:
                async for _ in stream.batches():
                    pass

        reading = asyncio.create_task(read())
        await soon(lambda: len(talk.script.sent) == requests and talk.script.hangs)
        reading.cancel()
        await asyncio.wait([reading])

    talk.runtime.thread.submit(run()).result(60)
    return talk.chat.turns[-1].answer


@pytest.mark.parametrize(
    ("plays", "words"),
    [
        ([(Text(RIGHT), HANG)], RIGHT),
        ([said(WRONG), (HANG,)], WRONG),
        ([said(WRONG), (Thought("hm"), Text(RIGHT[:8]), HANG)], RIGHT[:8]),
    ],
    ids=["at the end of the words", "before a second answer", "in a second answer"],
)
def test_what_is_stopped_is_kept_and_is_no_value(
    talk: ValueTalk, plays: list[Play], words: str
) -> None:
    answer = _stop_at(talk, len(plays), *plays)

    assert answer.text == words
    assert answer.stop.reason == "interrupted"
    with pytest.raises(InvalidAnswer):
        _ = answer.value
    assert _words_on_disk(talk) == words


# --- what is told --------------------------------------------------------------------------------


def test_of_many_problems_a_few_are_told_and_long_inputs_are_cut(talk: ValueTalk) -> None:
    rows = [{"name": "x" * 5_000, "age": "x" * 5_000} for _ in range(40)]
    talk.turn(said(json.dumps({"items": rows})), said('{"items": []}'), schema=list[Person])

    told = last_message(talk)
    assert told.count("\n- ") == MOST_PROBLEMS + 1
    assert "and 30 more" in told
    assert len(told) < (MOST_PROBLEMS + 2) * 2 * LONGEST_INPUT


def test_what_a_model_hides_in_its_answer_is_written_out_for_people(talk: ValueTalk) -> None:
    hidden = '{"answer": "a", "m\\u202eore\\u001b[2J": 1}'
    sample = SCHEMAS["closed"]
    turn = talk.turn(*[said(hidden)] * 3, schema=sample.schema)

    for told in (*turn.answer.notices, turn.answer.stop.detail):
        assert "\u202e" not in told
        assert "\x1b" not in told


def test_no_key_in_a_validators_message_is_sent_or_shown(
    talk: ValueTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-canary-0123456789abcdef"
    monkeypatch.setenv("KIMI_API_KEY", key)

    class Checked(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def _look(cls, name: str) -> str:
            raise ValueError(f"the service refused {key}")

    turn = talk.turn(*[said('{"name": "Ada"}')] * 3, schema=Checked)

    assert "the service refused" in last_message(talk)
    told = [message.text for sent in talk.script.sent for message in sent]
    shown = [*turn.answer.notices, turn.answer.stop.detail, str(turn.answer.valued)]
    assert not [text for text in (*told, *shown) if key in text]


@pytest.mark.parametrize("raised", [SystemExit(3), GeneratorExit(), NameError("no 'x'")])
def test_a_check_that_fails_by_itself_is_not_paid_for_again(
    talk: ValueTalk, raised: BaseException
) -> None:
    class Faulty(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def _fail(cls, name: str) -> str:
            raise raised

    turn = talk.turn(said('{"name": "Ada"}'), schema=Faulty)

    assert len(talk.script.sent) == 1
    with pytest.raises(InvalidAnswer, match=r"(?s)could not be checked.*Mend the check") as told:
        _ = turn.answer.value
    assert type(raised).__name__ in str(told.value)
    assert turn.answer.text == '{"name": "Ada"}'
    assert turn.answer.stop.reason == "broken"


def test_other_questions_get_on_while_a_long_answer_is_read(talk: ValueTalk) -> None:
    has_got_on = threading.Event()

    class Long(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def _wait(cls, name: str) -> str:
            loop.call_soon_threadsafe(has_got_on.set)
            if not has_got_on.wait(20):
                raise ValueError("nothing else got on")
            return name

    loop = talk.runtime.bridge.run(running_loop())
    name = "A" * LONG
    turn = talk.turn(said(f'{{"name": "{name}"}}'), schema=Long)

    assert turn.answer.value.name == name


async def running_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_no_message_of_a_validator_is_sent_where_values_stay_behind(
    talk: ValueTalk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_trusted(tmp_path, 'data = "schema"\n')
    talk.turn(said('{"word": "hey"}'), said('{"word": "HEY"}'), schema=Shouted)

    assert "word: not valid" in last_message(talk)
    assert "capitals" not in last_message(talk)


def test_a_question_that_is_interrupted_says_so_and_not_what_is_wrong(talk: ValueTalk) -> None:
    """Ctrl-C ends `ask` as without a schema."""
    assert not issubclass(Interrupted, InvalidAnswer)
    events: list[Event] = [Text(RIGHT), Stop("interrupted", "a tool was stopped")]
    turn = talk.turn(events, schema=Person)

    assert turn.answer.stop.reason == "interrupted"
