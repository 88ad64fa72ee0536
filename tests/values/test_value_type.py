"""Everything that `schema=` takes: what a model is sent for it, and what is made of an answer."""

from __future__ import annotations

import asyncio
import json
import math
import signal
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ConfigDict, field_validator

from nbchat import known_keys
from nbchat.errors import BadOption
from nbchat.values.growing import NOTHING
from nbchat.values.value_type import BROKEN_JSON, NO_JSON, InvalidValue, ValueType

from .asked_types import Mood, Person
from .schemas import SCHEMAS, Sample

EACH = pytest.mark.parametrize("sample", SCHEMAS.values(), ids=SCHEMAS.keys())
PERSON = '{"name": "Ada", "age": 36}'


def bare(sample: Sample) -> str:
    """The answer without the object that a model was asked to put around it."""
    wanted = ValueType.of(sample.schema)
    return json.dumps(json.loads(sample.valid)[wanted.member]) if wanted.member else sample.valid


def test_there_are_sixty() -> None:
    assert len(SCHEMAS) == 60


@EACH
def test_what_a_model_is_sent_is_of_an_object_and_fits_the_answer(sample: Sample) -> None:
    schema = ValueType.of(sample.schema).json_schema

    assert schema["type"] == "object"
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(sample.valid), schema)


@EACH
def test_a_right_answer_is_a_value_with_and_without_the_object_around_it(sample: Sample) -> None:
    wanted = ValueType.of(sample.schema)

    assert wanted.read(sample.valid) == wanted.read(bare(sample))


@EACH
def test_a_wrong_answer_says_where_it_is_wrong(sample: Sample) -> None:
    with pytest.raises(InvalidValue) as caught:
        ValueType.of(sample.schema).read(sample.invalid)

    assert caught.value.problems[0].path == sample.path
    assert caught.value.problems[0].message


@EACH
def test_a_cut_answer_is_never_a_value(sample: Sample) -> None:
    wanted = ValueType.of(sample.schema)

    for at in range(len(sample.valid)):
        with pytest.raises(InvalidValue) as caught:
            wanted.read(sample.valid[:at])
        assert not caught.value.is_json


@EACH
def test_prose_and_fences_around_an_answer_change_nothing(sample: Sample) -> None:
    wanted = ValueType.of(sample.schema)
    value = wanted.read(sample.valid)

    fenced = f'I think [sic] of {{this}}, a 5" pipe:\n```json\n{sample.valid}\n```\nI hope so :}}'
    assert wanted.read(fenced) == value
    assert wanted.read(f"```\n{bare(sample)}\n```") == value


@EACH
def test_it_can_be_given_again(sample: Sample) -> None:
    wanted = ValueType.of(sample.schema)

    assert ValueType.of(wanted) is wanted
    again = ValueType.of(wanted.json_schema)  # as it is where it has been checked once
    assert again.json_schema == wanted.json_schema


@EACH
def test_what_grows_ends_as_what_the_answer_holds(sample: Sample) -> None:
    wanted = ValueType.of(sample.schema)
    growing = wanted.growing()
    values = [growing.feed(letter) for letter in sample.valid]
    values = [value for value in values if value is not NOTHING]

    value = wanted.read(sample.valid, growing)
    assert value == wanted.read(sample.valid)
    if wanted.is_list:
        assert list(map(len, values)) == sorted(map(len, values))
        assert len(values[-1]) == len(json.loads(bare(sample)))
    elif values:
        assert values[-1] == json.loads(bare(sample))


# --- which value ---------------------------------------------------------------------------------


def test_of_two_values_it_is_the_first_that_fits() -> None:
    wanted = ValueType.of(Person)

    assert wanted.read(f'{{"name": "Bob"}}, no: {PERSON} or {{"name": "Eve", "age": 1}}').age == 36


def test_what_is_wrong_is_told_of_the_value_that_was_meant() -> None:
    with pytest.raises(InvalidValue, match="^age: Input should be a valid integer") as caught:
        ValueType.of(Person).read('See [1]. {"name": "Ada", "age": "old"}')

    assert [problem.input for problem in caught.value.problems] == ["old"]


