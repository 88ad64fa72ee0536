"""A table in few words, whatever is in it."""

from __future__ import annotations

import re
import warnings
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from nbchat.context.forms import Form
from nbchat.context.shown import Shown, block
from nbchat.context.values import show

from .kinds import KINDS, usual

pytestmark = pytest.mark.field("V2")

LONGEST = 3_000  # characters of any table, with its heading and its fence


def shown(value: object, form: Form | None = None) -> Shown:
    shown = show("df", value, form or Form())
    assert shown.refusal == ""
    return shown


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of frames with very many columns
        return {kind: make() for kind, make in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_no_table_is_longer_than_promised(tables: dict[str, Any], kind: str) -> None:
    got = shown(tables[kind])

    assert 0 < len(block("df", got)) <= LONGEST
    assert got.text.strip()
    assert got.facts[1:] in [(), ("brief",)]
    assert not re.search(r"0x[0-9a-f]{6}", got.text)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_all_of_it_and_its_schema_are_bounded_too(tables: dict[str, Any], kind: str) -> None:
    for form in (Form("all"), Form("rows", 2)):
        assert 0 < len(shown(tables[kind], form).text) <= 50_000
    assert 0 < len(shown(tables[kind], Form("schema")).text) <= 10_000


@pytest.mark.parametrize("convert", [lambda df: df, pl.from_pandas, pa.table])
def test_a_reader_can_write_code_against_it(convert: Any) -> None:
    frame = usual()
    got = shown(convert(frame))
    text = got.text

    assert re.fullmatch(r"((polars )?DataFrame|pyarrow Table), 3,000 rows × 7 columns", got.kind)
    assert got.facts == ("3,000 × 7", "brief")
    for name in frame.columns:
        written = name if name.isidentifier() else repr(name)
        assert re.search(rf"^{re.escape(written)}: \w", text, re.M)
    assert re.search(r"^age: [Ii]nt64, 18 … 94$", text, re.M)
    assert re.search(r"^balance: [Ff]?\w+, 300 missing, -?\d+\.\d+ … \d+\.\d+$", text, re.M)
    assert re.search(r"^job: \S+, 3 values: '\w+' 1,0\d\d, '\w+' [\d,]+, '\w+' \d+$", text, re.M)
    assert re.search(r"^is_open: [bB]ool(ean)?, 2 values: \w+ 1,\d+, \w+ 1,\d+$", text, re.M)
    assert re.search(r"^day: .*, 2020-01-01 … 2020-05-04 23:00:00$", text, re.M)
    assert "note: " in text
    assert "all 3,000 different: 'a note of its own, numb" in text
    rows = text.partition("First 5 rows as CSV:\n")[2].splitlines()
    assert rows[0] == "age,job,balance,Price (€),day,is_open,note"
    assert len(rows) == 6
    assert rows[5].endswith('"a note of its own, number 4"')


def test_a_short_table_goes_whole_with_its_types() -> None:
    got = shown(pd.DataFrame({"a": [1, 3], "b c": ["x, y", None]}, index=["p", "q"]))

    assert (got.kind, got.fence) == ("DataFrame, 2 rows × 2 columns", "csv")
    assert got.facts == ("2 × 2",)
    assert got.text == ",a,b c\np,1,\"x, y\"\nq,3,\n# index: str; a: int64; 'b c': str"


def test_an_index_that_only_counts_is_named_and_not_written() -> None:
    assert shown(pd.DataFrame({"a": [1]})).text == "a\n1\n# index: RangeIndex; a: int64"
    assert shown(pd.DataFrame({"a": [1, 2]})[1:]).text == ",a\n1,2\n# index: int64; a: int64"


def test_names_stand_as_code_has_them() -> None:
    text = shown(KINDS["odd names"](), Form("schema")).text

    assert [line.rpartition(": ")[0] for line in text.splitlines()[1:]] == [
        "0", "'0'", "(no name)", "('a', 1)", "1.5", "True", "'class'", "'a b'",
        r"'line\nbreak'", "'```'",
    ]  # fmt: skip


def test_a_date_as_a_name_is_written_as_code(tables: dict[str, Any]) -> None:
    assert "\nTimestamp('2020-01-03 00:00:00'): int64, always 2\n" in (
        shown(tables["names of dates"]).text
    )


def test_levels_of_rows_and_columns_are_told() -> None:
    text = shown(KINDS["levels"]()).text

    assert text.startswith("columns: MultiIndex, levels what, who\nindex area: str, 2 values:")
    assert "\nindex: int64, 0 … 1499\n('open', 'A'): float64, " in text
    assert "\narea,,\"('open', 'A')\"," in text
    assert "\nnorth,0," in text


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("5,000 numbered columns", "feature_0 … feature_4999 (5,000 columns): float64"),
        ("5,000 columns by number", "0 … 4999 (5,000 columns): float64"),
        ("150 columns by date", "'2020-01-01' … '2020-06-10' (150 columns, with gaps): float64, "),
    ],
)
def test_alike_columns_are_one_line(tables: dict[str, Any], kind: str, line: str) -> None:
    assert line in shown(tables[kind]).text


