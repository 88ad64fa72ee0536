"""Tables of pandas, polars, pyarrow and their kin as a model is shown them.

Each is known by its class, and none of the libraries is imported for that. A small table goes
whole, as CSV; of a larger one what is in its columns, and five rows. One that is not computed
is not computed for this, either: it goes by its columns.
"""

from __future__ import annotations

from nbchat.context.bounded import LONGEST_BRIEF, LONGEST_VALUE
from nbchat.context.classes import is_from
from nbchat.context.forms import Form
from nbchat.context.quiet import no_warnings
from nbchat.context.shown import Shown
from nbchat.context.tables.arrow_tables import arrow_table
from nbchat.context.tables.brief import MOST, MOST_OF_SCHEMA, brief_text, schema_text, types_text
from nbchat.context.tables.frame import MOST_COLUMNS, Frame
from nbchat.context.tables.lazy import LazyTable, is_lazy, lazy_table
from nbchat.context.tables.pandas_frames import pandas_frame
from nbchat.context.tables.polars_frames import polars_frame
from nbchat.context.tables.written import beginning
from nbchat.wording import plural

# Modules with the names of their classes.
_CLASSES = (
    ("pandas", "DataFrame", "Series", "Index"),
    ("modin.pandas", "DataFrame", "Series"),
    ("cudf", "DataFrame", "Series"),
    ("polars", "DataFrame", "Series"),
    ("pyarrow", "Table", "RecordBatch", "ChunkedArray", "Array"),
)

LONGEST_WORDS = 60  # characters that say how many rows there are


def view(name: str, value: object, form: Form) -> Shown | None:
    """A table in that form; None for what is none."""
    with no_warnings():
        lazy = lazy_table(value)
        if lazy is not None:
            return _lazy_shown(lazy, form)
        frame = frame_of(value)
        return None if frame is None else _shown(frame, form)


def is_table(value: object) -> bool:
    """Whether it is a table, or a column of one."""
    return is_lazy(value) or any(is_from(value, *names) for names in _CLASSES)


def frame_of(value: object) -> Frame | None:
    """The table, where it is one that holds its rows."""
    for find in (pandas_frame, polars_frame, arrow_table):
        frame = find(value)
        if frame is not None:
            return frame
    return None


def _shown(frame: Frame, form: Form) -> Shown:
    kind, size = frame.kind_text, frame.size_text
    if form.kind == "schema":
        text = schema_text(frame.columns, frame.width, frame.notes)
        return Shown(kind, text, facts=(size, "schema"))
    if form.kind == "brief":
        text = _whole(frame)
        if text:
            return Shown(kind, text, "csv", (size,))
        return Shown(kind, brief_text(frame), facts=(size, "brief"))
    wanted = frame.rows if form.kind == "all" else min(form.rows, frame.rows)
    return _of_rows(frame, wanted)


def _whole(frame: Frame) -> str:
    """All of it, where that is short enough; else empty."""
    if frame.rows * len(frame.columns) > LONGEST_BRIEF or len(frame.columns) < frame.width:
        return ""
    text, rows = beginning(frame, frame.rows, LONGEST_BRIEF)
    text += types_text(frame)
    return text if rows == frame.rows and len(text) <= LONGEST_BRIEF else ""


def _of_rows(frame: Frame, wanted: int) -> Shown:
    """So many rows, or as many as there is room for."""
    types = types_text(frame)
    text, rows = beginning(frame, wanted, LONGEST_VALUE - len(types) - LONGEST_WORDS)
    if rows < frame.rows:
        text = f"{text.rstrip()}\n… ({rows:,} of {frame.rows:,} rows)\n"
    facts = (frame.size_text,) if rows == frame.rows else (frame.size_text, _first(rows))
    return Shown(frame.kind_text, text + types, "csv", facts)


def _first(rows: int) -> str:
    return f"first {rows:,} rows" if rows != 1 else "first row"


def _lazy_shown(lazy: LazyTable, form: Form) -> Shown:
    width = sum(not column.is_index for column in lazy.columns)
    count = plural(width, "column")
    most = MOST if form.kind == "brief" else MOST_OF_SCHEMA
    text = schema_text(lazy.columns[:MOST_COLUMNS], width, most=most)
    return Shown(f"{lazy.kind}, not computed, {count}", text, facts=(count, "schema"))
