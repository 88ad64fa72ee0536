"""What is on the disk, as another connection sees it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from pathlib import Path


def rows(path: Path) -> list[tuple[str, str]]:
    """Question and answer JSON of every turn, read by another connection."""
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT question, answer FROM turn ORDER BY number").fetchall()
    connection.close()
    return found


def contents(folder: Path, pattern: str = "*") -> dict[str, bytes]:
    """What is in each file, by its name; SQLite may take one away while they are read."""
    found = {}
    for file in folder.rglob(pattern):
        with suppress(FileNotFoundError, IsADirectoryError):
            found[file.name] = file.read_bytes()
    return found


def is_growing(path: Path, name: str) -> bool:
    """Whether the conversation of that name has an answer that is not whole yet."""
    if not path.exists():
        return False
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", timeout=60, uri=True) as connection:
        try:
            found = connection.execute(
                "SELECT answer FROM turn JOIN conversation c ON c.id = conversation WHERE name = ?",
                [name],
            ).fetchall()
        except sqlite3.OperationalError:  # its tables are being made
            found = []
    connection.close()
    return any(json.loads(answer)["stop"]["reason"] == "broken" for (answer,) in found)
