"""Variables in a question: offered, shown before, and sent as they were shown."""

from __future__ import annotations

import pytest

from nbchat.frontends.panel import attachments
from nbchat.frontends.panel.attachments import LONGEST_SHOWN

from ...context.test_pictures import figure, jpeg
from ...fakes.page import Desk

SIGN = "\n… (the first 2,000 of {size:,} characters)"


def test_a_fence_in_a_value_does_not_end_the_value() -> None:
    content, _ = attachments.content("What is @text?", [], [], {"text": "a\n```\nb"})

    assert content[1] == "\n\ntext:\n````\na\n```\nb\n````"


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

    assert desk.wait("note")["text"] == (
        "bad cannot be put into the question: str() raises RuntimeError: no words for it."
    )
    assert desk.wait("back")["text"] == "What is @bad?"


def test_the_panel_attaches_it_as_an_image() -> None:
    content, labels = attachments.content(
        "Look at @fig and {photo}", ["x"], [], {"fig": figure(), "photo": jpeg(), "x": 7}
    )

    assert isinstance(content, list)
    text, value, photo, fig = content
    assert text == "Look at fig and photo (image 1)"
    assert value == "\n\nx:\n```\n7\n```"
    assert [photo.media_type, fig.media_type] == ["image/jpeg", "image/png"]
    assert [label.partition(",")[0] for label in labels] == [
        "x (1 B)",
        "fig (image",
        "photo (image",
    ]
    assert attachments.value({"photo": jpeg()}, "photo")[0] == ""


@pytest.mark.field("P11")
@pytest.mark.parametrize("size", [LONGEST_SHOWN, LONGEST_SHOWN + 1, 30_000, 60_000])
def test_a_value_that_is_not_shown_whole_says_so_and_is_there_when_asked_for(
    desk: Desk, size: int
) -> None:
    desk.variables = {"text": "x" * size, "y": 7}
    sent, _ = attachments.value(desk.variables, "text")
    desk.say("peek", name="text")
    peek = desk.wait("peek")

    is_cut = len(sent) > LONGEST_SHOWN
    assert peek["text"] == sent[:LONGEST_SHOWN] + SIGN.format(size=len(sent)) * is_cut
    assert peek.get("cut", False) is is_cut
    desk.say("value", name="text")
    assert desk.wait("value")["text"] == sent

    desk.ask("Look at @y, @text and {text}")
    desk.wait("end")
    desk.say("want", ids=[desk.session.conversation.turns[0].id])
    row = desk.wait("rows")["rows"][0]
    attached = row["question"]["attachments"]
    assert attached[0] == ["y (1 B)", "y:\n```\n7\n```"]
    label, shown, *cut = attached[1]
    whole = f"text:\n```\n{sent}\n```"
    assert label.startswith("text (")
    assert shown == whole[:LONGEST_SHOWN] + SIGN.format(size=len(whole))
    assert cut == [True]
    desk.say("value", id=row["id"], number=1)
    answer = desk.wait("value", 2)
    assert (answer["text"], answer["id"], answer["number"]) == (whole, row["id"], 1)


@pytest.mark.field("P11")
def test_what_is_not_attached_is_not_answered(desk: Desk) -> None:
    desk.variables = {"x": 1, "os": pytest}
    desk.ask("Look at @x")
    desk.wait("end")
    turn = desk.session.conversation.turns[0].id
    for wrong in ({"id": turn, "number": 1}, {"id": "zz"}, {"name": "os"}, {"name": "gone"}, {}):
        desk.say("value", **wrong)
    desk.say("value", id=turn, number=0)

    assert desk.wait("value")["text"] == "x:\n```\n1\n```"
    assert len(desk.all("value")) == 1
