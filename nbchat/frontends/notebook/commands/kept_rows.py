"""The answers of maps that are kept on disk: listed and removed beside the conversations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbchat import runtime
from nbchat.errors import BadSettings
from nbchat.frontends.notebook.commands.state_lines import SHOWN_ID, moment_text
from nbchat.frontends.notebook.page_or_text import say
from nbchat.frontends.quoting import quoted
from nbchat.languages import translated
from nbchat.store.notebook_path import notebook_path
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.dataframes.checkpoint import KeptMap

SHORTEST_ID = 4  # characters of an id that are taken for one


def listed_maps() -> list[list[str]]:
    """The cells of each map for the list of what is stored."""
    _, kept = _kept()
    return [_cells(one) for one in kept]


def delete_rows(which: str) -> bool:
    """Remove the rows of the maps of that name or id, and say so. False where there are none.

    Those without a name belong to the main conversation of their notebook.
    """
    path, kept = _kept()
    found = [one for one in kept if _is_meant(one, which)]
    if path is None or not found:
        return False
    from nbchat.dataframes.checkpoint import delete_map

    for one in found:
        delete_map(path, one.id)
    rows = plural(sum(one.rows for one in found), "row")
    say(f"Deleted what was kept of {plural(len(found), 'map')} {quoted(which)}: {rows}.")
    return True


def _kept() -> tuple[Path | None, list[KeptMap]]:
    """The file of the maps, and what is in it; nothing where there can be none."""
    try:
        from nbchat.dataframes.checkpoint import kept_maps, rows_file

        path = rows_file(is_named=True)
    except (BadSettings, ImportError):  # a Python without sqlite3
        return None, []
    return path, [*kept_maps(path)] if path else []


def _is_meant(kept: KeptMap, which: str) -> bool:
    if kept.name:
        is_of_name = kept.name == which
    else:
        is_of_name = which == runtime.MAIN and kept.notebook == notebook_path()
    return is_of_name or (len(which) >= SHORTEST_ID and kept.id.startswith(which))


def _cells(kept: KeptMap) -> list[str]:
    about = translated(f"a map: {plural(kept.rows, 'row')}")
    where, when = Path(kept.notebook).name, moment_text(kept.changed)
    return ["", kept.id[:SHOWN_ID], kept.name, about, "", where, when]
