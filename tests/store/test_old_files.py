"""What version 1 wrote is read as it was, for ever, and sent on as it was.

`data/` was made with the last code of version 1, talking to `tests/fakes/provider.py`: a history
and two exports of conversations with signed and redacted thinking (`claude`), encrypted
reasoning and phases (`responses`), signatures on parts (`gemini`), reasoning details
(`details`), a plan (`plan`), and (`plain`) branches, a notice, a broken and an interrupted
answer; images and files, tool calls, whole and cut, Chinese and halves of characters.
`version_1_read.json` is what that code read of them again, and the messages that it then
sent: its history with one more question, the same by hand with the results of tools, and
the history to another provider.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat import Message
from nbchat.conversation import export, window
from nbchat.messages import File
from nbchat.store.store import Store
from nbchat.turns import Turn

from ..fakes.provider import Service, answer
from .writers import DEADLINE, writing

DATA = Path(__file__).parent / "data"
READ: dict[str, Any] = json.loads((DATA / "version_1_read.json").read_text("utf-8"))
NAMES = sorted(READ["conversations"])
GO_ON = Message("user", "Go on.")
ASKED = {  # model and wire format by conversation
    "claude": ("anthropic:claude-of-a-test", "anthropic-messages"),
    "responses": ("openai:o9-of-a-test", "openai-responses"),
    "gemini": ("gemini:gemini-of-a-test", "gemini"),
    "details": ("openrouter:some/model", "openai-chat"),
    "plan": ("cohere:command-of-a-test", "cohere"),
    "plain": ("kimi:kimi-of-a-test", "openai-chat"),
}
THINKS = ("claude", "responses")  # were asked to, so that their reasoning goes back


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of a copy of the old history."""
    store = Store(shutil.copy(DATA / "version_1.sqlite", tmp_path / "history.sqlite"))
    yield store
    store.close()


def turns_of(store: Store, name: str) -> list[Turn]:
    (stored,) = (c for c in store.ask(lambda d: d.conversations()) if c.header.name == name)
    return store.ask(lambda database: database.turns(stored.header.id))


