"""Conversations on disk: what is acknowledged is there, and no disk ever breaks a chat."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbchat.errors import BadSettings
from nbchat.messages import Image, KeptBy, Stop, Text, Thought, ToolCall, Usage
from nbchat.store import Store, place
from nbchat.store.rows import Header

from .talks import HANG, Talk, facts, said


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture
def talk(path: Path) -> Iterator[Talk]:
    talk = Talk(path)
    yield talk
    talk.close()


def rows(path: Path) -> list[tuple[str, str]]:
    """Question and answer JSON of every turn, read by another connection."""
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT question, answer FROM turn ORDER BY number").fetchall()
    connection.close()
    return found


def until(true: object, seconds: float = 10.0) -> None:
    assert callable(true)
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- what is kept ------------------------------------------------------------------------------


def test_a_turn_is_on_disk_when_its_answer_ends(talk: Talk, path: Path) -> None:
    talk.ask("One?")

    assert len(rows(path)) == 1


def test_a_conversation_comes_back_as_it_was(talk: Talk, path: Path) -> None:
    talk.chat.title, talk.chat.system, talk.chat.model = "A title", "Be brief.", "kimi-k2.6"
    talk.ask("四个汉字 and a half \ud800 pair?", Thought("hm"), Text("Yes.\u2028"), Usage(9, 2, None, 1), Stop("end"))
    talk.ask("Two?", ToolCall("c1", "add", {"a": 1}, '{"a": 1}'), Text("x"), Stop("tool_calls"), cell="b")
    talk.chat.turns[0].answer.kept = KeptBy("kimi", "openai-chat", {"signature": "abc"})
    talk.chat.undo()
    talk.ask("Two, better?", Text("half"), Stop("broken", "it broke"), cell="b")
    other = talk.resume(path)

    assert [facts(t) | {"kept": None} for t in other.chat._all] == [facts(t) | {"kept": None} for t in talk.chat._all]
    assert (other.chat.id, other.chat.title, other.chat.system) == (talk.chat.id, "A title", "Be brief.")
    assert said(other.chat) == said(talk.chat)
    assert [t.title for t in other.chat.siblings(other.chat.turns[1])] == ["Two?", "Two, better?"]
    other.close()


def test_turns_of_a_time_when_history_was_off_are_kept_with_the_next(talk: Talk, path: Path) -> None:
    keeper, talk.chat._keeper = talk.chat._keeper, lambda _: None
    talk.ask("One?")
    talk.ask("Two?")
    assert not path.exists()
    talk.chat._keeper = keeper
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
    until(lambda: path.exists() and talk.store.ask(lambda database: database.conversations()), 5)
    other = talk.resume(path)

    assert said(other.chat) == [("Long?", "first words")]
    assert other.chat.turns[0].answer.stop == Stop("broken", "the kernel ended before the answer did")

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


def test_the_users_own_folder_is_made_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    default = place.database(None)
    assert default == tmp_path / "nbchat" / "history.sqlite"
    default.parent.mkdir(mode=0o755)
    talk = Talk(default)
    talk.ask("One?")
    talk.close()

    assert stat.S_IMODE(default.parent.stat().st_mode) == 0o700


def test_kept_data_that_is_not_json_loses_that_turn_alone(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    talk.chat.turns[0].answer.kept = KeptBy("x", "y", object())
    talk.store.put(Header(talk.chat.id, "main"), talk.chat.turns[0])
    talk.ask("Two?")

    assert len(rows(path)) == 2


# --- what is deleted ---------------------------------------------------------------------------


def test_deleted_bytes_are_gone(talk: Talk, path: Path) -> None:
    talk.ask("The secret word is xylophone-4711.", Text("xylophone-4711 " * 2000), Stop("end"))
    talk.ask("Something else?")
    keep = Talk(path, "other")
    keep.ask("Stay?")
    id = talk.chat.id
    talk.chat.forget()

    assert talk.store.delete(id)
    assert all(b"xylophone" not in file.read_bytes() for file in path.parent.iterdir())
    assert [c.header.about for c in keep.store.ask(lambda database: database.conversations())] == ["Stay?"]
    keep.close()


def test_bytes_that_another_process_still_reads_go_when_it_has_ended(talk: Talk, path: Path) -> None:
    talk.ask("xylophone-4711?")
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM turn").fetchall()

    assert talk.store.delete(talk.chat.id) is False
    reader.close()
    until(lambda: all(b"xylophone" not in file.read_bytes() for file in path.parent.iterdir()))


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
        file.unlink()
    talk.ask("Two?")

    assert [q for q, _ in rows(path) if "Two?" in q]
    assert talk.store.trouble() == ""


# --- what goes wrong ------------------------------------------------------------------------------


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
        ("CREATE TRIGGER t AFTER INSERT ON turn BEGIN DELETE FROM turn; END", "not a history of nbchat"),
        ("DROP TABLE turn", "not a history of nbchat"),
    ],
)
def test_a_newer_or_foreign_database_is_not_written(talk: Talk, path: Path, change: str, words: str) -> None:
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a quarter of a megabyte, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


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


# --- processes ---------------------------------------------------------------------------------


def test_a_forked_child_and_its_parent_both_keep_what_they_say(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from tests.talks import Talk
talk = Talk(Path(sys.argv[1]))
talk.ask("Before?")
child = os.fork()
if child == 0:
    talk.store.forget(); talk.kernel.after_fork(); talk.chat.unbind()
    talk.ask("In the child?"); talk.store.close(); os._exit(0)
os.waitpid(child, 0)
talk.ask("In the parent?")
talk.close()
"""
    path = tmp_path / "history.sqlite"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(path)], env=env, capture_output=True, text=True, timeout=60
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert [q.split("?")[0].split('"')[-1] for q, _ in rows(path)] == ["Before", "In the child", "In the parent"]


