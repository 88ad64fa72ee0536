"""What has been answered for the rows of a map, on disk: what was paid for is not paid again.

One SQLite file beside the history, one commit a row. A row is known by a hash of its question,
a map by its name and by hashes of its prompt, model, schema and options, so that what stands in
the file of them are the answers alone. What cannot be written or read never ends a map: `trouble`
says why, once.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from nbchat import runtime
from nbchat.errors import BadSettings, HistoryUnavailable
from nbchat.events import Answer
from nbchat.messages import Message
from nbchat.store.notebook_path import history_file, notebook_path
from nbchat.store.private_files import make_private_file, take_from_others
from nbchat.store.reading import read_json, read_turn
from nbchat.store.schema import NotOurs, transaction
from nbchat.store.stored_turn import answer_fields, strict_json
from nbchat.turns import Turn

FILE = "rows.sqlite"
BUSY_SECONDS = 1.0
VERSION = 1
MOST_LOOKED_AT = 200  # maps of a notebook, the last ones
CELL = "cell"  # what is stored beside the parts: where a map was asked for
_TABLES = (
    """CREATE TABLE IF NOT EXISTS map (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,     -- '' where it has none
        notebook TEXT NOT NULL, -- its path; '' where none is known
        parts TEXT NOT NULL,    -- JSON: hashes of prompt, model, schema and options
        changed REAL NOT NULL   -- seconds since the epoch
    )""",
    """CREATE TABLE IF NOT EXISTS row (
        map TEXT NOT NULL REFERENCES map (id) ON DELETE CASCADE,
        key TEXT NOT NULL,      -- a hash of the question
        answer TEXT NOT NULL,   -- JSON, as in nbchat.store.stored_turn
        PRIMARY KEY (map, key)
    ) WITHOUT ROWID""",
)


def rows_file(*, is_named: bool) -> Path | None:
    """Where the answers of a map are kept, if they are: beside the history.

    Where no person watches, only those of a map that has a name. Raises BadSettings where there
    is no place for them.
    """
    current = runtime.current()
    path = history_file(current.settings().history)
    if path is None or not (is_named or current.is_watched()):
        return None
    return path.with_name(FILE)


class KeptMap(NamedTuple):
    """A map of which rows are kept."""

    id: str
    name: str
    notebook: str
    rows: int
    changed: float  # seconds since the epoch


class Checkpoint:
    """The kept rows of one map. Used by one thread at a time."""

    def __init__(
        self, path: Path, id: str, name: str, parts: Mapping[str, str], cell: str = ""
    ) -> None:
        self.path = path
        self.trouble = ""  # why nothing is kept, in one line
        self._parts = parts
        self._cell = cell
        self._map = (id, name, notebook_path(), json.dumps({**parts, CELL: cell}))
        self._connection: sqlite3.Connection | None = None

    def read(self) -> dict[str, Answer]:
        """What is kept, by the keys of the questions."""
        try:
            kept = self._open().execute(
                "SELECT key, answer FROM row WHERE map = ?", (self._map[0],)
            )
            rows = kept.fetchall()
        except (sqlite3.Error, OSError, NotOurs) as error:
            self._note(error)
            return {}
        answers = {}
        for key, text in rows:
            with suppress(BadSettings, TypeError):  # written by a stranger: asked again
                answers[key] = read_turn({"question": "", **read_json(text)}, 1, None).answer
        return answers

    def what_changed(self) -> list[str]:
        """What is another since the last map of that name, or of that cell, such as "prompt".

        A map that has no name is known by the cell that it is in.
        """
        id, name, notebook, _ = self._map
        with suppress(sqlite3.Error, OSError, NotOurs):
            maps = self._open().execute(_LAST_MAPS, (name, notebook))
            for other, text in maps if name or self._cell else ():
                before = _parts_of(text)
                if name or before.get(CELL) == self._cell:
                    is_same = other == id
                    changed = [] if is_same else [*self._parts]
                    return [part for part in changed if before.get(part) != self._parts[part]]
        return []

    def write(self, key: str, answer: Answer) -> None:
        """Keep a row. It is on disk when this returns."""
        text = strict_json(answer_fields(Turn(Message("user", ""), answer)))
        try:
            with transaction(self._open()) as connection:
                connection.execute(_PUT_MAP, (*self._map, time.time()))
                connection.execute(
                    "INSERT OR REPLACE INTO row VALUES (?, ?, ?)", (self._map[0], key, text)
                )
        except (sqlite3.Error, OSError, NotOurs) as error:
            self._note(error)

    def forget(self) -> None:
        """Remove the map and its rows. Raises HistoryUnavailable where they stay."""
        if self.path.exists():
            delete_map(self.path, self._map[0])

    def close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _connect(self.path)
        return self._connection

    def _note(self, error: Exception) -> None:
        self.trouble = "The rows are not kept, since " + f"{self.path} {_why(error)}."


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, NotOurs) else f"cannot be used ({error})"


_PUT_MAP = """
    INSERT INTO map VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET changed = excluded.changed, parts = excluded.parts
"""
_LAST_MAPS = f"""
    SELECT id, parts FROM map WHERE name = ? AND notebook = ?
    ORDER BY changed DESC LIMIT {MOST_LOOKED_AT}
"""


def _parts_of(text: object) -> Mapping[str, Any]:
    """The parts of a map as they are stored; none where a stranger has written them."""
    try:
        parts = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return parts if isinstance(parts, dict) else {}


def kept_maps(path: Path) -> list[KeptMap]:
    """The maps of which rows are kept, the last changed first."""
    if not path.exists():
        return []
    query = """
        SELECT CAST(id AS TEXT), substr(CAST(name AS TEXT), 1, 300), CAST(notebook AS TEXT),
            (SELECT count(*) FROM row WHERE map = map.id), changed
        FROM map ORDER BY changed DESC
    """
    with suppress(sqlite3.Error, OSError, NotOurs), closing(_connect(path)) as connection:
        return [KeptMap(*row) for row in connection.execute(query)]
    return []


def delete_map(path: Path, id: str) -> None:
    """Remove a map and its rows, and their bytes. Raises HistoryUnavailable where they stay."""
    try:
        with closing(_connect(path)) as connection:
            connection.execute("DELETE FROM map WHERE id = ?", (id,))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (sqlite3.Error, OSError, NotOurs) as error:
        raise HistoryUnavailable(
            "the rows stay on disk, since " + f"{path} {_why(error)}."
        ) from None


def _connect(path: Path) -> sqlite3.Connection:
    """Raises sqlite3.Error, OSError or NotOurs."""
    make_private_file(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in ("trusted_schema = OFF", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        _check(connection)
        take_from_others(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Refuse a file of a newer nbchat, or with anything in it but our tables as we make them.

    A trigger or a view of a stranger may have the name of a table of ours.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise NotOurs(f"was written by a newer nbchat (version {version})")
    if not _schema(connection) <= _own_schema():
        raise NotOurs("holds something else than rows of nbchat")


def _schema(connection: sqlite3.Connection) -> set[tuple[str, ...]]:
    query = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    return set(connection.execute(query))


@cache
def _own_schema() -> set[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as memory:
        for statement in _TABLES:
            memory.execute(statement)
        return _schema(memory)
