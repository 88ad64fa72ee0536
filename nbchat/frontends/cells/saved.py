"""The notebook's file, as it was saved last: its code cells in their order."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbchat.store import notebook_path

LARGEST_FILE = 20_000_000  # bytes


@dataclass(slots=True, frozen=True)
class SavedNotebook:
    """`places` tells where in the file the cell of an id is; `ids` are those of the sources."""

    sources: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    places: dict[str, int] = field(default_factory=dict)


_read: tuple[object, SavedNotebook] = (None, SavedNotebook())  # of which state of which file


def saved_notebook() -> SavedNotebook:
    """What the file says, read anew when it has changed; nothing where it is not known."""
    global _read
    path = notebook_path.notebook_path()
    if not path:
        return SavedNotebook()
    try:
        state = os.stat(path)
        if state.st_size > LARGEST_FILE:
            return SavedNotebook()
        version = (path, state.st_mtime_ns, state.st_size)
        if _read[0] != version:
            _read = version, _saved(json.loads(Path(path).read_bytes()))
        return _read[1]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return SavedNotebook()


def _saved(content: Any) -> SavedNotebook:
    sources: list[str] = []
    ids: list[str] = []
    places: dict[str, int] = {}
    for place, cell in enumerate(content["cells"]):
        if isinstance(cell.get("id"), str):
            places[cell["id"]] = place
        if cell["cell_type"] == "code":
            sources.append("".join(cell["source"]))
            ids.append(str(cell.get("id", "")))
    return SavedNotebook(tuple(sources), tuple(ids), places)
