"""A turn as the page gets it: hostile words stay words."""

from __future__ import annotations

import re

import pytest

from nbchat.events import Answer, Stop
from nbchat.frontends.panel import turn_rows
from nbchat.messages import Image, Message, Source, Text, ToolCall
from nbchat.render.characters import CONTROLS, unmasked
from nbchat.turns import Turn

from ...pictures import GIF, HUGE, SVG, png
from ...render.acted import acted, answer_of, ran
from .hostile import BAD, hostile, tags


def test_html_of_a_row_is_the_sanitised_kind() -> None:
    turn = hostile().turns[0]
    turn.answer.add(Source(BAD, BAD, BAD, ends=[9]))
    turn.answer.add(Source("javascript:alert(1)", BAD))
    row = turn_rows.row(turn)

    for html in (row["html"], row["thought"][0], row["sources"]):
        assert not tags(html) & {"img", "script", "iframe", "style"}
        assert "javascript:" not in re.sub(r">[^<]*<", "><", html)


@pytest.mark.field("E17")
def test_pictures_of_a_question_and_of_its_answer_have_their_numbers() -> None:
    answer = Answer()
    answer.parts = [Text("Here:"), Image(png()), Image(HUGE), Image(SVG), Image(GIF, "text/html")]
    turn = Turn(Message("user", ["?", Image(b"asked", "image/x")]), answer)

    assert [(one.data, one.media_type) for one in turn_rows.pictures(turn)] == [
        (b"asked", "image/x"),
        (png(), "image/png"),
        (GIF, "image/gif"),
    ]
    assert turn_rows.row(turn)["html"] == (
        "<p>Here:</p>\n<p class=nbc-picture>[picture, 3 × 2, 86 bytes]</p>"
        "<p>[picture, 2,147,483,648 × 2,147,483,648, 44 bytes]</p>"
        "<p class=nbc-picture>[picture, 640 × 480, 10 kB]</p>"
    )
    assert "sources" not in turn_rows.row(turn)


def test_a_question_shows_what_was_typed_and_what_went_along() -> None:
    texts = ["\n\n`z` (list, 1 item):\n```\n[9]\n```", "\n\nCells above:\n42"]
    inserted = ("y", "z (~3 tokens)", "w cannot be shown", "2 cells above (~9 tokens)")
    turn = Turn(Message("user", ["Is x prime? 8", *texts]), Answer(), inserted=inserted)
    shown = turn_rows.question(turn)

    assert shown["text"] == "Is x prime? 8"
    assert shown["attachments"] == [
        ["y", ""],
        ["z (~3 tokens)", texts[0].strip()],
        ["w cannot be shown", ""],
        ["2 cells above (~9 tokens)", texts[1].strip()],
    ]


def test_a_question_of_before_shows_its_values_by_their_names() -> None:
    texts = ["\n\nz:\n```\n[9]\n```", "\n\nx:\n```\n7\n```"]
    inserted = ("z (3 B)", "x (1 B)", "y (1 B)")
    turn = Turn(Message("user", ["Is x prime? 8", *texts]), Answer(), inserted=inserted)

    assert turn_rows.question(turn)["attachments"] == [
        ["z (3 B)", texts[0].strip()],
        ["x (1 B)", texts[1].strip()],
        ["y (1 B)", ""],
    ]


@pytest.mark.field("P11")
def test_long_arguments_of_a_tool_say_how_much_of_them_is_shown() -> None:
    answer = Answer(model="m")
    answer.add(ToolCall("1", "write", {}, "a" * 2_000))
    answer.add(ToolCall("2", "write", {}, "b" * 9_000))

    short, long = turn_rows.facts(Turn(Message("user", "?"), answer))["calls"]

    assert short == ["write", "a" * 2_000]
    assert long[1] == "b" * 2_000 + "\n… (the first 2,000 of 9,000 characters)"


@pytest.mark.field("T4")
def test_what_is_copied_is_what_is_shown() -> None:
    """A copied answer goes into terminals, mails and Markdown cells."""
    answer = Answer(model="m\u202e", notices=["n\u202e\x1b[31m"])
    code = "```\n\x1b]52;c;aGk=\x07 user\u202enimda\u200b\U000e0101\n```"
    words = f"![x](https://sink.example/x.png) <img src=//e> [bank.com](https://e.de/bank.com)\n\n{code}"
    for event in (
        Text(words),
        Stop("broken", "s\u202e\x1b"),
        ToolCall("1", "t\u202e", {"a": "b\u200b"}),
    ):
        answer.add(event)
    row = turn_rows.row(Turn(Message("user", ["q\u202e\x1b", "v\u200b"]), answer, inserted=("v",)))

    assert row["markdown"] == (
        "[x: image at sink.example (not loaded)](https://sink.example/x.png) "
        "\\<img src=//e> [bank.com](https://e.de/bank.com) (e.de)\n\n"
        "```\n]52;c;aGk= user\\u202enimda\\u200b\\U000e0101\n```"
    )
    assert unmasked(str(row)) == str(row)
    assert not CONTROLS.search("".join(row["notes"] + row["calls"][0] + [row["stop"][1]]))


def test_a_row_has_what_tools_did_among_its_words() -> None:
    row = turn_rows.row(Turn(Message("user", "Which feature?"), acted()))

    assert row["html"].count("class=nbc-tool") == 6
    assert row["html"].index("look") < row["html"].index("One threshold")
    assert row["html"].count("class=nbc-picture") == 1
    assert "<img" not in row["html"]
    assert row["calls"] == []


def test_calls_that_nobody_runs_are_told_beside_the_words() -> None:
    asked = ToolCall("1", "f", {"a": 1}, '{"a": 1}')

    assert turn_rows.facts(Turn(Message("user", "?"), answer_of(asked)))["calls"] == [
        ["f", '{"a": 1}']
    ]


def test_figures_of_tools_have_the_numbers_of_their_places() -> None:
    answer = answer_of(*ran("f", {}, [Image(png(5, 5)), Image(SVG)]), Text("b"), Image(GIF))
    turn = Turn(Message("user", ["?", Image(b"asked", "image/x")]), answer)

    assert [one.data for one in turn_rows.pictures(turn)] == [b"asked", png(5, 5), GIF]
    assert turn_rows.row(turn)["html"].count("class=nbc-picture") == 2
