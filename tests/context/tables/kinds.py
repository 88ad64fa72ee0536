"""Tables of every kind that people have, the odd ones among them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

N = 3_000  # rows
_chance = np.random.default_rng(0)


class Odd:
    """What may lie in a cell: it has no text, no hash and no likeness."""

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        raise ValueError("no likeness")


def _numbers(rows: int, columns: int) -> Any:
    return _chance.normal(size=(rows, columns))


def usual() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": _chance.integers(18, 95, N),
            "job": _chance.choice(["teacher", "driver", "cook"], N),
            "balance": np.where(np.arange(N) % 10, _chance.normal(1000, 300, N), np.nan),
            "Price (€)": _chance.random(N),
            "day": pd.date_range("2020-01-01", periods=N, freq="h"),
            "is_open": _chance.random(N) > 0.5,
            "note": [f"a note of its own, number {i}" for i in range(N)],
        }
    )


def _mixed() -> pd.DataFrame:
    cells = [1, "a", None, 2.5, [1, 2], {"a": 1}, b"\x00\xff", Odd(), {1, 2}, 10**5000, object()]
    return pd.DataFrame({"anything": (cells * N)[:N], "n": range(N)})


def _named(*names: Any) -> pd.DataFrame:
    return pd.DataFrame([range(len(names))] * N, columns=pd.Index(names, tupleize_cols=False))


def _levels() -> pd.DataFrame:
    rows = pd.MultiIndex.from_product([["north", "south"], range(N // 2)], names=["area", None])
    columns = pd.MultiIndex.from_product([["open", "close"], ["A", "B"]], names=["what", "who"])
    return pd.DataFrame(_numbers(N, 4), index=rows, columns=columns)


def _duplicates() -> pd.DataFrame:
    frame = pd.DataFrame([[1, "x", 2.0]] * N)
    frame.columns = pd.Index(["a", "a", "a"])
    return frame


def _of_periods() -> pd.DataFrame:
    days = pd.period_range("2020-01", periods=N, freq="D")
    return pd.DataFrame(
        {
            "period": days,
            "interval": pd.interval_range(0, N),
            "lasted": pd.to_timedelta(np.arange(N), unit="min"),
            "sparse": pd.arrays.SparseArray([0, 0, 7] * (N // 3)),
            "complex": np.arange(N) * 1j,
        }
    )


def _of_extensions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "i": pd.array([1, None, 3] * (N // 3), dtype="Int64"),
            "f": pd.array([1.5, None, 3] * (N // 3), dtype="Float32"),
            "b": pd.array([True, None, False] * (N // 3), dtype="boolean"),
            "s": pd.array(["x", None, "y"] * (N // 3), dtype="string"),
            "arrow": pd.array([1, None, 3] * (N // 3), dtype="int64[pyarrow]"),
            "listed": pd.Series(
                [[1], [2, 3], None] * (N // 3), dtype=pd.ArrowDtype(pa.list_(pa.int64()))
            ),
        }
    )


def _nested_polars() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "lists": [[1, 2], [3], None] * (N // 3),
            "structs": [{"a": 1, "b": "x"}] * N,
            "kind": pl.Series(["x", "y", "x"] * (N // 3), dtype=pl.Enum(["x", "y"])),
            "price": pl.Series([Decimal("1.50")] * N),
            "at": [date(2020, 1, 1) + timedelta(days=i) for i in range(N)],
            "lasted": [timedelta(seconds=i) for i in range(N)],
            "raw": [b"\x00\xff"] * N,
            "f": [float("nan"), 1.0, None] * (N // 3),
            "objects": pl.Series([object()] * N, dtype=pl.Object),
            "none": [None] * N,
        }
    )


def _arrow() -> pa.Table:
    return pa.table(
        {
            "a": pa.array(range(N), pa.int8() if N < 100 else pa.int32()),
            "s": ["x", "y", None] * (N // 3),
            "lists": [[1, 2], None, []] * (N // 3),
            "at": pa.array(range(N), pa.timestamp("ns", "Europe/Berlin")),
            "d": pa.array(range(N), pa.date32()),
            "m": pa.array([[("k", 1)]] * N, pa.map_(pa.string(), pa.int64())),
            "f": pa.array([float("nan"), 1.0, None] * (N // 3)),
            "w": pa.array(["x", "y", "z"] * (N // 3)).dictionary_encode(),
        }
    )


def _wide(columns: int, name: Callable[[int], Any]) -> pd.DataFrame:
    return pd.DataFrame(_numbers(12, columns), columns=[name(i) for i in range(columns)])


def _letters(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(4))


KINDS: dict[str, Callable[[], Any]] = {
    "usual": usual,
    "indexed by dates": lambda: usual().set_index("day"),
    "filtered": lambda: usual().query("age > 50"),
    "5,000 numbered columns": lambda: _wide(5_000, lambda i: f"feature_{i}"),
    "5,000 columns by number": lambda: _wide(5_000, int),
    "5,000 different columns": lambda: _wide(5_000, _letters),
    "20,000 columns": lambda: _wide(20_000, _letters),
    "150 columns by date": lambda: _wide(150, lambda i: f"2020-{i // 28 + 1:02}-{i % 28 + 1:02}"),
    "200 columns of two kinds": lambda: _wide(200, lambda i: f"{'ab'[i % 2]}_{i}"),
    "long names": lambda: _named("x" * 10_000, "y" * 10_000, *(f"question {i}?" * 9 for i in range(60))),
    "odd names": lambda: _named(0, "0", None, ("a", 1), 1.5, True, "class", "a b", "line\nbreak", "```"),
    "names of dates": lambda: _named(*pd.date_range("2020", periods=12)),
    "cells of 1 MB": lambda: pd.DataFrame({"long": ["x" * 1_000_000] * 5, "n": range(5)}),
    "many rows of long cells": lambda: pd.DataFrame({f"t_{_letters(i)}": ["word " * 2_000] * 50 for i in range(30)}),
    "lines and fences": lambda: pd.DataFrame({"t": ["```\nIgnore this.\r\n```", '"quoted", too'] * N}),
    "levels": _levels,
    "duplicate names": _duplicates,
    "anything": _mixed,
    "nested": lambda: pd.DataFrame({"l": [[1] * 10_000] * N, "d": [{"a": {"b": [1]}}] * N}),
    "dates with a zone": lambda: pd.DataFrame({"at": pd.date_range("2020", periods=N, tz="Asia/Tokyo")}),
    "100,000 categories": lambda: pd.DataFrame({"c": pd.Categorical([f"c{i}" for i in range(100_000)])}),
    "periods and their kin": _of_periods,
    "extensions": _of_extensions,
    "all missing": lambda: pd.DataFrame({"n": [None] * N, "f": [np.nan] * N, "t": [pd.NaT] * N}),
    "infinite": lambda: pd.DataFrame({"f": [np.inf, -np.inf, np.nan] * N}),
    "no rows": lambda: usual().head(0),
    "no columns": lambda: pd.DataFrame(index=range(N)),
    "nothing": pd.DataFrame,
    "one row": lambda: usual().head(1),
    "a column": lambda: usual()["balance"],
    "a column without a name": lambda: pd.Series(range(N)),
    "a column named by a tuple": lambda: pd.Series(range(N), name=("a", "b")),
    "an index": lambda: pd.date_range("2020", periods=N),
    "an index of levels": lambda: _levels().index,
    "a pivot": lambda: usual().pivot_table(index="job", columns="is_open", values="age", aggfunc="mean"),
    "described": lambda: usual().describe(),
    "polars": lambda: pl.from_pandas(usual()),
    "nested polars": _nested_polars,
    "wide polars": lambda: pl.DataFrame({f"c{_letters(i)}": [1.5] for i in range(5_000)}),
    "polars without rows": lambda: pl.from_pandas(usual()).head(0),
    "a column of polars": lambda: pl.Series("s", ["a", "b"] * N),
    "arrow": _arrow,
    "a batch of arrow": lambda: _arrow().to_batches()[0],
    "a column of arrow": lambda: _arrow().column("s"),
    "wide arrow": lambda: pa.table({f"c{_letters(i)}": [1.5] for i in range(5_000)}),
    "arrow with duplicate names": lambda: pa.table([[1] * N, [2] * N], names=["a", "a"]),
}  # fmt: skip
