"""Schemas as people have them: what pydantic makes of their types, and some by hand."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import ipaddress
import pathlib
import uuid
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    AnyUrl,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    RootModel,
    TypeAdapter,
    create_model,
)
from typing_extensions import TypedDict

try:
    import email_validator  # noqa: F401

    Email: Any = EmailStr
except ImportError:
    Email = str


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    """A cat."""

    kind: Literal["cat"]
    lives: int = Field(9, ge=1, le=9, description="How many.")


class Dog(BaseModel):
    kind: Literal["dog"]
    good: bool = True


class Pet(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class Pets(BaseModel):
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]]
    favourite: Cat | None = None


class Node(BaseModel):
    value: int
    children: list[Node] = []


class Linked(BaseModel):
    following: Linked | None = None


class Even(BaseModel):
    odd: Odd | None = None


class Odd(BaseModel):
    even: Even | None = None


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int


# Its fields have the names of keywords.
AWKWARD: Any = create_model(
    "Awkward", format=str, oneOf=int, discriminator=str, type=Literal["x"], minimum=float | None
)


class Aliased(BaseModel):
    first: Annotated[str, Field(alias="$ref")]


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0


class Movie(TypedDict):
    name: str
    year: int


class Pair(NamedTuple):
    left: int
    right: str


TYPES: list[Any] = [
    *(int, float, bool, str, list[int], dict[str, int], dict[str, Cat], dict[str, Any], set[str]),
    *(tuple[int, str], tuple[int, ...], int | None, int | str, Cat | None, list[Cat | Dog]),
    *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta, uuid.UUID),
    *(decimal.Decimal, bytes, pathlib.Path, AnyUrl, ipaddress.IPv4Address, ipaddress.IPv6Network),
    *(Email, Colour, list[Colour], Literal["a", "b"], Literal[1, "b", None], Cat, Dog, Pet, Pets),
    *(
        Node,
        Linked,
        Even,
        Closed,
        Loose,
        AWKWARD,
        Aliased,
        Point,
        Movie,
        Pair,
        RootModel[list[Cat]],
    ),
    *(
        RootModel[dict[str, int]],
        Cat | Dog,
        Annotated[Cat | Dog, Field(discriminator="kind")],
    ),
    *(Annotated[int, Field(gt=0, lt=10, multiple_of=2)], Annotated[str, Field(pattern="^a+$")]),
    *(Annotated[list[int], Field(min_length=1)], Annotated[list[int], Field(min_length=2)]),
    Annotated[str, Field(examples=["a"], title="Word", description="One word.")],
]

TEXT = {"type": "string"}
A = {"type": "object", "properties": {"a": TEXT}}
OPEN = {"type": ["object", "null"], "properties": {"b": TEXT}}
BY_HAND: list[dict[str, Any]] = [
    {"type": "object"},
    {"type": "object", "properties": {}},
    {"type": ["object", "null"], "properties": {"a": TEXT}, "required": ["a"]},
    {"type": ["string", "null"], "format": "date"},
    {"type": ["integer", "string"], "minimum": 0, "pattern": "a"},
    {"type": "object", "properties": {"a": {"type": ["array", "null"], "items": TEXT}}},
    {"type": "object", "properties": {"a": OPEN}},
    {"type": "string", "format": "ssn", "description": "A number."},
    {"type": "string", "enum": ["a", "b"]},
    {"enum": [1, None]},
    {"const": "a", "type": "string"},
    {"oneOf": [TEXT, {"type": "null"}]},
    {"oneOf": [TEXT], "anyOf": [TEXT, {"type": "null"}]},
    {"allOf": [{"type": "object", "properties": {"a": TEXT}}]},
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}},
    {"$ref": "#/$defs/A", "$defs": {"A": A}},
    {"$ref": "#/$defs/A~1b", "$defs": {"A/b": A}},
    {"allOf": [{"$ref": "#/definitions/A"}], "definitions": {"A": A}},
    {
        "type": "object",
        "definitions": {"A": {"oneOf": [TEXT, {"type": "integer"}]}},
        "properties": {"a": {"$ref": "#/definitions/A"}},
    },
    {"type": "array", "items": {"type": "object", "additionalProperties": TEXT}},
    {"type": "array", "prefixItems": [TEXT], "items": False, "uniqueItems": True},
    {"type": "object", "patternProperties": {"^a": {"oneOf": [TEXT]}}, "properties": {}},
    {**A, "default": {"oneOf": 1}, "examples": [{"format": "x"}]},
    {"type": "object", "properties": {"a": {"not": {"type": "null"}, "type": "string"}}},
    {**OPEN, "properties": {"a": {"type": "array", "items": {"oneOf": [TEXT, OPEN]}}}},
    {"properties": {"a": {"properties": {"b": TEXT}}, "c": {"items": TEXT}}},
]  # fmt: skip

SCHEMAS: list[tuple[str, dict[str, Any]]] = [
    *((str(kind), TypeAdapter(kind).json_schema()) for kind in TYPES),
    *((f"by hand {number}", schema) for number, schema in enumerate(BY_HAND)),
]
