"""What is said of a column: how much is missing, its range, or what is most frequent in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbchat.context.classes import loaded
from nbchat.context.tables.cells import SCALARS, cell_text, cut, is_missing, item_text
from nbchat.wording import plural

MOST_FREQUENT = 4  # values that are named with their counts
LONGEST_NAMED = 24  # characters of such a value
FEWEST_NAMED = 4  # of one that is written with a backslash for each
MOST_COUNTED = 20_000  # values that are counted though all are different
SOME = 2_000  # values by which that is guessed
UNCOUNTED = 0  # in place of a count
LONGEST_END = 40  # characters of an end of a range, or of the name of a class
MOST_KINDS = 4  # classes of what a mixed column holds

_SCALARS = frozenset(SCALARS)
_WRITTEN_AS_CODE = {str, int, bool, float, bytes}  # so that their class can be seen
_SIZED = (list, tuple, set, frozenset, dict)


@dataclass(slots=True)
class Facts:
    """`low` and `high` are values as the library has them; `said` is ready to be read."""

    missing: int = 0
    low: object = None
    high: object = None
    said: str = ""

    @property
    def text(self) -> str:
        """All of it after a comma.

        >>> Facts(3, 18, 95).text
        ', 3 missing, 18 … 95'
        """
        parts = [f"{self.missing:,} missing"] if self.missing else []
        low, high = (_end_text(end) for end in (self.low, self.high))
        if low:
            parts.append(f"always {low}" if low == high else f"{low} … {high}")
        if self.said:
            parts.append(self.said)
        return "".join(f", {part}" for part in parts)


def _end_text(value: object) -> str:
    return cell_text(value, LONGEST_END, is_rounded=True)


def together(facts: Sequence[Facts]) -> Facts:
    """Those of alike columns as one; only what can be said of all of them.

    >>> together([Facts(1, 2, 3), Facts(0, 1, 2)]).text
    ', 1 missing, 1 … 3'
    """
    lows: list[Any] = [one.low for one in facts if not is_missing(one.low)]
    highs: list[Any] = [one.high for one in facts if not is_missing(one.high)]
    missing = sum(one.missing for one in facts)
    if lows and highs:
        return Facts(missing, min(lows), max(highs))
    return Facts(missing, said=f"the first: {facts[0].said}" if facts[0].said else "")


def frequent(values: Sequence[object], *, of_library: bool = False) -> Facts:
    """What stands most often among values of any kind.

    Values are counted by `==`, so only those whose class is known to have an honest one:
    Python's own, or those that the library has made (`of_library`).

    >>> frequent(["a", "b", "a", None]).text
    ", 1 missing, 2 values: 'a' 2, 'b' 1"
    """
    kinds = Counter(map(type, values))
    missing = 0
    counted: list[tuple[object, int]] = []
    for kind, count in [*kinds.items()]:
        of_kind = values if len(kinds) == 1 else [v for v in values if type(v) is kind]
        if is_missing(of_kind[0]) and kind is not float:
            missing += kinds.pop(kind)
            continue
        if kind is float:
            of_kind = [v for v in of_kind if v == v]  # without NaN
            missing += count - len(of_kind)
            kinds[kind] = len(of_kind)
        if kind in _SCALARS or (of_library and _is_counted(kind)):
            counted += _counts(of_kind)
    kinds = +kinds
    shows_kind = of_library or bool(kinds.keys() & _WRITTEN_AS_CODE)
    said = [_kinds_text(kinds)] if len(kinds) > 1 or not counted or not shows_kind else []
    if len(kinds) == 1 and not counted:
        said.append(_sizes_text([value for value in values if type(value) in kinds]))
    if counted:
        said.append(_counts_text(sorted(counted, key=_count, reverse=True)))
    return Facts(missing, said=", ".join(part for part in said if part))


def _counts(values: Sequence[object]) -> list[tuple[object, int]]:
    """The values with their counts; those of some, without counts, where most are different."""
    if len(values) > MOST_COUNTED:
        some = {*values[:: len(values) // SOME]}
        if len(some) > SOME // 2:
            return [(value, UNCOUNTED) for value in values[:: len(values) // 2]]
    return [*Counter(values).items()]


def _is_counted(kind: type) -> bool:
    return getattr(kind, "__hash__", None) is not None


def _count(counted: tuple[object, int]) -> int:
    return counted[1]


def _kinds_text(kinds: Counter[type]) -> str:
    """Of which classes the values are.

    >>> _kinds_text(Counter([int, str, str])), _kinds_text(Counter([list]))
    ('2 str, 1 int', 'list')
    """
    if len(kinds) < 2:
        return "".join(_kind_name(kind) for kind in kinds)
    named = [f"{count:,} {_kind_name(kind)}" for kind, count in kinds.most_common(MOST_KINDS)]
    more = ["…"] if len(kinds) > MOST_KINDS else []
    return ", ".join(named + more)


def _sizes_text(values: Sequence[Any]) -> str:
    """How many items there are in each; empty where they are no lists.

    >>> _sizes_text([[1, 2], [3]]), _sizes_text([{}, {}]), _sizes_text(["text"])
    ('1 … 2 items', '0 items', '')
    """
    kind = type(values[0]) if values else None
    if kind is loaded("numpy", "ndarray"):
        sizes = {value.size for value in values}
    elif kind in _SIZED:
        sizes = {len(value) for value in values}
    else:
        return ""
    low, high = min(sizes), max(sizes)
    return plural(low, "item") if low == high else f"{low:,} … {high:,} items"


def _kind_name(kind: type) -> str:
    return cut(type.__dict__["__name__"].__get__(kind), LONGEST_END)


def _counts_text(counted: Sequence[tuple[object, int]]) -> str:
    """The values that stand there, the most frequent first."""
    distinct, most = len(counted), counted[:MOST_FREQUENT]
    if counted[-1][1] == UNCOUNTED:
        named = [_named(value) for value, count in counted if count == UNCOUNTED]
        return f"mostly different: {', '.join(named[:2])}, …"
    if distinct == 1:
        return f"always {_named(most[0][0])}"
    if most[0][1] == 1 and distinct > MOST_FREQUENT:
        return f"all {distinct:,} different: {_named(most[0][0])}, {_named(most[1][0])}, …"
    named = [f"{_named(value)} {count:,}" for value, count in most]
    more = ["…"] if distinct > MOST_FREQUENT else []
    return f"{distinct:,} values: {', '.join(named + more)}"


def _named(value: object) -> str:
    most = LONGEST_NAMED + 2  # with its quotes
    if type(value) is str:
        room = LONGEST_NAMED
        while len(repr(cut(value, room))) > most and room > FEWEST_NAMED:
            room -= 1  # for what is written as more than one character
        return repr(cut(value, room))
    return cut(" ".join(item_text(value, LONGEST_NAMED).split()), most)


def of_array(known: Any, missing: int) -> Facts:
    """The range of a numpy array without missing values; of nothing where it has no order."""
    if known.dtype.kind not in "iufmM" or not len(known):
        return Facts(missing)
    return Facts(missing, _plain(known.min()), _plain(known.max()))


def _plain(end: Any) -> object:
    """A number of numpy as one of Python; a date as its text, whatever its unit."""
    if end.dtype.kind not in "mM":
        return end.item()
    text = re.sub(r"\.0+$", "", str(end))
    return text.replace("T", " ").removesuffix(" 00:00:00")
