"""The brackets and commas of JSON, outside of its strings, however the text is cut in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator

OPENING, CLOSING = "[{", "]}"

_OUTSIDE = re.compile(r'["\[\]{},]')
_INSIDE = re.compile(r'["\\]')


class Marks:
    """Reads a JSON text that comes in pieces, and remembers where in a string a piece ended."""

    def __init__(self) -> None:
        self._is_in_string = False
        self._is_escaped = False  # the next character

    def of(self, piece: str) -> Iterator[tuple[str, int]]:
        """Each mark of the next piece, and its place in it."""
        at = 0
        while at < len(piece):
            if self._is_escaped:
                self._is_escaped = False
                at += 1
                continue
            found = (_INSIDE if self._is_in_string else _OUTSIDE).search(piece, at)
            if found is None:
                return
            at = found.end()
            if found[0] == "\\":
                self._is_escaped = True
            elif found[0] == '"':
                self._is_in_string = not self._is_in_string
            else:
                yield found[0], found.start()


def end_of_brackets(text: str, start: int) -> int | None:
    """Where the bracket that opens at `start` has closed; None where it never does.

    >>> end_of_brackets('see [1, "]", 2] there', 4), end_of_brackets("[1, [2]", 0)
    (15, None)
    """
    depth = 0
    for mark, at in Marks().of(text[start:]):
        if mark in OPENING:
            depth += 1
        elif mark in CLOSING:
            depth -= 1
        if depth == 0:
            return start + at + 1
    return None
