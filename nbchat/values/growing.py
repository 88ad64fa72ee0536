"""A value while its answer streams: the rows that are whole, or a shape that nobody has checked."""

from __future__ import annotations

import re
from typing import Any, Final, Protocol

from nbchat import known_keys
from nbchat.values.finding import decoded
from nbchat.values.kinds import Checked, Kind
from nbchat.values.problems import InvalidValue
from nbchat.values.row_texts import MOST_BLANKS, RowTexts

LOOKS = 64  # at a shape or at rows, before they have become as long again
# Of a long text each look takes a while, in which no other question gets on.
FEW_LOOKS = 2
LONG = 50_000  # characters
_HALF_A_NUMBER = re.compile(r"\d(?:\.|[eE][+-]?)\Z")
_OBJECT = re.compile(rf'\{{\s{{0,{MOST_BLANKS}}}["}}]')
_OBJECT_OR_LIST = re.compile(rf"{_OBJECT.pattern}|\[")


class Nothing:
    """What stands where there is no new value; None may be one."""

    def __repr__(self) -> str:
        return "NOTHING"

    def __bool__(self) -> bool:
        return False


NOTHING: Final = Nothing()


class GrowingValue(Protocol):
    """Takes the text of an answer piece by piece."""

    checked: list[Checked]  # rows that need not be checked again

    def feed(self, piece: str) -> Any:
        """The value as far as it has come, or NOTHING where that is no more than before."""


class GrowingRows:
    """The rows of a list that are whole, checked; never fewer than before.

    They end before the first that does not fit. Where there are many, they are looked at more
    seldom, so that all copies of them together take a time that grows with their number alone.

    >>> from nbchat.values.value_type import ValueType
    >>> rows = ValueType.of(list[int]).growing()
    >>> rows.feed('{"items": [1, 2'), rows.feed("3, "), rows.feed("4]}")
    ([1], [1, 23], [1, 23, 4])
    """

    def __init__(self, row: Kind, row_type: str = "") -> None:
        self.checked: list[Checked] = []
        self._values: list[Any] = []
        self._row = row
        self._mask = known_keys.current()
        self._texts = RowTexts(row_type)
        self._has_failed = False
        self._next_look = 1

    def feed(self, piece: str) -> Any:
        """All rows so far, where there are enough new ones."""
        for text in self._texts.feed(piece):
            self._add(text)
        rows = len(self._values)
        if rows < self._next_look:
            return NOTHING
        self._next_look = rows + max(1, rows // LOOKS)
        return self._values.copy()

    def _add(self, text: str) -> None:
        if self._has_failed:
            return
        try:
            found = decoded(text, self._mask)
            value = self._row.read(found)
        except (InvalidValue, ValueError, RecursionError):
            self._has_failed = True
            return
        self.checked.append((found, value))
        self._values.append(value)


class GrowingShape:
    """What there is of anything but a list, unchecked.

    It looks more seldom the longer the text is, so that all looks together take a time that grows
    with its length alone.

    >>> shape = GrowingShape()
    >>> shape.feed('Sure: {"name": "Ada'), shape.feed('", "age": 3')
    ({'name': 'Ada'}, {'name': 'Ada', 'age': 3})
    """

    def __init__(self, member: str = "") -> None:
        """`member` is the one of the object around the value, where there is one."""
        self.checked: list[Checked] = []
        self._member = member
        self._mask = known_keys.current()
        self._opening = _OBJECT_OR_LIST if member else _OBJECT
        self._pieces: list[str] = []
        self._length = 0
        self._next_look = 0
        self._is_found = False
        self._last: Any = NOTHING

    def feed(self, piece: str) -> Any:
        """The shape as it is now, where that is another than before."""
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length < self._next_look:
            return NOTHING
        text = "".join(self._pieces)
        if not self._is_found:
            text = self._from_opening(text)
        self._pieces = [text]
        self._length = len(text)
        looks = LOOKS if self._length < LONG else FEW_LOOKS
        self._next_look = self._length + max(1, self._length // looks)
        shape = self._shape(text) if self._is_found else NOTHING
        if shape is NOTHING or shape == self._last:
            return NOTHING
        self._last = shape
        return shape

    def _from_opening(self, text: str) -> str:
        found = self._opening.search(text)
        if found is None:
            return text[-MOST_BLANKS - 1 :]
        self._is_found = True
        return text[found.start() :]

    def _shape(self, text: str) -> Any:
        from pydantic_core import from_json

        if _HALF_A_NUMBER.search(text, len(text) - 3):  # which would not be in the shape
            return NOTHING
        try:
            shape = self._mask.hide_in(from_json(text, allow_partial="trailing-strings"))
        except (ValueError, RecursionError):
            return NOTHING
        if not self._member:
            return shape
        if isinstance(shape, dict):  # without the object that was asked for, where it has others
            return shape.get(self._member, shape or NOTHING)
        return shape
