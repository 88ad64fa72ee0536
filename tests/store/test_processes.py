"""Kernels that are killed, that fork, and that write at the same time."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from ..nightly import size
from ..waiting import until
from .disk import is_growing, rows
from .writers import DEADLINE, writing

KILLS = size(60, nightly=1000)
WRITERS = 16  # processes
TURNS_OF_EACH_WRITER = size(100, nightly=500)
AT_ONCE = 4
TURNS = 4  # that a fast writer has acknowledged when it is killed


@pytest.fixture(autouse=True)
def imported(tmp_path: Path) -> None:
    """The server that forks the writers has imported everything."""
    with writing(tmp_path / "other.sqlite", tmp_path / "other", ["warm"], turns=1) as (writer,):
        writer.join(DEADLINE)


def acknowledged(log: Path) -> list[tuple[str, int, str, str]]:
    """Conversation, number, turn and trouble of each turn whose Stop was seen."""
    if not log.exists():
        return []
    lines = [line.split(" ", 3) for line in log.read_text().splitlines()]
    return [(name, int(number), id, trouble) for name, number, id, trouble in lines]


def has_acknowledged(log: Path, name: str, count: int) -> bool:
    return sum(one[0] == name for one in acknowledged(log)) >= count


def check(history: Path, log: Path) -> tuple[int, int]:
    """Everything acknowledged is there whole and in order; what is not whole says so.

    Returns how many of each.
    """
    with sqlite3.connect(history) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute(
            "SELECT t.id, t.parent, c.name, t.question, t.answer FROM turn t "
            "JOIN conversation c ON c.id = t.conversation ORDER BY t.number"
        ).fetchall()
    connection.close()
    seen: dict[str, list[tuple[str, str | None, int]]] = {}
    half = 0
    for id, parent, name, question, answer in rows:
        asked, said = json.loads(question), json.loads(answer)
        seen.setdefault(name, []).append((id, parent, int(asked["question"].split()[-1])))
        if said["stop"]["reason"] == "end":
            assert said["usage"]["output"], "a whole answer has its usage"
        else:
            assert said["stop"] == {
                "reason": "broken",
                "detail": "the kernel ended before the answer did",
            }
            half += 1
    for turns in seen.values():
        assert [number for _, _, number in turns] == list(range(len(turns)))
        assert [parent for _, parent, _ in turns] == [None, *(id for id, _, _ in turns[:-1])]
    whole = {(name, number, id) for name, turns in seen.items() for id, _, number in turns}
    known = acknowledged(log)
    assert {one[:3] for one in known} <= whole
    assert [trouble for *_, trouble in known if trouble] == []
    return len(known), half


def test_kill_9_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """At its start, between its turns, and while an answer is half on disk."""
    history, log = tmp_path / "history.sqlite", tmp_path / "acknowledged"
    when = random.Random(6)
    caught = 0  # writers that left half an answer on disk
    for kill in range(KILLS // AT_ONCE):
        names = [f"{kill}-{writer}" for writer in range(AT_ONCE)]
        pace = 0.0 if kill % 2 else 0.01  # as fast as it goes, and answers that are still growing
        with writing(history, log, names, turns=10_000, pace=pace) as writers:
            for number, (name, writer) in enumerate(zip(names, writers, strict=True)):
                if pace:
                    until(partial(is_growing, history, name), within=DEADLINE)
                elif number > 0:
                    until(partial(has_acknowledged, log, name, TURNS), within=DEADLINE)
                time.sleep(when.uniform(0.0, 0.3))
                assert writer.is_alive()
                writer.kill()
                writer.join()
                caught += is_growing(history, name)

    known, half = check(history, log)
    print(f"{KILLS} kills: {known} turns acknowledged, all there; {half} half, all flagged")
    assert known > KILLS
    assert half == caught > 0


def test_processes_that_write_at_once_do_not_lock_each_other_out(tmp_path: Path) -> None:
    history, log = tmp_path / "history.sqlite", tmp_path / "acknowledged"
    names = [f"kernel-{n}" for n in range(WRITERS)]
    with writing(history, log, names, turns=TURNS_OF_EACH_WRITER) as writers:
        for writer in writers:
            writer.join(600)
        assert [writer.exitcode for writer in writers] == [0] * WRITERS

    assert check(history, log) == (WRITERS * TURNS_OF_EACH_WRITER, 0)


def test_a_forked_child_and_its_parent_both_keep_what_they_say(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from tests.conversation.talk import Talk
talk = Talk(Path(sys.argv[1]))
talk.ask("Before?")
child = os.fork()
if child == 0:
    talk.store.forget(); talk.runtime.thread.forget(); talk.chat.unbind()
    talk.ask("In the child?"); talk.store.close(); os._exit(0)
os.waitpid(child, 0)
talk.ask("In the parent?")
talk.close()
"""
    path = tmp_path / "history.sqlite"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(path)],
        env=env,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert [q.split("?")[0].split('"')[-1] for q, _ in rows(path)] == [
        "Before",
        "In the child",
        "In the parent",
    ]