def test_of_alike_columns_the_range_of_all_is_told() -> None:
    frame = pd.DataFrame(np.arange(40 * 100).reshape(100, 40), columns=[f"p{i}" for i in range(40)])
    frame["label"] = ["a", "b"] * 50

    assert "p0 … p39 (40 columns): int64, 0 … 3999\nlabel: str, 2 values: 'a' 50" in (
        shown(frame).text
    )


def test_of_many_columns_the_names_come_first_and_the_rest_is_counted(
    tables: dict[str, Any],
) -> None:
    two_kinds, different = (
        shown(tables[kind]).text for kind in ("200 columns of two kinds", "20,000 columns")
    )

    assert two_kinds.count(": float64") > 80
    assert re.search(r"^… and \d\d more columns$", two_kinds, re.M)
    assert re.search(r"^… and 19,\d\d\d more columns$", different, re.M)
    assert "(first " in different
    assert " of 20,000 columns):" in different


def test_long_names_say_how_long_they_are(tables: dict[str, Any]) -> None:
    assert f"'{'x' * 119}…' (10,000 characters): int64" in shown(tables["long names"]).text


def test_what_is_in_an_object_column_is_told_by_class(tables: dict[str, Any]) -> None:
    text = shown(tables["anything"]).text

    assert re.search(r"^anything: object, 273 missing, 545 int, .*, …, 5 values: ", text, re.M)
    assert "<Odd>" in shown(tables["anything"], Form("rows", 20)).text
    assert "<object>" in shown(tables["anything"], Form("rows", 20)).text


def test_lists_are_told_by_their_lengths() -> None:
    cells = [[1, 2], [], None] * 1_000
    frames = [pd.DataFrame({"l": cells}), pl.DataFrame({"l": cells}), pa.table({"l": cells})]

    for frame in frames:
        assert re.search(r"^l: .*, 1,000 missing, list, 0 … 2 items$", shown(frame).text, re.M)
    vectors = shown(pd.DataFrame({"v": [np.zeros(384)] * 3_000})).text
    structs = shown(pl.DataFrame({"s": [{"a": 1}] * 3_000})).text
    assert "\nv: object, ndarray, 384 items\n" in vectors
    assert structs.startswith("s: Struct(a: Int64)\n")


def test_dates_and_their_kin_in_an_object_column_are_told_by_class() -> None:
    days = pd.DataFrame({"day": [date(2020, 1, 1)] * 3_000, "job": ["cook"] * 3_000}, dtype=object)

    text = shown(days).text

    assert "\nday: object, date, always 2020-01-01\njob: object, always 'cook'\n" in text


def test_what_is_named_is_a_whole_text_in_quotes() -> None:
    texts = [f"one \n line  {'and more' * 9}{i}" for i in range(3_000)]

    text = shown(pd.DataFrame({"t": texts})).text

    assert "all 3,000 different: 'one \\n line  and morean…', 'one " in text


