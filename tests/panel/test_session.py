"""What the page says, and what comes of it: with the real engine, and views that write down."""

from __future__ import annotations

import re
from typing import Any

import pytest

import nbchat
from nbchat.messages import Image

from ..service import Service, answer, said
from .conftest import Desk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def test_a_question_is_opened_streamed_ended_and_remembered(desk: Desk) -> None:
    desk.ask("show me a table")
    end = desk.wait("end")

    opened = desk.wait("open")
    assert opened["q"]["s"] == "show me a table"
    assert desk.turns[0][1].startswith("Here is a table")
    assert [m["seq"] for m in desk.all("d")] == list(range(1, end["seq"] + 1))
    assert end["foot"] == ["demo", "4 → 44 tokens"]
    assert "html" not in end
    assert desk.all("state")[-1]["ids"] == [[opened["id"], 0, 1]]


def test_what_a_cell_asks_is_told_too(desk: Desk) -> None:
    nbchat.chat().ask("show me a table", "demo")

    assert desk.wait("end")["words"] > 5
    assert desk.wait("open")["q"]["s"] == "show me a table"


def test_a_message_that_comes_twice_asks_once(desk: Desk) -> None:
    desk.ask("Hello", rid="r")
    desk.ask("Hello", rid="r")
    desk.wait("end")
    desk.say("models")
    desk.wait("models")

    assert len(desk.all("open")) == 1


def test_stop_before_the_first_word_gives_the_question_back(slow: Service) -> None:
    slow.plays(answer(b"", hold=60))
    desk = Desk()
    desk.ask("say nothing")
    desk.wait("open")
    while not slow.requests:
        pass
    desk.say("stop")

    assert desk.wait("back")["s"] == "say nothing"
    assert desk.all("state")[-1]["live"] == []
    assert desk.turns == []


def test_stop_at_once_gives_the_question_back(slow: Service) -> None:
    slow.always(answer(b"", hold=60))
    desk = Desk()
    desk.ask("say nothing")
    desk.say("stop")

    assert desk.wait("back")["s"] == "say nothing"
    assert desk.all("state")[-1]["live"] == []


def test_stop_keeps_what_had_arrived(slow: Service) -> None:
    slow.plays(answer(*said(*["word "] * 400), gap=0.02))
    desk = Desk()
    desk.ask("go on")
    desk.wait("d")
    desk.say("stop")
    end = desk.wait("end")

    assert end["stop"][0] == "interrupted"
    assert desk.turns[0][1].startswith("word")


def test_one_question_waits_a_third_is_given_back(slow: Service) -> None:
    slow.plays(answer(*said("one"), hold=0.3), answer(*said("two")))
    desk = Desk()
    desk.ask("first")
    desk.wait("open")
    desk.ask("second")
    desk.ask("third")

    assert desk.wait("back")["s"] == "third"
    desk.wait("end", 2)
    assert desk.turns == [("first", "one"), ("second", "two")]


def test_stop_gives_the_waiting_question_back(slow: Service) -> None:
    slow.plays(answer(*said(*["word "] * 400), gap=0.02))
    desk = Desk()
    desk.ask("first")
    desk.wait("d")
    desk.ask("second")
    desk.wait("now", when=lambda m: m["queued"] == "second")
    desk.say("stop")

    assert desk.wait("back")["s"] == "second"
    desk.wait("end")
    assert len(slow.requests) == 1


def test_a_refusal_stays_in_sight_until_something_else_is_asked(slow: Service) -> None:
    slow.plays(answer(b'{"error": {"message": "no"}}', status=401), answer(*said("yes")))
    desk = Desk()
    desk.ask("Hello")
    error = desk.wait("err")

    assert error["kind"] == "KeyRefused"
    assert desk.wait("state", when=lambda m: m["failed"])["ids"] == []

    desk.say("again", rid="x", id=error["id"])
    desk.wait("end")

    assert desk.turns == [("Hello", "yes")]
    assert desk.all("state")[-1]["failed"] == []


