"""Chains of calls on disk: a kill loses nothing that was paid, and a delete leaves no byte."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from pathlib import Path

import pytest

import nbchat
from nbchat.events import Stop, Usage
from nbchat.messages import Image, ToolCall, ToolResult
from nbchat.turns import Turn

from ..conversation.tool_talk import DONE, ToolTalk, call, calls, only
from ..pictures import png
from ..waiting import until
from .disk import contents
from .killed_chains import MOMENTS, ask
from .writers import DEADLINE, WRITERS

PNG = png()
CUT = Stop("broken", "the kernel ended before the answer did")
SECRET = "xylophone-4711"


@pytest.mark.parametrize("moment", range(1, MOMENTS))
def test_a_kill_in_a_chain_loses_nothing_that_was_paid(tmp_path: Path, moment: int) -> None:
    """In a tool, and when the next request goes out."""
    history, log = tmp_path / "history.sqlite", tmp_path / "paid"
    process = WRITERS.Process(target=ask, args=(history, log, moment))
    process.start()
    process.join(DEADLINE)
    assert process.exitcode == -9
    paid = json.loads(log.read_text())

    talk = ToolTalk(history)
    (stored,) = talk.store.ask(lambda database: database.conversations())
    turns = talk.store.ask(lambda database: database.turns(stored.header.id))
    talk.chat.take_up(stored.header, turns)
    (turn,) = talk.chat.turns
    assert [type(part).__name__ for part in turn.answer.parts] == paid["kinds"]
    assert [turn.answer.usage.input, turn.answer.usage.output] == paid["counted"]
    assert turn.answer.stop == CUT

    ran = []

    @nbchat.tool
    def step(number: int) -> None:
        """Do a step."""
        ran.append(number)

    after = talk.turn(DONE, question="And now?", tools=[step])
    assert ran == []
    assert after.parent is turn
    sent = {part.id for message in talk.script.sent[-1] for part in message.tool_calls}
    assert bool(sent) == any(isinstance(part, ToolResult) for part in turn.answer.parts)
    talk.close()


def test_a_chain_is_on_disk_as_it_was(tmp_path: Path) -> None:
    talk = ToolTalk(tmp_path / "history.sqlite")
    turn = talk.turn(calls(call("plot")), (Usage(1, 2), *DONE), tools=[plot])
    other = talk.resume(talk.store.path)

    (again,) = other.chat.turns
    assert again.answer.parts == turn.answer.parts
    assert only(ToolResult, again.answer.parts)[0].id == "call_1"
    assert again.answer.rounds == turn.answer.rounds
    other.close()
    talk.close()


def test_a_locked_file_holds_up_a_chain_once(tmp_path: Path) -> None:
    """What it could not take is there when it is free again."""
    path = tmp_path / "history.sqlite"
    talk = ToolTalk(path)
    talk.turn(DONE, question="Hello?")
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    turn = talk.turn(*[calls(call("plot"))] * 5, DONE, tools=[plot])

    assert turn.answer.text == "Done."
    assert [notice for notice in turn.answer.notices if "held by another process" in notice]
    lock.close()
    turns = until_saved(talk)
    assert len(turns[-1].answer.parts) == len(turn.answer.parts)
    talk.close()


def until_saved(talk: ToolTalk) -> list[Turn]:
    until(lambda: not talk.store.has_trouble)
    return talk.store.ask(lambda database: database.turns(talk.chat.id))


@nbchat.tool
def plot() -> str:
    """Plot."""
    return SECRET * 100


def test_a_deleted_chain_leaves_no_byte_of_its_results(tmp_path: Path) -> None:
    """Not in the file and not in its log, of results nor of their images, however they grew."""
    path = tmp_path / "data" / "history.sqlite"
    talk, keep = ToolTalk(path), ToolTalk(path, "other")
    keep.turn(DONE, question="Stay?")
    rounds = [calls(call("plot"), ToolCall(f"{SECRET}-{n}", "plot", {})) for n in range(6)]
    turn = talk.turn(*rounds, DONE, tools=[plot])
    turn.answer.parts.append(ToolResult("call_1", "plot", ["figure", Image(PNG, "image/png")]))
    talk.store.put(talk.chat._header(turn, None), turn)
    talk.store.ask(lambda database: database.scrub())
    secrets = (SECRET.encode(), b64encode(PNG)[:60])
    assert all(secret in path.read_bytes() for secret in secrets)

    id = talk.chat.id
    talk.chat.forget()
    assert talk.store.delete(id)

    files = contents(path.parent)
    assert [name for name in files if any(secret in files[name] for secret in secrets)] == []
    assert len(keep.store.ask(lambda database: database.conversations())) == 1
    keep.close()
    talk.close()
