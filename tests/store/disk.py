"""What is on the disk, as another connection sees it."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def rows(path: Path) -> list[tuple[str, str]]:
    """Question and answer JSON of every turn, read by another connection."""
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT question, answer FROM turn ORDER BY number").fetchall()
    connection.close()
    return found
