"""One cell of a table, or one item of an array, as text that is bounded.

A cell may be of any class. Those of Python and of the table's library write themselves; of
any other only the class is asked, and an address is never written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from nbchat import known_keys
from nbchat.context.classes import class_name, is_a

MOST_ITEMS = 1_000  # of a list in a cell that are looked at
DEEPEST = 4  # lists in lists that are written
LONG_FLOAT = 9  # characters, from which on a number is rounded where it stands for others
MOST_BITS = 1_000  # of a whole number that is written

SCALARS = (str, int, bool, float, bytes, date, datetime, time, timedelta, Decimal, UUID)

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_NO_VALUE = ("NaTType", "NAType")
_BRACKETS: dict[type, str] = {list: "[]", tuple: "()", set: "{}", frozenset: "{}"}


def is_missing(value: object) -> bool:
    """Whether it stands for no value: None, NaN, or what pandas has for them.

    >>> is_missing(float("nan")), is_missing("")
    (True, False)
    """
    if type(value) in (int, bool):
        return False
    if is_a(value, float):
        return math.isnan(float.__float__(value))  # type: ignore[arg-type]
    return value is None or class_name(value) in _NO_VALUE


def cut(text: str, most: int) -> str:
    """The text in so many characters. No key is cut in two: it is hidden before.

    >>> cut("a long sentence", 8)
    'a long …'
    """
    if len(text) <= most:
        return text
    mask = known_keys.current()
    text = mask.hide_cut(text[: most + mask.longest])
    text = text[: mask.start_in(text)]  # where a key was cut in two, and moved up
    return f"{text[: max(most - 1, 0)]}…"


def cell_text(value: object, most: int, *, is_rounded: bool = False) -> str:
    """What stands in a cell, in so many characters; nothing where there is no value.

    >>> cell_text(None, 20), cell_text(0.1234567891, 20, is_rounded=True), cell_text([1, "a"], 20)
    ('', '0.123457', "[1, 'a']")
    """
    if type(value) is str:
        return cut(value, most)
    if is_missing(value):
        return ""
    if is_a(value, str):
        return cut(str.__str__(value), most)
    if is_rounded and is_a(value, float):
        return rounded(float.__float__(value))  # type: ignore[arg-type]
    return item_text(value, most)


def item_text(value: object, most: int, depth: int = 0) -> str:
    """A value as Python would write it, without asking one of somebody else's class to."""
    kind = type(value)
    if value is None or kind in (bool, float, complex):
        return repr(value)
    if kind is int:
        bits = int.bit_length(value)  # type: ignore[arg-type]
        return repr(value) if bits <= MOST_BITS else f"<int of {bits:,} bits>"
    if kind is str:
        return repr(cut(value, most))  # type: ignore[arg-type]
    if kind in (bytes, bytearray):
        return _bytes_text(value, most)
    if kind in _BRACKETS:
        return _sequence_text(value, _BRACKETS[kind], most, depth)
    if kind is dict:
        return _dict_text(value, most, depth)
    return object_text(value, most)


def object_text(value: Any, most: int) -> str:
    """What its class says of it, without an address; else the name of the class."""
    kind: Any = type(value)
    if kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__:
        return f"<{class_name(value)}>"
    try:
        text = str.__str__(str(value))
    except Exception:
        return f"<{class_name(value)}>"
    text = _ADDRESS.sub("", text[: 4 * most + 1_000])
    if is_a(value, datetime):
        text = text.removesuffix(" 00:00:00")
    return cut(text, most)


def _bytes_text(value: Any, most: int) -> str:
    start = repr(bytes(value[: most + 1]))
    return start if len(start) <= most else f"{cut(start, most)} ({len(value):,} bytes)"


def _sequence_text(value: Any, brackets: str, most: int, depth: int) -> str:
    if depth == DEEPEST:
        return f"{brackets[0]}…{brackets[1]}"
    texts = (item_text(item, most, depth + 1) for item in islice(value, MOST_ITEMS))
    return _joined(texts, brackets, most, len(value))


def _dict_text(value: Any, most: int, depth: int) -> str:
    if depth == DEEPEST:
        return "{…}"
    texts = (
        f"{item_text(key, most, depth + 1)}: {item_text(item, most, depth + 1)}"
        for key, item in islice(value.items(), MOST_ITEMS)
    )
    return _joined(texts, "{}", most, len(value))


def _joined(texts: Iterable[str], brackets: str, most: int, count: int) -> str:
    """The items between brackets, as many as there is room for."""
    said: list[str] = []
    size = 2
    for text in texts:
        size += len(text) + 2
        if said and size > most:
            break
        said.append(text)
    if len(said) < count:
        said.append(f"… {count:,} items")
    return cut(f"{brackets[0]}{', '.join(said)}{brackets[1]}", most)


def rounded(value: float) -> str:
    """A number as one says it.

    >>> rounded(0.5), rounded(1234567.891), rounded(2.0), rounded(1e-12 / 3)
    ('0.5', '1234567.9', '2.0', '3.33333e-13')
    """
    text = repr(value)
    if len(text) <= LONG_FLOAT:
        return text
    if 1e5 <= abs(value) < 1e15:
        return f"{value:.1f}"
    return f"{value:.6g}"
