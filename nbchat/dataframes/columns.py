"""The answers of a map as columns: the fields of the schema or the text, and what each row took."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from nbchat.dataframes.row import NotAsked, Row
from nbchat.errors import error_name
from nbchat.values.frames import rows_of
from nbchat.values.value_type import ValueType

ANSWER = "answer"


def answer_columns(
    rows: Sequence[Row],
    wanted: ValueType | None,
    taken: Collection[str],
    say: Callable[[str], str] = str,
) -> dict[str, list[Any]]:
    """The columns by name; a name that the data has already gets `_answer` behind it.

    `say` puts what has failed into the words of whoever looks at it.
    """
    columns: dict[str, list[Any]] = {ANSWER: [*map(_text, rows)]}
    if wanted:
        columns = _value_columns(rows, wanted)
    columns |= {
        "error": [error_text(row.error, say) for row in rows],
        "tokens": [_tokens(row) for row in rows],
        "cost": [_amount(row) for row in rows],
    }
    own: dict[str, list[Any]] = {}
    for name, cells in columns.items():
        while name in taken or name in own:
            name += f"_{ANSWER}"
        own[name] = cells
    return own


def error_text(error: Exception | None, say: Callable[[str], str] = str) -> str | None:
    """What failed, in one line; of a row that was not asked just that."""
    if error is None:
        return None
    if isinstance(error, NotAsked):
        return say(str(error))
    happened = getattr(error, "happened", None) or str(error).partition("\n")[0]
    return f"{error_name(error)}: {say(' '.join(happened.split()))}"


def _text(row: Row) -> str | None:
    return None if row.answer is None else str(row.answer)


def _value_columns(rows: Sequence[Row], wanted: ValueType) -> dict[str, list[Any]]:
    """A column for each field, where the schema is of an object; else one with the values."""
    if wanted.member:
        return {ANSWER: [one[ANSWER] for one in rows_of([{ANSWER: row.value} for row in rows])]}
    values = [None if row.answer is None else rows_of([row.value])[0] for row in rows]
    found = dict.fromkeys(name for value in values for name in value or ())
    names = found or dict.fromkeys(wanted.fields)
    return {name: [value and value.get(name) for value in values] for name in names}


def _tokens(row: Row) -> int | None:
    """All that was sent and made for a row; nothing where nobody has counted."""
    counts = [count for count in (row.usage.input, row.usage.output) if count is not None]
    return sum(counts) if counts else None


def _amount(row: Row) -> float | None:
    """Money in the one currency that it was paid in; nothing where that is not known."""
    if not row.cost.complete:
        return None
    return sum(row.cost.amounts.values()) if len(row.cost.amounts) < 2 else None
