"""The notebook's copy: no script, the newest turns that fit, made once for each change."""

from __future__ import annotations

import pytest

import nbchat
from nbchat.events import Answer
from nbchat.frontends.panel.saved_copy import LONGEST_COPY, PICTURE_ROOM, Snapshot
from nbchat.messages import Image, Message, Text
from nbchat.turns import Turn

from ...fakes.page import Desk
from ...pictures import png
from ...render.acted import acted
from .hostile import Talk, hostile, tags


def test_a_snapshot_has_no_script_and_nothing_that_is_fetched() -> None:
    html = Snapshot().bundle(hostile())["text/html"]

    assert not tags(html) & {"img", "script", "iframe", "link", "button"}
    assert "url(" not in html
    assert html.count("<style>") == 1


def test_a_snapshot_keeps_the_newest_turns_that_fit(fresh_kernel: None) -> None:
    conversation = nbchat.chat("long")
    for number in range(60):
        conversation.ask(f"question {number} " + "x" * 3000, "demo")
    html = Snapshot().bundle(conversation)["text/html"]

    assert len(html) < LONGEST_COPY + 20_000
    assert "question 59" in html
    assert "earlier turns are not in this copy" in html


@pytest.mark.field("E17")
def test_a_snapshot_keeps_the_newest_pictures_that_fit() -> None:
    turns = []
    for number in range(3):
        answer = Answer()
        answer.parts = [Text("Here:"), Image(png() + bytes(600_000))]
        turns.append(Turn(Message("user", f"question {number}"), answer))
    html = Snapshot().bundle(Talk(turns, title="t"))["text/html"]

    assert html.count("<img") == 2
    assert html.index("[picture, 3 × 2, 600 kB]") < html.index("<img")
    assert [f"question {number}" in html for number in range(3)] == [True] * 3
    assert len(html) < PICTURE_ROOM + LONGEST_COPY


def test_a_snapshot_names_a_value_that_is_too_long_to_show(desk: Desk) -> None:
    desk.variables = {"long": "a" * 9_000}
    desk.ask("What is in long?", variables=["long"])
    desk.wait("end")
    desk.wait("state", when=lambda m: m["ids"])

    assert "[long (" in Snapshot().bundle(desk.session.conversation)["text/html"]
    assert desk.all("refusal") == []


def test_the_notebooks_copy_is_made_once_for_each_change_and_sent_when_asked_for(
    desk: Desk,
) -> None:
    desk.ask("Hello")
    desk.wait("end")
    state = desk.wait("state", when=lambda m: m["ids"])
    published = len(desk.published)
    desk.say("sync", view="w")
    desk.say("snapshot")
    copy = desk.wait("snapshot")

    assert copy["mark"] == state["copy"]
    assert copy["mark"] in copy["data"]["text/html"]
    assert copy["data"] == desk.published[-1]
    assert len(desk.published) == published


def test_a_snapshot_shows_what_tools_did() -> None:
    turn = Turn(Message("user", "Which feature?"), acted())
    html = Snapshot().bundle(Talk([turn], title="t"))["text/html"]

    assert html.count("class=nbc-tool") == 6
    assert html.count("<img") == 1
    assert ".nbc-tool" in html