def test_what_stands_inside_of_a_cut_value_is_none() -> None:
    """A leaf is a whole tree of its own."""
    tree = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "children": {"items": {"$ref": "#"}}},
        "required": ["name"],
    }
    for text in (
        '{"name": "root", "children": [{"name": "leaf"}',
        '{"name": "root", "children": [{"name": "leaf"}]\n```\nI hope this helps!',
        '["{", {"name": "leaf"}',
        '{"note {',
    ):
        with pytest.raises(InvalidValue, match=BROKEN_JSON):
            ValueType.of(tree).read(text)


def test_words_without_json_are_told() -> None:
    with pytest.raises(InvalidValue, match=NO_JSON):
        ValueType.of(Person).read("I do not know [sic] of {any}.")


def test_a_member_of_the_same_name_as_the_object_around() -> None:
    """Unions and optional models stand in `value`, and one of them may have such a member."""

    class Wrapped(BaseModel):
        value: int

    assert ValueType.of(Wrapped | None).read('{"value": 3}') == Wrapped(value=3)
    assert ValueType.of(Wrapped | None).read('{"value": {"value": 3}}') == Wrapped(value=3)
    assert ValueType.of(Wrapped | None).read('{"value": null}') is None


def test_a_line_break_in_a_string_is_meant_as_one() -> None:
    assert ValueType.of(str).read('{"value": "two\nlines"}') == "two\nlines"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[x" * 100_000,
        '{"a":' * 100_000,
        '["' * 100_000,
        "[1]" * 10_000,
        "9" * 10_000,
    ],
    ids=["open", "prose", "deep", "quotes", "many", "digits"],
)
def test_no_text_takes_long(text: str) -> None:
    """Of each a test that takes the square of its length would not end."""
    wanted = ValueType.of(list[Person])
    growing = wanted.growing()
    for letter in text:
        assert growing.feed(letter) is NOTHING
    with pytest.raises(InvalidValue):
        wanted.read(text)


def test_a_key_that_was_escaped_in_the_text_is_in_no_value() -> None:
    key = "sk-4dG7hQ2xW9pLmn8T"
    known_keys.remember(key, "KIMI_API_KEY")
    text = '{"items": ["\\u0073' + key[1:] + '"]}'
    wanted = ValueType.of(list[str])
    growing = wanted.growing()

    assert wanted.read(text) == growing.feed(text) == ["[KIMI_API_KEY]"]


# --- types ---------------------------------------------------------------------------------------


def test_a_strict_model_takes_dates_from_json() -> None:
    class Strict(BaseModel):
        model_config = ConfigDict(strict=True)

        day: date
        mood: Mood
        tags: set[str]

    text = '{"day": "2026-08-01", "mood": "neutral", "tags": ["a"]}'
    value = ValueType.of(Strict).read(text)

    assert (value.day, value.mood, value.tags) == (date(2026, 8, 1), Mood.neutral, {"a"})
    assert ValueType.of(list[Strict]).read(f"[{text}]") == [value]


