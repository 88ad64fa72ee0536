"""The tables, how they came to be, and whether a file has them and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# A new one is added at the end. What has been released is never changed, its comments neither:
# SQLite keeps the text of a statement, and `check` compares it.
MIGRATIONS = (
    (
        """CREATE TABLE conversation (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            notebook TEXT NOT NULL, -- its path, as it was at the last save; '' where none is known
            kernel TEXT NOT NULL,   -- the kernel that saved it last
            title TEXT NOT NULL,
            about TEXT NOT NULL,
            system TEXT,
            model TEXT,
            head TEXT,              -- the turn where it stands
            length INTEGER NOT NULL,
            changed REAL NOT NULL   -- seconds since the epoch
        )""",
        """CREATE TABLE turn (
            number INTEGER PRIMARY KEY AUTOINCREMENT, -- in order of asking
            id TEXT NOT NULL UNIQUE,
            conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
            parent TEXT REFERENCES turn (id) ON DELETE SET NULL,
            question TEXT NOT NULL, -- JSON, as in nbchat.store.rows
            answer TEXT NOT NULL
        )""",
        "CREATE INDEX turns_of ON turn (conversation)",
        "CREATE INDEX turns_after ON turn (parent)",
        "CREATE INDEX conversations_in ON conversation (notebook, name)",
    ),
    (  # from here on answers are stored as parts; the rows before stay as they are
        """CREATE TABLE spent (
            at REAL NOT NULL,       -- seconds since the epoch
            notebook TEXT NOT NULL, -- its path; '' where none is known
            conversation TEXT NOT NULL,
            turn TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,
            input INTEGER,          -- tokens, here and below; NULL where the provider did not say
            cached INTEGER,
            written INTEGER,
            output INTEGER,
            reasoning INTEGER,
            cost REAL,              -- NULL where no price is known
            currency TEXT NOT NULL,
            estimated INTEGER NOT NULL -- whether the counts are ours
        )""",
        "CREATE INDEX spent_at ON spent (at)",
    ),
    (  # from here on every request is in it, and by day it is summed
        "ALTER TABLE spent RENAME TO spent_before",
        """CREATE TABLE spent (
            at REAL NOT NULL,       -- seconds since the epoch
            day TEXT NOT NULL,      -- of the person, as in 2026-11-30
            kernel TEXT NOT NULL,   -- the process that asked
            notebook TEXT NOT NULL, -- its path; '' where none is known
            conversation TEXT NOT NULL, -- its id; '' where there is none any more
            name TEXT NOT NULL,     -- of the conversation, or of a map
            turn TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,
            input INTEGER,          -- tokens, here and below; NULL where nobody has counted
            cached INTEGER,
            written INTEGER,
            output INTEGER,
            reasoning INTEGER,
            cost REAL,              -- NULL where no price is known
            currency TEXT NOT NULL, -- '' where no price is known, or nothing is paid
            has_word INTEGER NOT NULL,  -- 0 for a try that gave no word
            estimated INTEGER NOT NULL, -- whether the counts are ours
            told INTEGER NOT NULL   -- whether the cost is what the provider said
        )""",
        "CREATE INDEX spent_of ON spent (conversation)",
        """CREATE TABLE spent_on (
            day TEXT NOT NULL,
            kernel TEXT NOT NULL,
            notebook TEXT NOT NULL,
            conversation TEXT NOT NULL,
            name TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,
            currency TEXT NOT NULL,
            requests INTEGER NOT NULL,
            input INTEGER NOT NULL, -- sums of what is known, here and below
            cached INTEGER NOT NULL,
            written INTEGER NOT NULL,
            output INTEGER NOT NULL,
            reasoning INTEGER NOT NULL,
            cost REAL NOT NULL,
            unpriced INTEGER NOT NULL,  -- of the requests, those whose cost is not known
            estimated INTEGER NOT NULL, -- those whose counts are ours
            PRIMARY KEY (
                day, kernel, notebook, conversation, name, model, provider, currency
            )
        ) WITHOUT ROWID""",
        """INSERT INTO spent
            SELECT at, coalesce(date(at, 'unixepoch', 'localtime'), ''), '', notebook, conversation,
                coalesce((SELECT name FROM conversation c WHERE c.id = conversation), ''), turn,
                model, provider, input, cached, written, output, reasoning, cost, currency, 0,
                estimated, 0
            FROM spent_before""",
        """INSERT INTO spent_on
            SELECT day, kernel, notebook, conversation, name, model, provider, currency, count(*),
                total(input), total(cached), total(written), total(output), total(reasoning),
                total(cost), sum(cost IS NULL), sum(estimated)
            FROM spent
            GROUP BY day, kernel, notebook, conversation, name, model, provider, currency""",
        "DROP TABLE spent_before",
    ),
)


class NotOurs(Exception):
    """The file is a database, but not one that can be used here."""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def check(connection: sqlite3.Connection) -> None:
    """Refuse a file of a newer nbchat, of another program, or with triggers or views in it."""
    connection.execute(
        "BEGIN"
    )  # both as they are at one moment: another process may be making the tables
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    schema = _schema(connection)
    connection.execute("COMMIT")
    if version > len(MIGRATIONS):
        raise NotOurs(
            f"was written by a newer nbchat (version {version}; this one knows {len(MIGRATIONS)})"
        )
    if schema != _schema_of(version):
        raise NotOurs("is not a history of nbchat")


def _schema(connection: sqlite3.Connection) -> set[tuple[str, ...]]:
    return set(
        connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        )
    )


def _schema_of(version: int) -> set[tuple[str, ...]]:
    with sqlite3.connect(":memory:") as memory:
        for statement in (s for migration in MIGRATIONS[:version] for s in migration):
            memory.execute(statement)
        found = _schema(memory)
    memory.close()
    return found


def migrate(connection: sqlite3.Connection) -> None:
    def version() -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    if version() == len(MIGRATIONS):
        return
    with transaction(connection):
        for migration in MIGRATIONS[
            version() :
        ]:  # asked again: another process may have been first
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
