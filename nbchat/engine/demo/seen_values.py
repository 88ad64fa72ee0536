"""A value as a tool's result shows it: what it is, and of a table its columns."""

from __future__ import annotations

import csv
import re
from ast import literal_eval
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from nbchat.engine.demo.about_sent import columns_told
from nbchat.engine.demo.sent import Value, read_sent

FEWEST, MOST_GROUPS = 2, 20  # values of a column that divides a table

_NUMBERS = re.compile(r"u?int|float|double|decimal|i\d|f\d|u\d", re.I)
_DAYS = re.compile(r"date|timestamp", re.I)
_FEW = re.compile(r"\b(\d+) values\b")


@dataclass(slots=True, frozen=True)
class Column:
    """A column of a table. `written` is its name as Python has it."""

    written: str
    is_number: bool
    is_day: bool
    divides: bool  # into a few groups

    @property
    def name(self) -> str:
        """Its name as people say it."""
        return self.written.strip("'\"")


@dataclass(slots=True, frozen=True)
class Seen:
    """A value that a tool has shown."""

    name: str
    kind: str
    text: str
    columns: Sequence[Column] = ()


def read_seen(result: str, name: str) -> Seen | None:
    """The value of that name in a result; None where it shows none."""
    shown = [value for value in read_sent(result).values if value.name == name]
    if not shown:
        return None
    value = shown[0]
    return Seen(name, value.kind, value.text, _columns(value))


def _columns(value: Value) -> list[Column]:
    rows: list[list[str]] = []
    told = columns_told(value.text)
    if value.language == "csv":
        *lines, types = value.text.split("\n")
        told = columns_told("\n".join(types.removeprefix("# ").split("; ")))
        with suppress(csv.Error):
            rows = [*csv.reader(line for line in lines if not line.startswith("…"))]
    return [_column(name, what, rows) for name, what in told if "…" not in name]


def _column(name: str, what: str, rows: Sequence[Sequence[str]]) -> Column:
    written = repr(name) if name.isidentifier() else name
    return Column(
        written,
        bool(_NUMBERS.match(what)),
        bool(_DAYS.match(what)),
        not _NUMBERS.match(what) and not _DAYS.match(what) and _divides(written, what, rows),
    )


def _divides(written: str, what: str, rows: Sequence[Sequence[str]]) -> bool:
    """Whether a column has few values, each of them more than once."""
    if what.startswith("bool"):
        return True
    if few := _FEW.search(what):
        return FEWEST <= int(few[1]) <= MOST_GROUPS
    head = [*rows[0]] if rows else []
    name = written
    with suppress(ValueError, SyntaxError):
        name = str(literal_eval(written))
    if name not in head:
        return False
    at = head.index(name)
    values = [row[at] for row in rows[1:] if at < len(row)]
    return FEWEST <= len(set(values)) <= min(MOST_GROUPS, len(values) - 1)
