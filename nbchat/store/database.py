"""The SQLite file: each thing that is written to it and asked of it.

Used on one thread. Every error is sqlite3's or the system's own; what they mean for
a person is said in `nbchat.store`.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbchat.catalog.amounts import Amounts
from nbchat.errors import BadSettings, HistoryUnavailable
from nbchat.events import Answer, Usage
from nbchat.store import spent_rows
from nbchat.store.private_files import make_private_file, take_from_others
from nbchat.store.schema import check, migrate, transaction
from nbchat.store.spent_rows import By, Spent, SpentSum
from nbchat.store.stored_turn import (
    Header,
    answer_fields,
    question_fields,
    stored_words,
    strict_json,
    text_for_sqlite,
)
from nbchat.turns import Turn

BUSY_SECONDS = 1.0  # SQLite waits so long for another process by itself
LAST_DAY = 4e9  # seconds since the epoch; what is later is not ours

_abandoned: list[
    sqlite3.Connection
] = []  # closing one of these could remove another database's log


@dataclass(slots=True, frozen=True)
class Stored:
    """A conversation on disk."""

    header: Header
    notebook: str
    changed: float  # seconds since the epoch


@dataclass(slots=True)
class Write:
    """A turn, or a move, to be saved. `turn` may still grow; `answer` is what it was."""

    header: Header
    notebook: str
    turn: Turn | None
    answer: dict[str, Any] | None


class Database:
    """One connection to the file at `path`, opened when first used, and when it was replaced."""

    def __init__(self, path: Path, kernel: str) -> None:
        self.path = path
        self.kernel = kernel
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._known: set[str] = set()  # turns that this kernel has put in or read; not put in again

    # --- opening -------------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None:
            if self._file == _identity(self.path):
                return self._connection
            self.abandon()  # deleted or replaced under our feet
        make_private_file(self.path)
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in ("trusted_schema = OFF", "foreign_keys = ON", "secure_delete = ON"):
                connection.execute(f"PRAGMA {pragma}")
            check(connection)
            take_from_others(self.path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            migrate(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._file = connection, _identity(self.path)
        return connection

    def close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def abandon(self) -> None:
        """Forget the connection without closing it: after a fork, or when its file is gone."""
        if self._connection is not None:
            _abandoned.append(self._connection)
        self._connection = None

    # --- writing -------------------------------------------------------------------------------

    def write(self, write: Write) -> None:
        """Save a turn and where its conversation stands, both or neither.

        A turn is put in once and updated from then on, so that a conversation that
        was deleted meanwhile, here or in another kernel, does not come back.
        """
        new = self._unknown(write.turn)
        with transaction(self._open()) as connection:
            values = (*_values(write.header), write.notebook, self.kernel, time.time())
            if new:
                connection.execute(_PUT_CONVERSATION, values)
            else:
                connection.execute(_SET_CONVERSATION, (*values[1:], write.header.id))
            for turn in new:
                parent = turn.parent and turn.parent.id
                answer = strict_json(
                    write.answer if turn is write.turn and write.answer else answer_fields(turn)
                )
                connection.execute(
                    _PUT_TURN,
                    (turn.id, write.header.id, parent, strict_json(question_fields(turn)), answer),
                )
            if write.turn and write.answer and not new:
                answer = strict_json(write.answer)
                connection.execute(
                    "UPDATE turn SET answer = ? WHERE id = ?", (answer, write.turn.id)
                )
        self._known.update(turn.id for turn in new)

    def _unknown(self, turn: Turn | None) -> list[Turn]:
        """The turn with those before it that were never saved, oldest first (history off, say)."""
        turns: list[Turn] = []
        while turn is not None and turn.id not in self._known:
            turns.append(turn)
            turn = turn.parent
        return turns[::-1]

    def delete(self, conversation: str) -> bool:
        """Remove a conversation and its bytes. False where the log still has some; see `scrub`."""
        with transaction(self._open()) as connection:
            connection.execute("DELETE FROM conversation WHERE id = ?", (conversation,))
            spent_rows.take_name(connection, conversation)
        return self.scrub()

    def scrub(self) -> bool:
        """Empty the log, which has the bytes of what was deleted; False while others read."""
        busy, _, _ = self._open().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    # --- what was spent ------------------------------------------------------------------------

    def write_spent(self, spent: Sequence[Spent]) -> None:
        """Save what requests were paid with: all of them, or none."""
        with transaction(self._open()) as connection:
            spent_rows.put(connection, spent)

    def spent_sums(self, by: By, first_day: str) -> list[SpentSum]:
        """What was spent since that day, in groups."""
        return spent_rows.sums(self._open(), by, first_day) if self.path.exists() else []

    def spent_by_others(self, kernel: str, day: str, notebook: str) -> tuple[Amounts, Amounts]:
        """What other processes have spent that day, and in that notebook ever."""
        if not self.path.exists():
            return {}, {}
        return spent_rows.of_others(self._open(), kernel, day, notebook)

    # --- reading -------------------------------------------------------------------------------

    def conversations(self) -> list[Stored]:
        """All conversations, the last changed first."""
        if not self.path.exists():
            return []
        rows = self._open().execute(_CONVERSATIONS)
        return [_stored(row) for row in rows]

    def left_by_others(self, notebook: str, name: str, *, anywhere: bool) -> Stored | None:
        """The newest conversation of that name left by another kernel: here, or `anywhere`."""
        if not self.path.exists():
            return None
        where = (
            "WHERE name = ? AND kernel != ? AND length > 0 AND (notebook = ? OR ?) "
            "ORDER BY notebook != ?,"
        )
        query = _CONVERSATIONS.replace("ORDER BY", where) + " LIMIT 1"
        row = (
            self._open()
            .execute(query, (name, self.kernel, notebook, anywhere, notebook))
            .fetchone()
        )
        return row and _stored(row)

    def left_in_cells(self, cells: Sequence[str], name: str) -> Stored | None:
        """The newest one left by another kernel that was asked in one of these cells."""
        if not self.path.exists():
            return None
        query = _CONVERSATIONS.replace("ORDER BY", f"WHERE {_IN_CELLS} ORDER BY") + " LIMIT 1"
        values = (name, self.kernel, json.dumps([*cells]))
        row = self._open().execute(query, values).fetchone()
        return row and _stored(row)

    def turns(self, conversation: str) -> list[Turn]:
        """The turns of a conversation in order of asking. Raises BadSettings for a bad one."""
        from nbchat.store.reading import read_json, read_turn

        rows = self._open().execute(
            "SELECT id, parent, question, answer FROM turn WHERE conversation = ? ORDER BY number",
            (conversation,),
        )
        turns: dict[str, Turn] = {}
        for number, (id, parent, question, answer) in enumerate(rows, 1):
            try:
                row = {**read_json(question), **read_json(answer)}
            except (BadSettings, TypeError) as error:
                raise HistoryUnavailable(f"turn {number}: {error}") from None
            turns[id] = read_turn(
                row, number, turns.get(parent), id
            )  # never a circle: a parent comes first
        self._known.update(turns)
        return list(turns.values())

    def unanswered(self, conversation: str) -> list[Answer]:
        """Answers without a word that were paid for: what is known of them is what they used."""
        return [
            Answer(model, provider, lost=[Usage(*counts)])
            for model, provider, *counts in self._open().execute(_UNANSWERED, (conversation,))
        ]

    def search(self, text: str, most: int) -> list[tuple[Stored, str]]:
        """Where `text` is in a question or an answer, newest first, with its conversation."""
        wanted = text.casefold()
        stored = {one.header.id: one for one in self.conversations()}
        found: list[tuple[Stored, str]] = []
        rows = (
            self._open().execute(
                "SELECT conversation, question, answer FROM turn ORDER BY number DESC"
            )
            if stored
            else ()
        )
        for conversation, question, answer in rows:
            for words in _words(question, answer):
                if wanted in words.casefold() and len(found) < most:
                    found.append((stored[conversation], words))
        return found


def _words(question: str, answer: str) -> list[str]:
    """The texts of a turn's question and answer; nothing where its row is not ours."""
    from nbchat.store.reading import read_json

    try:
        asked, said = read_json(question)["question"], stored_words(read_json(answer))
    except (BadSettings, KeyError, TypeError):
        return []
    words = (
        asked
        if isinstance(asked, str)
        else " ".join(part for part in asked if isinstance(part, str))
    )
    return [text for text in (words, said) if isinstance(text, str)]


