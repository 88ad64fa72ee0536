"""Braces that look like a wish, and stay as typed: the line below the answer says so."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nbchat.context.expand import expand

KNOWN: dict[str, Any] = {
    "df": "a text\n" * 3,
    "x": 3.14159,
    "d": {"k": 1},
    "year": 2020,
    "n": 4,
    "math": math,
    "Out": {3: "abc"},
    "In": ["", "1 + 1"],
}


def remarks(text: str, variables: dict[str, Any] = KNOWN) -> list[str]:
    return [line for line in expand(text, variables).inserted if "as typed" in line]


@pytest.mark.field("V8")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{df.shape}", ": only names are filled in (s = df.shape, then {s})"),
        ("{df.describe()}", ": only names are filled in (s = df.describe(), then {s})"),
        ("{len(df)}", ": only names are filled in (s = len(df), then {s})"),
        ('{d["k"]}', ': only names are filled in (s = d["k"], then {s})'),
        ("{sales.sum()}", ": only names are filled in (s = sales.sum(), then {s})"),
        ("{n + 1}", ": only names are filled in (s = n + 1, then {s})"),
        ("{x:.2f}", ': only names are filled in (s = f"{x:.2f}", then {s})'),
        ("{x!r}", ': only names are filled in (s = f"{x!r}", then {s})'),
        ("{df.mean():.2f}", ': only names are filled in (s = f"{df.mean():.2f}", then {s})'),
        ('{d["k"]:>9}', ": only names are filled in (s = f'{d[\"k\"]:>9}', then {s})"),
        ("{d!s:>9}", ': only names are filled in (s = f"{d!s:>9}", then {s})'),
        ("{d[0]!r}", ': only names are filled in (s = f"{d[0]!r}", then {s})'),
        ("{x:%d %B %Y}", ': only names are filled in (s = f"{x:%d %B %Y}", then {s})'),
        ("{ df.shape }", ": only names are filled in (s = df.shape, then {s})"),
        ("{df: all}", ": it can be {df}, {df:20}, {df:all} or {df:schema}"),
        ("{df:head(5)}", ": it can be {df}, {df:20}, {df:all} or {df:schema}"),
        ("{x=}", ': only names are filled in (s = f"{x=}", then {s})'),
        ("{Out[3].upper()}", ": only names are filled in (s = Out[3].upper(), then {s})"),
        ("{df:20 rows}", ": it can be {df}, {df:20}, {df:all} or {df:schema}"),
        ("{df:head}", ": it can be {df}, {df:20}, {df:all} or {df:schema}"),
        ("{Out[23]}", ": there is no Out[23]"),
        ("{In[9]}", ": there is no In[9]"),
        ("{_23}", ": there is no variable _23"),
        ("{sales}", ": there is no variable sales"),
        ("{sales:20}", ": there is no variable sales"),
        ("{ x }", ": without spaces, {x} is filled in"),
        ("{math}", ": math is no value that can be sent"),
        ("${year}", ": nothing is filled in right after $"),
        ("#{n}", ": nothing is filled in right after #"),
    ],
)
def test_a_wish_is_named_with_the_way_to_it(text: str, line: str) -> None:
    got = expand(f"Look at {text}.", KNOWN)

    braces = text.replace(":20}", "}") if "sales" in text else text
    assert got.text == f"Look at {text}."
    assert got.inserted == [f"{braces} as typed{line}"]


@pytest.mark.field("V8")
def test_the_name_that_is_to_be_filled_in_is_a_free_one() -> None:
    (line,) = remarks("{x.real}", {"x": 1, "s": 2})

    assert line.endswith("(value = x.real, then {value})")


@pytest.mark.field("V8")
@pytest.mark.parametrize(
    "text",
    [
        '{"x": {"n": 1}}', '{"rows": [1, 2]}', "{x: 1}", "{'x': 1}", "{1, 2}", "{x, n}", "{}",
        "{n | n > 0}", "{x if x else n}", "{x: 20}", "{d: [1, 2]}", '{n: "a"}', "{x :1}",
        "{n: {m: 1}}", "`{df.shape}`", "```\n{df.shape}\n```", "$x_{n.1}$",
        'print(f"{df.shape} {x:.2f}")', "{{df.shape}}", "{{ sales }}", "{% for x in d %}{{ x }}",
        "{# sales #}", r"\frac{sales}{n}", r"\alpha {q}", "x_{n}", "x^{n}", "{user.name}", "{...}",
        "{ color: red }", "{not x}", "{" + "x" * 500 + ".y}", "{df.shape", "{3}",
    ],
)  # fmt: skip
def test_of_json_code_formulas_and_templates_nothing_is_said(text: str) -> None:
    assert remarks(text) == []


@pytest.mark.field("V8")
def test_several_wishes_are_told_in_a_few_lines() -> None:
    names = remarks("{red} {green} {blue} {black} {white}")
    many = remarks("{df.a} {df.b} {df.c} {df.d} {df.e} {sales}")

    assert names == ["{red}, {green}, {blue} and 2 more as typed: there are no such variables"]
    assert [line.partition(" as typed")[0] for line in many] == [
        "{sales}",
        "{df.a}",
        "{df.b}",
        "3 more",
    ]


@pytest.mark.field("V8")
def test_what_kept_a_name_of_a_file_from_being_filled_in_is_told() -> None:
    got = expand("Read data_{year}.csv", KNOWN)

    assert got.text == "Read data_{year}.csv"
    assert got.inserted == ["_{year} as typed: nothing is filled in right after _"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{dff}", ["{dff} as typed (there is df)"]),
        ("{Sales}", ["{Sales} as typed (there is sales)"]),
        ("{city} {maths}", ["{city} and {maths} as typed: there are no such variables"]),
    ],
)
def test_a_slip_of_the_pen_stays_as_typed_and_is_told(text: str, said: list[str]) -> None:
    got = expand(text, {"df": 1, "sales": 2, "math": math, "_city": 3, "i": 4})

    assert got.text == text
    assert got.inserted == said
