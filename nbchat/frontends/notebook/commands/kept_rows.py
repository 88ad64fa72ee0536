"""The answers of maps that are kept on disk: listed and removed beside the conversations."""

from __future__ import annotations

from pathlib import Path

from nbchat import runtime
from nbchat.dataframes.checkpoint import KeptMap, delete_map, kept_maps, rows_file
from nbchat.errors import BadSettings
from nbchat.frontends.notebook.commands.state_lines import SHOWN_ID, moment_text
from nbchat.frontends.quoting import quoted
from nbchat.store.notebook_path import notebook_path
from nbchat.wording import plural

SHORTEST_ID = 4  # characters of an id that are taken for one


def listed_maps() -> list[list[str]]:
    """The cells of each map for the list of what is stored."""
    path = _file()
    return [_cells(kept) for kept in kept_maps(path)] if path else []


def delete_rows(which: str) -> bool:
    """Remove the rows of the maps of that name or id, and say so. False where there are none.

    Those without a name belong to the main conversation of their notebook.
    """
    path = _file()
    found = [kept for kept in kept_maps(path) if _is_meant(kept, which)] if path else []
    for kept in found:
        assert path is not None
        delete_map(path, kept.id)
    if found:
        rows = plural(sum(kept.rows for kept in found), "row")
        print(f"Deleted what was kept of {plural(len(found), 'map')} {quoted(which)}: {rows}.")
    return bool(found)


def _file() -> Path | None:
    try:
        return rows_file(is_named=True)
    except BadSettings:
        return None


def _is_meant(kept: KeptMap, which: str) -> bool:
    if kept.name:
        is_of_name = kept.name == which
    else:
        is_of_name = which == runtime.MAIN and kept.notebook == notebook_path()
    return is_of_name or (len(which) >= SHORTEST_ID and kept.id.startswith(which))


def _cells(kept: KeptMap) -> list[str]:
    about = f"a map: {plural(kept.rows, 'row')}"
    where, when = Path(kept.notebook).name, moment_text(kept.changed)
    return ["", kept.id[:SHOWN_ID], kept.name, about, "", where, when]
