"""Variables in a question: offered, shown before, and sent as they were shown."""

from __future__ import annotations

from nbchat.frontends.panel import attachments

from ...context.test_pictures import figure, jpeg
from ...fakes.page import Desk


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
