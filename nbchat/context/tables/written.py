"""The rows of a table as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from nbchat.context.tables.cells import cell_text, cut
from nbchat.context.tables.frame import Frame
from nbchat.context.tables.names import heading_text

FIRST_CHUNK = 64  # rows that are taken at once; then more
LARGEST_CHUNK = 2_000  # rows
MOST_CELLS_AT_ONCE = 50_000  # in a chunk of a wide table


def csv_lines(frame: Frame, rows: int, most: int) -> Iterator[str]:
    """The heading and then the first rows, a text each; no cell is longer than `most`."""
    yield csv_line([heading_text(column.name, most) for column in frame.columns])
    at, chunk = 0, FIRST_CHUNK
    rows = min(rows, frame.held)
    while at < rows:
        chunk = max(1, min(chunk, MOST_CELLS_AT_ONCE // max(len(frame.columns), 1), rows - at))
        for row in frame.cells(at, at + chunk, len(frame.columns)):
            yield csv_line([cell_text(cell, most) for cell in row])
        at += chunk
        chunk = min(chunk * 4, LARGEST_CHUNK)


def csv_line(cells: Sequence[str]) -> str:
    """One row.

    >>> csv_line(["a", "b, c", ""]).strip()
    'a,"b, c",'
    """
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def beginning(frame: Frame, rows: int, most: int) -> tuple[str, int]:
    """The first rows in so many characters, and how many rows those are."""
    said: list[str] = []
    size = 0
    for line in csv_lines(frame, rows, most):
        size += len(line)
        said.append(line)
        if size > most:
            break
    text = "".join(said)
    if size <= most:
        return text, len(said) - 1
    if len(said) > 2:
        return "".join(said[:-1]), len(said) - 2
    return cut(text, most), 0  # not even one row
