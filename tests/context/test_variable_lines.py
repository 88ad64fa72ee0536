"""A variable on one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from nbchat.context.variable_lines import LONGEST_LINE, variable_line, variable_lines

from .zoo import ASKED, REFUSES, SAYS


class Layer:
    """As if it was made in a cell."""

    __module__ = "__main__"

    def __init__(self, rows: int, columns: int) -> None:
        self._kept: dict[str, int] = {}
        self.rows = rows
        self.key = "topsecret"
        self.weights = np.zeros((rows, columns))


FRAME = pd.DataFrame({"price": [1.5], "a b": ["x"], 3: [True]})


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (3, "int, 3"),
        ("hello", "str, 5 characters, 'hello'"),
        ("x" * 500, "str, 500 characters"),
        (None, "NoneType, None"),
        ([1, "a"], "list, 2 items, [1, 'a']"),
        ([[1, 2], [3]], "list, 2 items (list of 2, list of 1)"),
        (range(3), "range, range(0, 3)"),
        ({"a": [1], "b": 2}, "dict, 2 keys ('a': list of 1, 'b': int)"),
        (lambda a, *, b: a, "function (a, *, b)"),
        (lambda *args, **options: args, "function (*args, **options)"),
        (int, "class int"),
        (Layer, "class Layer (rows, columns)"),
        (type("a\x1b[31m\n`b`", (), {}), "class a\\x1b[31m\\n'b'"),
        (np.zeros((3, 4)), "ndarray, 3 × 4, float64"),
        (np.arange(5), "ndarray, shape (5,), int64"),
        (np.float64(1), "float64, no dimension, float64"),
        (FRAME, "DataFrame, 1 × 3 (price float64, 'a b' str, 3 bool)"),
        (FRAME["price"], "Series, 1 row, float64, named 'price'"),
        (pl.DataFrame({"a": [1]}), "DataFrame, 1 × 1 (a Int64)"),
        (pl.LazyFrame({"a": [1]}), "LazyFrame (a Int64)"),
        ([np.zeros(2)], "list, 1 item (ndarray, shape (2,), float64)"),
    ],
    ids=lambda part: type(part).__name__,
)
def test_a_value_is_its_type_its_size_and_what_is_in_it(value: object, line: str) -> None:
    assert variable_line("x", value) == f"`x`: {line}"


@pytest.mark.parametrize(
    "value",
    [
        *("secret", b"secret", ["secret"], {"secret": "secret"}, ("secret",), {"secret"}, 41357),
        pl.DataFrame({"e": pl.Series(["secret"], dtype=pl.Enum(["secret"]))}),
        pl.Series(["secret"], dtype=pl.Enum(["secret"])),
        pl.LazyFrame(schema={"e": pl.List(pl.Enum(["secret"]))}),
        [pl.DataFrame(schema={"e": pl.Enum(["secret"])})],
        pd.Series([1, 2], dtype=pd.SparseDtype("int64", 41357)),
        pd.DataFrame({"c": pd.Categorical(["secret"])}, index=["secret"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_without_values_none_is_told(value: object) -> None:
    line = variable_line("x", value, with_values=False)

    assert "secret" not in line
    assert "41357" not in line
    assert line.startswith(f"`x`: {type(value).__name__}")


def test_a_wide_table_is_cut() -> None:
    frame = pd.DataFrame(np.zeros((2, 500))).add_prefix("feature_")

    line = variable_line("df", frame)

    assert "2 × 500" in line
    assert "460 more columns" in line
    assert len(line) <= LONGEST_LINE


@pytest.mark.parametrize("name", [*SAYS, *REFUSES])
def test_an_odd_object_is_asked_nothing(name: str) -> None:
    ASKED.clear()
    value: Any = {**SAYS, **REFUSES}[name][0]

    line = variable_line("x", [value])
    variable_line("x", value)

    assert "\n" not in line
    assert ASKED == []


def test_modules_and_builtins_are_no_variables_but_a_hidden_builtin_is() -> None:
    names = ["np", "print", "list", "missing", "x"]

    lines = variable_lines(names, {"np": np, "x": 1, "list": [1]})

    assert [line[:7] for line in lines] == ["`list`:", "`x`: in"]
    assert "hides the built-in" in lines[0]


def test_what_an_instance_holds_is_told_where_its_class_is_of_the_notebook() -> None:
    layer = Layer(7, 3)

    assert variable_line("layer", layer) == (
        "`layer`: Layer (rows: int 7; key: str; weights: ndarray, 7 × 3, float64; _kept: dict)"
    )
    assert variable_line("layer", layer, with_values=False) == "`layer`: Layer"


@pytest.mark.parametrize("name", ["password", "db_passwd", "API_KEY", "access_token", "secret"])
def test_the_value_of_what_is_called_a_secret_stays(name: str) -> None:
    (line,) = variable_lines([name], {name: "hunter2"}, origin=lambda name: "; given by hunter2")

    assert line == f"`{name}`: str, 7 characters"
