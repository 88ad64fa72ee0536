"""Cells of all kinds, and data of all shapes: what is asked of each, and what comes back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy
import pandas
import polars
import pytest

import nbchat
from nbchat.errors import BadAttachment, BadCall

from .rows_service import MODEL, RowsService, answers


def asked(provider: RowsService, data: Any, prompt: str) -> list[str]:
    nbchat.map(data, prompt, MODEL, at_once=1)
    return provider.prompts


def test_names_in_a_cell_are_not_filled_in_again(provider: RowsService) -> None:
    data = [{"a": "{b} {a} {{b}} {0} {a.__class__} %(b)s", "b": "secret"}]

    assert asked(provider, data, "{a}") == ["{b} {a} {{b}} {0} {a.__class__} %(b)s"]


@pytest.mark.parametrize(
    "prompt",
    ["{a.__class__}", "{a.__init__.__globals__}", "{a[0]}", "{a!r}", "{a:>99}", "{a.b} and {a}"],
)
def test_nothing_but_a_cell_is_looked_up(provider: RowsService, prompt: str) -> None:
    with pytest.raises(BadCall, match="is no column of the data"):
        asked(provider, [{"a": "x"}], prompt)

    assert provider.prompts == []


MISSING = {
    "pandas.NA": pandas.NA,
    "NaT": pandas.NaT,
    "None": None,
    "NaN": float("nan"),
    "numpy's NaN": numpy.float32("nan"),
    "numpy's NaT": numpy.datetime64("NaT"),
    "a Decimal's": Decimal("nan"),
}


@pytest.mark.parametrize("cell", MISSING.values(), ids=MISSING)
def test_a_row_in_which_nothing_stands_is_not_asked(provider: RowsService, cell: Any) -> None:
    data = pandas.DataFrame({"a": [cell, "x"]}, dtype=object)

    assert asked(provider, data, "{a}") == ["x"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([float("inf"), float("-inf")], ["inf", "-inf"]),
        ([date(2026, 1, 2), timedelta(1)], ["2026-01-02", "1 day, 0:00:00"]),
        (pandas.Categorical(["x", None, "y"]), ["x", "y"]),
        (pandas.array([1, None, 3], dtype="Int64"), ["1", "3"]),
        (pandas.to_datetime(["2026-01-02"]), ["2026-01-02 00:00:00"]),
        ([True, Decimal("1.10")], ["True", "1.10"]),
    ],
    ids=["infinite", "dates", "categories", "whole numbers", "moments", "others"],
)
def test_a_cell_is_written_as_a_person_would(
    provider: RowsService, cells: Any, words: list[str]
) -> None:
    assert asked(provider, pandas.DataFrame({"a": cells}), "{a}") == words


def test_a_number_too_long_to_be_written_fails_its_row_alone(provider: RowsService) -> None:
    out = nbchat.map([10**5000, 5], "{value}", MODEL)

    assert answers(out) == [None, "[5]"]
    assert isinstance(out.rows[0].error, BadAttachment)
    assert "too long to be written" in str(out.rows[0].error)


def test_a_cell_of_a_megabyte_goes_whole(provider: RowsService) -> None:
    assert asked(provider, ["y" * 1_000_000], "{value}") == ["y" * 1_000_000]


@pytest.mark.parametrize(
    "name",
    ["two words", "中文 列", "a!b", "a.b", "col:20", " lead", "br{ace}", "x\ny", "n" * 200],
)
def test_a_column_may_be_called_anything(provider: RowsService, name: str) -> None:
    assert asked(provider, [{name: "tea", "other": 1}], f"Rate: {{{name}}}.") == ["Rate: tea."]


def test_rows_of_a_generator_may_differ_in_what_they_have(provider: RowsService) -> None:
    rows = ({"a": n, "b": "x"} if n else {"a": n} for n in range(3))

    out = nbchat.map(rows, "{a} {b}", MODEL)

    assert answers(out) == [None, "[1 x]", "[2 x]"]
    assert out.failed == []


FRAMES = {
    "equal labels": pandas.DataFrame({"a": ["x", "y"]}, index=[1, 1]),
    "several levels": pandas.DataFrame(
        {"a": ["x"]}, index=pandas.MultiIndex.from_tuples([(1, "one")], names=["n", "word"])
    ),
    "moments": pandas.DataFrame({"a": ["x"]}, index=pandas.DatetimeIndex(["2026-01-01"], tz="UTC")),
    "a column twice": pandas.DataFrame([["x", 1, 2]], columns=["a", "b", "b"]),
    "no rows": pandas.DataFrame({"a": []}),
    "our names": pandas.DataFrame({"a": ["x"], "answer": [1], "error": [2], "cost": [3]}),
}


@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
def test_a_frame_comes_back_as_it_was_with_columns_behind(
    provider: RowsService, data: pandas.DataFrame
) -> None:
    before = data.copy()

    frame = nbchat.map(data, "{a}", MODEL).frame()

    pandas.testing.assert_frame_equal(frame.iloc[:, : data.shape[1]], before)
    assert frame.index.equals(data.index)
    assert frame.shape == (len(data), data.shape[1] + 4)
    assert data.equals(before)


def test_columns_of_several_levels_are_named_with_dots(provider: RowsService) -> None:
    data = pandas.DataFrame({("a", "b"): ["x"], ("a", "c"): ["y"]})

    frame = nbchat.map(data, "{a.c}", MODEL).frame()

    assert provider.prompts == ["y"]
    assert frame[("answer", "")].tolist() == ["[y]"]


def test_a_frame_of_polars_comes_back_as_one(provider: RowsService) -> None:
    data = polars.DataFrame({"a": ["x", None], "day": [date(2026, 1, 2)] * 2})

    frame = nbchat.map(data, "{a} on {day}", MODEL).frame()

    assert provider.prompts == ["x on 2026-01-02"]
    assert isinstance(frame, polars.DataFrame)
    assert frame["answer"].to_list() == ["[x on 2026-01-02]", None]


def test_data_without_columns_cannot_be_asked_about(provider: RowsService) -> None:
    with pytest.raises(BadCall, match="The data has none"):
        nbchat.map(pandas.DataFrame(index=[1, 2]), "{a}", MODEL)


def test_a_list_without_rows_gives_a_result_without_rows(provider: RowsService) -> None:
    out = nbchat.map([], "{value}", MODEL)

    assert len(out) == 0
    assert [*out.frame().columns] == ["answer", "error", "tokens", "cost"]
