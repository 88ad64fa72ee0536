"""What the demo takes from a question for the fields of a value, by rules of thumb."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nbchat.engine.demo.instance import instance_of

MOOD = {"enum": ["positive", "negative", "neutral"]}
PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0, "maximum": 130},
        "city": {"type": "string"},
    },
    "required": ["name", "age"],
}
REVIEW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "mood": MOOD,
        "reason": {"type": "string"},
        "is_urgent": {"type": "boolean"},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
    },
}


def of_list(kind: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"items": {"type": "array", "items": kind}}}


def test_each_that_is_told_of_in_a_row_is_an_item() -> None:
    question = "Who is named: Ada Lovelace (36) from London, Grace Hopper (45) and Alan (41)."

    assert instance_of(of_list(PERSON), question)["items"] == [
        {"name": "Ada Lovelace", "age": 36, "city": "London"},
        {"name": "Grace Hopper", "age": 45, "city": "Rome"},
        {"name": "Alan", "age": 41, "city": "Lima"},
    ]


def test_so_is_each_line() -> None:
    question = "Read these:\n- Bob, 41, lives in Bonn\n- Eve, 29, lives in Oslo"

    people = instance_of(of_list(PERSON), question)["items"]

    assert [(one["name"], one["age"], one["city"]) for one in people if one["age"] > 20] == [
        ("Bob", 41, "Bonn"),
        ("Eve", 29, "Oslo"),
    ]


def test_so_many_are_made_as_are_asked_for() -> None:
    people = instance_of(of_list(PERSON), "Invent four people")["items"]

    assert len(people) == 4
    assert len({one["name"] for one in people}) == 4


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("The room was clean and the staff friendly.", "positive"),
        ("The tea was cold, and the waiter rude.", "negative"),
        ("It arrived on Tuesday.", "neutral"),
        ("It is marked as negative, but I love it.", "negative"),
    ],
)
def test_a_label_is_the_one_that_is_named_or_the_mood(text: str, mood: str) -> None:
    assert instance_of(REVIEW, f"Sort this review: {text}")["mood"] == mood


def test_a_reason_is_a_sentence_and_a_flag_is_a_word() -> None:
    question = "Sort this review: Urgent! My order is broken, 2 of 5 stars. I want a refund."

    assert instance_of(REVIEW, question) == {
        "mood": "negative",
        "reason": "My order is broken, 2 of 5 stars.",
        "is_urgent": True,
        "stars": 2,
    }
    assert instance_of(REVIEW, "Sort this review: All fine.")["is_urgent"] is False


@pytest.mark.parametrize(
    ("field", "schema", "value"),
    [
        ("contact", {"type": "string", "format": "email"}, "bob@example.org"),
        ("link", {"type": "string"}, "https://example.org/a?b=1"),
        ("day", {"type": "string", "format": "date"}, "2026-08-01"),
        ("total", {"type": "number"}, 1234.5),
        ("tags", {"type": "array", "items": {"type": "string"}}, ["example", "https", "example"]),
    ],
    ids=["email", "link", "date", "number", "tags"],
)
def test_what_has_a_form_is_found_by_it(field: str, schema: Any, value: Any) -> None:
    text = "Note: Bob (bob@example.org) pays 1,234.50 by 2026-08-01, see https://example.org/a?b=1"
    made = instance_of({"type": "object", "properties": {field: schema}}, text)

    if field == "tags":
        assert all(word in text.lower() for word in made[field])
    else:
        assert made[field] == value


def test_a_list_of_texts_is_what_is_listed() -> None:
    schema = of_list({"type": "string"})

    assert instance_of(schema, "Which fruits: apples; pears; plums")["items"] == [
        *("apples", "pears", "plums")
    ]


WHOLE = [REVIEW, PERSON, of_list(PERSON), of_list(MOOD), of_list({"type": "string"})]


@given(st.text(max_size=300), st.sampled_from(range(len(WHOLE))))
def test_whatever_is_asked_the_answer_fits_and_is_the_same(question: str, number: int) -> None:
    made = instance_of(WHOLE[number], question)

    Draft202012Validator(WHOLE[number]).validate(made)
    assert instance_of(WHOLE[number], question) == made


@pytest.mark.parametrize(
    ("text", "sentiment", "score"),
    [
        ("The soup was lovely and warm.", "positive", 0.9),
        ("Terrible service, cold food.", "negative", 0.1),
        ("We came on Monday.", "neutral", 0.5),
    ],
)
def test_a_mood_and_a_score_are_those_of_the_text(text: str, sentiment: str, score: float) -> None:
    fields = {"sentiment": {"type": "string"}, "score": {"type": "number"}}

    made = instance_of({"type": "object", "properties": fields}, f"Judge this review: {text}")

    assert made == {"sentiment": sentiment, "score": score}


def test_a_score_is_within_its_bounds() -> None:
    stars = {"type": "integer", "minimum": 1, "maximum": 5}

    assert instance_of({"properties": {"stars": stars}}, "Stars: It was awful.") == {"stars": 1}
