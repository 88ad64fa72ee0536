"""What a function takes, as a JSON schema; and what it is called with."""

from __future__ import annotations

import json
import sqlite3
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Optional
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import Doc, TypedDict

import nbchat
from nbchat.errors import BadOption
from nbchat.tools.tool import BadArguments


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Point:
    """Where it is."""

    x: float
    y: float = 0.0
    tags: list[str] = field(default_factory=list)


class Stay(TypedDict):
    city: str
    nights: NotRequired[int]


class Guest(typing.TypedDict):
    name: Annotated[str, Field(min_length=2)]


class Booking(Guest, total=False):
    """Of Python's own kind, which pydantic takes from 3.12 on."""

    stays: typing.Required[list[Guest]]
    by: dict[str, Guest] | None


class Person(BaseModel):
    model_config = ConfigDict(strict=True)

    name: str = Field(description="In full.")
    born: date | None = None
    children: list[Person] = []


def schema_of(function: Callable[..., Any]) -> dict[str, Any]:
    made = dict(nbchat.tool(function).parameters)
    json.dumps(made, allow_nan=False)
    return made


def taking(hint: Any) -> Callable[..., Any]:
    def take(value: Any) -> Any:
        return value

    take.__annotations__ = {"value": hint}
    return take


VALUES: dict[str, tuple[Any, Any, Any]] = {  # the type, what JSON has, what the function gets
    "int": (int, 3, 3),
    "int of text": (int, "3", 3),
    "float": (float, 3, 3.0),
    "bool": (bool, True, True),
    "str": (str, "a", "a"),
    "anything": (Any, {"a": [1, None]}, {"a": [1, None]}),
    "none": (None, None, None),
    "literal": (Literal["a", 1], "a", "a"),
    "enum": (Colour, "blue", Colour.BLUE),
    "enum of numbers": (Level, 2, Level.HIGH),
    "optional": (Optional[int], None, None),  # noqa: UP045
    "union": (int | str, "a", "a"),
    "list": (list[int], [1, "2"], [1, 2]),
    "tuple": (tuple[int, str], [1, "a"], (1, "a")),
    "set": (set[str], ["a", "a"], {"a"}),
    "dict": (dict[int, float], {"1": 2}, {1: 2.0}),
    "dataclass": (Point, {"x": 1}, Point(1.0)),
    "typed dict": (Stay, {"city": "Rome"}, {"city": "Rome"}),
    "typed dict of Python": (
        Booking | None,
        {"name": "Ada", "stays": [{"name": "Bo"}], "by": {"a": {"name": "Cy"}}},
        {"name": "Ada", "stays": [{"name": "Bo"}], "by": {"a": {"name": "Cy"}}},
    ),
    "typed dicts of Python": (tuple[Guest, ...], [{"name": "Ada"}], ({"name": "Ada"},)),
    "model": (
        Person,
        {"name": "Ada", "born": "1815-12-10"},
        Person(name="Ada", born=date(1815, 12, 10)),
    ),
    "list of dataclasses": (list[Point], [{"x": 1, "y": 2}], [Point(1.0, 2.0)]),
    "datetime": (datetime, "2026-07-01T10:00:00", datetime(2026, 7, 1, 10)),
    "timedelta": (timedelta, "PT90S", timedelta(seconds=90)),
    "decimal": (Decimal, "1.10", Decimal("1.10")),
    "path": (Path, "a/b", Path("a/b")),
    "uuid": (UUID, "12345678123456781234567812345678", UUID("12345678123456781234567812345678")),
    "bytes": (bytes, "abc", b"abc"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_what_json_has_arrives_as_the_type_says(kind: str) -> None:
    hint, given, wanted = VALUES[kind]
    made = nbchat.tool(taking(hint))

    arguments = made.checked({"value": given})

    assert arguments == {"value": wanted}
    assert type(arguments["value"]) is type(wanted)
    json.dumps(dict(made.parameters), allow_nan=False)


def test_a_schema_has_types_defaults_words_and_bounds() -> None:
    def find(
        city: Annotated[str, "where to look"],
        nights: Annotated[int, Field(description="how long", ge=1, le=30)],
        stars: Annotated[int, Doc("at least")] = 3,
        colour: Colour = Colour.RED,
        sort: Literal["price", "stars"] = "price",
        since: date = date(2026, 1, 1),
        anything=None,  # type: ignore[no-untyped-def]
    ) -> None:
        """Find an offer.

        Args:
            city: not told, because the annotation says it
            colour: of the house
        """

    schema = schema_of(find)

    assert schema["type"] == "object"
    assert schema["required"] == ["city", "nights"]
    assert schema["additionalProperties"] is False
    assert schema["properties"] == {
        "city": {"type": "string", "description": "where to look"},
        "nights": {"type": "integer", "description": "how long", "minimum": 1, "maximum": 30},
        "stars": {"type": "integer", "description": "at least", "default": 3},
        "colour": {"$ref": "#/$defs/Colour", "description": "of the house", "default": "red"},
        "sort": {"type": "string", "enum": ["price", "stars"], "default": "price"},
        "since": {"type": "string", "format": "date", "default": "2026-01-01"},
        "anything": {"default": None},
    }
    assert schema["$defs"]["Colour"]["enum"] == ["red", "blue"]
    assert nbchat.tool(find).description == "Find an offer."


def test_a_typed_dict_of_python_is_told_and_checked_as_any_other() -> None:
    made = nbchat.tool(taking(Annotated[Booking, "what to book"]))

    assert made.parameters["$defs"]["Booking"]["required"] == ["name", "stays"]
    assert made.parameters["properties"]["value"]["description"] == "what to book"
    with pytest.raises(BadArguments, match=r"value\.stays is missing"):
        made.checked({"value": {"name": "Ada"}})
    with pytest.raises(BadArguments, match=r"value\.stays\[0\]\.name"):
        made.checked({"value": {"name": "Ada", "stays": [{"name": "B"}]}})


def test_what_several_parameters_share_is_told_once() -> None:
    def move(start: Point, end: Point, by: Person | None = None) -> None: ...

    schema = schema_of(move)

    assert schema["$defs"].keys() == {"Point", "Person"}
    assert schema["properties"]["start"] == schema["properties"]["end"]
    assert schema["$defs"]["Person"]["properties"]["name"]["description"] == "In full."


def test_without_parameters_there_is_an_object_with_none() -> None:
    assert schema_of(nothing) == {
        "type": "object",
        "properties": {},
        "additionalProperties": False,
    }


def nothing() -> None: ...


@pytest.mark.parametrize("default", [float("nan"), object(), "x" * 1000, sqlite3])
def test_a_default_that_json_has_not_is_not_told(default: Any) -> None:
    def take(value=default) -> None: ...  # type: ignore[no-untyped-def]

    assert schema_of(take)["properties"] == {"value": {}}
    assert nbchat.tool(take).checked({}) == {}


def test_a_default_that_only_pydantic_knows_is_put_in() -> None:
    def take(
        a: int = Field(3, ge=1),
        b: list[int] = Field(default_factory=list),  # noqa: B008
        c: Annotated[int, Field(description="needed")] = Field(),
    ) -> Any:
        return a, b, c

    made = nbchat.tool(take)

    assert made.parameters["required"] == ["c"]
    assert made.called_with(made.checked({"c": 1})) == (3, [], 1)
    first, second = made.checked({"c": 1}), made.checked({"c": 1})
    assert first["b"] is not second["b"]
    with pytest.raises(BadArguments, match="a: should be greater than or equal to 1, not 0"):
        made.checked({"a": 0, "c": 1})


def test_other_arguments_are_taken_where_the_function_takes_them() -> None:
    def any_of(**more: Any) -> Any:
        return more

    def numbers(first: int, **more: int) -> Any:
        return first, more

    assert schema_of(any_of)["additionalProperties"] is True
    assert schema_of(numbers)["additionalProperties"] == {"type": "integer"}
    made = nbchat.tool(numbers)
    assert made.called_with(made.checked({"first": 1, "other": "2"})) == (1, {"other": 2})
    with pytest.raises(BadArguments, match="other: should be a valid integer"):
        made.checked({"first": 1, "other": "b"})


def test_arguments_that_go_by_place_alone_arrive() -> None:
    def take(a: int, b: int = 2, /, c: int = 3) -> Any:
        return a, b, c

    made = nbchat.tool(take)

    assert made.called_with(made.checked({"a": 1})) == (1, 2, 3)
    assert made.called_with(made.checked({"a": 1, "c": 5})) == (1, 2, 5)
    assert made.called_with(made.checked({"a": 1, "b": 4, "c": 5})) == (1, 4, 5)


def test_what_a_partial_has_given_is_not_asked_for() -> None:
    def query(connection: sqlite3.Connection, text: str, rows: int = 10) -> Any:
        """Ask the database."""
        return connection, text, rows

    base = sqlite3.connect(":memory:")
    made = nbchat.tool(partial(query, base, rows=3))
    named = nbchat.tool(partial(query, connection=base))

    assert (made.name, made.description) == ("query", "Ask the database.")
    assert made.parameters["properties"] == {"text": {"type": "string"}}
    assert made.called_with(made.checked({"text": "a"})) == (base, "a", 3)
    assert named.parameters["properties"].keys() == {"text", "rows"}
    with pytest.raises(BadArguments, match="there is no argument 'rows'"):
        made.checked({"text": "a", "rows": 9})
    base.close()


def test_a_default_of_the_notebook_that_no_json_is_stays_with_the_person() -> None:
    base = sqlite3.connect(":memory:")

    def query(text: str, connection: sqlite3.Connection = base) -> None: ...

    assert schema_of(query)["properties"] == {"text": {"type": "string"}}
    base.close()


def test_a_type_of_a_function_around_it_is_known() -> None:
    @dataclass
    class Inner:
        a: int

    @nbchat.tool
    def take(inner: Inner) -> Inner:
        return inner

    assert take.checked({"inner": {"a": "1"}}) == {"inner": Inner(1)}


def test_functions_of_a_notebook_see_its_names() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    source = (
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass\nclass Trip:\n    city: str\n"
        "def plan(trip: Trip, others: list[Trip] = ()):\n    return trip.city\n"
    )
    exec(source, names)

    made = nbchat.tool(names["plan"])

    assert made.called_with(made.checked({"trip": {"city": "Rome"}})) == "Rome"


def varied(*values: int) -> None: ...


def unknown(value: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821


def connected(base: sqlite3.Connection) -> None: ...


def called(back: Callable[[int], int]) -> None: ...


REFUSED: dict[str, tuple[Any, str]] = {
    "args": (varied, "varied takes *values, and a model gives each argument by its name."),
    "an unknown type": (unknown, "the type of value of unknown is not known: name 'Missing'"),
    "no JSON": (connected, "a model cannot give base of connected: no JSON is a Connection."),
    "a callable": (called, "a model cannot give back of called: no JSON is a "),
    "a builtin": (max, "nothing says which arguments max takes."),
    "a lambda": (lambda x: x, "a lambda has no name that a model could call."),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_model_cannot_call_is_told_to_the_person(kind: str) -> None:
    function, words = REFUSED[kind]
    with pytest.raises(BadOption) as told:
        nbchat.tool(function)

    assert words in str(told.value)


def test_a_builtin_with_a_signature_is_a_tool() -> None:
    made = nbchat.tool(len)

    assert made.called_with(made.checked({"obj": [1, 2]})) == 2
