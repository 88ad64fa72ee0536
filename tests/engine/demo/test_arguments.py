"""Arguments fit the schema, and hold what the question gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nbchat.engine.demo.arguments import arguments_for

NUMBER = {"type": "number"}
TEXT = {"type": "string"}
UNIT = {"enum": ["celsius", "kelvin"]}
FIELDS: dict[str, dict[str, Any]] = {
    "a": NUMBER,
    "n": {"type": "integer", "minimum": 1, "maximum": 10},
    "city": TEXT,
    "code": {"type": "string", "pattern": r"^\d{3}$"},
    "day": {"type": "string", "format": "date"},
    "short": {"type": "string", "maxLength": 3},
    "unit": UNIT,
    "several": {"type": "array", "items": NUMBER},
    "words": {"type": "array", "items": TEXT},
    "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
    "flag": {"type": "boolean"},
    "inner": {"type": "object", "properties": {"x": NUMBER}, "required": ["x"]},
}

WORDS = ["of", "in", "1", "2.5", "-3", "'x'", "Oslo", "kelvin", "and", ",", "city", "day"]


def schema(*needed: str, **fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": [*needed]}


@pytest.mark.parametrize(
    ("fields", "question", "expected"),
    [
        ("a", "Use f with -2.5", {"a": -2.5}),
        ("n", "Use f with 20 or 7", {"n": 7}),
        ("city", "What is the weather in New York?", {"city": "New York"}),
        ("city", "city: Paris or city Rome", {"city": "Rome"}),
        ("city", "Use f for 'Kuala Lumpur'", {"city": "Kuala Lumpur"}),
        ("unit city", "How warm is it in Oslo, in kelvin?", {"unit": "kelvin", "city": "Oslo"}),
        ("several", "The mean of 1, 2 and 3", {"several": [1, 2, 3]}),
        ("words", "The prices of apples, pears and figs", {"words": ["apples", "pears", "figs"]}),
        ("maybe", "Take 4", {"maybe": 4}),
    ],
)
def test_the_question_gives_what_it_has(
    fields: str, question: str, expected: dict[str, Any]
) -> None:
    names = fields.split()

    made = arguments_for(schema(*names, **{name: FIELDS[name] for name in names}), question, "f")

    assert made == expected


def test_what_is_not_needed_and_not_said_is_left_out() -> None:
    assert arguments_for(schema("a", **FIELDS), "Take 3") == {"a": 3}


@given(
    st.sets(st.sampled_from([*FIELDS])),
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(WORDS)).map(" ".join),
    ),
)
def test_whatever_is_asked_they_fit(needed: set[str], question: str) -> None:
    wanted = schema(*sorted(needed), **FIELDS)

    Draft202012Validator(wanted).validate(arguments_for(wanted, question))
