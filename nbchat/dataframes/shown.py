"""A map as a notebook shows it: its first rows as a safe table, and a line about all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from nbchat.dataframes.row import NotAsked, Row
from nbchat.dataframes.template import is_missing
from nbchat.errors import error_name
from nbchat.languages import translated
from nbchat.render.transcript import table_bundle
from nbchat.wording import plural, shorten, written_out

MOST_ROWS = 10
MOST_COLUMNS = 12
LONGEST_CELL = 100  # characters
MOST_KINDS = 3  # of failures that are named


def mapped_bundle(
    index: Sequence[Any], columns: Mapping[str, Sequence[Any]], below: Sequence[str]
) -> dict[str, str]:
    """The first rows under the names of their columns, as IPython displays them.

    `below` are lines about all of them.
    """
    names = [*columns][:MOST_COLUMNS]
    head = ["", *map(_text, names)]
    rows = [
        [_text(label), *(_text(columns[name][at]) for name in names)]
        for at, label in enumerate(index[:MOST_ROWS])
    ]
    left = len(index) - len(rows)
    more = f"and {plural(left, 'row')} more; " if left > 0 else ""
    about, *others = below
    return table_bundle(head, rows, *map(translated, [more + about, *others]), box="nbc-rows")


def failed_words(failed: Sequence[Row], variable: str) -> str:
    """What has failed how often, and what to do about it; empty where nothing has.

    `variable` is what the result is called.

    >>> failed_words([Row(0, error=TimeoutError()), Row(1, error=NotAsked())], "out")
    'TimeoutError: 1 row. out.retry() asks those again that have no answer.'
    """
    errors = [row.error for row in failed if not isinstance(row.error, NotAsked)]
    kinds = Counter(error_name(error) for error in errors if error is not None)
    counted = [f"{kind}: {plural(count, 'row')}." for kind, count in kinds.most_common(MOST_KINDS)]
    hint = f"{variable}.retry() asks those again that have no answer."
    return " ".join([*counted, hint]) if failed else ""


def _text(cell: Any) -> str:
    if is_missing(cell):
        return ""
    text = f"{cell:.6f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)
    return shorten(written_out(" ".join(text.split())), LONGEST_CELL)
