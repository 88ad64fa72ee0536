"""Where a question names values: what the extension marks while it is typed.

The rules are those by which the values are put in, so that what is marked is what is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbchat.context.expand import PLACE, named
from nbchat.context.names import Names
from nbchat.context.untouched import pieces
from nbchat.context.wishes import stranger
from nbchat.frontends.notebook import known_names

_LINE = re.compile(r"\s*(?:#[^\n]*\n\s*)*%%chat(?=\s|\Z)[^\n]*\n?")
_EACH = re.compile(r"\s--each[ =][{$]?([^\W\d]\w*)")
_RAW = re.compile(r"\s--raw(?=\s|\Z)")


def name_places(source: str, variables: Mapping[str, Any]) -> list[tuple[int, int, bool]]:
    """Begin, end, and whether there is such a value, for each name in the braces of a question.

    Braces that are code, a formula, or no name are not among them.

    >>> name_places("%%chat\\nIs {x} in {y}, or `{z}`?", {"x": 2})
    [(10, 13, True), (17, 20, False)]
    """
    line = _LINE.match(source)
    if line is None or _RAW.search(line[0]):
        return []
    each = _EACH.search(line[0])
    if each:
        variables = {column.text: "" for column in known_names.columns(each[1])}
    return [*_places(source, line.end(), Names(variables))]


def _places(source: str, begin: int, known: Names) -> Iterator[tuple[int, int, bool]]:
    for piece in pieces(source[begin:]):
        if not piece.stays:
            for match in PLACE.finditer(piece.text):
                is_value = named(match, known) is not None
                if is_value or stranger(match[0][1:-1], known):
                    yield begin + match.start(), begin + match.end(), is_value
        begin += len(piece.text)


def utf16_place(source: str, begin: int, end: int) -> tuple[int, int]:
    """The same place as JavaScript counts.

    >>> utf16_place("a😀{x}", 2, 5)
    (3, 6)
    """
    before = len(source[:begin].encode("utf-16-le", "surrogatepass")) // 2
    return before, before + len(source[begin:end].encode("utf-16-le", "surrogatepass")) // 2
