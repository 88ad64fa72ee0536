"""Lists of tasks, and tables: what markdown-it leaves undecided about them.

Columns of numbers stand on the right, as in a DataFrame. JupyterLab has all cells
of outputs there, so the other cells are marked. It works on markdown-it's tokens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbchat.invisible import RIGHT_TO_LEFT
from nbchat.render.inline_style import LEFT

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

WIDEST_NUMBER = 40  # characters, with sign, unit and currency

NARROW_TABLE = 48  # bytes of words, and the space between columns, that fit the narrowest panel

_NUMBER = re.compile(
    r"[<>≈~±+\-−–]?\s*[$€£¥]?\s*[+\-−]?"
    r"\d[\d.,'_\u00a0\u202f]*"
    r"(?:[eE][+-]?\d+|\s*[×·]\s*10)?[⁰¹²³⁴-⁹⁺⁻]*"
    r"\s*(?:%|‰|×|x|[a-zA-Zµ°]{1,2})?"
)
_NO_NUMBER = frozenset({"", "-", "–", "—", "n/a", "N/A", "NaN", "?"})
_TASK = re.compile(r"\[([ xX])\](?=\s)")
_RIGHT = "text-align:right"
MARK_BYTES = 23  # of one mark
# Bytes of marks that any table may have. Beyond, they may be half of the words of its cells.
MOST_MARK_BYTES = 2_000

if TYPE_CHECKING:
    Row = list[tuple[Token, Token]]  # of each cell the opening tag, and what is in it


def tables(state: StateCore) -> None:
    """A rule for markdown-it's core: aligns cells."""
    tokens = state.tokens
    start = -1
    for number, token in enumerate(tokens):
        if token.type == "table_open":
            start = number
        elif token.type == "table_close" and start >= 0:
            rows = _rows(tokens[start:number])
            if not _align(rows, unfinished=bool(state.env.get("unfinished"))):
                tokens[start].attrs["class"] = "nbc-words"
            tokens[start].meta["wide"] = token.meta["wide"] = _is_wide(rows)
            start = -1


def _rows(table: list[Token]) -> list[Row]:
    rows: list[Row] = []
    for number, token in enumerate(table):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            inside = table[number + 1]
            rows[-1].append((token, inside))
            if token.type == "th_open" and not inside.content:
                # An empty heading says nothing to a screen reader.
                token.tag = table[number + 2].tag = "td"
    return rows


def _align(rows: list[Row], *, unfinished: bool) -> bool:
    """Mark the cells that do not stand on the right.

    False where these are too many, and the others are marked.
    """
    decisive = rows[1:]
    if unfinished and len(decisive) > 1:  # the last row may be half a row
        decisive = decisive[:-1]
    styles = []
    for column, (heading, _) in enumerate(rows[0]):
        cells = [row[column][1].content for row in decisive]
        styles.append(_alignment(str(heading.attrs.get("style", "")), cells))
    marks = MARK_BYTES * len(rows) * sum(map(bool, styles))
    words = sum(len(inside.content) for row in rows for _, inside in row)
    are_few = marks <= max(MOST_MARK_BYTES, words // 2)
    for row in rows:
        for (opening, _), style in zip(row, styles, strict=True):
            opening.attrs.pop("style", "")
            if are_few and style:
                opening.attrs["style"] = style
            elif not are_few and not style:
                opening.attrs["align"] = "right"
            elif not are_few and style != LEFT:
                opening.attrs["style"] = style
    return are_few


def _alignment(asked: str, cells: list[str]) -> str:
    """The style of a column; "" on the right, as JupyterLab has it."""
    if asked:
        return "" if asked == _RIGHT else asked
    if _are_numbers(cells) or any(map(RIGHT_TO_LEFT.search, cells)):
        return ""
    return LEFT


def _is_wide(rows: list[Row]) -> bool:
    """Whether the longest words of the columns do not fit side by side into the narrowest panel."""
    columns = zip(*([inside.content for _, inside in row] for row in rows), strict=True)
    longest = [
        max(len(word.encode()) for cell in column for word in cell.split() or [""])
        for column in columns
    ]
    return sum(longest) + 3 * len(longest) > NARROW_TABLE


def _are_numbers(cells: list[str]) -> bool:
    words = [cell.strip("*_` ") for cell in cells]
    words = [word for word in words if word not in _NO_NUMBER]
    return bool(words) and all(map(_is_number, words))


def _is_number(word: str) -> bool:
    return len(word) <= WIDEST_NUMBER and _NUMBER.fullmatch(word) is not None


def tasks(state: StateCore) -> None:
    """A rule for markdown-it's core: `- [x]` shows a ticked box."""
    tokens = state.tokens
    for number, token in enumerate(tokens[:-2]):
        if token.type != "list_item_open" or tokens[number + 1].type != "paragraph_open":
            continue
        children = tokens[number + 2].children
        if not children or children[0].type != "text":
            continue
        words = children[0]
        if task := _TASK.match(words.content):
            box = "\u2610" if task[1] == " " else "\u2611"
            words.content = box + words.content[3:]
