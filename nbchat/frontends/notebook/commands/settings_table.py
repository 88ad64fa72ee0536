"""The table of `%chat settings`: a page in a notebook, and lines of a terminal's width."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nbchat.addresses import Setting
from nbchat.frontends.notebook.page_or_text import show
from nbchat.languages import aside, translated
from nbchat.render.page import note
from nbchat.render.terminal.clean import columns, padded, wrapped
from nbchat.render.transcript import table_html

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

HEAD = ("setting", "value", "from")
FAULT = "fault"
WIDTH = 80  # columns; a kernel does not know those of the console that prints what it sends
NARROW = 64  # columns, below which three cells do not stand side by side
WIDEST = (22, 24)  # columns of a name and of a value; what is longer counts for no other line
MOST_LINES = 3  # of a cell beside others
GAP = "  "
# Names of settings as a file has them; what else names a row are words of ours.
OF_FILES = ("model", "display", "history", "data")


def show_settings(
    shell: InteractiveShell, settings: Sequence[Setting], more_faults: Sequence[str] = ()
) -> None:
    """Every setting on a line, and above them what is wrong."""
    faults = [f"{row.value} {_sentence(row.origin)}" for row in settings if row.name == FAULT]
    faults = [_from_home(translated(fault)) for fault in (*faults, *more_faults)]
    head = tuple(map(translated, HEAD))
    rows = [_cells(row) for row in settings if row.name != FAULT]
    page = "".join(map(note, faults)) + table_html(head, rows, [False] * len(head))
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    if hasattr(shell, "kernel"):
        width = WIDTH
    table = table_lines([head, *rows], width, is_sure=not hasattr(shell, "kernel"))
    show(shell, page, "\n".join([*faults, *([""] if faults else []), *table]))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _cells(row: Setting) -> tuple[str, str, str]:
    name = _name(row.name)
    origin = _alternatives(row.origin) or translated(row.origin)
    if row.note:
        origin = aside(row.note, origin)
    return name, _from_home(_value(row.value)), _from_home(origin)


def _name(name: str) -> str:
    """The name of a row: that of a setting stays, as does the one in "kimi key"."""
    if name in OF_FILES:
        return name
    first, _, rest = name.partition(" ")
    if rest in ("key", "base URL"):
        return f"{first} {translated(rest)}"
    if first in ("alias", "provider", "model") and rest not in ("", "now"):
        return f"{translated(first)} {rest}"
    return translated(name)


def _value(value: str) -> str:
    """A value, which may begin with a word of ours: "in a folder", "at a provider"."""
    first, _, rest = value.partition(" ")
    shown = translated(value)
    if shown == value and first in ("in", "at") and rest:
        return f"{translated(first)} {rest}"
    return shown


def _alternatives(origin: str) -> str:
    """Several variables; nothing where it is none of that."""
    names = origin.split(" or ")
    return f" {translated('or')} ".join(names) if all(map(str.isupper, names)) else ""


def _from_home(text: str) -> str:
    """The text, with the home folder of a path in it written as people do."""
    home = os.path.expanduser("~")
    if not os.path.isabs(home) or home == os.sep:
        return text
    return " ".join(
        "~" + word[len(home) :] if word.startswith(home + os.sep) else word
        for word in text.split(" ")
    )


def table_lines(
    rows: Sequence[Sequence[str]], width: int, *, is_sure: bool = True
) -> Iterator[str]:
    """Rows of three cells below their heading, each cell at the beginning of its column.

    A cell goes on below itself. Where that does not do, its row goes on below, indented; a word
    that is longer than a line, such as a path, stays whole, so that it can be copied. Unless
    `width` is sure to be that of the reader's screen, the last column may pass it.

    >>> list(table_lines([("a", "one", "here"), ("long", "2", "there")], 80))
    ['a     one  here', 'long  2    there']
    """
    if width < NARROW:
        for name, value, origin in rows[1:]:
            yield from _stacked(name, value, origin, width)
        return
    first = max((columns(row[0]) for row in rows if columns(row[0]) <= WIDEST[0]), default=0)
    values = [line for row in rows for line in _in_column(row[1], WIDEST[1])]
    second = max(map(columns, values), default=0)
    for row in rows:
        third = width - first - second - 2 * len(GAP)
        origin_lines = _in_column(row[2], third, may_pass=not is_sure)
        yield from _row_lines(row, origin_lines, (first, second), width)


def _row_lines(
    row: Sequence[str], origin_lines: Sequence[str], widths: tuple[int, int], width: int
) -> Iterator[str]:
    name, value, origin = row
    first, second = widths
    indent = " " * first + GAP
    start = padded(name, first) + GAP
    if columns(name) > first:
        yield name
        start = indent
    value_lines = _in_column(value, second)
    if value_lines and origin_lines:
        count = max(len(value_lines), len(origin_lines))
        for number in range(count):
            left = value_lines[number] if number < len(value_lines) else ""
            right = origin_lines[number] if number < len(origin_lines) else ""
            yield f"{start if number == 0 else indent}{padded(left, second)}{GAP}{right}".rstrip()
        return
    room = width - len(indent)
    below = [*wrapped(value, room), *wrapped(translated(f"from: {origin}"), room)]
    yield f"{start}{below[0]}".rstrip()
    yield from (indent + line for line in below[1:])


def _stacked(name: str, value: str, origin: str, width: int) -> Iterator[str]:
    """A row where three cells do not stand side by side."""
    first, *more = wrapped(f"{name}: {value}", width - len(GAP))
    yield first
    for line in (*more, *wrapped(translated(f"from: {origin}"), width - len(GAP))):
        yield f"{GAP}{line}"


def _in_column(text: str, width: int, *, may_pass: bool = False) -> list[str]:
    """The text in lines of a column, or nothing where it is too long for that."""
    lines = wrapped(text, width)
    fits = may_pass or all(columns(line) <= width for line in lines)
    return lines if fits and len(lines) <= MOST_LINES else []
