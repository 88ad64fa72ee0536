"""What is acknowledged is on the disk, comes back as it was, and goes when it is deleted."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from nbchat.errors import BadSettings
from nbchat.events import Stop, Usage
from nbchat.messages import Image, Text, Thought, ToolCall
from nbchat.provider_state import ProviderState
from nbchat.store import notebook_path
from nbchat.store.store import Store
from nbchat.store.stored_turn import Header

from ..conversation.talk import Talk, facts, said
from ..fakes.source import HANG
from ..waiting import until
from .disk import contents, rows


def test_a_turn_is_on_disk_when_its_answer_ends(talk: Talk, path: Path) -> None:
    talk.ask("One?")

    assert len(rows(path)) == 1


def test_a_conversation_comes_back_as_it_was(talk: Talk, path: Path) -> None:
    talk.chat.title, talk.chat.system, talk.chat.model = "A title", "Be brief.", "kimi-k2.6"
    talk.ask(
        "四个汉字 and a half \ud800 pair?",
        Thought("hm"),
        Text("Yes.\u2028"),
        Usage(9, 2, None, None, 1),
        Stop("end"),
    )
    talk.ask(
        "Two?", ToolCall("c1", "add", {"a": 1}, '{"a": 1}'), Text("x"), Stop("tool_calls"), cell="b"
    )
    state = ProviderState("kimi", "openai-chat", {"signature": "abc"})
    talk.chat.turns[0].answer.add(Thought("", state))
    talk.chat.undo()
    talk.ask("Two, better?", Text("half"), Stop("broken", "it broke"), cell="b")
    other = talk.resume(path)

    assert [without_states(facts(t)) for t in other.chat.all_turns] == [
        without_states(facts(t)) for t in talk.chat.all_turns
    ]
    assert (other.chat.id, other.chat.title, other.chat.system) == (
        talk.chat.id,
        "A title",
        "Be brief.",
    )
    assert said(other.chat) == said(talk.chat)
    assert [t.title for t in other.chat.siblings(other.chat.turns[1])] == ["Two?", "Two, better?"]
    other.close()


def without_states(row: dict[str, Any]) -> dict[str, Any]:
    """The facts of a turn but for what its provider wants back, which came after it was stored."""
    parts = [{n: v for n, v in part.items() if n != "state"} for part in row["parts"]]
    return {**row, "parts": parts}


def test_turns_of_a_time_when_history_was_off_are_kept_with_the_next(
    talk: Talk, path: Path
) -> None:
    talk.runtime.stores = False
    talk.ask("One?")
    talk.ask("Two?")
    assert not path.exists()
    talk.runtime.stores = True
    talk.ask("Three?")
    other = talk.resume(path)

    assert [t.title for t in other.chat.turns] == ["One?", "Two?", "Three?"]
    other.close()


def test_images_of_a_question_come_back(talk: Talk, path: Path) -> None:
    talk.chat.ask(["What is this?", Image(bytes(range(256)), "image/png")])
    other = talk.resume(path)

    assert other.chat.turns[0].question == talk.chat.turns[0].question
    other.close()


def test_moves_are_kept(talk: Talk, path: Path) -> None:
    for question in ("One?", "Two?", "Three?"):
        talk.ask(question)
    talk.chat.undo(2)
    talk.store.ask(lambda database: None)
    other = talk.resume(path)

    assert [t.title for t in other.chat.turns] == ["One?"]
    assert [t.title for t in other.chat.branches] == ["Three?"]
    other.close()


def test_a_question_without_an_answer_leaves_nothing(talk: Talk, path: Path) -> None:
    with pytest.raises(BadSettings):
        talk.ask("One?", BadSettings("no"))
    talk.begin("Two?", Usage(3, 0), HANG)
    talk.stop()

    assert talk.store.ask(lambda database: database.conversations()) == []
    assert not path.exists() or rows(path) == []


def test_a_growing_answer_is_on_disk_within_a_second_and_flagged(talk: Talk, path: Path) -> None:
    talk.begin("Long?", Text("first words"), HANG)
    until(lambda: path.exists() and talk.store.ask(lambda database: database.conversations()))
    other = talk.resume(path)

    assert said(other.chat) == [("Long?", "first words")]
    assert other.chat.turns[0].answer.stop == Stop(
        "broken", "the kernel ended before the answer did"
    )

    talk.stop()
    again = talk.resume(path)
    assert again.chat.turns[0].answer.stop.reason == "interrupted"
    for one in (other, again):
        one.close()


def test_file_and_folder_are_the_users_alone(talk: Talk, path: Path) -> None:
    path.parent.mkdir()
    path.touch(0o644)
    talk.ask("One?")

    files = sorted(file.name for file in path.parent.iterdir())
    assert files == ["history.sqlite", "history.sqlite-shm", "history.sqlite-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_the_users_own_folder_is_made_private(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    default = notebook_path.history_file(None)
    assert default == tmp_path / "nbchat" / "history.sqlite"
    default.parent.mkdir(mode=0o755)
    talk = Talk(default)
    talk.ask("One?")
    talk.close()

    assert stat.S_IMODE(default.parent.stat().st_mode) == 0o700


def test_kept_data_that_is_not_json_loses_that_turn_alone(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    talk.chat.turns[0].answer.add(Text("", ProviderState("x", "y", object())))
    talk.store.put(Header(talk.chat.id, "main"), talk.chat.turns[0])
    talk.ask("Two?")

    assert len(rows(path)) == 2


# --- what is deleted ---------------------------------------------------------------------------


def holding(words: bytes, path: Path) -> list[str]:
    """The files of a history that have these words in them."""
    return [name for name, data in contents(path.parent).items() if words in data]


def test_deleted_bytes_are_gone(talk: Talk, path: Path) -> None:
    talk.ask("The secret word is xylophone-4711.", Text("xylophone-4711 " * 2000), Stop("end"))
    talk.ask("Something else?")
    keep = Talk(path, "other")
    keep.ask("Stay?")
    id = talk.chat.id
    talk.chat.forget()

    assert talk.store.delete(id)
    assert holding(b"xylophone", path) == []
    assert [c.header.about for c in keep.store.ask(lambda database: database.conversations())] == [
        "Stay?"
    ]
    keep.close()


@pytest.mark.parametrize("length", [1, 5_000])
def test_no_table_keeps_a_byte_of_what_was_deleted(path: Path, length: int) -> None:
    """In the file itself, not in the log alone: it holds what was written back before."""
    talk, keep = Talk(path, "xylophone-name"), Talk(path, "other")
    keep.ask("Stay?", Text("as it is " * length), Stop("end"))
    talk.chat.system = "xylophone-system"
    talk.ask("xylophone-first " * length, Text("xylophone-answer " * length), Stop("end"))
    talk.ask("xylophone-second?")
    talk.store.ask(lambda database: database.scrub())
    written = path.read_bytes()
    id = talk.chat.id
    talk.chat.forget()

    assert written.count(b"xylophone") > length
    assert {part for part in PARTS if part not in written} == set()
    assert talk.store.delete(id)
    assert holding(b"xylophone", path) == []
    assert len(rows(path)) == 1
    keep.close()
    talk.close()
    assert b"xylophone" not in path.read_bytes()


PARTS = [f"xylophone-{part}".encode() for part in ("name", "system", "first", "answer", "second")]


def test_bytes_that_another_process_still_reads_go_when_it_has_ended(
    talk: Talk, path: Path
) -> None:
    talk.ask("xylophone-4711?")
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM turn").fetchall()

    assert talk.store.delete(talk.chat.id) is False
    reader.close()
    until(lambda: not holding(b"xylophone", path))


def test_what_another_kernel_deleted_does_not_come_back(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    other = talk.resume(path)
    other.store.delete(talk.chat.id)
    talk.chat.undo()
    talk.store.ask(lambda database: None)
    assert rows(path) == []

    talk.ask("Two?")
    assert len(rows(path)) == 1
    other.close()


def test_a_history_file_that_was_removed_is_made_anew(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    for file in list(path.parent.iterdir()):
        file.unlink(missing_ok=True)
    talk.ask("Two?")

    assert [q for q, _ in rows(path) if "Two?" in q]
    assert talk.store.trouble() == ""


def test_the_thread_ends_and_starts_again(path: Path) -> None:
    store = Store(path)
    for _ in range(2):
        before = set(threading.enumerate())
        store.ask(lambda database: database.conversations())
        (thread,) = set(threading.enumerate()) - before
        store.close()
        assert not thread.is_alive()
