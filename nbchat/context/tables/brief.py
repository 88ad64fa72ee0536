"""A table in few words: a line for each column, and five rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from nbchat.context.tables.cells import cell_text, cut
from nbchat.context.tables.facts import Facts, together
from nbchat.context.tables.frame import MOST_COLUMNS, Frame
from nbchat.context.tables.names import Column, heading_text, is_counted_up, name_text, runs
from nbchat.context.tables.written import csv_line

MOST = 2_850  # characters; with its heading and its fence, 3,000
MOST_OF_COLUMNS = 2_000  # characters, of these; the rest are for rows
MOST_OF_SCHEMA = 10_000  # characters, where nothing else is asked for
MOST_OF_TYPES = 1_000  # characters of the line below rows that are sent whole
ROWS = 5  # the first ones, that are shown
NAME_WIDTHS = (120, 40)  # characters of a column's name: the second where the first is too much
CELL_WIDTHS = (60, 30, 15)  # characters of a cell, the widest that fits
FIRST_COLUMNS = 40  # of which cells are written
LARGEST_RUN = 1_000  # alike columns whose range is told
LONGEST_TYPE = 80  # characters
LONGEST_NOTE = 200  # characters
ROOM_FOR_COUNT = 40  # characters of the line that counts the other columns
NEW_LINE = "\n"


def brief_text(frame: Frame) -> str:
    """What is in the columns, and the first rows: at most MOST characters."""
    lines = _column_lines(frame, MOST_OF_COLUMNS)
    said = "\n".join([*_notes(frame), *lines])
    return f"{said}\n\n{_first_rows(frame, MOST - len(said) - 2)}".strip()


def schema_text(
    columns: Sequence[Column], width: int, notes: Sequence[str] = (), most: int = MOST_OF_SCHEMA
) -> str:
    """The names and the types of columns, of which there are `width`; no value of a cell."""
    lines = [*(cut(note, LONGEST_NOTE) for note in notes), *_Lines(columns, width, most).short()]
    return "\n".join(lines) or "(no columns)"


def types_text(frame: Frame) -> str:
    """The same in one line, to stand below rows."""
    text = schema_text(frame.columns, frame.width, frame.notes, MOST_OF_TYPES)
    return f"# {text.replace(NEW_LINE, '; ')}"


def _notes(frame: Frame) -> list[str]:
    notes = [cut(note, LONGEST_NOTE) for note in frame.notes]
    looked_at = ""
    if frame.held < frame.rows:
        looked_at = f"the first {frame.held:,} rows"
    elif frame.sampled is not None:
        looked_at = f"{len(frame.sampled):,} sampled rows"
    return [*notes, f"(what is said of columns is of {looked_at})"] if looked_at else notes


# --- columns -------------------------------------------------------------------------------------


def _column_lines(frame: Frame, most: int) -> list[str]:
    """A line for each column or run of alike ones, with as many facts as there is room for."""
    lines = _Lines(frame.columns, frame.width, most)
    said = lines.short()
    left = most - sum(len(line) + 1 for line in said)
    for at, run in enumerate(lines.told):
        if left <= 0:
            break
        more = _facts_text(frame, run)
        if len(more) <= left:
            said[at] += more
            left -= len(more)
    return said


class _Lines:
    """The lines that name columns; `told` are the columns of each."""

    def __init__(self, columns: Sequence[Column], width: int, most: int) -> None:
        self._columns, self._width = columns, width
        self._runs = [*runs(columns)]
        self._most = most
        self.told: list[range] = []

    def short(self) -> list[str]:
        """Names and types; a last line counts those for which there is no room."""
        for width in NAME_WIDTHS:
            lines = self._lines(width)
            if len(lines) == len(self._runs):
                break
        self.told = self._runs[: len(lines)]
        told = self.told[-1].stop if self.told else 0
        own = sum(not column.is_index for column in self._columns[:told])
        if own < self._width:
            lines.append(f"… and {self._width - own:,} more columns")
        return lines

    def _lines(self, width: int) -> list[str]:
        """As many as there is room for, and for one more that counts the others."""
        lines: list[str] = []
        left = self._most - ROOM_FOR_COUNT
        for run in self._runs:
            line = _names(self._columns[run.start : run.stop], width)
            left -= len(line) + 1
            if left < 0:
                break
            lines.append(line)
        return lines


def _names(columns: Sequence[Column], width: int) -> str:
    """`age: int64`, `feature_0 … feature_149 (150 columns): float64`."""
    first, last = columns[0], columns[-1]
    dtype = cut(first.dtype, LONGEST_TYPE)
    if first.is_index:
        level = "" if first.name is None else f" {name_text(first.name, width)}"
        return f"index{level}: {dtype}"
    if len(columns) == 1:
        return f"{_name(first, width)}: {dtype}"
    gaps = "" if is_counted_up(columns) else ", with gaps"
    names = f"{_name(first, width)} … {_name(last, width)}"
    return f"{names} ({len(columns):,} columns{gaps}): {dtype}"


def _name(column: Column, width: int) -> str:
    return "(no name)" if column.name is None else name_text(column.name, width)


def _facts_text(frame: Frame, run: range) -> str:
    """What is to say of columns; nothing of those that cannot be looked at."""
    if len(run) > LARGEST_RUN:
        return ""
    with suppress(Exception):
        facts: list[Facts] = [frame.facts(at) for at in run]
        return (facts[0] if len(facts) == 1 else together(facts)).text
    return ""


# --- rows ----------------------------------------------------------------------------------------


def _first_rows(frame: Frame, most: int) -> str:
    """Five rows as CSV, of as many columns as there is room for."""
    if not frame.rows or not frame.columns:
        return ""
    rows = [frame.columns[:FIRST_COLUMNS], *_rows(frame)]
    for width in CELL_WIDTHS:
        text = _heading(frame, len(rows[0])) + _table(rows, width)
        if len(text) <= most:
            return text
    for count in range(len(rows[0]) - 1, 0, -1):
        text = _heading(frame, count) + _table([row[:count] for row in rows], CELL_WIDTHS[-1])
        if len(text) <= most:
            return text
    return ""


def _rows(frame: Frame) -> list[Sequence[object]]:
    count = min(FIRST_COLUMNS, len(frame.columns))
    return [*frame.cells(0, min(ROWS, frame.rows), count)]


def _heading(frame: Frame, count: int) -> str:
    rows = "The only row" if frame.rows == 1 else f"First {min(ROWS, frame.rows)} rows"
    of = len(frame.columns) + frame.width - min(frame.width, MOST_COLUMNS)
    shown = f" (first {count} of {of:,} columns)" if count < of else ""
    return f"{rows} as CSV{shown}:\n"


def _table(rows: Sequence[Sequence[object]], width: int) -> str:
    names: Sequence[object] = [getattr(column, "name", None) for column in rows[0]]
    lines = [[_in_a_line(heading_text(name, width), width) for name in names]]
    for row in rows[1:]:
        lines.append([_cell(cell, width) for cell in row])
    return "".join(map(csv_line, lines))


def _cell(value: object, width: int) -> str:
    """A cell in one line."""
    return _in_a_line(cell_text(value, width, is_rounded=True), width)


def _in_a_line(text: str, width: int) -> str:
    for mark, written in (("\r", "\\r"), ("\n", "\\n")):
        text = text.replace(mark, written)
    return cut(text, width)
