"""A table in a question, counted: least, mean, most and spread of each column of numbers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from statistics import fmean, stdev

COUNTS = "I am a script and have no opinion of it, but I can count:"


def count_table(question: str) -> str:
    """The size and the columns of a CSV table in a text; empty where none has numbers."""
    counted = count_columns(question)
    if not counted:
        return ""
    head, rows = _find_table(question)
    columns = len(list(filter(None, head)))
    return f"A table of {len(rows):,} rows and {columns} columns. {COUNTS}\n\n{counted}"


def count_columns(text: str, name: str = "df") -> str:
    """The columns of a CSV table in a text; empty where there is none with numbers."""
    head, rows = _find_table(text)
    columns = {}
    for column, *cells in zip(head, *rows, strict=True):
        values = _numbers(cells)
        if column and values:
            columns[column] = values
    if not columns:
        return ""
    lines = "\n".join(_count_line(column, values) for column, values in columns.items())
    ratios = {column: stdev(v) / (abs(fmean(v)) or 1) for column, v in columns.items()}
    widest = max(ratios, key=ratios.__getitem__)
    return f"""\
| column | least | mean | most | spread |
|---|---:|---:|---:|---:|
{lines}

**{widest}** varies most around its mean: $s / \\bar{{x}} = {ratios[widest]:.2g}$. In pandas:

```python
({name}.std(numeric_only=True) / {name}.mean(numeric_only=True)).idxmax()
```"""


def _count_line(name: str, values: list[float]) -> str:
    figures = (min(values), fmean(values), max(values), stdev(values))
    return f"| {name.replace('|', ' ')} | {' | '.join(map(_short, figures))} |"


def _find_table(question: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the longest run of lines with as many commas; empty without one."""
    lines = [line for line in question.splitlines() if not line.startswith("…")]
    longest: list[list[str]] = []
    with suppress(csv.Error):
        for width, run in groupby(csv.reader(lines), len):
            table = list(run)
            if width > 1 and len(table) > max(2, len(longest)):
                longest = table
    return (longest[0], longest[1:]) if longest else ([], [])


def _numbers(cells: Sequence[str]) -> list[float]:
    """The cells that are filled, if all of them are ordinary numbers and they are more than one."""
    try:
        values = [float(cell) for cell in cells if cell]
    except ValueError:
        return []
    ordinary = all(abs(value) < 1e15 for value in values)  # NaN is not
    return values if ordinary and len(values) > 1 else []


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
