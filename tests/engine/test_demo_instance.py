"""The demo honours a schema and a limit: what people try first."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from nbchat.engine.demo.instance import instance_of
from nbchat.engine.engine import Engine
from nbchat.events import Stop, Text
from nbchat.values.value_type import ValueType

from ..values.schemas import SCHEMAS as ASKED


class Colour(Enum):
    RED = "red"
    GREEN = "green"


class Address(BaseModel):
    model_config = ConfigDict(extra="forbid")
    street: str
    zip: Annotated[str, Field(pattern=r"^\d{5}(-\d{4})?$")]
    lines: list[Annotated[str, Field(min_length=3, max_length=8)]] = []


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=1, le=9)]


class Dog(BaseModel):
    kind: Literal["dog"]
    weight: Annotated[float, Field(gt=0)] | None


class Node(BaseModel):
    name: str
    children: list[Node] = []
    parent: Node | None = None


class Everything(BaseModel):
    """All that a model of somebody's may have."""

    name: str
    age: Annotated[int, Field(ge=18, lt=120)]
    share: Annotated[float, Field(ge=0, le=1)]
    price: Decimal
    tenth: Annotated[float, Field(multiple_of=0.1, gt=0.35)]
    even: Annotated[int, Field(multiple_of=2, gt=7)]
    done: bool
    nothing: None
    colour: Colour
    level: Literal["low", "high"] | None
    home: Address
    others: list[Address]
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    pets: list[Cat | Dog]
    pair: tuple[int, str]
    tags: set[str]
    few: Annotated[list[int], Field(min_length=3, max_length=3)]
    counts: dict[str, int]
    by_colour: dict[Colour, list[Address]]
    day: date
    moment: datetime
    clock: time
    length: timedelta
    id: UUID
    anything: Any
    code: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]+$", min_length=8)]
    long: Annotated[str, Field(min_length=40)]
    short: Annotated[str, Field(max_length=2)]
    tree: Node


MODELS: list[Any] = [
    Everything,
    Address,
    Node,
    list[Address],
    dict[str, Everything],
    Cat | Dog,
    Colour,
    int,
    str | None,
]

SCHEMAS: dict[str, Any] = {
    "nothing": {},
    "anything": True,
    "a text": {"type": "string"},
    "a type of several": {"type": ["null", "integer"]},
    "an enum of numbers": {"enum": [3, 4]},
    "a constant object": {"const": {"a": [1]}},
    "no type, fields": {"properties": {"a": {"minimum": 3}}},
    "no type, items": {"items": {"type": "boolean"}},
    "an object that is open": {"type": "object", "required": ["a", "b"]},
    "closed and required": {
        "type": "object",
        "properties": {"a": {"type": "number"}},
        "required": ["a"],
        "additionalProperties": False,
    },
    "members by pattern": {
        "type": "object",
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    "members by name": {
        "type": "object",
        "propertyNames": {"enum": ["a", "b", "c"]},
        "additionalProperties": {"type": "integer"},
        "minProperties": 3,
    },
    "a list of two kinds": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "string"}],
        "items": False,
    },
    "unlike items": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    "enough unlike items": {
        "type": "array",
        "items": {"enum": ["a", "b", "c"]},
        "uniqueItems": True,
        "minItems": 3,
    },
    "a list with something": {"type": "array", "contains": {"const": 7}},
    "at most one": {"type": "array", "maxItems": 1, "items": {"type": "string"}},
    "none": {"type": "array", "maxItems": 0},
    "all of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"b": {"type": "string"}}, "required": ["b"]},
        ]
    },
    "any of with more beside": {
        "anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}],
        "minLength": 2,
    },
    "a reference": {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"const": 1}}},
    "a reference in other words": {
        "$ref": "#/definitions/a~1b",
        "definitions": {"a/b": {"type": "integer", "minimum": -5, "maximum": -3}},
    },
    "itself": {
        "type": "object",
        "properties": {
            "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
            "all": {"type": "array", "items": {"$ref": "#"}},
        },
        "required": ["next", "all"],
    },
    "between": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "below nought": {"type": "integer", "maximum": -10},
    "exactly": {"type": "number", "minimum": 2.25, "maximum": 2.25},
    "just above": {"type": "integer", "exclusiveMinimum": 10, "maximum": 11},
    "a large step": {"type": "integer", "multipleOf": 25, "minimum": 30},
    "a telephone": {"type": "string", "pattern": r"^\+?[1-9]\d{6,14}$"},
    "a version": {"type": "string", "pattern": r"^v?\d+\.\d+\.\d+(-[a-z]+)?$"},
    "a colour": {"type": "string", "pattern": "^#(?:[0-9a-fA-F]{3}){1,2}$"},
    "words": {"type": "string", "pattern": r"^[A-Z][a-z]+(\s[A-Z][a-z]+)*$"},
    "a choice of words": {"type": "array", "items": {"type": "string", "pattern": "^(a|b|c)$"}},
    "no pattern at all": {"type": "string", "pattern": "("},
}
FORMATS = [
    *("date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6"),
    *("uri", "uri-reference", "uuid", "json-pointer", "regex", "idn-email"),
]


