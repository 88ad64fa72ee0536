"""A question and a table of rows, as a page and as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from nbchat.render import inline_style
from nbchat.render.characters import readable, undisguised
from nbchat.render.page import line, note, styled_page
from nbchat.render.terminal.clean import clean_words, columns, padded

LONGEST_QUESTION = 1_000  # characters of a question that are shown among others
_NUMBER = re.compile(r"[\d,.]*")


def short_question(question: str) -> tuple[str, str]:
    """The beginning of a question, and where that is not all of it, a sentence that says so.

    >>> short_question("Why?"), short_question("why " * 1000)[1]
    (('Why?', ''), "The question's first 1,000 of 4,000 characters.")
    """
    question = question.strip("\n")
    size = len(question)
    if size <= LONGEST_QUESTION:
        return question, ""
    sentence = f"The question's first {LONGEST_QUESTION:,} of {size:,} characters."
    return f"{question[:LONGEST_QUESTION].rstrip()}…", sentence


def asked_html(question: str) -> str:
    words = escape(undisguised(readable(question.strip())), quote=False)
    return f'<div class=nbc-asked dir=auto style="{inline_style.ASKED}">{words}</div>'


def table_bundle(
    head: Sequence[str], rows: Sequence[Sequence[str]], *below: str, box: str = "nbc-tall"
) -> dict[str, str]:
    """Rows under a heading that stays in sight, and lines below them.

    `box` is `nbc-tall` for a list of names, or `nbc-rows` for cells with words in them.
    """
    right = [all(map(_NUMBER.fullmatch, column)) for column in zip(*rows, strict=True)]
    if not right:
        right = [False] * len(head)
    table = table_html(head, rows, right)
    notes = "".join(map(note, below))
    html = f'<div class={box} tabindex=0 style="{inline_style.TALL}">{table}</div>{notes}'
    cleaned = [[clean_words(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(columns, column)) for column in zip(*cleaned, strict=True)]
    lines = ["  ".join(map(_pad, row, widths, right)).rstrip() for row in cleaned]
    return {
        "text/html": styled_page(html),
        "text/plain": "\n".join([*lines, *map(clean_words, below)]),
    }


def table_html(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """A table; `right` says which of its columns stand there."""
    marks = ["" if is_right else f" style={inline_style.LEFT}" for is_right in right]
    body = "".join(_row("td", row, marks) for row in rows)
    return f"<table><thead>{_row('th', head, marks)}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Sequence[str], marks: Sequence[str]) -> str:
    drawn = [f"<{tag}{mark}>{line(cell)}</{tag}>" for cell, mark in zip(cells, marks, strict=True)]
    return f"<tr>{''.join(drawn)}</tr>"


def _pad(cell: str, width: int, is_right: bool) -> str:
    return " " * (width - columns(cell)) + cell if is_right else padded(cell, width)
