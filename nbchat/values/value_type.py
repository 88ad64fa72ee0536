"""What `schema=` asks for: the JSON schema that a model is sent, and the value that an answer is.

Whatever pydantic knows is checked by pydantic. Providers want an object at the root, so that what
is none, such as a list, is the one member of an object when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_origin

from nbchat.errors import BadOption
from nbchat.wording import first_line, shorten

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MEMBER = "value"  # of the object around what is none
LIST_MEMBER = "items"


@dataclass(slots=True, frozen=True)
class Problem:
    """What is wrong at one place of a value."""

    path: str  # such as `people[2].age`; empty for the whole
    message: str
    input: Any = None


class InvalidValue(Exception):
    """A text is no such value. `is_json` says whether it has any JSON at all."""

    def __init__(self, problems: list[Problem], *, is_json: bool = True) -> None:
        super().__init__("; ".join(f"{one.path}: {one.message}" for one in problems))
        self.problems = problems
        self.is_json = is_json


@dataclass(slots=True, frozen=True)
class ValueType:
    """A type that an answer is to be of."""

    name: str
    json_schema: Mapping[str, Any]  # as a provider is sent it: always of an object
    member: str  # of that object in which the value is; empty where it is the object itself
    adapter: TypeAdapter[Any]

    @classmethod
    def of(cls, schema: Any) -> ValueType:
        """What a `schema=` asks for. Raises BadOption for what is no type."""
        from pydantic import TypeAdapter

        if isinstance(schema, ValueType):
            return schema
        if isinstance(schema, Mapping):
            return cls(str(schema.get("title") or "answer"), schema, "", TypeAdapter(Any))
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(schema)
            made = adapter.json_schema()
        except Exception as error:
            why = shorten(first_line(error).rstrip("."), 150)
            raise BadOption(f"{_name_of(schema)} has no JSON schema: {why}.") from None
        if made.get("type") == "object" or "$ref" in made:
            return cls(_name_of(schema), made, "", adapter)
        member = LIST_MEMBER if made.get("type") == "array" else MEMBER
        definitions = {name: made.pop(name) for name in ("$defs",) if name in made}
        around = {
            "type": "object",
            "properties": {member: made},
            "required": [member],
            "additionalProperties": False,
        }
        return cls(_name_of(schema), {**around, **definitions}, member, adapter)

    @property
    def is_list(self) -> bool:
        """Whether it grows row by row."""
        return self.member == LIST_MEMBER

    def read(self, text: str) -> Any:
        """The value that an answer's text is. Raises InvalidValue."""
        from pydantic import ValidationError
        from pydantic_core import from_json

        try:
            found = from_json(text.strip())
        except ValueError as error:
            raise InvalidValue([Problem("", str(error))], is_json=False) from None
        inner = found[self.member] if self.member and isinstance(found, dict) else found
        try:
            return self.adapter.validate_python(inner)
        except ValidationError as error:
            raise InvalidValue([_problem(one) for one in error.errors()]) from None


def _problem(error: Any) -> Problem:
    path = ".".join(map(str, error["loc"]))
    return Problem(path, error["msg"], error.get("input"))


def _name_of(schema: Any) -> str:
    if isinstance(schema, type) and get_origin(schema) is None:
        return schema.__name__
    return str(schema).replace("typing.", "")
