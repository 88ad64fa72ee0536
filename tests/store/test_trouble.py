"""No disk breaks a chat: what cannot be written is said once, kept in memory and tried again."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from nbchat.errors import BadSettings
from nbchat.events import Stop
from nbchat.messages import Text

from ..conversation.talk import Talk
from ..waiting import until
from .disk import rows


def test_a_locked_database_is_said_once_and_saved_later(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")

    second, third = talk.ask("Two?"), talk.ask("Three?")
    assert (second.text, third.text) == ("Yes.", "Yes.")
    assert [len(second.notices), len(third.notices)] == [1, 0]
    assert "is held by another process. It is kept in memory and tried again." in second.notices[0]

    lock.execute("ROLLBACK")
    lock.close()
    until(lambda: len(rows(path)) == 3)
    assert talk.store.state == f"kept in {path}"


def test_a_damaged_file_is_left_alone_and_memory_serves(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, but perhaps somebody's data" * 100)
    path.chmod(0o644)
    before = path.read_bytes(), path.stat().st_mode
    talk = Talk(path)
    answers = [talk.ask("One?"), talk.ask("Two?")]

    assert [len(answer.notices) for answer in answers] == [1, 0]
    assert "is damaged, or no database; move it away" in answers[0].notices[0]
    assert len(talk.chat.turns) == 2
    assert (path.read_bytes(), path.stat().st_mode) == before

    path.rename(path.with_suffix(".old"))  # as the line says; all of it is saved then
    until(lambda: path.exists() and talk.store.state.startswith("kept") and len(rows(path)) == 2)
    talk.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("PRAGMA user_version = 99", "written by a newer nbchat"),
        (
            "CREATE TRIGGER t AFTER INSERT ON turn BEGIN DELETE FROM turn; END",
            "not a history of nbchat",
        ),
        ("DROP TABLE turn", "not a history of nbchat"),
    ],
)
def test_a_newer_or_foreign_database_is_not_written(
    talk: Talk, path: Path, change: str, words: str
) -> None:
    talk.ask("One?")
    talk.close()
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    other = Talk(path)

    assert words in other.ask("Two?").notices[0]
    with pytest.raises(BadSettings, match=words):
        other.store.ask(lambda database: database.turns(""))
    other.close()


def test_a_database_of_another_program_is_not_written(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE precious (data)")
    connection.close()
    talk = Talk(path)

    assert "not a history of nbchat" in talk.ask("One?").notices[0]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]
    connection.close()
    talk.close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    talk = Talk(tmp_path / "file" / "history.sqlite")

    answer = talk.ask("One?")
    assert "cannot be used" in answer.notices[0]
    assert len(talk.chat.turns) == 1
    talk.close()


def test_a_full_disk_is_said_and_saved_once_there_is_room(small_disk: Path) -> None:
    talk = Talk(small_disk / "history.sqlite")
    talk.ask("One?")
    ballast = small_disk / "ballast"
    file = os.open(ballast, os.O_CREAT | os.O_WRONLY)
    with contextlib.suppress(OSError):
        while os.write(file, bytes(4096)):
            pass
    os.close(file)

    answer = talk.ask("Two?", Text("word " * 10_000), Stop("end"))
    assert answer.text == "word " * 10_000
    assert len(answer.notices) == 1
    assert "disk" in answer.notices[0]

    ballast.unlink()
    until(lambda: talk.store.state.startswith("kept"))
    assert len(rows(talk.store.path)) == 2
    talk.close()


def test_a_read_only_file_system_is_said(small_disk: Path) -> None:
    first = Talk(small_disk / "history.sqlite")
    first.ask("One?")
    first.close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    talk = Talk(small_disk / "history.sqlite")

    answer = talk.ask("Two?")
    assert answer.text == "Yes."
    assert len(answer.notices) == 1
    talk.close()