def test_an_answer_that_breaks_off_is_kept_and_says_so(slow: Service) -> None:
    slow.plays(answer(*said("half an")[:2]))
    desk = Desk()
    desk.ask("Hello")

    assert desk.wait("end")["stop"][0] == "broken"
    assert desk.turns == [("Hello", "half an")]


def test_again_and_edit_make_branches_and_branch_goes_between_them(desk: Desk) -> None:
    desk.ask("show me a table")
    first = desk.wait("end")["id"]
    desk.say("again", rid="1", id=first)
    second = desk.wait("end", 2)["id"]
    desk.say("again", rid="2", id=second, s="show me some code")
    third = desk.wait("end", 3)["id"]

    assert desk.all("state")[-1]["ids"] == [[third, 2, 3]]
    assert desk.turns[0][0] == "show me some code"

    desk.say("branch", id=third, n=0)
    desk.wait("state", when=lambda m: m["ids"] == [[first, 0, 3]])
    desk.say("want", ids=[first])

    assert desk.wait("rows")["rows"][0]["q"]["s"] == "show me a table"


def test_an_edited_question_keeps_what_was_attached(desk: Desk) -> None:
    desk.variables = {"df": [1, 2]}
    desk.ask("What is @df?")
    first = desk.wait("end")["id"]
    desk.say("again", rid="1", id=first, s="Why df?")
    desk.wait("end", 2)

    assert desk.turns == [("Why df?\n\ndf:\n```\n[1, 2]\n```", desk.turns[0][1])]
    assert desk.all("open")[-1]["q"]["att"] == [["df (6 B)", "df:\n```\n[1, 2]\n```"]]


def test_a_view_that_comes_late_gets_the_running_answer(slow: Service) -> None:
    slow.plays(answer(*said(*["word "] * 60), gap=0.02))
    desk = Desk()
    desk.ask("go on")
    desk.wait("d", 3)
    desk.say("sync", view="w")
    late = desk.wait("open", 2)
    end = desk.wait("end")
    heard = desk.told[desk.told.index(late) :]

    text = late["html"] + late["tail"]
    assert re.search("word", text)
    assert [m["seq"] for m in heard if m["k"] == "d"] == list(range(late["seq"] + 1, end["seq"] + 1))


def test_nothing_is_sent_when_the_last_view_has_gone(desk: Desk) -> None:
    desk.say("bye", view="v")
    nbchat.chat().ask("Hello", "demo")

    assert not desk.all("d")
    assert not desk.all("open")

    desk.say("sync", view="w")
    assert desk.wait("rows")["rows"][0]["q"]["s"] == "Hello"


def test_choices_hold_for_the_next_question(slow: Service) -> None:
    slow.plays(answer(*said("yes")))
    desk = Desk()
    desk.say("choose", temperature=0.5, max_tokens=100, system="Be brief.")
    desk.say("choose", thinking="")
    desk.ask("Hello")
    desk.wait("end")
    sent = slow.requests[0].json

    assert (sent["temperature"], sent.get("max_tokens") or sent.get("max_completion_tokens")) == (0.5, 100)
    assert "Be brief." in str(sent["messages"][0])
    assert nbchat.chat().system == "Be brief."


def test_an_unknown_model_is_refused_and_near_names_are_told(desk: Desk) -> None:
    desk.say("choose", model="kimi-k2-thinkng")

    assert "kimi-k2-thinking" in desk.wait("note")["s"]
    assert nbchat.chat().model is None


def test_conversations_are_begun_and_gone_back_to(desk: Desk) -> None:
    desk.ask("Hello")
    desk.wait("end")
    desk.say("talk")
    desk.wait("state", when=lambda m: m["name"] == "chat-2")
    desk.ask("show me a table")
    desk.wait("end", 2)
    desk.say("talk", name="main")
    back = desk.wait("rows", when=lambda m: m["rows"][0]["q"]["s"] == "Hello")

    assert back
    assert [name for name, _, _ in desk.all("now")[-1]["talks"]] == ["main", "chat-2"]


