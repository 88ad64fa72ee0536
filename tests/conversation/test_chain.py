"""A chain of calls that outgrows its model: the oldest results are cut for it, and kept whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import nbchat
from nbchat.conversation import window
from nbchat.conversation.chain import CUT_RESULTS, Chain
from nbchat.conversation.past_answers import IMAGE_LEFT_OUT
from nbchat.engine.estimates import estimate_tokens
from nbchat.events import Stop, Usage
from nbchat.messages import Image, Message, Text, ToolCall, ToolResult

from ..trusted import write_trusted
from .tool_talk import CALLS, DONE, ToolTalk, call, calls, only

SMALL = """
[[providers]]
type = "small"
name = "Small"
base_url = "http://127.0.0.1:9/v1"
key_needed = false

[[models]]
id = "tiny"
name = "Tiny"
type = "small"
context_window = 8000
max_output = 1000
"""
LIMIT = 7000  # tokens that may be sent
LONG = "word " * 1500  # 2,500 tokens, by estimate
IS_CUT = "characters left out"


@nbchat.tool
def read(number: int) -> str:
    """Read much."""
    return f"{number} {LONG}"


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ToolTalk]:
    write_trusted(tmp_path, SMALL)
    monkeypatch.chdir(tmp_path)
    talk = ToolTalk(tmp_path / "history.sqlite", model="small:tiny")
    yield talk
    talk.close()


def test_the_oldest_results_are_cut_and_the_answer_stays_whole(talk: ToolTalk) -> None:
    turn = talk.turn(*(calls(call("read", number=n)) for n in range(5)), DONE, tools=[read])

    assert [[IS_CUT in told for told in talk.told(n)] for n in range(1, 6)] == [
        [False],
        [False, False],
        [True, True, False],
        [True, True, False, False],
        [True, True, True, True, False],
    ]
    assert all(estimate_tokens(messages) <= LIMIT for messages in talk.script.sent)
    whole = [result.content for result in only(ToolResult, turn.answer.parts)]
    assert whole == [f"{number} {LONG}" for number in range(5)]
    assert turn.answer.notices.count(CUT_RESULTS) == 1


def test_what_was_cut_stays_cut(talk: ToolTalk) -> None:
    """A prompt cache holds what was sent before."""
    talk.turn(*(calls(call("read", number=n)) for n in range(4)), DONE, tools=[read])

    before, last = talk.script.sent[-2:]
    assert last[: len(before) - 1] == before[:-1]


def test_a_newest_result_that_is_too_long_alone_is_cut_as_far_as_needed(talk: ToolTalk) -> None:
    @nbchat.tool
    def read_all() -> str:
        """Read all."""
        return LONG * 6

    object.__setattr__(read_all, "longest", 10**6)
    talk.turn(calls(call("read_all")), DONE, tools=[read_all])

    (told,) = talk.told()
    assert IS_CUT in told
    assert len(told) > len(LONG)
    assert estimate_tokens(talk.script.sent[-1]) <= LIMIT


def test_what_the_provider_counts_goes_before_the_estimate(talk: ToolTalk) -> None:
    counts = (40, 900, 1800)
    plays = [(call("read", number=n), Usage(count, 5), CALLS) for n, count in enumerate(counts)]
    talk.turn(*plays, DONE, tools=[read])

    assert not any(IS_CUT in told for told in talk.told())


def test_images_of_old_results_become_a_word() -> None:
    figure = [Message("assistant", tool_calls=[call("plot")])]
    figure += [Message("tool", ["here:", Image(b"\x89PNG")], tool_call_id="call_1", name="plot")]
    last = [Message("assistant", tool_calls=[call("plot")])]
    last += [Message("tool", LONG, tool_call_id="call_1", name="plot")]
    chain = Chain([Message("user", "Plot!")], None, 4000)

    messages = chain.messages([*figure, *last], "", [])

    assert messages[2].content == f"here:{IMAGE_LEFT_OUT}"
    assert messages[4].content == LONG


def test_results_of_earlier_questions_are_cut_before_turns_are_left_out(talk: ToolTalk) -> None:
    for number in range(2):
        talk.turn(calls(call("read", number=number)), DONE, tools=[read])
    turn = talk.turn(DONE, question="And now? " + "word " * 1500, tools=[read])

    assert turn.left_out == 0
    assert window.CUT_RESULTS in turn.answer.notices
    assert all(IS_CUT in told for told in talk.told())
    assert estimate_tokens(talk.script.sent[-1]) <= LIMIT


def test_a_count_of_several_requests_is_not_taken_for_one(talk: ToolTalk) -> None:
    several = [(call("read", number=n), Usage(6000, 5), CALLS) for n in range(2)]
    talk.turn(*several, (Text("Done."), Usage(6000, 5), Stop("end")), tools=[read])
    turn = talk.turn(DONE, question="And now?", tools=[read])

    assert turn.left_out == 0
    assert window.CUT_RESULTS not in turn.answer.notices


def test_the_arguments_of_calls_count() -> None:
    long = ToolCall("call_1", "run", {"code": LONG}, f'{{"code": "{LONG}"}}')

    assert estimate_tokens([Message("assistant", "", tool_calls=[long])]) > 2000
