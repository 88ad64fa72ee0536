"""`--as`: what a name stands for, and what is a short text; nothing that is typed is run."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, Optional, TypedDict

import pytest
from pydantic import BaseModel, Field

from nbchat.errors import BadOption
from nbchat.frontends.notebook.arguments import parse_arguments
from nbchat.frontends.notebook.named_types import named_type, types


class Person(BaseModel):
    name: str


@dataclass
class Point:
    x: int


class Mood(Enum):
    good = "good"


class Row(TypedDict):
    a: int


class Helper:
    """A class without fields."""


class Trap:
    """Tells on whoever asks it for anything."""

    def __class_getitem__(cls, item: object) -> None:
        raise AssertionError

    def __getattr__(self, name: str) -> None:
        raise AssertionError


Short = Annotated[str, Field(max_length=3)]
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
HERE: dict[str, Any] = {
    "Person": Person, "Point": Point, "Mood": Mood, "Row": Row, "Short": Short, "Helper": Helper,
    "schema": SCHEMA, "row": {"a": 1}, "datetime": datetime, "People": list[Person], "name": "Bob",
    "trap": Trap(), "list_of": len,
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Person", Person),
        ("People", list[Person]),
        ("list[Person]", list[Person]),
        ("Person | None", Person | None),
        ("dict[str, list[Point]]", dict[str, list[Point]]),
        ("Optional[Mood]", Optional[Mood]),  # noqa: UP045
        ('Literal["good", "bad"]', Literal["good", "bad"]),
        ("list[datetime.date]", list[datetime.date]),
        ("Short", Short),
        ("schema", SCHEMA),
        ("int", int),
        ("tuple[int, str]", tuple[int, str]),
    ],
)
def test_a_type_of_the_notebook_goes_before_a_text(typed: str, found: Any) -> None:
    assert named_type(typed, HERE) == found


@pytest.mark.parametrize(
    "typed",
    [
        "name, age int, tags list",
        "name",
        "row",
        "bio: two sentences",
        "list[name, age int]",
        "list_of",
        "trap",
        "[name, age]",
        "len(name)",
        "name.upper()",
        "1",
        "(" * 10_000,
    ],
    ids=lambda typed: typed[:20],
)
def test_anything_else_is_a_short_text(typed: str) -> None:
    assert named_type(typed, HERE) == typed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Persom", "there is no type 'Persom' here. Did you mean Person?"),
        ("list[Persom]", "no type 'Persom' here, which 'list[Persom]' names. Did you mean Person?"),
        ("datetime.dat", "there is no type 'datetime.dat' here"),
        ("trap.x", "there is no type 'trap.x' here"),
        ("Person[int]", "'Person[int]' in --as is no type"),
    ],
)
def test_a_type_that_is_not_there_is_no_field(typed: str, words: str) -> None:
    with pytest.raises(BadOption) as refused:
        named_type(typed, HERE)

    assert words in str(refused.value)


def test_what_is_offered_has_fields() -> None:
    assert [*types(HERE)] == ["Person", "Point", "Mood", "Row", "Short", "schema", "People"]


def test_the_line_has_both() -> None:
    read = parse_arguments('demo --as "name, age int" --into people')

    assert (read.wanted, read.into, read.options) == ("name, age int", "people", {})


@pytest.mark.parametrize("name", ["my-rows", "class", "2nd", "Out", "a.b", "''"])
def test_into_takes_the_name_of_a_variable(name: str) -> None:
    with pytest.raises(BadOption, match="--into takes a name .*for a variable such as out, not"):
        parse_arguments(f"demo --into {name}")


def test_as_takes_something() -> None:
    with pytest.raises(BadOption, match="--as needs a type or fields, such as"):
        parse_arguments("demo --as ' , '")