@pytest.mark.field("E18")
@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_answered_with_an_instance_of_it(name: str) -> None:
    schema = SCHEMAS[name]
    made = instance_of(schema)

    if name != "no pattern at all":
        Draft202012Validator(schema).validate(made)
    assert made == instance_of(schema)
    assert json.loads(json.dumps(made)) == made


@pytest.mark.field("E18")
@pytest.mark.parametrize("kind", FORMATS)
def test_a_text_has_its_format(kind: str) -> None:
    schema = {"type": "string", "format": kind}

    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        instance_of(schema)
    )


@pytest.mark.field("E18")
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_type_is_answered_with_a_value_of_it(model: Any) -> None:
    adapter = TypeAdapter(model)
    made = instance_of(adapter.json_schema())

    adapter.validate_json(json.dumps(made))
    if model is Everything:
        assert made["others"]
        assert made["tree"]["children"][0]["children"]
        assert made["counts"]


@pytest.mark.field("E18")
def test_what_has_no_end_is_left_alone() -> None:
    endless = {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}

    assert json.dumps(instance_of(endless)).startswith('{"a": {"a": ')
    assert instance_of({"$ref": "#"}) == instance_of({"$ref": "#/nowhere"})
    assert isinstance(instance_of({"$ref": "https://example.com/schema"}), str)


HOSTILE: list[Any] = [
    None,
    5,
    [],
    {"enum": 5},
    {"enum": []},
    {"type": 5},
    {"type": []},
    {"type": "nonsense"},
    {"properties": []},
    {"items": 5, "minItems": 3},
    {"type": "number", "multipleOf": 1e-320, "minimum": 1e300},
    {"type": "number", "multipleOf": 0},
    {"type": "integer", "minimum": float("inf")},
    {"type": "string", "minLength": 10**12},
    {"type": "string", "pattern": "^(a+)+$", "minLength": 5000},
    {"type": "array", "items": {"type": "string", "pattern": "^(a+)+$", "minLength": 60}},
    {"type": "object", "minProperties": 10**12},
    {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}},
    {"allOf": [{"$ref": "#"}]},
    {"anyOf": [{"$ref": "#"}]},
    {"type": "string", "pattern": "^((a{1000}){1000}){1000}$"},
    {"type": "array", "minItems": 10**9, "items": {"$ref": "#"}},
]


@pytest.mark.field("E18")
@pytest.mark.parametrize("schema", HOSTILE, ids=lambda schema: str(schema)[:60])
def test_what_is_no_schema_that_can_be_answered_costs_no_failure(schema: Any) -> None:
    assert len(json.dumps(instance_of(schema))) < 200_000


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    engine.demo.pace = 0
    yield engine
    await engine.aclose()


@pytest.mark.field("E18")
async def test_a_model_is_answered_in_pieces_of_json(engine: Engine) -> None:
    answer = await engine.stream("demo", "A cat, please", schema=Everything).answer()
    again = await engine.stream("demo", "A cat, please", schema=Everything).answer()

    Everything.model_validate_json(answer.text)
    assert answer.text == again.text
    assert answer.stop == Stop("end", "stop")


@pytest.mark.field("E18")
async def test_an_instance_arrives_in_pieces_and_is_cut_at_the_limit(engine: Engine) -> None:
    stream = engine.stream("demo", "hi", schema=Address, max_tokens=12)
    events = [event async for event in stream]

    pieces = [event.text for event in events if isinstance(event, Text)]
    whole = json.dumps(instance_of(Address.model_json_schema()))
    assert len(pieces) > 3
    assert whole.startswith("".join(pieces))
    assert len("".join(pieces)) == 48
    assert isinstance(events[-1], Stop)
    assert events[-1].reason == "length"


@pytest.mark.field("E18")
@pytest.mark.parametrize("limit", [1, 3, 40, 100_000])
async def test_an_answer_has_no_more_tokens_than_are_allowed(engine: Engine, limit: int) -> None:
    question = "Show me some thinking"
    answer = await engine.stream("demo", question, max_tokens=limit).answer()
    whole = await engine.stream("demo", question).answer()

    assert answer.usage.output is not None
    assert answer.usage.output <= limit
    assert whole.text.startswith(answer.text)
    assert whole.thought.startswith(answer.thought)
    is_whole = answer.text == whole.text
    assert answer.stop
    assert answer.stop.reason == ("end" if is_whole else "length")
    assert is_whole == (limit == 100_000)


@pytest.mark.field("E18")
async def test_an_answer_ends_where_it_should_stop(engine: Engine) -> None:
    whole = await engine.stream("demo", "Hi").answer()
    answer = await engine.stream("demo", "Hi", stop=["nowhere", "small", "demo"]).answer()

    assert answer.text == whole.text.partition("demo")[0] != ""
    assert answer.stop == Stop("end", "stop")


# What no schema says: a validator in Python.
UNSAID = {"validator", "field_validator"}


@pytest.mark.parametrize("name", sorted(ASKED.keys() - UNSAID))
async def test_whatever_schema_takes_the_demo_answers_with_a_value(
    engine: Engine, name: str
) -> None:
    wanted = ValueType.of(ASKED[name].schema)
    question = "Who is in this text: Ada Lovelace (36) from London, and Bob (41)?"

    answer = await engine.stream("demo", question, schema=wanted.json_schema).answer()

    wanted.read(answer.text)
    assert answer.stop == Stop("end", "stop")
    assert not answer.notices
