"""What a newer nbchat stores with a turn survives here, though nobody here knows what it is."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from nbchat.conversation import export
from nbchat.events import Answer, Stop
from nbchat.messages import (
    File,
    Image,
    Message,
    Source,
    Text,
    Thought,
    ToolCall,
    ToolResult,
    UnknownPart,
)
from nbchat.provider_state import ProviderState
from nbchat.store.reading import read_json, read_turn
from nbchat.store.stored_turn import Header, answer_fields, question_fields, strict_json
from nbchat.turns import Turn

from ..conversation.talk import Talk
from .disk import rows

STATE = ProviderState("p", "w", {"signature": "c2ln"})
PICTURE = Image(bytes(range(256)), "image/png")
PARTS = [
    Thought("hm", STATE),
    Text("A half \ud800 pair."),
    ToolCall("c", "f", {"a": [1, None]}, '{"a": [1, null]}', STATE),
    ToolCall("d", "g", None, "{"),
    ToolResult("c", "f", ["see", PICTURE, File(b"%PDF", "application/pdf", "a.pdf")], seconds=0.5),
    ToolResult("d", "g", "no JSON", error=True),
    Image(b"\x89PNG", "image/png", STATE),
    Source("https://example.org", "Title", "quoted"),
    Text("汉字"),
]


def again(turn: Turn) -> Turn:
    """The turn as it comes back from the disk."""
    return read_turn(row_of(turn), 1, None, turn.id)


def row_of(turn: Turn) -> dict[str, Any]:
    return dict(read_json(strict_json(question_fields(turn) | answer_fields(turn))))


def turn_of(*parts: Any) -> Turn:
    turn = Turn(Message("user", ["Hi?", PICTURE]), Answer("m", "p", stop=Stop("end")))
    turn.answer.parts = parts
    return turn


def test_every_kind_of_part_comes_back() -> None:
    turn = turn_of(*PARTS)
    back = again(turn)

    assert back.answer.parts == PARTS
    assert back.answer.text == turn.answer.text == "A half \ud800 pair.\n\n汉字"
    assert back.question == turn.question
    assert [type(part) for part in back.answer.parts] == [type(part) for part in PARTS]


@pytest.mark.field("E17")
def test_where_a_source_stands_comes_back_with_it() -> None:
    row = row_of(turn_of(Text("Hi[2]"), Source("https://a.example", numbers=[2], ends=[2, 5])))
    back = read_turn(row, 1, None).answer

    assert row["parts"][1] == {
        "kind": "source",
        **{"url": "https://a.example", "title": "", "quoted": ""},
        **{"numbers": [2], "ends": [2, 5]},
    }
    assert (back.sources[0].numbers, back.sources[0].ends) == ([2], [2, 5])


def test_the_new_members_of_a_turn_come_back() -> None:
    turn = turn_of(Text("Hi"))
    turn.execution, turn.sent, turn.waiting = "run-1", {"df": "9f86d0"}, ("c", "d")
    back = again(turn)

    assert (back.execution, back.sent, back.waiting) == ("run-1", {"df": "9f86d0"}, ("c", "d"))


def test_members_that_are_not_known_are_written_again() -> None:
    row = row_of(turn_of(Text("Hi"), ToolCall("c", "f", {}), PICTURE))
    for place in (row, row["usage"], row["stop"], *row["parts"], row["question"][1]):
        place["of 2031"] = {"a": [1]}
    row["parts"].insert(1, {"kind": "video", "frames": 3, "state": None})
    turn = read_turn(row, 1, None)

    assert turn.others == {n: {"of 2031": {"a": [1]}} for n in ("usage", "stop")} | {
        "of 2031": {"a": [1]}
    }
    assert turn.answer.parts[1] == UnknownPart("video", {"frames": 3, "state": None})
    assert row_of(turn) == row


def test_a_part_of_an_unknown_kind_is_neither_shown_nor_sent() -> None:
    turn = turn_of(Text("Hi"), UnknownPart("video", {"text": "secret"}))

    assert turn.answer.text == "Hi"
    assert turn.answer.message.ordered_parts[:1] == [Text("Hi")]
    assert turn.answer.message.text == "Hi"


def test_what_another_version_stored_is_on_disk_after_a_move(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    with sqlite3.connect(path) as connection:
        ((answer,),) = connection.execute("SELECT answer FROM turn")
        row = {**json.loads(answer), "surprise": 1}
        connection.execute("UPDATE turn SET answer = ?", (json.dumps(row),))
    connection.close()
    other = talk.resume(path)
    (turn,) = other.chat.turns
    other.store.put(Header(talk.chat.id, "main"), turn)
    other.store.ask(lambda database: None)

    ((_, stored),) = rows(path)
    assert json.loads(stored) == row
    other.close()


def test_an_export_holds_parts_and_nothing_private(talk: Talk, tmp_path: Path) -> None:
    talk.ask("One?", *PARTS[:2], ToolCall("c", "f", {}), Stop("end"))
    (turn,) = talk.chat.turns
    turn.answer.parts = [Thought("", STATE), *PARTS]
    turn.execution, turn.sent, turn.others = "run-1", {"df": "9f86d0"}, {"of 2031": 1}
    path = talk.chat.export(tmp_path / "talk.json")
    _, (read,) = export.read_export(path)

    assert json.loads(path.read_text())["version"] == 2
    assert [type(part) for part in read.answer.parts] == [type(part) for part in PARTS]
    assert read.others == {"of 2031": 1}
    assert not [w for w in ("c2ln", "run-1", "9f86d0") if w in path.read_text()]
