"""What a question about a large table waits for, beside `df.describe()` of the same table.

    python -m tests.benchmarks.tables

In milliseconds of this process's CPU: a million rows, of which a sample is looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from nbchat.context.forms import Form
from nbchat.context.values import show

ROWS = 1_000_000
ROUNDS = 5
PROMISED = 300  # ms


def numbers() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).random((ROWS, 50)))


def of_all_kinds() -> pd.DataFrame:
    chance = np.random.default_rng(0)
    columns: dict[str, Any] = {}
    for number in range(10):
        columns |= {
            f"price {number}": chance.random(ROWS),
            f"count_{number}_of": chance.integers(0, 99, ROWS),
            f"{number}th city": chance.choice(["Rome", "Oslo", "Lima"], ROWS),
            f"day{number}": pd.date_range("2020", periods=ROWS, freq="s"),
            f"kind{number}": pd.Categorical(chance.choice(["new", "old"], ROWS)),
        }
    return pd.DataFrame(columns)


def cost(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000


def measured(frame: pd.DataFrame, rounds: int = ROUNDS) -> tuple[float, float]:
    """By a question that names it, and by `describe()`; medians."""
    show("df", frame, Form())
    ours = median(cost(lambda: show("df", frame, Form())) for _ in range(rounds))
    return ours, median(cost(frame.describe) for _ in range(max(1, rounds // 3)))


def main() -> None:
    for name, make in {"numbers": numbers, "of all kinds": of_all_kinds}.items():
        ours, described = measured(make())
        print(
            f"1,000,000 × 50, {name:14} {ours:7.1f} ms CPU"
            f"  {ours / described:.3f} of df.describe(), {described:,.0f} ms"
        )


if __name__ == "__main__":
    main()