def test_what_goes_on_in_a_conversation_that_was_left_is_not_told(slow: Service) -> None:
    slow.plays(answer(*said(*["word "] * 30), gap=0.01), answer(*said("here")))
    desk = Desk()
    desk.ask("go on")
    desk.wait("d")
    desk.say("talk", name="other")
    desk.wait("state", when=lambda m: m["name"] == "other")
    told = len(desk.told)
    desk.ask("Hello")
    desk.wait("end")
    while len(nbchat.chat("main").turns) < 1:
        pass

    assert {m.get("name", "other") for m in desk.told[told:] if m["k"] == "state"} == {"other"}
    assert desk.turns == [("Hello", "here")]
    assert nbchat.chat("main").turns[0].answer.text == "word " * 30


def test_undo_redo_and_reset_move_the_branch(desk: Desk) -> None:
    desk.ask("Hello")
    desk.wait("end")
    for how, count in (("undo", 0), ("redo", 1), ("reset", 0)):
        told = len(desk.all("state"))
        desk.say("move", how=how)
        assert len(desk.wait("state", told + 1)["ids"]) == count


def test_images_go_along_and_come_back_when_asked_for(slow: Service) -> None:
    slow.plays(answer(*said("a dot")))
    desk = Desk()
    desk.ask("What is this?", img=["dot.png", "bad.svg"], buffers=(PNG, b"<svg onload=alert(1)>"))
    opened = desk.wait("open")
    desk.wait("end")
    desk.say("picture", id=opened["id"], n=0)
    desk.wait("picture")

    assert opened["q"]["img"] == ["image/png"]
    assert desk.buffers[[m["k"] for m in desk.told].index("picture")] == [PNG]
    assert Image(PNG, "image/png") in nbchat.chat().turns[0].question.parts


def test_names_and_values_are_offered_as_they_would_be_sent(desk: Desk) -> None:
    desk.variables = {"data": [1], "_x": 1, "In": [], "update": 1, "print_it": print}
    desk.say("names", s="dat")
    assert desk.wait("names")["rows"] == [["data", "list, 1"], ["update", "int"]]

    desk.say("peek", name="data")
    assert desk.wait("peek")["s"] == "[1]"


def test_a_value_that_cannot_be_shown_is_told_and_the_question_comes_back(desk: Desk) -> None:
    class Bad:
        def __str__(self) -> str:
            raise RuntimeError("no words for it")

    desk.variables = {"bad": Bad()}
    desk.ask("What is @bad?")

    assert desk.wait("note")["s"] == "no words for it"
    assert desk.wait("back")["s"] == "What is @bad?"


@pytest.mark.parametrize("form", ["md", "json", "html", "ipynb"])
def test_a_conversation_is_exported(desk: Desk, form: str) -> None:
    desk.ask("show me a table")
    desk.wait("end")
    desk.say("export", fmt=form)
    file = desk.wait("file")

    assert file["name"] == f"show-me-a-table.{form}"
    assert "petal length" in file["s"]


@pytest.mark.parametrize(
    "message",
    [
        None,
        "stop",
        [],
        {},
        {"k": "run", "code": "1"},
        {"k": "send", "rid": "r", "s": 1},
        {"k": "send", "rid": "r", "s": "x" * 200_001},
        {"k": "send", "rid": "r", "s": "x", "att": ["a.b"]},
        {"k": "send", "rid": "r", "s": "x", "att": ["a"] * 21},
        {"k": "send", "rid": "../r", "s": "x"},
        {"k": "want", "ids": ["a"] * 51},
        {"k": "choose", "temperature": "0.5"},
        {"k": "choose", "temperature": float("nan")},
        {"k": "choose", "max_tokens": 0},
        {"k": "choose", "api_key": "secret"},
        {"k": "export", "fmt": "../../x"},
        {"k": "peek", "name": "os.environ"},
        {"k": "branch", "id": "a", "n": -1},
    ],
)
def test_what_is_not_a_message_is_not_answered(desk: Desk, message: Any) -> None:
    before = len(desk.told)
    desk.session.take(message)
    desk.say("models")
    desk.wait("models")

    assert len(desk.told) == before + 1
