"""The rows of a JSON list that streams in, each as soon as it is whole.

Every character is looked at once, however small the pieces are.
"""

from __future__ import annotations

import re

from nbchat.values.marks import CLOSING, OPENING, Marks

MOST_BLANKS = 100  # between the bracket of the list and its first row

_FIRST_OF = {  # the characters that a row of a type begins with
    "object": r"{",
    "array": r"\[",
    "string": '"',
    "integer": r"\-\d",
    "number": r"\-\d",
    "boolean": "tf",
    "null": "n",
}
_FIRST_OF_ANY = "".join(_FIRST_OF.values())


class RowTexts:
    """Finds the list in what streams in, and cuts it into rows."""

    def __init__(self, row_type: str = "") -> None:
        """`row_type` is JSON's word for what the rows are; empty where they may be anything."""
        first = _FIRST_OF.get(row_type, _FIRST_OF_ANY)
        self._opening = re.compile(rf"\[\s{{0,{MOST_BLANKS}}}(?=[{first}])")
        self._unsure = re.compile(rf"\[\s{{0,{MOST_BLANKS}}}\Z")
        self._before = ""  # the end of what was read before the list was found
        self._marks = Marks()
        self._depth = 0  # of brackets inside a row
        self._pieces: list[str] = []  # of the row that is not whole yet
        self._is_found = self._has_ended = False

    def feed(self, piece: str) -> list[str]:
        """The rows that have become whole with this piece."""
        if not self._is_found:
            piece = self._after_opening(self._before + piece)
        rows: list[str] = []
        start = 0
        for mark, at in self._marks.of(piece):
            if self._has_ended:
                break
            if mark in OPENING:
                self._depth += 1
            elif mark in CLOSING:
                self._depth -= 1
                self._has_ended = self._depth < 0
            if self._depth > 0 or mark in OPENING:
                continue
            is_closing_row = mark in CLOSING and not self._has_ended
            end = at + 1 if is_closing_row else at
            rows += self._row(piece[start:end])
            start = at + 1
        self._pieces.append(piece[start:])
        return rows

    def _after_opening(self, text: str) -> str:
        found = self._opening.search(text)
        if found is None:
            unsure = self._unsure.search(text)
            self._before = unsure[0] if unsure else ""
            return ""
        self._is_found = True
        return text[found.end() :]

    def _row(self, last_piece: str) -> list[str]:
        """The row that ends here; none behind the comma that follows one in brackets."""
        row = "".join([*self._pieces, last_piece]).strip()
        self._pieces.clear()
        return [row] if row else []