_COLUMNS = "id, name, title, about, system, model, head, length"
# Cast, since a column of SQLite holds any type.
_CONVERSATIONS = """
    SELECT CAST(id AS TEXT), substr(CAST(name AS TEXT), 1, 300),
        substr(CAST(title AS TEXT), 1, 300), substr(CAST(about AS TEXT), 1, 300),
        CAST(system AS TEXT), CAST(model AS TEXT), CAST(head AS TEXT),
        CAST(length AS INTEGER), CAST(notebook AS TEXT), CAST(changed AS REAL)
    FROM conversation ORDER BY changed DESC"""
_IN_CELLS = """
    id IN (SELECT id FROM conversation WHERE name = ? AND kernel != ? AND length > 0
        ORDER BY changed DESC LIMIT 100)
    AND EXISTS (SELECT 1 FROM turn WHERE turn.conversation = conversation.id
        AND CASE WHEN json_valid(question) THEN json_extract(question, '$.cell') END
        IN (SELECT value FROM json_each(?)))"""
_PUT_CONVERSATION = f"""
    INSERT INTO conversation ({_COLUMNS}, notebook, kernel, changed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, title = excluded.title,
        about = excluded.about, system = excluded.system, model = excluded.model,
        head = excluded.head, length = excluded.length,
        notebook = excluded.notebook, kernel = excluded.kernel, changed = excluded.changed"""
_SET_CONVERSATION = """
    UPDATE conversation SET name = ?, title = ?, about = ?, system = ?, model = ?, head = ?,
        length = ?, notebook = ?, kernel = ?, changed = ? WHERE id = ?"""
_PUT_TURN = """
    INSERT INTO turn (id, conversation, parent, question, answer)
    VALUES (?, ?, (SELECT id FROM turn WHERE id = ?), ?, ?)"""

# Cast as above, and as far as counts are counts.
_COUNTS = ("input", "output", "cached", "written", "reasoning")
_UNANSWERED = f"""
    SELECT substr(CAST(model AS TEXT), 1, 300), substr(CAST(provider AS TEXT), 1, 300),
        {", ".join(f"max(0, CAST({name} AS INTEGER))" for name in _COUNTS)}
    FROM spent WHERE conversation = ? AND NOT has_word AND turn NOT IN (SELECT id FROM turn)
    ORDER BY rowid"""


def _values(header: Header) -> tuple[object, ...]:
    values = (getattr(header, name) for name in Header.__slots__)
    return tuple(text_for_sqlite(v) if isinstance(v, str) else v for v in values)


def _stored(row: Any) -> Stored:
    return Stored(Header(*row[:8]), row[8], min(max(row[9], 0.0), LAST_DAY))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
