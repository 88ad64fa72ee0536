"""A value as a table, in pandas and in polars."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pandas as pd
import polars as pl
import pytest

from nbchat import Answer, InvalidAnswer
from nbchat.events import Valued
from nbchat.values.frames import SINGLE, rows_of
from nbchat.values.value_type import ValueType

from . import asked_types as t
from .schemas import SCHEMAS, Sample


@pytest.mark.parametrize("sample", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_every_value_is_a_table_in_both(sample: Sample) -> None:
    wanted = ValueType.of(sample.schema)
    rows = rows_of(wanted.read(sample.valid))

    assert len(pd.DataFrame(rows)) == len(rows)
    if any(rows):  # a row without columns is none in polars
        assert len(pl.DataFrame(rows, infer_schema_length=None, strict=False)) == len(rows)


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ([t.Person(name="Ada", age=36)], [{"name": "Ada", "age": 36}]),
        ([t.Point(1.0), t.Point(2.0, 3.0)], [{"x": 1.0, "y": 0.0}, {"x": 2.0, "y": 3.0}]),
        ([t.Colour(1, 2, 3)], [{"red": 1, "green": 2, "blue": 3}]),
        ([t.Mood.neutral, t.Mixed.number], [{SINGLE: "neutral"}, {SINGLE: 7}]),
        (["a", None], [{SINGLE: "a"}, {SINGLE: None}]),
        ([[1, 2]], [{SINGLE: [1, 2]}]),
        (t.Names(["a"]), [{SINGLE: "a"}]),
        (t.Scores({"a": 1}), [{"a": 1}]),
        (t.Household(pet=t.Cat(kind="cat", lives=9)), [{"pet": {"kind": "cat", "lives": 9}}]),
        (t.Open(answer="a", more=1), [{"answer": "a", "more": 1}]),  # type: ignore[call-arg]
        ({"different": {1}}, [{"different": [1]}]),
        ([], []),
        (5, [{SINGLE: 5}]),
    ],
)
def test_rows_by_the_names_of_their_columns(value: Any, rows: list[dict[str, Any]]) -> None:
    assert rows_of(value) == rows


SCRIPT = """
import sys
{first}
from nbchat import Answer
from nbchat.events import Valued
answer = Answer()
answer.valued = Valued([{{"a": 1}}, {{"a": None, "b": "x"}}])
frame = answer.ended().frame()
print(type(frame).__module__.split(".")[0], list(frame.columns), len(frame))
"""


@pytest.mark.parametrize(("first", "library"), [("", "pandas"), ("import polars", "polars")])
def test_it_is_of_what_the_notebook_works_with(first: str, library: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(first=first)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == f"{library} ['a', 'b'] 2"


def test_without_either_it_is_said_what_to_install() -> None:
    script = (
        "import importlib.util as u; find = u.find_spec\n"
        "is_gone = {'pandas', 'polars'}.__contains__\n"
        "u.find_spec = lambda name, *rest: None if is_gone(name) else find(name, *rest)\n"
        "from nbchat.values.frames import frame_of\n"
        "try: frame_of([1])\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert "needs pandas or polars" in done.stdout
    assert done.stdout.endswith("%pip install pandas\n")


def test_an_answer_that_is_no_value_has_no_table() -> None:
    answer = Answer()
    answer.valued = Valued(error=InvalidAnswer("age: Input should be a valid integer"))

    with pytest.raises(InvalidAnswer, match="^age"):
        answer.frame()