def test_the_thread_ends_and_starts_again(path: Path) -> None:
    store = Store(path)
    for _ in range(2):
        store.ask(lambda database: database.conversations())
        thread = store._thread
        store.close()
        assert thread is not None
        assert not thread.is_alive()


# --- a stranger's database ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("answer", "{", "not JSON"),
        ("answer", "[]", "turn 1"),
        ("answer", '{"stop": {"reason": "whatever"}}', "stop.reason"),
        ("answer", '{"seconds": NaN}', "NaN"),
        ("answer", '{"surprise": 1}', "surprise"),
        ("answer", "[" * 100_000, "nested"),
        ("answer", '{"kept": {"provider": "", "wire": "", "data": ' + "[" * 500 + "]" * 500 + "}}", "nested"),
        ("question", '{"question": [{"image": "?!", "media_type": "image/png"}]}', "not base64"),
        ("question", '{"question": [{"image": "", "media_type": "text/html;x"}]}', "media_type"),
        ("question", '{"question": "x", "asked_at": 1e300}', "asked_at"),
    ],
)
def test_a_row_that_is_not_ours_is_refused(talk: Talk, path: Path, column: str, value: str, words: str) -> None:
    talk.ask("One?")
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE turn SET {column} = ?", (value,))
    connection.close()

    with pytest.raises(BadSettings, match=words):
        talk.store.ask(lambda database: database.turns(talk.chat.id))


def test_a_list_of_conversations_with_any_types_in_it_is_read(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE conversation SET name = 7, about = x'41', length = 'x', changed = 1e300")
        connection.execute("UPDATE turn SET answer = '[]'")
    connection.close()

    (found,) = talk.store.ask(lambda database: database.conversations())
    assert (found.header.name, found.header.about, found.header.length) == ("7", "A", 0)
    assert talk.store.ask(lambda database: database.search("one", 5)) == []


def test_parents_in_a_circle_are_cut(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    talk.ask("Two?")
    with sqlite3.connect(path) as connection:
        first, second = [id for (id,) in connection.execute("SELECT id FROM turn ORDER BY number")]
        connection.execute("UPDATE turn SET parent = ? WHERE id = ?", (second, first))
    connection.close()

    turns = talk.store.ask(lambda database: database.turns(talk.chat.id))
    assert [t.parent and t.parent.title for t in turns] == [None, "One?"]
