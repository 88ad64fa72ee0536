"""Conversations that an earlier kernel has left on disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import nbchat
from nbchat import runtime

from ...fakes.page import Desk
from ...waiting import until


@pytest.fixture
def on_disk(fresh_kernel: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new kernel that keeps its conversations."""
    monkeypatch.setenv("NBCHAT_HISTORY", str(tmp_path / "history.sqlite"))
    runtime.current().watched = True


def test_what_an_earlier_kernel_left_is_offered_and_taken_up(on_disk: None) -> None:
    nbchat.chat("talk").ask("show me a table", "demo")
    nbchat.chat("talk").ask("What did I just ask?", "demo")
    runtime.reset()
    desk = Desk()
    desk.say("talks")
    (here, left) = desk.wait("talks")["rows"]

    assert here[0] == "main"
    assert (left[0], left[2], left[3]) == ("", "show me a table", 2)

    desk.say("talk", id=left[1])
    desk.wait("state", when=lambda m: m["name"] == "talk")
    desk.wait("rows")

    assert desk.turns[0][0] == "show me a table"
    assert nbchat.chat("talk") is desk.session.conversation


@pytest.mark.field("C7")
def test_each_conversation_has_its_time_and_its_notebook(on_disk: None, tmp_path: Path) -> None:
    nbchat.chat("talk").ask("show me a table", "demo")
    asked_at = nbchat.chat("talk").turns[0].asked_at
    runtime.reset()
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        path = "/home/someone/other\u202e.ipynb"
        database.execute("UPDATE conversation SET notebook = ?", (path,))
    database.close()
    nbchat.chat("new").ask("Hello", "demo")
    desk = Desk()
    desk.say("talks")
    rows = {row[2]: row for row in desk.wait("talks")["rows"]}

    assert rows["main"][4:] == [0, ""]
    assert rows["Hello"][4:] == [nbchat.chat("new").turns[0].asked_at, ""]
    changed, notebook = rows["show me a table"][4:]
    assert notebook == r"other\u202e.ipynb"
    assert asked_at <= changed


def test_a_deleted_conversation_is_gone_here_and_on_disk(on_disk: None) -> None:
    nbchat.chat("talk").ask("show me a table", "demo")
    nbchat.chat("other").ask("Hello", "demo")
    store = runtime.current().store()
    assert store is not None
    desk = Desk("talk")
    desk.wait("rows")

    desk.say("move", how="delete")

    assert desk.wait("state", 2)["ids"] == []
    until(
        lambda: (
            [one.header.name for one in store.ask(lambda database: database.conversations())]
            == ["other"]
        )
    )
    desk.ask("Hello again")
    desk.wait("end")
    until(lambda: len(store.ask(lambda database: database.conversations())) == 2)


@pytest.mark.field("T7")
def test_a_conversation_that_is_taken_up_says_its_system_prompt(on_disk: None) -> None:
    nbchat.chat("talk").system = "Pirate.\n\x1b[2J\u202e" + "x" * 500
    nbchat.chat("talk").ask("show me a table", "demo")
    runtime.reset()
    desk = Desk()
    desk.say("talks")
    desk.say("talk", id=desk.wait("talks")["rows"][1][1])
    note = desk.wait("note")

    assert note["error"] == "System prompt"
    assert note["text"].startswith(r"'Pirate.\n\x1b[2J\u202exxx")
    assert len(note["text"]) < 250
