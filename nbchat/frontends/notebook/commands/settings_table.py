"""The table of `%chat settings`: a page in a notebook, and lines of a terminal's width."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from nbchat.addresses import Setting
from nbchat.frontends.notebook.page_or_text import show
from nbchat.render.page import note
from nbchat.render.terminal.clean import columns
from nbchat.render.transcript import table_html

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

HEAD = ("setting", "value", "from")
FAULT = "fault"
WIDTH = 80  # columns
WIDEST = (22, 24)  # columns of a name and of a value; what is longer counts for no other line
GAP = "  "


def show_settings(shell: InteractiveShell, settings: Sequence[Setting]) -> None:
    """Every setting on a line, and above them what is wrong."""
    faults = [f"{row.value} {_sentence(row.origin)}" for row in settings if row.name == FAULT]
    rows = [_cells(row) for row in settings if row.name != FAULT]
    page = "".join(map(note, faults)) + table_html(HEAD, rows, [False] * len(HEAD))
    width = None if hasattr(shell, "kernel") else WIDTH
    show(shell, page, "\n".join([*faults, *table_lines([HEAD, *rows], width)]))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _cells(row: Setting) -> tuple[str, str, str]:
    origin = f"{row.origin} ({row.note})" if row.note else row.origin
    return row.name, _from_home(row.value), _from_home(origin)


def _from_home(text: str) -> str:
    """The text, with the home folder of a path in it written as people do."""
    home = os.path.expanduser("~")
    if not os.path.isabs(home) or home == os.sep:
        return text
    return " ".join(
        "~" + word[len(home) :] if word.startswith(home + os.sep) else word
        for word in text.split(" ")
    )


def table_lines(rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """A line for each row of three cells, in columns.

    What does not fit in `width` goes on below, at words; without a width it stays on its line.

    >>> list(table_lines([("a", "one", "here"), ("long", "2", "there")], None))
    ['a     one  here', 'long  2    there']
    """
    first = _column([row[0] for row in rows], WIDEST[0])
    second = _column([row[1] for row in rows], WIDEST[1])
    indent = " " * (first + len(GAP))
    for name, value, origin in rows:
        start = _padded(name, first) + GAP
        line = f"{start}{_padded(value, second)}{GAP}{origin}"
        if width is None or columns(line) <= width:
            yield line.rstrip()
            continue
        room = width - len(indent)
        if columns(start) > len(indent):  # a name of more than its column
            yield name
            start = indent
        value_lines = _wrapped(value, room)
        yield f"{start}{value_lines[0]}"
        yield from (indent + more for more in value_lines[1:])
        yield from (indent + more for more in _wrapped(f"from: {origin}", room))


def _column(cells: Iterable[str], widest: int) -> int:
    return max((columns(cell) for cell in cells if columns(cell) <= widest), default=0)


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of whole words; a path that is longer stays whole, so that it can be copied."""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return lines or [""]