def test_each_row_is_checked_once() -> None:
    looks: list[str] = []

    class Counted(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def _count(cls, name: str) -> str:
            looks.append(name)
            return name

    text = json.dumps({"items": [{"name": letter} for letter in "abcd"]})
    wanted = ValueType.of(list[Counted])
    growing = wanted.growing()
    growing.feed(text[:40])
    growing.feed(text[40:])

    assert [row.name for row in wanted.read(text, growing)] == looks == [*"abcd"]


def test_a_single_model_is_checked_at_the_end_alone() -> None:
    looks: list[int] = []

    class Counted(BaseModel):
        age: int

        @field_validator("age")
        @classmethod
        def _count(cls, age: int) -> int:
            looks.append(age)
            return age

    wanted = ValueType.of(Counted)
    growing = wanted.growing()
    shapes = [growing.feed(letter) for letter in '{"age": 36}']

    assert {"age": 36} in shapes
    assert looks == []
    assert wanted.read('{"age": 36}', growing).age == 36
    assert looks == [36]


def test_rows_of_an_iterable_are_a_list() -> None:
    wanted = ValueType.of(Iterable[Person])

    assert wanted.is_list
    assert wanted.read(f"[{PERSON}]") == [Person(name="Ada", age=36)]


def test_a_check_that_fails_by_itself_is_told_as_such() -> None:
    class Faulty(BaseModel):
        age: int

        @field_validator("age")
        @classmethod
        def _fail(cls, age: int) -> int:
            return {}[age]  # type: ignore[no-any-return]

    for schema, text in ((Faulty, '{"age": 1}'), (list[Faulty], '[{"age": 1}]')):
        with pytest.raises(InvalidValue, match="its check failed with KeyError: 1"):
            ValueType.of(schema).read(text)
        assert ValueType.of(list[Faulty]).growing().feed('[{"age": 1}]') is NOTHING


class Unsayable(Exception):
    def __str__(self) -> str:
        raise SystemExit


class UnsayableValue(ValueError):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("raised", "is_of_check"),
    [
        (SystemExit(3), True),
        (KeyboardInterrupt(), True),
        (GeneratorExit(), True),
        (asyncio.CancelledError(), True),
        (RecursionError("too deep"), True),
        (OSError("no such file"), True),
        (NameError("name 'x' is not defined"), True),
        (StopIteration(), False),
        (ZeroDivisionError(), False),
        (BaseExceptionGroup("two", [SystemExit(1), ValueError("x")]), True),
        (Unsayable(), False),
        (UnsayableValue(), False),
    ],
)
def test_whatever_a_check_raises_is_told_as_its_own(
    raised: BaseException, is_of_check: bool
) -> None:
    class Faulty(BaseModel):
        age: int

        @field_validator("age")
        @classmethod
        def _fail(cls, age: int) -> int:
            raise raised

    def read(schema: Any, text: str) -> InvalidValue:
        with pytest.raises(InvalidValue, match="its check failed with") as told:
            ValueType.of(schema).read(text)
        assert ValueType.of(list[Faulty]).growing().feed('[{"age": 1}, ') is NOTHING
        return told.value

    with ThreadPoolExecutor() as elsewhere:  # as on the engine's thread
        for schema, text in ((Faulty, '{"age": 1}'), (list[Faulty], '[{"age": 1}, {"age": 2}]')):
            told = elsewhere.submit(read, schema, text).result()
            assert told.is_of_check is is_of_check


def test_whoever_presses_stop_while_a_check_runs_stops_it() -> None:
    class Slow(BaseModel):
        age: int

        @field_validator("age")
        @classmethod
        def _wait(cls, age: int) -> int:
            signal.raise_signal(signal.SIGINT)
            return age

    with pytest.raises(KeyboardInterrupt):
        ValueType.of(Slow).read('{"age": 1}')


def test_halves_of_characters_are_no_value() -> None:
    for schema in (str, list[str], {"type": "array", "items": {"type": "string"}}):
        with pytest.raises(InvalidValue):
            ValueType.of(schema).read('["\\ud800"]')


def test_numbers_that_json_does_not_have() -> None:
    assert math.isnan(ValueType.of(float).read('{"value": NaN}'))
    with pytest.raises(InvalidValue):
        ValueType.of(int).read('{"value": Infinity}')


def test_the_fields_of_what_is_asked_for() -> None:
    assert ValueType.of(list[Person]).fields == ValueType.of(Person).fields == ("name", "age")
    assert ValueType.of(list[str]).fields == ValueType.of(int).fields == ()


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (5, "5 has no JSON schema"),
        (print, "has no JSON schema: it is a function"),
        (subprocess.Popen, "Popen has no JSON schema"),
        (Person(name="Ada", age=3), "has no JSON schema"),
        (list["Nowhere"], "has no JSON schema"),  # type: ignore[name-defined]  # noqa: F821
        ("{no json", "begins as JSON, and is none"),
        ("", "one field at least"),
    ],
    ids=["number", "function", "class", "instance", "name", "json", "empty"],
)
def test_what_is_no_type_is_refused_in_a_sentence(schema: Any, said: str) -> None:
    with pytest.raises(BadOption, match=said) as caught:
        ValueType.of(schema)

    assert len(str(caught.value)) < 400


def test_a_json_schema_may_be_a_text() -> None:
    assert ValueType.of('{"type": "array", "items": {"type": "integer"}}').read("[1, 2]") == [1, 2]
