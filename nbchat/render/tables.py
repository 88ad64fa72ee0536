"""Lists of tasks, and tables: what markdown-it leaves undecided about them.

Columns of numbers stand on the right, as in a DataFrame, and `<br>` in a cell
is a line break, since Markdown has no other. It works on markdown-it's tokens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

WIDEST_NUMBER = 40  # characters, with sign, unit and currency

NARROW = 48  # bytes of words, and the space between columns, that fit the narrowest panel

_NUMBER = re.compile(
    r"[<>≈~±+\-−–]?\s*[$€£¥]?\s*[+\-−]?\d[\d.,'_\u00a0\u202f]*(?:[eE][+-]?\d+|\s*[×·]\s*10)?[⁰¹²³⁴-⁹⁺⁻]*\s*(?:%|‰|×|x|[a-zA-Zµ°]{1,2})?"
)
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "N/A", "NaN", "?"})
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TASK = re.compile(r"\[([ xX])\](?=\s)")
_STYLES = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}

if TYPE_CHECKING:
    Row = list[tuple[Token, Token]]  # of each cell the opening tag, and what is in it


def tables(state: StateCore) -> None:
    """A rule for markdown-it's core: aligns cells, and breaks lines in them."""
    tokens = state.tokens
    start = -1
    for number, token in enumerate(tokens):
        if token.type == "table_open":
            start = number
        elif token.type == "table_close" and start >= 0:
            rows = _rows(tokens[start:number])
            _align(rows, unfinished=bool(state.env.get("unfinished")))
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
                token.tag = table[number + 2].tag = "td"  # an empty heading says nothing to a screen reader
            inside.children = _broken(inside.children or [])
    return rows


def _align(rows: list[Row], *, unfinished: bool) -> None:
    said = rows[1:-1] if unfinished and len(rows) > 2 else rows[1:]
    for column in range(len(rows[0])):
        numbers = _are_numbers([row[column][1].content for row in said])
        for row in rows:
            opening = row[column][0]
            chosen = _STYLES.get(str(opening.attrs.pop("style", "")), "right" if numbers else "")
            if chosen and chosen != "left":
                opening.attrs["align"] = chosen


def _is_wide(rows: list[Row]) -> bool:
    """Whether the longest words of the columns do not fit side by side into the narrowest panel."""
    columns = zip(*([inside.content for _, inside in row] for row in rows), strict=True)
    longest = [max(len(word.encode()) for cell in column for word in cell.split() or [""]) for column in columns]
    return sum(longest) + 3 * len(longest) > NARROW


def _are_numbers(cells: list[str]) -> bool:
    said = [cell.strip("*_` ") for cell in cells]
    said = [cell for cell in said if cell not in _NOTHING]
    return bool(said) and all(len(cell) <= WIDEST_NUMBER and _NUMBER.fullmatch(cell) for cell in said)


def _broken(children: list[Token]) -> list[Token]:
    from markdown_it.token import Token

    out: list[Token] = []
    for child in children:
        if child.type != "text" or not _BREAK.search(child.content):
            out.append(child)
            continue
        for number, piece in enumerate(_BREAK.split(child.content)):
            if number:
                out.append(Token("hardbreak", "br", 0))
            if piece:
                out.append(Token("text", "", 0, content=piece, level=child.level))
    return out


def tasks(state: StateCore) -> None:
    """A rule for markdown-it's core: `- [x]` shows a ticked box."""
    tokens = state.tokens
    for number, token in enumerate(tokens[:-2]):
        if token.type != "list_item_open" or tokens[number + 1].type != "paragraph_open":
            continue
        children = tokens[number + 2].children or []
        if children and children[0].type == "text" and (found := _TASK.match(children[0].content)):
            box = "\u2610" if found[1] == " " else "\u2611"
            children[0].content = box + children[0].content[3:]
