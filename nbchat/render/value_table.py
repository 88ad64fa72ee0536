"""A value as rows of texts, and as JSON: what an answer has to show where it is a value.

All that stands in it is model output, and is bounded here; it is made safe where it is drawn.
The JSON is a text to copy, in which no character hides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbchat.invisible import in_a_name
from nbchat.languages.live import said
from nbchat.wording import plural, shorten

if TYPE_CHECKING:
    from nbchat.events import Answer

MOST_ROWS = 100  # of a list that are shown, the first ones
GROWING_ROWS = 15  # of a list that grows, the last ones
INNER_ROWS = 20  # of a list inside a value
MOST_COLUMNS = 20
LONGEST_CELL = 300  # characters of a cell among others
MOST_BITS = 1_000  # of a whole number that is written
LONGEST_FIELD = 4_000  # characters of a member that has a line of its own

_MISSING = object()
_CONTROLS = re.compile("[\x7f-\x9f\ud800-\udfff\u2028\u2029]")


@dataclass(slots=True, frozen=True)
class Table:
    """Rows of texts; `right` says which columns are numbers. A list of anything has no `head`."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[bool]
    remark: str = ""  # on what is not shown


@dataclass(slots=True, frozen=True)
class Member:
    """One member of a value that is no list; what has members itself is a `table`, too."""

    name: str
    text: str
    table: Table | None = None


# --- what is in it -------------------------------------------------------------------------------


def has_value(answer: Answer) -> bool:
    """Whether it was to be a value, and is one."""
    return answer.valued is not None and answer.valued.error is None


def items_of(value: Any) -> Sequence[Any] | None:
    """The rows of a list; None for anything else."""
    if isinstance(value, set | frozenset):
        return [*value]
    if isinstance(value, list | tuple):
        return value
    is_root = getattr(type(value), "__pydantic_root_model__", False)
    root = value.root if is_root else None  # any other may have a member of that name
    return root if isinstance(root, list) else None


def row_count(value: Any) -> int | None:
    """How many rows a list has; None for anything else."""
    items = items_of(value)
    return None if items is None else len(items)


def first_rows(items: Sequence[Any], most: int = MOST_ROWS) -> Table:
    """The beginning of a list.

    >>> first_rows([{"name": "Ada", "age": 36}, {"name": "Bob", "age": None}]).rows
    [['Ada', '36'], ['Bob', 'None']]
    """
    table = _table(items[:most])
    if len(items) <= most:
        return table
    more = f"The first {most:,} of {plural(len(items), 'row')}."
    return replace(table, remark=f"{more} {table.remark}".strip())


def last_rows(items: Sequence[Any], most: int = GROWING_ROWS) -> Table:
    """The end of a list that grows."""
    table = _table(items[-most:])
    more = len(items) - most
    if more <= 0:
        return table
    above = f"{plural(more, 'row')} above."
    return replace(table, remark=f"{above} {table.remark}".strip())


def members_of(value: Any) -> list[Member] | str:
    """What is no list: its members, or the one text that it is."""
    plain = _plain(value)
    if not isinstance(plain, dict) or not plain:
        return _text(plain, LONGEST_FIELD)
    members = [_member(name, inner) for name, inner in [*plain.items()][:MOST_ROWS]]
    more = len(plain) - len(members)
    return [*members, Member("…", said(f"{more:,} more"))] if more else members


def _member(name: str, value: Any) -> Member:
    return Member(shorten(name, LONGEST_CELL), _text(value, LONGEST_FIELD), _inner(value))


def _inner(value: Any) -> Table | None:
    """The table in a member, where that is an object or a list of objects."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return first_rows(value, INNER_ROWS)
    if not isinstance(value, dict) or not value:
        return None
    shown = [*value.items()][:INNER_ROWS]
    rows = [[shorten(name, LONGEST_CELL), _text(inner, LONGEST_CELL)] for name, inner in shown]
    more = len(value) - len(shown)
    return Table((), rows, [False, False], f"{plural(more, 'more line')}." if more else "")


def _plain(value: Any) -> Any:
    """A value as JSON has it; of what cannot be written the name of its class."""
    from pydantic_core import to_jsonable_python

    try:
        return to_jsonable_python(value, bytes_mode="base64", serialize_unknown=True)
    except Exception:  # a class may write itself in any way
        return f"<{type(value).__name__}>"


def _table(items: Sequence[Any]) -> Table:
    plain = [_plain(item) for item in items]
    if not plain:
        return Table((), (), (), "No rows.")
    if not all(isinstance(row, dict) and row for row in plain):
        return Table((), [[_text(item, LONGEST_CELL)] for item in plain], [_are_numbers(plain)])
    names = list(dict.fromkeys(name for row in plain for name in row))
    shown = names[:MOST_COLUMNS]
    columns = [[row.get(name, _MISSING) for row in plain] for name in shown]
    texts = [[_text(cell, LONGEST_CELL) for cell in column] for column in columns]
    more = len(names) - len(shown)
    return Table(
        [shorten(name, LONGEST_CELL) for name in shown],
        [[*row] for row in zip(*texts, strict=True)],
        [_are_numbers(column) for column in columns],
        f"{plural(more, 'more column')}." if more else "",
    )


def _text(value: Any, most: int) -> str:
    """One cell. What Python has another word for than JSON is written as in Python."""
    match value:
        case str():
            return shorten(value, most)
        case int() if value.bit_length() > MOST_BITS:
            return f"<int of {value.bit_length():,} bits>"
        case None | bool() | int() | float():
            return shorten(repr(value), most)
        case list() if value and not any(isinstance(one, list | dict) for one in value):
            return shorten(", ".join(_text(one, most) for one in value[:most]), most)
        case list() | dict():
            return shorten(_dumped(value), most)
    return ""


def _dumped(value: Any, indent: int | None = None) -> str:
    from pydantic_core import to_json

    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    except ValueError:  # no number, or one of more digits than Python writes
        return to_json(value, indent=indent, inf_nan_mode="strings").decode()


def _are_numbers(column: Sequence[Any]) -> bool:
    there = [value for value in column if value is not None and value is not _MISSING]
    return bool(there) and all(type(value) in (int, float) for value in there)


# --- as text -------------------------------------------------------------------------------------


def value_json(answer: Answer) -> str:
    r"""The value as JSON, a row a line; what nobody sees in it is written as JSON does.

    >>> from nbchat.events import Answer, Valued
    >>> print(value_json(Answer(valued=Valued([{"n": 1}, {"n": "a\u200bb"}]))))
    [
    {"n": 1},
    {"n": "a\u200bb"}
    ]
    """
    assert answer.valued is not None
    value = answer.valued.value
    items = items_of(value)
    if items is None:
        return _seen(_dumped(_plain(value), indent=1))
    rows = [_dumped(_plain(item)) for item in items]
    return _seen("[\n" + ",\n".join(rows) + "\n]") if rows else "[]"


def _seen(text: str) -> str:
    """JSON without characters that nobody sees; inside its texts they have a way to be written."""
    text = _CONTROLS.sub(lambda match: _escaped(match[0]), text)
    return in_a_name().sub(lambda match: match[1] or _escaped(match[0]), text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]
