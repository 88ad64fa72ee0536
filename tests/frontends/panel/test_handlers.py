"""What else the page says, and what comes of it: choices, variables, images, exports, and what is no message."""

from __future__ import annotations

from typing import Any

import pytest

import nbchat
from nbchat.messages import Image

from ...service import Service, answer, said
from .conftest import Desk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def test_choices_hold_for_the_next_question(slow: Service) -> None:
    slow.plays(answer(*said("yes")))
    desk = Desk()
    desk.say("choose", temperature=0.5, max_tokens=100, system="Be brief.")
    desk.say("choose", thinking="")
    desk.ask("Hello")
    desk.wait("end")
    sent = slow.requests[0].json

    assert (sent["temperature"], sent.get("max_tokens") or sent.get("max_completion_tokens")) == (
        0.5,
        100,
    )
    assert "Be brief." in str(sent["messages"][0])
    assert nbchat.chat().system == "Be brief."


def test_an_unknown_model_is_refused_and_near_names_are_told(desk: Desk) -> None:
    desk.say("choose", model="kimi-k2-thinkng")

    assert "kimi-k2-thinking" in desk.wait("note")["text"]
    assert nbchat.chat().model is None


def test_images_go_along_and_come_back_when_asked_for(slow: Service) -> None:
    slow.plays(answer(*said("a dot")))
    desk = Desk()
    desk.ask(
        "What is this?", images=["dot.png", "bad.svg"], buffers=(PNG, b"<svg onload=alert(1)>")
    )
    opened = desk.wait("open")
    desk.wait("end")
    desk.say("picture", id=opened["id"], number=0)
    desk.wait("picture")

    assert opened["question"]["images"] == ["image/png"]
    assert desk.buffers[[m["kind"] for m in desk.told].index("picture")] == (PNG,)
    assert Image(PNG, "image/png") in nbchat.chat().turns[0].question.parts


def test_names_and_values_are_offered_as_they_would_be_sent(desk: Desk) -> None:
    desk.variables = {"data": [1], "_x": 1, "In": [], "update": 1, "print_it": print}
    desk.say("names", text="dat")
    assert desk.wait("names")["rows"] == [["data", "list, 1"], ["update", "int"]]

    desk.say("peek", name="data")
    assert desk.wait("peek")["text"] == "[1]"


def test_a_value_that_cannot_be_shown_is_told_and_the_question_comes_back(desk: Desk) -> None:
    class Bad:
        def __str__(self) -> str:
            raise RuntimeError("no words for it")

    desk.variables = {"bad": Bad()}
    desk.ask("What is @bad?")

    assert desk.wait("note")["text"] == "no words for it"
    assert desk.wait("back")["text"] == "What is @bad?"


@pytest.mark.parametrize("form", ["md", "json", "html", "ipynb"])
def test_a_conversation_is_exported(desk: Desk, form: str) -> None:
    desk.ask("show me a table")
    desk.wait("end")
    desk.say("export", format=form)
    file = desk.wait("file")

    assert file["name"] == f"show-me-a-table.{form}"
    assert "petal length" in file["text"]


@pytest.mark.parametrize(
    "message",
    [
        None,
        "stop",
        [],
        {},
        {"kind": "run", "code": "1"},
        {"kind": "send", "request_id": "r", "text": 1},
        {"kind": "send", "request_id": "r", "text": "x" * 2_000_001},
        {"kind": "send", "request_id": "r", "text": "x", "variables": ["a.b"]},
        {"kind": "send", "request_id": "r", "text": "x", "variables": ["a"] * 21},
        {"kind": "send", "request_id": "../r", "text": "x"},
        {"kind": "want", "ids": ["a"] * 51},
        {"kind": "choose", "temperature": "0.5"},
        {"kind": "choose", "temperature": float("nan")},
        {"kind": "choose", "max_tokens": 0},
        {"kind": "choose", "api_key": "secret"},
        {"kind": "export", "format": "../../x"},
        {"kind": "peek", "name": "os.environ"},
        {"kind": "branch", "id": "a", "number": -1},
    ],
)
def test_what_is_not_a_message_is_not_answered(desk: Desk, message: Any) -> None:
    before = len(desk.told)
    desk.session.take(message)
    desk.say("models")
    desk.wait("models")

    assert len(desk.told) == before + 1
