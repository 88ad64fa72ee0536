"""A database may come from anyone: what is not ours is refused, and nothing in it is believed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nbchat.errors import BadSettings

from ..conversation.talk import Talk


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("answer", "{", "not JSON"),
        ("answer", "[]", "turn 1"),
        ("answer", '{"stop": {"reason": "whatever"}}', "stop.reason"),
        ("answer", '{"seconds": NaN}', "NaN"),
        ("answer", '{"parts": [{"kind": "text", "text": 1}]}', r"parts\.0.*text: "),
        ("answer", '{"parts": [{"kind": "text"}]}', "text is missing"),
        ("answer", '{"parts": [{"text": "no kind"}]}', "lacks its kind"),
        ("answer", '{"parts": ["words"]}', "a part of an answer"),
        ("answer", '{"parts": [{"kind": "image", "data": "?!"}]}', "not base64"),
        ("answer", '{"parts": [{"kind": "tool_call", "id": "", "name": ""}]}', "arguments"),
        (
            "answer",
            '{"parts": [{"kind": "source", "url": "", "title": "' + "t" * 301 + '"}]}',
            "title is longer",
        ),
        ("answer", "[" * 100_000, "nested"),
        (
            "answer",
            '{"kept": {"provider": "", "wire": "", "data": ' + "[" * 500 + "]" * 500 + "}}",
            "nested",
        ),
        ("question", '{"question": [{"image": "?!", "media_type": "image/png"}]}', "not base64"),
        ("question", '{"question": [{"image": "", "media_type": "text/html;x"}]}', "media_type"),
        ("question", '{"question": "x", "asked_at": 1e300}', "asked_at"),
    ],
)
def test_a_row_that_is_not_ours_is_refused(
    talk: Talk, path: Path, column: str, value: str, words: str
) -> None:
    talk.ask("One?")
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE turn SET {column} = ?", (value,))
    connection.close()

    with pytest.raises(BadSettings, match=words):
        talk.store.ask(lambda database: database.turns(talk.chat.id))


def test_a_list_of_conversations_with_any_types_in_it_is_read(talk: Talk, path: Path) -> None:
    talk.ask("One?")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE conversation SET name = 7, about = x'41', length = 'x', changed = 1e300"
        )
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
