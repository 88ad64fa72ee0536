"""`{name}` in a question: a look-up and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.context.expand import expand
from nbchat.context.values import LONGEST_VALUE


class Trap:
    """Fails the test when anything but its text is asked for."""

    asked: list[str]

    def __init__(self) -> None:
        object.__setattr__(self, "asked", [])

    def __getattribute__(self, name: str) -> Any:
        if name not in ("asked", "__class__", "__dict__"):
            object.__getattribute__(self, "asked").append(name)
        return object.__getattribute__(self, name)

    def __str__(self) -> str:
        return "trap"


HOSTILE = [
    "{x.__class__}", "{x.__init__.__globals__}", "{x[0]}", "{x!r}", "{x:>9999999}", "{x()}",
    "{ x }", "{}", "{0}", "{x.y}", "{x.__class__.__mro__[1].__subclasses__()}",
    "{__import__('os')}", "{{x.y}}", "{x;y}", "{x\n}", '{"x": 1}', "{x,}", "{*x}", "{x=}",
    "{lambda: x}", "f'{x.a}'", "%(x)s", "$x", "${x.a}", "{x/y}", "{'x'}",
]  # fmt: skip


@pytest.mark.parametrize("template", HOSTILE)
def test_a_hostile_template_stays_as_typed_and_asks_nothing(template: str) -> None:
    trap = Trap()

    assert expand(template, {"x": trap, "y": trap}).text == template
    assert [name for name in trap.asked if name != "__str__"] == []


def test_a_value_is_put_in_once_and_not_scanned_again() -> None:
    assert expand("{a} {b}", {"a": "{b}", "b": "{a}"}).text == "{b} {a}"


def test_unknown_names_modules_and_functions_stay_as_typed() -> None:
    assert (
        expand("{nope} {sys} {f} {int}", {"sys": pytest, "f": expand, "int": int}).text
        == "{nope} {sys} {f} {int}"
    )


def test_nothing_is_replaced_inside_code_fences() -> None:
    body = "{x}\n```python\n{x}\n~~~\n```\n{x}\n~~~~\n{x}\n~~~\n{x}\n~~~~\n{x}"

    assert (
        expand(body, {"x": 1}).text
        == "1\n```python\n{x}\n~~~\n```\n1\n~~~~\n{x}\n~~~\n{x}\n~~~~\n1"
    )


def test_a_long_value_is_cut_and_both_are_told() -> None:
    got = expand("{x}", {"x": "a" * (LONGEST_VALUE + 5)})

    assert got.text.endswith(f"… (cut after 50,000 of {LONGEST_VALUE + 5:,} characters)")
    assert got.inserted == ["x (first 50,000 characters, 50.0 kB)"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{dff}", ["{dff} as typed (there is df)"]),
        ("{Sales} {sales}", ["{Sales} as typed (there is sales)", "sales (1 B)"]),
        ("{city}", []),
        (r"\frac{a}{b} \begin{matrix}", []),
        ("```\n{dff}\n```", []),
        ("{math}", []),
    ],
)
def test_a_slip_of_the_pen_stays_as_typed_and_is_told(body: str, said: list[str]) -> None:
    got = expand(body, {"df": 1, "sales": 2, "maths": pytest, "_city": 3, "i": 4})

    assert got.text.replace("2", "{sales}") == body
    assert got.inserted == said


@given(st.text(alphabet="{}ab`~\n .:!", max_size=60))
def test_braces_never_raise_and_length_is_bounded(body: str) -> None:
    got = expand(body, {"a": "1", "b": "2"})

    assert len(got.text) <= len(body)


@given(st.text(max_size=60))
def test_a_body_without_names_of_values_is_unchanged(body: str) -> None:
    assert expand(body, {}).text == body
