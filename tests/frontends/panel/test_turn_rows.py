"""A turn as the page and a saved notebook get it: hostile words stay words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import nbchat
from nbchat.events import Answer, Stop
from nbchat.frontends.panel import attachments, download, turn_rows
from nbchat.frontends.panel.saved_copy import LARGEST, Snapshot
from nbchat.messages import File, Image, Message, Text, Thought, ToolCall
from nbchat.turns import Turn

BAD = "<img src=x onerror=alert(1)><script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.example/q)"


@dataclass
class Talk:
    """As much of a conversation as is shown."""

    turns: list[Turn]
    title: str = BAD
    name: str = "hostile"
    system: str | None = None


def hostile() -> Any:
    """A conversation in which everything is hostile."""
    answer = Answer(model=BAD, notices=[BAD])
    for event in (Thought(BAD), Text(BAD), ToolCall("1", BAD, {"a": BAD}), Stop("broken", BAD)):
        answer.add(event)
    parts = [BAD, f"\n\n{BAD}", Image(b"GIF89a", "image/gif"), File(b"", "application/pdf", BAD)]
    turn = Turn(Message("user", parts), answer, inserted=(BAD,))
    return Talk([turn])


def tags(html: str) -> set[str]:
    return set(re.findall(r"<([a-z]\w*)", html))


def test_html_of_a_row_is_the_sanitised_kind() -> None:
    row = turn_rows.row(hostile().turns[0])

    for html in (row["html"], row["thought"][0]):
        assert not tags(html) & {"img", "script", "iframe", "style"}
        assert "javascript:" not in re.sub(r">[^<]*<", "><", html)


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

    assert len(html) < LARGEST + 20_000
    assert "question 59" in html
    assert "earlier turns are not in this copy" in html


def test_exported_pages_and_notebooks_hold_the_same_line() -> None:
    conversation = hostile()

    assert not tags(download.file(conversation, "html")["text"]) & {"img", "script", "iframe"}
    notebook = download.file(conversation, "ipynb")["text"]
    assert "text/markdown" not in notebook
    assert "<script" not in notebook.replace(BAD, "").replace(BAD.replace('"', '\\"'), "")


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


def test_a_fence_in_a_value_does_not_end_the_value() -> None:
    content, _ = attachments.content("What is @text?", [], [], {"text": "a\n```\nb"})

    assert content[1] == "\n\ntext:\n````\na\n```\nb\n````"
