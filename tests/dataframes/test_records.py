"""Data of every kind as rows: names, labels and cells of its columns, and the frame with more."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from pydantic import BaseModel

from nbchat.dataframes.records import records_of
from nbchat.errors import BadCall


@dataclass
class Review:
    text: str
    stars: int


class ReviewModel(BaseModel):
    text: str
    stars: int


ReviewTuple = namedtuple("ReviewTuple", "text stars")  # as people make them

TEXTS, STARS = ["good", "bad"], [5, 1]
DICTS = [{"text": "good", "stars": 5}, {"text": "bad", "stars": 1}]
TABLES: dict[str, Callable[[], Any]] = {
    "pandas": lambda: pandas.DataFrame(DICTS),
    "polars": lambda: polars.DataFrame(DICTS),
    "arrow table": lambda: pyarrow.Table.from_pylist(DICTS),
    "arrow batch": lambda: pyarrow.RecordBatch.from_pylist(DICTS),
    "dicts": lambda: DICTS,
    "generator of dicts": lambda: (row for row in DICTS),
    "dataclasses": lambda: [Review(**row) for row in DICTS],  # type: ignore[arg-type]
    "models": lambda: [ReviewModel(**row) for row in DICTS],  # type: ignore[arg-type]
    "named tuples": lambda: [ReviewTuple(**row) for row in DICTS],
}
COLUMNS: dict[str, Callable[[], Any]] = {
    "list": lambda: TEXTS,
    "tuple": lambda: tuple(TEXTS),
    "generator": lambda: iter(TEXTS),
    "keys": lambda: dict.fromkeys(TEXTS).keys(),
    "numpy": lambda: numpy.array(TEXTS),
    "pandas Series": lambda: pandas.Series(TEXTS),
    "pandas Index": lambda: pandas.Index(TEXTS),
    "polars Series": lambda: polars.Series(TEXTS),
    "arrow array": lambda: pyarrow.array(TEXTS),
    "arrow chunks": lambda: pyarrow.chunked_array([TEXTS]),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_has_its_columns_and_rows(kind: str) -> None:
    records = records_of(TABLES[kind]())

    assert [*records.names] == ["text", "stars"]
    assert [*records.index] == [0, 1]
    assert ([*records.cells("text")], [*records.cells("stars")]) == (TEXTS, STARS)


@pytest.mark.parametrize("kind", TABLES)
def test_its_frame_has_more_columns_behind_its_own(kind: str) -> None:
    frame = records_of(TABLES[kind]()).frame_with({"answer": ["a", None], "tokens": [7, None]})

    library = polars if kind == "polars" else pandas
    assert isinstance(frame, library.DataFrame)
    assert [*frame.columns] == ["text", "stars", "answer", "tokens"]
    assert [*frame["stars"]] == STARS
    assert next(iter(frame["tokens"])) == 7


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_single_column_is_called_value(kind: str) -> None:
    records = records_of(COLUMNS[kind]())

    assert [*records.names] == ["value"]
    assert [str(cell) for cell in records.cells("value")] == TEXTS
    assert [*records.frame_with({"answer": TEXTS}).columns] == ["value", "answer"]


def test_a_series_keeps_its_name_and_labels() -> None:
    records = records_of(pandas.Series(TEXTS, index=["x", "y"], name="text"))

    assert ([*records.names], [*records.index]) == (["text"], ["x", "y"])
    assert records.frame_with({"answer": TEXTS}).loc["y", "answer"] == "bad"


@pytest.mark.parametrize(
    "index",
    [
        pandas.Index(["a", "a"]),
        pandas.MultiIndex.from_tuples([("a", 1), ("a", 2)]),
        pandas.date_range("2024-01-01", periods=2),
        pandas.RangeIndex(5, 7),
    ],
    ids=["equal labels", "levels", "dates", "range"],
)
def test_any_index_of_pandas_stays(index: pandas.Index) -> None:
    frame = pandas.DataFrame(DICTS, index=index)

    made = records_of(frame).frame_with({"answer": TEXTS})

    assert made.index.equals(index)
    assert made["answer"].tolist() == TEXTS
    assert frame.columns.tolist() == ["text", "stars"]  # the data is as it was


def test_whole_numbers_and_flags_stay_so_where_some_are_missing() -> None:
    frame = records_of(TEXTS).frame_with({"count": [3, None], "is_it": [None, True]})

    assert (str(frame["count"].dtype), str(frame["is_it"].dtype)) == ("Int64", "boolean")


def test_columns_of_several_levels_are_named_with_dots() -> None:
    columns = pandas.MultiIndex.from_tuples([("a", "x"), ("a", "y")])
    records = records_of(pandas.DataFrame([[1, 2]], columns=columns))

    assert [*records.names] == ["a.x", "a.y"]
    assert records.frame_with({"answer": ["yes"]}).columns.tolist()[-1] == ("answer", "")


@pytest.mark.parametrize(
    "cells",
    [[1, "a"], [2**70, None], [object(), None], [[1, 2], None], [{"a": 1}, {"b": "x"}]],
    ids=["kinds", "large", "object", "lists", "dicts"],
)
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_cells_of_any_kind_make_a_column(library: str, cells: list[Any]) -> None:
    frame = records_of(TABLES[library]()).frame_with({"answer": cells})

    assert len(frame) == 2


def test_rows_may_lack_a_column() -> None:
    records = records_of([{"a": 1}, {"b": 2}])

    assert (records.cells("a"), records.cells("b")) == ([1, None], [None, 2])


@pytest.mark.parametrize("data", [None, 3, "text", b"text", {"a": [1]}, polars.LazyFrame()])
def test_what_has_no_rows_is_refused(data: object) -> None:
    with pytest.raises(BadCall):
        records_of(data)