def facts(turn: Turn) -> dict[str, Any]:
    """What a turn says, in the words of `version_1_read.json`."""
    said, usage = turn.answer, turn.answer.usage
    return {
        "id": turn.id,
        "parent": turn.parent and turn.parent.id,
        "title": turn.title,
        "asked_at": turn.asked_at,
        "cell": turn.cell,
        "inserted": list(turn.inserted),
        "seconds": turn.seconds,
        "left_out": turn.left_out,
        "question": [
            part
            if isinstance(part, str)
            else [type(part).__name__, part.base64, part.media_type, getattr(part, "name", "")]
            for part in turn.question.parts
        ],
        "model": said.model,
        "provider": said.provider,
        "text": said.text,
        "thought": said.thought,
        "calls": [[call.id, call.name, call.arguments, call.raw] for call in said.tool_calls],
        "usage": [usage.input, usage.output, usage.cached, usage.reasoning],
        "notices": said.notices,
        "stop": [said.stop.reason, said.stop.detail],
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_history_of_version_1_is_read_as_it_was(store: Store, name: str) -> None:
    expected = READ["conversations"][name]
    (stored,) = (c for c in store.ask(lambda d: d.conversations()) if c.header.name == name)
    header = stored.header

    assert [facts(turn) for turn in turns_of(store, name)] == expected["turns"]
    assert [header.title, header.about, header.system, header.length, header.head] == [
        expected[member] for member in ("title", "about", "system", "length", "head")
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["history", "by hand", "elsewhere"])
def test_a_history_of_version_1_is_sent_as_it_was(store: Store, name: str, way: str) -> None:
    turns = turns_of(store, name)
    (head,) = (t for t in turns if t.id == READ["conversations"][name]["head"])
    if way == "by hand":
        messages = [message for turn in head.path for message in by_hand(turn)]
    else:
        messages = window.messages_of(window.turns_to_send(head))
    if way == "elsewhere":
        messages = [m for m in messages if not any(isinstance(part, File) for part in m.parts)]
        asked = "plain" if name != "plain" else "responses"
    else:
        asked = name
    last = [] if way == "elsewhere" and GO_ON in messages else [GO_ON]

    thinking = "low" if way != "elsewhere" and name in THINKS else None
    expected = [now for item in READ["sent"][name][way] for now in as_sent_now(item, name, way)]
    assert sent(asked, [*messages, *last], thinking) == expected


def as_sent_now(item: dict[str, Any], name: str, way: str) -> list[dict[str, Any]]:
    """What version 1 sent, but for three things.

    An item of the assistant says its type, a question without an answer goes along with
    the next one, and the results of tools stand alone before Gemini's next question.
    """
    is_item = name == "responses" if way != "elsewhere" else name == "plain"
    if is_item and item.get("role") == "assistant":
        return [{"type": "message", **item}]
    if name == "plain" and way != "by hand" and item.get("content") == "Five?":
        return [{**item, "content": "Add.\n\nFive?"}]
    parts = item.get("parts", [])
    results = [part for part in parts if "functionResponse" in part]
    others = [part for part in parts if part not in results]
    if results and others:
        return [{**item, "parts": results}, {**item, "parts": others}]
    return [item]


def by_hand(turn: Turn) -> list[Message]:
    """A turn with results of its tools, as somebody may send it who runs them."""
    results = [
        Message("tool", "2", tool_call_id=call.id, name=call.name)
        for call in turn.answer.tool_calls
    ]
    return [turn.question, turn.answer.message, *results]


def sent(name: str, messages: list[Message], thinking: Any) -> Any:
    """The conversation of the request that these messages make."""
    model, wire = ASKED[name]
    with Service() as service:
        service.plays(answer(b"", status=400))
        with pytest.raises(nbchat.NbchatError):
            nbchat.ask(
                model, messages, wire=wire, base_url=service.url, api_key="k", thinking=thinking
            )
        body = service.requests[-1].json
    return next(body[member] for member in ("messages", "input", "contents") if member in body)


@pytest.mark.parametrize("name", sorted(READ["exports"]))
def test_an_export_of_version_1_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    """Ids are new in each import."""
    _, turns = export.read_export(DATA / f"version_1_{name}.json")

    assert [{**facts(turn), "id": "", "parent": ""} for turn in turns] == [
        {**row, "id": "", "parent": ""} for row in READ["exports"][name]
    ]


def test_opening_an_old_history_adds_a_table_and_rewrites_no_row(store: Store) -> None:
    before = rows(DATA / "version_1.sqlite")
    for name in NAMES:
        turns_of(store, name)
    store.close()

    assert version(DATA / "version_1.sqlite") == 1
    assert version(store.path) == 3
    assert rows(store.path) == before
    assert rows(store.path, "spent") == []


def rows(path: Path, table: str = "turn") -> list[Any]:
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        found = connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.close()
    return found


def version(path: Path) -> int:
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return int(found)


def test_a_version_that_is_not_known_is_refused_as_before(tmp_path: Path, store: Store) -> None:
    """The code of version 1 says the same of a file of version 2."""
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 4")
    connection.close()

    with pytest.raises(nbchat.NbchatError, match=r"newer nbchat \(version 4; this one knows 3\)"):
        store.ask(lambda database: database.conversations())


# --- several kernels, and kernels that are killed ------------------------------------------------


def test_processes_that_open_an_old_history_at_once_all_go_on(tmp_path: Path) -> None:
    history = Path(shutil.copy(DATA / "version_1.sqlite", tmp_path / "history.sqlite"))
    log = tmp_path / "acknowledged"
    before = rows(history)
    with writing(history, log, [f"kernel-{n}" for n in range(4)], turns=3) as writers:
        for writer in writers:
            writer.join(DEADLINE)
        assert [writer.exitcode for writer in writers] == [0] * 4

    assert version(history) == 3
    assert rows(history)[: len(before)] == before
    assert len(rows(history)) == len(before) + 12


def test_a_kernel_that_is_killed_while_it_opens_an_old_history_loses_nothing(
    tmp_path: Path,
) -> None:
    when = random.Random(6)
    for number in range(8):
        (folder := tmp_path / str(number)).mkdir()
        history = Path(shutil.copy(DATA / "version_1.sqlite", folder / "history.sqlite"))
        before = rows(history)
        with writing(history, folder / "acknowledged", ["kernel"], turns=1_000) as (writer,):
            time.sleep(when.uniform(0, 0.1))
            writer.kill()
        store = Store(history)

        assert [facts(turn) for turn in turns_of(store, "claude")] == (
            READ["conversations"]["claude"]["turns"]
        )
        store.close()
        assert version(history) == 3
        assert rows(history)[: len(before)] == before
