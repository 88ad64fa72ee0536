"""The names of columns, as code would write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from keyword import iskeyword

from nbchat.context.classes import is_a, is_from
from nbchat.context.tables.cells import SCALARS, cut, item_text

MOST_LEVELS = 8  # of a name that is a tuple

_OF_PANDAS = ("Timestamp", "Timedelta", "Period", "Interval")
_DIGITS = re.compile(r"\d{1,12}")


@dataclass(slots=True, frozen=True)
class Column:
    """A column, or a level of the index: its name as the library has it, and its type."""

    name: object
    dtype: str  # in which no value of a cell stands
    is_index: bool = False


def name_text(name: object, most: int) -> str:
    """A column's name as code has it: plain where it is a plain word, else with quotes.

    >>> name_text("age", 40), name_text("Price (€)", 40), name_text(0, 40), name_text("0", 40)
    ('age', "'Price (€)'", '0', "'0'")
    """
    if type(name) is str and name.isidentifier() and not iskeyword(name) and len(name) <= most:
        return name
    return _quoted(name, most)


def _quoted(name: object, most: int) -> str:
    if type(name) is tuple:
        parts = [_quoted(part, most // 2) for part in name[:MOST_LEVELS]]
        return f"({', '.join(parts)})"
    if is_a(name, str):
        text = str.__str__(name)
        short = cut(text, most)
        more = "" if short == text else f" ({len(text):,} characters)"
        return f"{short!r}{more}"
    is_written = type(name) in SCALARS or is_from(name, "pandas", *_OF_PANDAS)
    text = repr(name) if is_written else item_text(name, most)
    return cut(" ".join(text.split()), most)


def heading_text(name: object, most: int) -> str:
    """The same in the first line of CSV: without quotes of its own."""
    if is_a(name, str):
        return cut(str.__str__(name), most)
    return "" if name is None else cut(name_text(name, most), most)


# --- alike columns -------------------------------------------------------------------------------

FEWEST = 4  # columns in a row that are alike, to be told as one
LONGEST_COUNTED = 200  # characters of a name in which a number is looked for


def runs(columns: Sequence[Column]) -> Iterator[range]:
    """The columns, those together that follow each other and are alike but for their numbers.

    >>> [*runs([Column(f"x_{i}", "int64") for i in range(9)] + [Column("y", "int64")])]
    [range(0, 9), range(9, 10)]
    """
    start = 0
    patterns = [_pattern(column) for column in columns]
    for at in range(1, len(columns) + 1):
        if at < len(columns) and patterns[at] and patterns[at] == patterns[start]:
            continue
        if at - start >= FEWEST:
            yield range(start, at)
        else:
            yield from (range(one, one + 1) for one in range(start, at))
        start = at


def _pattern(column: Column) -> tuple[str, str] | None:
    """What alike columns have in common; None for a name without a number."""
    name = column.name
    if column.is_index:
        return None
    if type(name) is int:
        return "#", column.dtype
    if type(name) is not str or len(name) > LONGEST_COUNTED:
        return None
    pattern = _DIGITS.sub("#", name)
    return (f"str {pattern}", column.dtype) if "#" in pattern else None


def is_counted_up(columns: Sequence[Column]) -> bool:
    """Whether the first name and the last one tell all of those between.

    >>> is_counted_up([Column(f"x_{i:02}", "") for i in (8, 9, 10)])
    True
    """
    numbers = [_DIGITS.findall(str(column.name)) for column in columns]
    changing = [at for at, first in enumerate(numbers[0]) if first != numbers[-1][at]]
    if len(changing) != 1:
        return False
    (at,) = changing
    first = int(numbers[0][at])
    width = len(numbers[0][at]) if numbers[0][at].startswith("0") else 0
    kept = [row[:at] + row[at + 1 :] for row in numbers]
    counted = [f"{first + i:0{width}}" for i in range(len(numbers))]
    return kept == [kept[0]] * len(kept) and [row[at] for row in numbers] == counted
