"""What is not computed stays so: it goes by its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import dask.array as da
import dask.dataframe as dd
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
import xarray as xr

from nbchat.context.forms import Form
from nbchat.context.shown import block
from nbchat.context.tables import is_table
from nbchat.context.values import show

COMPUTED: list[str] = []  # what was, by whom


def noted(who: str) -> Callable[[Any], Any]:
    def note(value: Any) -> Any:
        COMPUTED.append(who)
        return value

    return note


def of_duckdb() -> Any:
    database = duckdb.connect()
    database.create_function("noted", noted("duckdb"), ["BIGINT"], "BIGINT")
    return database.sql("select noted(range) as a, 'x' as s from range(3)")


def of_dask() -> Any:
    frame = pd.DataFrame({"a": range(100), "s": ["x"] * 100})
    computed = dd.from_pandas(frame, npartitions=3).map_partitions(noted("dask"), meta=frame)
    return computed.set_index("a", sorted=True, divisions=[0, 30, 60, 99])


def array_of_dask() -> Any:
    return da.ones((1000, 3), chunks=100).map_blocks(
        noted("array"), dtype=float, meta=np.ones((0, 0))
    )


def of_polars() -> Any:
    lazy = pl.LazyFrame({"a": [1, 2], "s": ["x", "y"]})
    return lazy.map_batches(noted("polars"), schema={"a": pl.Int64, "s": pl.String})


LAZY: list[tuple[Callable[[], Any], str, str]] = [
    (of_polars, "polars LazyFrame, not computed, 2 columns", "a: Int64\ns: String"),
    (of_dask, "dask DataFrame, not computed, 1 column", "index a: int64\ns: str"),
    (lambda: of_dask()["s"], "dask Series, not computed, 1 column", "s: str"),
    (of_duckdb, "duckdb relation, not computed, 2 columns", "a: BIGINT\ns: VARCHAR"),
]


@pytest.fixture(autouse=True)
def nothing_computed() -> Iterator[None]:
    COMPUTED.clear()
    yield
    assert COMPUTED == []


@pytest.mark.parametrize(("make", "kind", "text"), LAZY)
def test_it_goes_by_its_columns_whatever_is_asked_for(
    make: Callable[[], Any], kind: str, text: str
) -> None:
    value = make()
    COMPUTED.clear()

    for form in (Form(), Form("all"), Form("rows", 20), Form("schema")):
        shown = show("df", value, form)

        assert (shown.kind, shown.text) == (kind, text)
        assert shown.facts == (kind.rpartition(", ")[2], "schema")
    assert is_table(value)


def test_many_columns_are_told_in_full_where_that_is_asked_for() -> None:
    wide = pl.LazyFrame({f"{'q' * (at % 40)}_{at}": [1] for at in range(300)})

    brief, whole = show("df", wide, Form()), show("df", wide, Form("schema"))

    assert len(block("df", brief)) <= 3000
    assert brief.text.splitlines()[-1].endswith("more columns")
    assert whole.text.splitlines()[-1] == f"{'q' * 19}_299: Int64"


def test_what_counts_here_is_counted() -> None:
    of_duckdb().fetchall()
    of_dask().compute()

    assert {*COMPUTED} == {"duckdb", "dask"}
    COMPUTED.clear()


def test_an_array_that_is_not_computed_goes_by_its_shape() -> None:
    value = array_of_dask()
    COMPUTED.clear()

    shown = show("a", value, Form("all"))

    assert shown.kind == "dask Array, not computed, shape (1000, 3)"
    assert shown.text.startswith("shape: (1000, 3)\ndtype: float64")


def test_of_xarray_only_what_is_in_memory_is_looked_at() -> None:
    data = xr.Dataset({"here": ("x", [1.5, 2.5]), "there": (("y", "z"), array_of_dask())})
    COMPUTED.clear()

    for form in (Form(), Form("all"), Form("schema")):
        text = show("data", data, form).text

        assert "variable there (y, z): float64, not in memory" in text
