"""A map as a notebook shows it: its first rows as a safe table, and a line about all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbchat.dataframes.template import is_missing
from nbchat.render.transcript import table_bundle
from nbchat.wording import plural, shorten, written_out

MOST_ROWS = 10
MOST_COLUMNS = 12
LONGEST_CELL = 100  # characters


def mapped_bundle(
    index: Sequence[Any], columns: Mapping[str, Sequence[Any]], about: str
) -> dict[str, str]:
    """The first rows under the names of their columns, as IPython displays them."""
    names = [*columns][:MOST_COLUMNS]
    head = ["", *map(_text, names)]
    rows = [
        [_text(label), *(_text(columns[name][at]) for name in names)]
        for at, label in enumerate(index[:MOST_ROWS])
    ]
    left = len(index) - len(rows)
    more = f"and {plural(left, 'row')} more; " if left > 0 else ""
    return table_bundle(head, rows, f"{more}{about}")


def _text(cell: Any) -> str:
    if is_missing(cell):
        return ""
    text = f"{cell:.6f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)
    return shorten(written_out(" ".join(text.split())), LONGEST_CELL)
