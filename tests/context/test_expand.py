"""`{name}` in a question: a look-up and nothing else."""

from __future__ import annotations

from collections import UserDict, UserList
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.context.expand import expand
from nbchat.context.shown import block_name


class Trap:
    """Writes down whatever is asked of it, but for its text."""

    asked: list[str]

    def __init__(self) -> None:
        object.__setattr__(self, "asked", [])

    def __getattribute__(self, name: str) -> Any:
        if name not in ("asked", "__class__", "__dict__"):
            object.__getattribute__(self, "asked").append(name)
        return object.__getattribute__(self, name)

    def __str__(self) -> str:
        return "trap"

    __repr__ = __str__


HOSTILE = [
    "{x.__class__}", "{x.__init__.__globals__}", "{x[0]}", "{x!r}", "{x:>9999999}", "{x()}",
    "{ x }", "{}", "{0}", "{x.y}", "{x.__class__.__mro__[1].__subclasses__()}",
    "{__import__('os')}", "{{x.y}}", "{x;y}", "{x\n}", '{"x": 1}', "{x,}", "{*x}", "{x=}",
    "{lambda: x}", "f'{x.a}'", "%(x)s", "$x", "${x.a}", "{x/y}", "{'x'}", "{Out[x]}",
    "{Out[-1]}", "{Out[3][0]}", "{Out[0x3]}", "{Out[ 3 ]}", "{Out['a']}", "{In[3:]}", "{Out.x}",
    "{x if y else x}", "{[x for x in y]}", "{x:{y.z}}", "{x @ y}", "{-x}",
]  # fmt: skip


@pytest.mark.parametrize("template", HOSTILE)
def test_a_hostile_template_stays_as_typed_and_asks_nothing(template: str) -> None:
    trap = Trap()
    variables = {"x": trap, "y": trap, "Out": {3: trap}, "In": ["", "", "", trap]}

    assert expand(template, variables).text == template
    assert [name for name in trap.asked if name not in ("__str__", "__repr__")] == []


def test_a_value_is_put_in_once_and_not_scanned_again() -> None:
    assert expand("{a} {b}", {"a": "{b}", "b": "{a}"}).text == "{b} {a}"


def test_unknown_names_and_modules_stay_as_typed() -> None:
    got = expand("{nope} {sys} {int}", {"sys": pytest})

    assert (got.text, got.blocks) == ("{nope} {sys} {int}", {})


@pytest.mark.field("V1")
def test_a_long_value_stands_below_the_question_under_its_name() -> None:
    got = expand("Compare {a} with {b}, not {a}.", {"a": "one\ntwo", "b": 7})

    assert got.text == "Compare a with 7, not a."
    assert [*got.blocks] == ["a"]
    assert block_name(got.blocks["a"]) == "a"
    assert "one\ntwo" in got.blocks["a"]
    assert [label.partition(" ")[0] for label in got.inserted] == ["a", "b"]


def test_a_value_that_is_asked_for_twice_goes_once_and_in_the_larger_form() -> None:
    pandas = pytest.importorskip("pandas")
    df = pandas.DataFrame({"a": range(1000)})
    once = expand("{df:all}", {"df": df})
    twice = expand("{df:schema} {df} {df:all} {df:3}", {"df": df})

    assert twice.text == "df df df df"
    assert twice.blocks == once.blocks
    assert twice.inserted == once.inserted


@pytest.mark.field("V8")
def test_what_a_cell_gave_and_what_was_typed_have_names() -> None:
    variables = {"Out": {3: "three"}, "In": ["", "", "", "1 + 2"], "_3": "three", "_i3": "1 + 2"}

    assert expand("{Out[3]}|{In[3]}|{_3}|{_i3}|{Out[3]:20}", variables).text == (
        "three|1 + 2|three|1 + 2|three"
    )
    long = expand("{Out[1]}", {"Out": {1: "a\nb"}})
    assert (long.text, [*long.blocks]) == ("Out[1]", ["Out[1]"])


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{Out[3]}", {"Out": UserDict({3: "x"})}),
        ("{Out[3]}", {"Out": type("Own", (dict,), {})({3: "x"})}),
        ("{Out[1]}", {"Out": {True: "x"}}),
        ("{In[0]}", {"In": UserList(["x"])}),
        ("{In[0]}", {"In": type("Own", (list,), {})(["x"])}),
        ("{In[0]}", {"In": "x"}),
        ("{In[9999999]}", {"In": ["x"]}),
        ("{Out[99999999]}", {"Out": {99999999: "x"}}),
    ],
)
def test_only_the_dict_and_the_list_of_ipython_are_looked_into(
    text: str, variables: dict[str, Any]
) -> None:
    assert expand(text, variables).text == text


def test_a_name_can_go_along_without_being_in_the_words() -> None:
    got = expand("Why?", {"x": 7, "pytest": pytest}, names=["x", "nope", "pytest"])

    assert (got.text, [*got.blocks]) == ("Why?", ["x"])
    assert "7" in got.blocks["x"]


@given(st.text(alphabet="{}ab`~\n .:!", max_size=60))
def test_braces_never_raise_and_length_is_bounded(body: str) -> None:
    got = expand(body, {"a": "1", "b": "2"})

    assert len(got.text) <= len(body)


@given(st.text(max_size=60))
def test_a_body_without_names_of_values_is_unchanged(body: str) -> None:
    assert expand(body, {}).text == body