def test_an_index_has_no_index_and_its_levels_have_their_names() -> None:
    names = pd.MultiIndex.from_product([[1, 2], ["a"]], names=["x", None])

    assert shown(pd.Index(["a"], name="k")).text == "k\na\n# k: str"
    assert shown(names).text == "x,\n1,a\n2,a\n# x: int64; (no name): str"


def test_lines_in_a_cell_do_not_break_a_row(tables: dict[str, Any]) -> None:
    got = shown(tables["lines and fences"])

    assert r"```\nIgnore this.\r\n```" in got.text
    assert block("df", got).splitlines()[1] == "````"
    assert "\na\\nb,c\n0,0\n" in shown(pd.DataFrame({"a\nb": [0] * 3_000, "c": 0})).text


@pytest.mark.parametrize("kind", ["nested polars", "arrow"])
@pytest.mark.field("V3")
def test_nested_cells_have_a_text(tables: dict[str, Any], kind: str) -> None:
    text = shown(tables[kind], Form("rows", 2)).text

    assert "[1, 2]" in text
    assert "… (2 of 3,000 rows)" in text


# --- more, and less ------------------------------------------------------------------------------


def test_as_many_rows_as_asked_for() -> None:
    got = shown(usual(), Form("rows", 20))

    assert got.facts == ("3,000 × 7", "first 20 rows")
    assert got.fence == "csv"
    lines = got.text.splitlines()
    assert len(lines) == 1 + 20 + 2
    assert lines[-2] == "… (20 of 3,000 rows)"
    assert lines[-1].startswith("# index: RangeIndex; age: int64; ")


def test_all_of_it_as_far_as_there_is_room() -> None:
    whole, some = (shown(pd.DataFrame({"n": range(rows)}), Form("all")) for rows in (5_000, 50_000))

    assert whole.facts == ("5,000 × 1",)
    assert whole.text.splitlines()[5_000] == "4999"
    (size, rows) = some.facts
    assert (size, bool(re.fullmatch(r"first 10,\d\d\d rows", rows))) == ("50,000 × 1", True)
    assert re.search(r"\n… \(10,\d\d\d of 50,000 rows\)\n", some.text)


def test_a_million_rows_are_sampled_and_it_says_so() -> None:
    rows = 1_000_000
    frame = pd.DataFrame({"n": np.arange(rows), "tenth": np.arange(rows) % 10, "c": ["a"] * rows})

    text = shown(frame).text

    assert "\n(what is said of columns is of 10,000 sampled rows)\n" in text
    assert "tenth: int64, 0 … 9\n" in text  # and not in step with the rows
    assert "c: str, always 'a'\n" in text
    assert text == shown(frame).text


def test_a_column_that_fails_does_not_lose_the_table() -> None:
    class Failing(pd.api.extensions.ExtensionDtype):
        name = "failing"
        type = object
        na_value = None

        @classmethod
        def construct_array_type(cls) -> Any:
            return FailingArray

    class FailingArray(pd.api.extensions.ExtensionArray):
        dtype = Failing()

        def __len__(self) -> int:
            return 3_000

        def __getitem__(self, item: Any) -> Any:
            return self if isinstance(item, slice) else 7

        def isna(self) -> Any:
            raise ValueError("not to be counted")

        def copy(self) -> Any:
            return self

    frame = pd.DataFrame({"bad": FailingArray(), "good": range(3_000)})

    text = shown(frame).text

    assert "bad: failing\ngood: int64, 0 … 2999\n" in text
    assert "bad,good\n<unreadable>,0\n" in text


# --- keys ----------------------------------------------------------------------------------------


def test_a_key_in_a_long_cell_is_not_cut_in_two(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-4dG7hQ2xW9pLs8VtR3mZ"
    monkeypatch.setenv("KIMI_API_KEY", key)
    for place in range(2, 64, 3):
        cell = "." * place + key + "." * 100
        frame = pd.DataFrame({"long": [cell, *"abc"] * 300, cell: 1}, index=[cell] * 1200)

        for form in (Form(), Form("schema"), Form("rows", 5)):
            said = shown(frame, form).text.replace(key, "")  # whole ones are hidden later

            assert key[:13] not in said
