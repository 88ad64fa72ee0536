"""What is asked in the panel: answered, stopped, queued, refused, asked again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import nbchat
from nbchat import runtime
from nbchat.frontends.panel import attachments

from ...fakes.page import Desk
from ...fakes.provider import Service, answer, said
from ...fakes.steps import Steps
from ...trusted import write_trusted
from ...waiting import until

# A few words, and then nothing for as long as anybody waits.
HELD = answer(*said("word " * 3)[:2], hold=600)


def test_a_question_is_opened_streamed_ended_and_remembered(desk: Desk) -> None:
    desk.ask("show me a table")
    end = desk.wait("end")

    opened = desk.wait("open")
    assert opened["question"]["text"] == "show me a table"
    assert desk.turns[0][1].startswith("Here is a table")
    assert [m["seq"] for m in desk.all("delta")] == list(range(1, end["seq"] + 1))
    assert end["footer"] == ["demo", "4 → 44 tokens"]
    assert "html" not in end
    assert desk.wait("state", when=lambda m: m["ids"])["ids"] == [opened["id"]]


def test_what_a_cell_asks_is_told_too(desk: Desk) -> None:
    nbchat.chat().ask("show me a table", "demo")

    assert desk.wait("end")["words"] > 5
    assert desk.wait("open")["question"]["text"] == "show me a table"


def test_a_message_that_comes_twice_asks_once(desk: Desk) -> None:
    desk.ask("Hello", request_id="r")
    desk.ask("Hello", request_id="r")
    desk.wait("end")
    desk.wait("ack", 2)

    assert len(desk.all("open")) == 1


def test_stop_before_the_first_word_gives_the_question_back(slow: Service) -> None:
    slow.plays(answer(b"", hold=60))
    desk = Desk()
    desk.ask("say nothing")
    desk.wait("open")
    until(lambda: slow.requests)
    desk.say("stop")

    assert desk.wait("back")["text"] == "say nothing"
    assert desk.all("state")[-1]["live"] == []
    assert desk.turns == []


def test_stop_at_once_gives_the_question_back(slow: Service) -> None:
    slow.always(answer(b"", hold=60))
    desk = Desk()
    desk.ask("say nothing")
    desk.say("stop")

    assert desk.wait("back")["text"] == "say nothing"
    assert desk.all("state")[-1]["live"] == []


def test_stop_keeps_what_had_arrived(slow: Service) -> None:
    slow.plays(HELD)
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")
    desk.say("stop")
    end = desk.wait("end")

    assert end["stop"][0] == "interrupted"
    assert desk.turns[0][1].startswith("word")


def test_one_question_waits_a_third_is_given_back(slow: Service) -> None:
    first = Steps(said("one")[:2], said("one")[2:])
    slow.plays(first, answer(*said("two")))
    desk = Desk()
    desk.ask("first")
    desk.wait("open")
    desk.ask("second")
    desk.ask("third")

    assert desk.wait("back")["text"] == "third"
    first.finish()
    desk.wait("end", 2)
    assert desk.turns == [("first", "one"), ("second", "two")]


def test_stop_gives_the_waiting_question_back(slow: Service) -> None:
    slow.plays(HELD)
    desk = Desk()
    desk.ask("first")
    desk.wait("delta")
    desk.ask("second")
    desk.wait("now", when=lambda m: m["queued"] == "second")
    desk.say("stop")

    assert desk.wait("back")["text"] == "second"
    desk.wait("end")
    assert len(slow.requests) == 1


def test_a_refusal_stays_in_sight_until_something_else_is_asked(slow: Service) -> None:
    slow.plays(answer(b'{"error": {"message": "no"}}', status=401), answer(*said("yes")))
    desk = Desk()
    desk.ask("Hello")
    error = desk.wait("refusal")

    assert error["error"] == "KeyRefused"
    assert desk.wait("state", when=lambda m: m["failed"])["ids"] == []

    desk.say("again", request_id="x", id=error["id"])
    desk.wait("end")

    assert desk.turns == [("Hello", "yes")]
    assert desk.wait("state", when=lambda m: m["ids"])["failed"] == []


def test_an_answer_that_breaks_off_is_kept_and_says_so(slow: Service) -> None:
    slow.plays(answer(*said("half an")[:2]))
    desk = Desk()
    desk.ask("Hello")

    assert desk.wait("end")["stop"][0] == "broken"
    assert desk.turns == [("Hello", "half an")]


def test_again_and_edit_make_branches_and_branch_goes_between_them(desk: Desk) -> None:
    desk.ask("show me a table")
    first = desk.wait("end")["id"]
    desk.say("again", request_id="1", id=first)
    second = desk.wait("end", 2)["id"]
    desk.say("again", request_id="2", id=second, text="show me some code")
    third = desk.wait("end", 3)["id"]

    assert desk.wait("state", when=lambda m: m["ids"] == [third])["places"] == {third: [2, 3]}
    assert desk.turns[0][0] == "show me some code"

    desk.say("branch", id=third, number=0)
    desk.wait("state", when=lambda m: m["places"] == {first: [0, 3]})
    desk.say("want", ids=[first])

    assert desk.wait("rows")["rows"][0]["question"]["text"] == "show me a table"


def test_an_edited_question_keeps_what_was_attached(desk: Desk) -> None:
    desk.variables = {"df": [1, 2]}
    desk.ask("What is @df?")
    first = desk.wait("end")["id"]
    desk.say("again", request_id="1", id=first, text="Why df?")
    desk.wait("end", 2)

    text, label = attachments.variable(desk.variables, "df")
    assert desk.turns == [(f"Why df?\n\n{text}", desk.turns[0][1])]
    assert desk.all("open")[-1]["question"]["attachments"] == [[label, text]]


def test_under_schema_a_question_that_is_asked_again_goes_without_its_values(
    slow: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow.always(answer(*said("secret, you say")))
    desk = Desk(log="secret one\nsecret two")
    desk.ask("What is @log?")
    first = desk.wait("end")["id"]
    assert b"secret" in slow.requests[-1].body
    write_trusted(tmp_path, 'data = "schema"\n')
    monkeypatch.chdir(tmp_path)

    desk.say("again", request_id="1", id=first)
    second = desk.wait("end", 2)["id"]
    desk.say("again", request_id="2", id=second, text="Why @log?")
    desk.wait("end", 3)
    desk.ask("And @log?")
    desk.wait("end", 4)

    assert all(b"secret" not in request.body for request in slow.requests[1:])
    assert len(slow.requests) == 4


def test_every_question_is_acknowledged_whatever_becomes_of_it(slow: Service) -> None:
    """A view shows Stop until it knows that the kernel has heard of its question."""
    first = Steps(said("one")[:2], said("one")[2:])
    slow.plays(first)
    desk = Desk()
    desk.ask("first", request_id="1")
    desk.wait("open")
    desk.say("again", request_id="2", id=desk.all("open")[0]["id"])
    desk.say("again", request_id="3", id="gone")
    desk.ask(" ", request_id="4")
    desk.ask("x" * 200_001, request_id="5")

    assert [desk.wait("ack", n)["request_id"] for n in range(1, 6)] == ["1", "2", "3", "4", "5"]
    assert desk.wait("note")["error"] == "ConversationBusy"
    first.finish()
    desk.wait("end")


def test_a_question_that_is_too_long_is_given_back_with_the_reason(desk: Desk) -> None:
    desk.ask("x" * 200_001, request_id="r")

    assert "200,001 characters" in desk.wait("note")["text"]
    assert desk.wait("back")["request_id"] == "r"
    assert desk.turns == []


def test_stops_and_questions_in_a_hurry_leave_a_conversation_that_can_go_on(slow: Service) -> None:
    slow.always(answer(*said(*["word "] * 40), gap=0.005))
    desk = Desk()
    for number in range(12):
        desk.ask(f"question {number}", request_id=f"r{number}")
        time.sleep(0.01 * (number % 4))
        desk.say("stop")
    desk.wait("ack", 12)
    desk.wait("state", when=lambda m: not m["live"] and desk.all("ack")[-1]["request_id"] == "r11")
    desk.ask("the last", request_id="last")
    opened = desk.wait("open", when=lambda m: m["question"]["text"] == "the last")
    desk.wait("end", when=lambda m: m["id"] == opened["id"])
    asked = [question for question, _ in desk.turns]

    assert asked[-1] == "the last"
    back = [m["request_id"] for m in desk.all("back")]
    assert len(back) == len(set(back))
    assert {f"question {n}" for n in range(12)} == {m["text"] for m in desk.all("back")} | set(
        asked[:-1]
    )


def test_two_panels_that_ask_at_once_are_answered_in_turn(slow: Service) -> None:
    slow.plays(answer(*said("one"), gap=0.02), answer(*said("two"), gap=0.02))
    one, two = Desk(), Desk()
    one.ask("first")
    two.ask("second")
    for desk in (one, two):
        desk.wait("end", 2)

    assert one.turns == [("first", "one"), ("second", "two")]
    ids = [turn.id for turn in nbchat.chat().turns]
    for desk in (one, two):
        assert desk.wait("state", when=lambda m: m["ids"] == ids)["live"] == []


def test_closing_the_engine_ends_what_a_panel_asks_and_the_panel_goes_on(slow: Service) -> None:
    """`%unload_ext nbchat` does this while a panel is open."""
    slow.plays(HELD, answer(*said("again")))
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")
    runtime.close()

    assert desk.wait("end")["stop"][0] == "interrupted"
    assert desk.wait("state", when=lambda m: m["ids"])["live"] == []

    desk.ask("still there?")
    desk.wait("end", 2)
    assert desk.turns[1] == ("still there?", "again")
