"""A turn as the page gets it: hostile words stay words."""

from __future__ import annotations

import re

from nbchat.events import Answer
from nbchat.frontends.panel import attachments, turn_rows
from nbchat.messages import Message
from nbchat.turns import Turn

from .hostile import hostile, tags


def test_html_of_a_row_is_the_sanitised_kind() -> None:
    row = turn_rows.row(hostile().turns[0])

    for html in (row["html"], row["thought"][0]):
        assert not tags(html) & {"img", "script", "iframe", "style"}
        assert "javascript:" not in re.sub(r">[^<]*<", "><", html)


def test_a_question_shows_what_was_typed_and_what_went_along() -> None:
    content, inserted = attachments.content(
        "Is @x prime? {y} @nobody", ["z"], [], {"x": 7, "y": 8, "z": [9]}
    )
    turn = Turn(Message("user", content), Answer(), inserted=tuple(inserted))
    shown = turn_rows.question(turn)

    assert shown["text"] == "Is x prime? 8 @nobody"
    assert shown["attachments"] == [
        ["z (3 B)", "z:\n```\n[9]\n```"],
        ["x (1 B)", "x:\n```\n7\n```"],
        ["y (1 B)", ""],
    ]
