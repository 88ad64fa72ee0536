"""Under "schema" no value leaves, by whatever way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import dask.dataframe as dd
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xarray as xr

from nbchat.context.forms import Form
from nbchat.context.shown import block
from nbchat.context.values import label, show

ROWS = 400
_numbers = count(1)


def planted() -> str:
    """A value that stands nowhere else."""
    return f"zq{next(_numbers):06}"


def texts(rows: int = ROWS) -> list[str]:
    return [planted() for _ in range(rows)]


def numbers() -> list[int]:
    return [77_000_000 + next(_numbers) for _ in range(ROWS)]


def days() -> list[date]:
    return [date(1907, 1, 1) + timedelta(days=next(_numbers) % 9_000) for _ in range(ROWS)]


def of_pandas() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "s": texts(),
            "n": numbers(),
            "f": np.array(numbers()) + 0.5,
            "d": pd.to_datetime(days()),
            "c": pd.Categorical(texts(), ordered=True),
            "o": [[cell, {cell: cell}] for cell in texts()],
            "sparse": pd.arrays.SparseArray([77_000_001] * ROWS, fill_value=77_000_001),
            "interval": pd.arrays.IntervalArray.from_breaks(range(77_000_000, 77_000_001 + ROWS)),
            "arrow": pd.array(texts(), dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
        },
        index=pd.MultiIndex.from_arrays([texts(), pd.Categorical(texts())], names=["key", None]),
    )
    frame.attrs = {planted(): planted()}
    return frame


def of_polars() -> pl.DataFrame:
    words = texts()
    return pl.DataFrame(
        {
            "s": texts(),
            "n": numbers(),
            "d": days(),
            "e": pl.Series(words, dtype=pl.Enum(words)),
            "c": pl.Series(texts(), dtype=pl.Categorical),
            "l": pl.Series([[word] for word in words], dtype=pl.List(pl.Enum(words))),
            "a": pl.Series([[word] for word in words], dtype=pl.Array(pl.Enum(words), 1)),
            "t": pl.Series([{"x": word} for word in words], dtype=pl.Struct({"x": pl.Enum(words)})),
        }
    )


def of_arrow() -> pa.Table:
    table = pa.table(
        {"s": texts(), "n": numbers(), "d": days(), "w": pa.array(texts()).dictionary_encode()}
    )
    return table.replace_schema_metadata({planted(): planted()})


def of_duckdb() -> Any:
    words = texts(3)
    enum = f"ENUM('{words[0]}', '{words[1]})', '{words[2]}''')"
    return duckdb.sql(
        f"select '{words[0]}' as s, 77000001 as n, '{words[0]}'::{enum} as e, "
        f"['{words[0]}'::{enum}] as l, {{'x': '{words[0]}'::{enum}, \"ENUM(\": 1}} as t"
    ).set_alias(planted())


def of_xarray() -> xr.Dataset:
    return xr.Dataset(
        {"t": (("x", "y"), np.array(numbers())[:, None] * np.ones(3))},
        coords={"x": texts(), "y": [77_000_001, 77_000_002, 77_000_003], "z": ("x", days())},
        attrs={planted(): planted(), "units": planted()},
    )


def of_numpy() -> Any:
    return np.array([*zip(texts(), numbers(), strict=True)], dtype=[("s", "U20"), ("n", "i8")])


def of_masked() -> Any:
    return np.ma.masked_less(np.array(numbers()), 77_000_100)


MADE: dict[str, Callable[[], Any]] = {
    "pandas": of_pandas,
    "a column of pandas": lambda: of_pandas()["c"],
    "categories of pandas": lambda: of_pandas().reset_index()["c"],
    "an index of pandas": lambda: of_pandas().index,
    "a range of pandas": lambda: pd.DataFrame({"a": 1}, index=range(77_000_001, 77_000_900)),
    "polars": of_polars,
    "an Enum of polars": lambda: of_polars()["e"],
    "polars, not computed": lambda: of_polars().lazy().filter(pl.col("s") != planted()),
    "pyarrow": of_arrow,
    "a column of pyarrow": lambda: of_arrow()["w"],
    "a batch of pyarrow": lambda: of_arrow().to_batches()[0],
    "duckdb": of_duckdb,
    "dask": lambda: dd.from_pandas(of_pandas().reset_index(level=1, drop=True).drop(columns="o")),
    "a column of dask": lambda: dd.from_pandas(pd.Series(pd.Categorical(texts()), name="c")),
    "xarray": of_xarray,
    "an array of xarray": lambda: of_xarray()["t"],
    "numpy": of_numpy,
    "objects of numpy": lambda: np.array([texts(), texts()], dtype=object),
    "masked": of_masked,
    "one number": lambda: np.array(77_000_001),
}


@pytest.mark.parametrize("kind", MADE)
def test_no_planted_value_leaves(kind: str) -> None:
    value = MADE[kind]()

    for form in (Form(), Form("all"), Form("rows", 5), Form("schema")):
        shown = show("df", value, form, "schema")
        said = f"{block('df', shown)} {label('df', shown)}"

        assert (shown.refusal, shown.attached) == ("", ())
        assert not re.search(r"zq\d|77,?_?00|77000|\b19[0-3]\d-", said), said


def test_what_is_left_are_sizes_names_and_types() -> None:
    frame = of_pandas()
    shown = show("df", frame, Form(), "schema")

    assert shown.kind == "DataFrame, 400 rows × 9 columns"
    assert shown.facts == ("400 × 9", "schema")
    assert shown.text.splitlines() == [
        "index key: str", "index: category", "s: str", "n: int64", "f: float64",
        "d: datetime64[us]" if "us" in str(frame["d"].dtype) else f"d: {frame['d'].dtype}",
        "c: category", "o: object", "sparse: Sparse[int64]", "interval: interval[int64, right]",
        "arrow: dictionary<values=string, indices=int32, ordered=0>[pyarrow]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (of_polars, "e: Enum\nc: Categorical\nl: List(Enum)\na: Array(Enum, 1)\nt:"),
        (of_duckdb, 'e: ENUM\nl: ENUM[]\nt: STRUCT(x ENUM, "ENUM(" INTEGER)'),
        (of_xarray, "variable t (x, y): float64"),
    ],
)
def test_types_that_list_their_values_are_told_without(make: Callable[[], Any], said: str) -> None:
    assert said in show("df", make(), Form("schema")).text
