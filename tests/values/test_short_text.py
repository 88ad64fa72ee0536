"""`"name, age int, tags list"`: what can be typed, and what is said of what cannot."""

from __future__ import annotations

from datetime import date

import pytest

from nbchat.errors import BadOption
from nbchat.values.value_type import InvalidValue, ValueType


def test_every_type_there_is() -> None:
    text = (
        "a, b int, c float, d bool, e date, f datetime, g time, h list, i list[int], "
        "j x|y, k 1|2, l int?"
    )
    members = ValueType.of(text).json_schema["properties"]
    kinds = {name: (one.get("type"), one.get("format")) for name, one in members.items()}

    assert kinds == {
        "a": ("string", None),
        "b": ("integer", None),
        "c": ("number", None),
        "d": ("boolean", None),
        "e": ("string", "date"),
        "f": ("string", "date-time"),
        "g": ("string", "time"),
        "h": ("array", None),
        "i": ("array", None),
        "j": ("string", None),
        "k": ("integer", None),
        "l": (None, None),
    }
    assert members["h"]["items"] == {"type": "string"}
    assert members["j"]["enum"] == ["x", "y"]
    assert members["k"]["enum"] == [1, 2]
    assert ValueType.of(text).json_schema["required"] == [*"abcdefghijkl"]


def test_values_are_dicts() -> None:
    value = ValueType.of("first-name, born date?").read(
        '{"first-name": "Ada", "born": "1815-12-10"}'
    )

    assert value == {"first-name": "Ada", "born": date(1815, 12, 10)}


def test_what_is_said_of_a_field_goes_to_the_model() -> None:
    in_a_line = ValueType.of("name, bio: two sentences, age int: in years").json_schema
    in_lines = ValueType.of("name\nbio: two sentences, no more\nage int: in years,\n").json_schema

    assert in_a_line["properties"]["bio"]["description"] == "two sentences"
    assert in_lines["properties"]["bio"]["description"] == "two sentences, no more"
    assert in_lines["properties"]["age"]["description"] == "in years"
    assert in_lines["properties"]["age"]["type"] == "integer"


@pytest.mark.parametrize(
    ("text", "answer", "value"),
    [
        ("list[name, age int]", '[{"name": "Ada", "age": 3}]', [{"name": "Ada", "age": 3}]),
        ("list[int]", "[1, 2]", [1, 2]),
        ("list[list[str]]", '[["a"]]', [["a"]]),
        ("list", '["a"]', ["a"]),
        ("number", '{"value": 2.5}', 2.5),
        ("name string, so boolean", '{"name": "a", "so": true}', {"name": "a", "so": True}),
        ("n: int, m: float?", '{"n": 1, "m": null}', {"n": 1, "m": None}),
        ("n: list[int], b: list", '{"n": [1], "b": ["x"]}', {"n": [1], "b": ["x"]}),
    ],
    ids=[
        "rows",
        "numbers",
        "lists",
        "texts",
        "one",
        "other words",
        "as in Python",
        "lists of them",
    ],
)
def test_lists_and_single_values(text: str, answer: str, value: object) -> None:
    assert ValueType.of(text).read(answer) == value


def test_one_of_several_words_is_held_to() -> None:
    with pytest.raises(InvalidValue, match="^mood: Input should be 'happy' or 'sad'"):
        ValueType.of("mood happy|sad").read('{"mood": "odd"}')
    with pytest.raises(InvalidValue, match="^mood: Input should be 'happy' or 'sad'"):
        ValueType.of("mood: happy|sad").read('{"mood": "odd"}')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name, age itn", "'itn' is no type of a field. Did you mean 'int'\\? There are str, int"),
        ("first name str", "'first name str' is no field"),
        ("name, 2nd", "'2nd' is no field"),
        ("name, name int", "'name' is asked for twice"),
        (" , ", "one field at least"),
        ("list[]", "one field at least"),
        ("a\u202eb", r"'a\\\\u202eb' is no field"),
        (": of whom", "no field"),
    ],
    ids=["type", "words", "digit", "twice", "empty", "no rows", "hidden", "nameless"],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    with pytest.raises(BadOption, match=said):
        ValueType.of(text)


def test_too_many_brackets_are_no_type() -> None:
    with pytest.raises(BadOption, match="too many brackets"):
        ValueType.of("list[" * 5000 + "a" + "]" * 5000)
