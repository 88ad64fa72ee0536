"""A table is known and read by its class: what an instance or a subclass answers is not asked."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pandas as pd
import polars as pl
import pytest

from nbchat.context.forms import Form
from nbchat.context.tables import is_table
from nbchat.context.values import show

from .kinds import usual

ASKED: list[str] = []
NAMES = ("head", "iloc", "to_csv", "take", "select", "_repr_html_", "to_frame", "isna", "__len__")


def _answer(name: str) -> Any:
    return lambda *_, **__: ASKED.append(name)


@pytest.mark.parametrize("form", [Form(), Form("rows", 5), Form("schema")])
@pytest.mark.parametrize("make", [usual, lambda: pl.from_pandas(usual()), lambda: usual()["age"]])
@pytest.mark.field("P8")
def test_what_an_instance_holds_is_not_asked(make: Any, form: Form) -> None:
    honest = show("df", make(), form)
    value = make()
    for name in NAMES:
        if not isinstance(getattr(type(value), name, None), property):
            object.__setattr__(value, name, _answer(name))
    ASKED.clear()

    assert [*show("df", value, form).text.splitlines()[:1]] == honest.text.splitlines()[:1]
    assert ASKED == []


def test_columns_may_have_the_names_of_methods() -> None:
    frame = pd.DataFrame({"head": [1], "columns": [2], "shape": [3], "iloc": [4], "dtypes": [5]})

    assert show("df", frame, Form()).text.startswith("head,columns,shape,iloc,dtypes\n1,2,3,4,5\n")


def test_a_subclass_is_read_as_what_it_is_made_of() -> None:
    def fail(*_: Any) -> Any:
        raise ValueError("no")

    class Broken(pd.DataFrame):
        shape = index = iloc = dtypes = property(fail)  # type: ignore[assignment]
        head = to_csv = __len__ = __getitem__ = __str__ = fail  # type: ignore[assignment]

    shown = show("df", Broken({"a": [1]}), Form())

    assert (shown.kind, shown.facts) == ("Broken, 1 row × 1 column", ("1 × 1",))
    assert shown.text == "a\n1\n# index: RangeIndex; a: int64"


def test_it_is_not_changed() -> None:
    frame = usual()
    before = frame.copy(deep=True)

    for form in (Form(), Form("all"), Form("schema")):
        show("df", frame, form)

    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("library", ["modin.pandas", "cudf"])
def test_of_what_is_like_pandas_the_beginning_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """A library of that name with as much of a table as is asked for: it is no dependency."""

    class Head:
        def __init__(self, rows: int) -> None:
            self.rows = rows

        def _to_pandas(self) -> Any:
            return pd.DataFrame({"n": range(self.rows)})

        to_pandas = _to_pandas

    class DataFrame:
        shape = property(lambda self: (1_000_000, 1))

        def head(self, rows: int) -> Head:
            return Head(rows)

    module = ModuleType(library)
    vars(module)["DataFrame"] = DataFrame
    monkeypatch.setitem(sys.modules, library, module)

    shown = show("df", DataFrame(), Form())

    assert shown.facts == ("1,000,000 × 1", "brief")
    assert "(what is said of columns is of the first 10,000 rows)\nn: int64, 0 … 9999" in shown.text
    assert "\n… (10,000 of 1,000,000 rows)\n" in show("df", DataFrame(), Form("all")).text


def test_no_table_is_taken_for_one_that_is_not() -> None:
    class DataFrame:
        shape = (3, 3)

    assert not is_table(DataFrame())
    assert is_table(usual())
