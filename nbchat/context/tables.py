"""Tables of pandas and its kin as text for a model. None of them is imported for that."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from nbchat.context.classes import field_of_c, is_from, of_class

MOST_ROWS = 200  # of a table that are sent

_LIKE_PANDAS = ("pandas", "modin.pandas", "cudf")


def is_table(value: object) -> bool:
    """Whether it is a table, or a column of one."""
    return _is_of_polars(value) or any(
        is_from(value, module, "DataFrame", "Series") for module in _LIKE_PANDAS
    )


def _is_of_polars(value: object) -> bool:
    return is_from(value, "polars", "DataFrame")


def table_text(frame: Any) -> tuple[str, list[str]]:
    """The first rows as CSV, and what to say of them: its size, and how much of it is sent."""
    shape = of_class(frame, "shape")
    facts = [" × ".join(f"{size:,}" for size in shape)]
    beginning = of_class(frame, "head")(MOST_ROWS)
    write = of_class(beginning, "write_csv" if _is_of_polars(frame) else "to_csv")
    text: str = write()
    if shape[0] > MOST_ROWS:
        facts.append(f"first {MOST_ROWS} rows")
        text += f"… ({MOST_ROWS} of {shape[0]:,} rows)\n"
    return text, facts


def shape_text(value: Any) -> str:
    """The size of a table or an array: `150 × 5`; empty for what is none."""
    shape = None
    with suppress(Exception):  # a table of somebody's own may have odd ideas of its size
        shape = of_class(value, "shape") if is_table(value) else field_of_c(value, "shape")
    return " × ".join(map(str, shape)) if isinstance(shape, tuple) else ""
