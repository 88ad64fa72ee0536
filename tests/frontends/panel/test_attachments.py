"""Variables in a question: offered, shown before, and sent as they were shown."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.frontends.panel import attachments
from nbchat.frontends.panel.attachments import LONGEST_SHOWN

from ...fakes.page import Desk

SIGN = "\n… (the first 2,000 of {size:,} characters)"


def composed(desk: Desk, typed: str, names: list[str], variables: dict[str, Any]) -> Any:
    desk.variables = variables
    return attachments.content(typed, desk, names=names)


def test_the_words_come_first_without_their_signs_and_the_values_below(desk: Desk) -> None:
    question = composed(desk, "Is @x prime? {y} @nobody a@x", ["z"], {"x": 7, "y": 8, "z": [9]})

    assert question.content[0] == "Is x prime? 8 @nobody a@x"
    assert [text.split(" ")[0].strip() for text in question.content[1:]] == ["`z`", "`x`"]
    assert [label.partition(" (")[0] for label in question.inserted] == ["y", "z", "x"]


def test_a_fence_in_a_value_does_not_end_the_value(desk: Desk) -> None:
    question = composed(desk, "What is @text?", [], {"text": "a\n```\nb"})

    assert "````" in question.content[1]


def test_as_much_of_a_value_goes_along_as_is_asked_for(desk: Desk) -> None:
    words = {"words": "alpha\nbeta"}
    schema = composed(desk, "Look at @words:schema", [], words)
    other = composed(desk, "Look at @words:2x", [], words)

    assert "alpha" not in str(schema.content)
    assert "@" not in str(schema.content)
    assert other.content[0] == "Look at words:2x"
    assert "alpha" in other.content[1]


def test_names_and_values_are_offered_as_they_would_be_sent(desk: Desk) -> None:
    desk.variables = {"data": [1], "_x": 1, "In": [], "update": 1, "print_it": print}
    desk.say("names", text="dat")
    assert desk.wait("names")["rows"] == [["data", "list, 1"], ["update", "int"]]

    desk.say("peek", of="variable", name="data")
    peek = desk.wait("peek")
    desk.ask("What is @data?")
    desk.wait("end")
    sent = desk.session.conversation.turns[0].question

    assert "[1]" in peek["text"]
    assert sent.parts[1].strip() == peek["text"]
    assert peek["label"] in desk.session.conversation.turns[0].inserted


@pytest.mark.field("P11")
@pytest.mark.parametrize("size", [LONGEST_SHOWN - 200, 30_000])
def test_a_value_that_is_not_shown_whole_says_so_and_is_there_when_asked_for(
    desk: Desk, size: int
) -> None:
    desk.variables = {"text": "x" * size, "y": [7]}
    sent, _ = attachments.variable(desk.variables, "text")
    desk.say("peek", of="variable", name="text")
    peek = desk.wait("peek")

    is_cut = len(sent) > LONGEST_SHOWN
    assert peek["text"] == sent[:LONGEST_SHOWN] + SIGN.format(size=len(sent)) * is_cut
    assert peek.get("cut", False) is is_cut
    desk.say("whole", of="variable", name="text")
    assert desk.wait("whole")["text"] == sent

    desk.ask("Look at @y and @text")
    desk.wait("end")
    desk.say("want", ids=[desk.session.conversation.turns[0].id])
    row = desk.wait("rows")["rows"][0]
    attached = row["question"]["attachments"]
    assert attached[0][1] == attachments.variable(desk.variables, "y")[0]
    label, shown, *cut = attached[1]
    assert label.startswith("text (")
    assert shown == peek["text"]
    assert cut == [True] * is_cut
    desk.say("value", id=row["id"], number=1)
    answer = desk.wait("value")
    assert (answer["text"], answer["id"], answer["number"]) == (sent, row["id"], 1)


@pytest.mark.field("P11")
def test_what_is_not_attached_is_not_answered(desk: Desk) -> None:
    desk.variables = {"x": [1], "os": pytest}
    desk.ask("Look at @x")
    desk.wait("end")
    turn = desk.session.conversation.turns[0].id
    for wrong in ({"id": turn, "number": 1}, {"id": "zz", "number": 0}, {"name": "os"}, {}):
        desk.say("value", **wrong)
    desk.say("value", id=turn, number=0)

    assert desk.wait("value")["text"] == attachments.variable(desk.variables, "x")[0]
    assert len(desk.all("value")) == 1


def test_what_is_gone_or_is_no_value_says_so_on_its_chip(desk: Desk) -> None:
    desk.variables = {"os": pytest}
    for name in ("os", "gone"):
        desk.say("peek", of="variable", name=name)
    told = [desk.wait("peek", count) for count in (1, 2)]

    assert [(peek["label"], peek["text"]) for peek in told] == [
        ("there is no os", ""),
        ("there is no gone", ""),
    ]
