"""An answer that is sent back: rounds that are whole, and an order that is valid."""

from __future__ import annotations

import pytest

from nbchat.conversation.past_answers import (
    IMAGE_LEFT_OUT,
    NO_RESULT,
    STOPPED_HERE,
    answer_messages,
    has_answer,
    shortened,
)
from nbchat.events import Answer, Stop, StopReason
from nbchat.messages import AnswerPart, Image, Message, Text, Thought, ToolCall, ToolResult
from nbchat.provider_state import ProviderState
from nbchat.turns import Turn

from ..fakes.valid_messages import check_messages

CALL, OTHER = ToolCall("call_1", "add", {}), ToolCall("call_2", "now", {})
RESULT = ToolResult("call_1", "add", "3")
SIGNED = Thought("Hm.", ProviderState("claude", "anthropic", {"signature": "abc"}))
OPEN = Thought("Wait", ProviderState("claude", "anthropic", {"signature": "a"}))


def sent(*parts: AnswerPart, reason: StopReason = "interrupted") -> list[Message]:
    answer = Answer(stop=Stop(reason))
    answer.parts = list(parts)
    messages = answer_messages(answer)
    check_messages([Message("user", "Go?"), *messages, Message("user", "And now?")])
    return messages


def words(messages: list[Message]) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in messages]


def test_rounds_that_are_whole_go_back_and_then_the_words_that_followed() -> None:
    messages = sent(SIGNED, CALL, RESULT, OPEN, Text("It is"))

    assert words(messages) == [("assistant", ""), ("tool", "3"), ("assistant", "It is")]
    assert messages[0].answer_parts == (SIGNED, CALL)
    assert messages[2].answer_parts == ()


def test_a_call_of_a_request_that_broke_off_stays_behind() -> None:
    messages = sent(CALL, RESULT, Text("Then "), OPEN, OTHER, reason="broken")

    assert words(messages)[2:] == [("assistant", "Then ")]
    assert [message.tool_calls for message in messages] == [(CALL,), (), ()]


def test_a_call_whose_neighbour_has_run_gets_a_result() -> None:
    messages = sent(CALL, OTHER, RESULT)

    assert words(messages) == [
        *(("assistant", ""), ("tool", "3"), ("tool", NO_RESULT)),
        ("assistant", STOPPED_HERE),
    ]


def test_an_id_of_another_round_is_no_result() -> None:
    messages = sent(CALL, RESULT, Text("Then"), ToolCall("call_1", "now", {}))

    assert words(messages)[-1] == ("assistant", "Then")


@pytest.mark.parametrize("reason", ["end", "interrupted", "tool_calls", "length", "broken"])
def test_results_are_never_the_last(reason: StopReason) -> None:
    assert words(sent(CALL, RESULT, reason=reason))[-1] == ("assistant", STOPPED_HERE)
    assert words(sent(CALL, RESULT, OPEN, reason=reason))[-1] == ("assistant", STOPPED_HERE)


def test_a_result_is_an_answer_and_a_thought_is_none() -> None:
    turn = Turn(Message("user", "Go?"), Answer())
    turn.answer.parts = [OPEN, CALL]
    assert not has_answer(turn)

    turn.answer.parts = [CALL, RESULT]
    assert has_answer(turn)


def test_a_short_result_says_how_much_is_missing() -> None:
    assert shortened("x" * 5000) != "x" * 5000
    assert "characters left out" in shortened("x" * 5000)
    assert shortened(["figure:", Image(b"x")]) == f"figure:{IMAGE_LEFT_OUT}"
