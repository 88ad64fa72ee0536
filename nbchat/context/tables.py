"""Tables of pandas and polars as text for a model. Neither library is imported for that."""

from __future__ import annotations

from typing import Any

MOST_ROWS = 200  # of a table that are sent


def is_table(value: Any) -> bool:
    """Whether it is a table, or a column of one."""
    writes_csv = hasattr(value, "to_csv") or hasattr(value, "write_csv")
    return writes_csv and hasattr(value, "shape") and hasattr(value, "head")


def table_text(frame: Any) -> tuple[str, list[str]]:
    """The first rows as CSV, and what to say of them: its size, and how much of it is sent."""
    facts = [" × ".join(f"{size:,}" for size in frame.shape)]
    beginning = frame.head(MOST_ROWS)
    text: str = beginning.to_csv() if hasattr(frame, "to_csv") else beginning.write_csv()
    if frame.shape[0] > MOST_ROWS:
        facts.append(f"first {MOST_ROWS} rows")
        text += f"… ({MOST_ROWS} of {frame.shape[0]:,} rows)\n"
    return text, facts
