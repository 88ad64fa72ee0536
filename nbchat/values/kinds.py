"""The two that check what an answer holds: pydantic, and a JSON schema that somebody wrote."""

from __future__ import annotations

from collections import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import isroutine
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias, get_args, get_origin

from nbchat.errors import BadOption
from nbchat.values.failed_checks import failed_check, stops_reading
from nbchat.values.json_check import JsonCheck
from nbchat.values.problems import MOST_KEPT, InvalidValue, Problem, problems_of
from nbchat.wording import first_line, shorten

if TYPE_CHECKING:
    from pydantic import TypeAdapter

TOO_DEEP = "Input should hold whole characters, and not be nested deeply"

Checked: TypeAlias = tuple[Any, Any]  # a row as it stood in the JSON, and as it is when checked

_READ_AS_LISTS = (abc.Iterable, abc.Iterator, abc.Generator, abc.AsyncIterable)
_OF_ROWS = (list, set, frozenset, tuple, abc.Sequence, abc.MutableSequence, abc.Set, abc.Collection)


class Kind(Protocol):
    """Makes a value of what stood in the JSON."""

    def read(self, found: Any, checked: Sequence[Checked] = ()) -> Any:
        """The value. Raises InvalidValue. Rows that have been `checked` are not checked again."""


@dataclass(slots=True, frozen=True)
class OfPydantic:
    """Whatever pydantic knows."""

    adapter: TypeAdapter[Any]

    def read(self, found: Any, checked: Sequence[Checked] = ()) -> Any:
        text = _as_json(found)
        try:
            return self._validated(text, found)
        except InvalidValue:
            raise
        except BaseException as error:  # of a check in the user's own model
            if stops_reading(error):
                raise
            raise failed_check(error) from error

    def _validated(self, text: bytes, found: Any) -> Any:
        from pydantic import ValidationError

        try:
            # As JSON, because from there a strict model takes a date that is a text.
            return self.adapter.validate_json(text)
        except ValidationError as error:
            raise InvalidValue(problems_of(error, found)) from None


@dataclass(slots=True, frozen=True)
class RowsOf:
    """A list of any length, which asks nothing of itself, only of each row."""

    row: Kind

    def read(self, found: Any, checked: Sequence[Checked] = ()) -> list[Any]:
        if not isinstance(found, list):
            raise InvalidValue([Problem("", "Input should be a valid list", found)])
        rows: list[Any] = []
        problems: list[Problem] = []
        for at, inner in enumerate(found):
            if at < len(checked) and checked[at][0] == inner:
                rows.append(checked[at][1])
                continue
            try:
                rows.append(self.row.read(inner))
            except InvalidValue as error:
                if error.is_of_check:
                    raise
                problems += [problem.inside(at) for problem in error.problems]
                if len(problems) >= MOST_KEPT:
                    break
        if problems:
            raise InvalidValue(problems)
        return rows


@dataclass(slots=True, frozen=True)
class OfJsonSchema:
    """What fits a JSON schema, or a part of one; the value is what JSON holds."""

    check: JsonCheck
    part: Any = None

    def read(self, found: Any, checked: Sequence[Checked] = ()) -> Any:
        _as_json(found)
        try:
            problems = self.check.problems(found, self.part)
        except RecursionError:
            raise InvalidValue([Problem("", TOO_DEEP, found)]) from None
        if problems:
            raise InvalidValue(problems)
        return found


def _as_json(found: Any) -> bytes:
    """What stood in the JSON, as JSON that every program takes. Raises InvalidValue."""
    from pydantic_core import PydanticSerializationError, to_json

    try:
        return to_json(found, inf_nan_mode="constants")
    except (PydanticSerializationError, ValueError):  # halves of characters, or too deep
        raise InvalidValue([Problem("", TOO_DEEP, found)]) from None


# --- types ---------------------------------------------------------------------------------------


def adapter_of(schema: Any) -> tuple[TypeAdapter[Any], dict[str, Any]]:
    """Pydantic's check of a type, and the JSON schema of it. Raises BadOption."""
    from pydantic import TypeAdapter

    try:
        if isroutine(schema):
            raise TypeError("it is a function")
        adapter: TypeAdapter[Any] = TypeAdapter(schema)
        return adapter, adapter.json_schema()
    except Exception as error:  # of pydantic, or of whatever a type does when it is looked at
        why = shorten(first_line(error).rstrip("."), 150)
        raise BadOption(f"{name_of(schema)} has no JSON schema: {why}.") from None


def as_list_type(schema: Any) -> Any:
    """`Iterable[Person]` as `list[Person]`: a value is there when it has been checked."""
    if get_origin(schema) in _READ_AS_LISTS:
        item = (*get_args(schema), Any)[0]
        return list[item]  # type: ignore[valid-type]  # it is one
    return schema


def row_type(schema: Any) -> Any:
    """What the rows of a type of rows are; Any where it does not say."""
    from pydantic import RootModel

    for _ in range(10):  # an alias of an annotated model of a list, say
        arguments = get_args(schema)
        if get_origin(schema) is Annotated:
            schema = arguments[0]
        elif hasattr(schema, "__value__"):
            schema = schema.__value__
        elif isinstance(schema, type) and issubclass(schema, RootModel):
            schema = schema.model_fields["root"].annotation
        elif get_origin(schema) in _OF_ROWS and arguments:
            return arguments[0]
        else:
            break
    return Any


def is_plain_list(schema: Any) -> bool:
    """Whether each row is all that it asks for."""
    return get_origin(schema) is list


def name_of(schema: Any) -> str:
    """What a type is called."""
    if isinstance(schema, type) and get_origin(schema) is None:
        return schema.__name__
    return shorten(str(schema).replace("typing.", ""), 100)


def is_of_rows(made: Mapping[str, Any]) -> bool:
    """Whether a JSON schema is of a list that grows row by row."""
    return made.get("type") == "array" and "items" in made and "prefixItems" not in made
