"""What `schema=` asks for: the JSON schema that a model is sent, and the value that an answer is.

Whatever pydantic knows is checked by pydantic. Providers want an object at the root, so that what
is none, such as a list, is the one member of an object when it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbchat.errors import BadOption
from nbchat.values.finding import json_in
from nbchat.values.growing import GrowingRows, GrowingShape, GrowingValue
from nbchat.values.json_check import JsonCheck
from nbchat.values.json_schema import usable, with_object_around, with_object_at_root
from nbchat.values.kinds import (
    Checked,
    Kind,
    OfJsonSchema,
    OfPydantic,
    RowsOf,
    adapter_of,
    as_list_type,
    is_of_rows,
    is_plain_list,
    name_of,
    row_type,
)
from nbchat.values.problems import InvalidValue as InvalidValue
from nbchat.values.problems import Problem as Problem
from nbchat.values.short_text import type_of_text

MEMBER = "value"  # of the object around what is none
LIST_MEMBER = "items"
NO_JSON = "There is no JSON in it"
BROKEN_JSON = "Its JSON is broken, or not whole"


@dataclass(slots=True, frozen=True)
class ValueType:
    """A type that an answer is to be of.

    >>> people = ValueType.of("list[name, age int]")
    >>> people.is_list, people.fields
    (True, ('name', 'age'))
    >>> people.read('Here they are: [{"name": "Ada", "age": 36}]')
    [{'name': 'Ada', 'age': 36}]
    """

    name: str
    json_schema: Mapping[str, Any]  # as a provider is sent it: always of an object
    member: str  # of that object in which the value is; empty where it is the object itself
    kind: Kind
    row: Kind | None = None  # what checks a row, where it is a list

    @classmethod
    def of(cls, schema: Any) -> ValueType:
        """What a `schema=` asks for. Raises BadOption for what is no type."""
        if isinstance(schema, ValueType):
            return schema
        if isinstance(schema, str):
            if not schema.lstrip().startswith("{"):
                return cls._of_type(_type_of_text(schema), "answer")
            schema = _json_schema_in(schema)
        if isinstance(schema, Mapping):
            return cls._of_json_schema(schema)
        return cls._of_type(schema, name_of(schema))

    @classmethod
    def _of_json_schema(cls, schema: Mapping[Any, Any]) -> ValueType:
        root, targets = usable(schema)
        check = JsonCheck(root, targets)
        row = OfJsonSchema(check, root["items"]) if is_of_rows(root) else None
        return cls._made(str(root.get("title") or "answer"), root, OfJsonSchema(check), row)

    @classmethod
    def _of_type(cls, schema: Any, name: str) -> ValueType:
        schema = as_list_type(schema)
        adapter, made = adapter_of(schema)
        kind: Kind = OfPydantic(adapter)
        if not is_of_rows(made):
            return cls._made(name, made, kind)
        row = OfPydantic(adapter_of(row_type(schema))[0])
        if is_plain_list(schema):
            kind = RowsOf(row)
        return cls._made(name, made, kind, row)

    @classmethod
    def _made(
        cls, name: str, made: Mapping[str, Any], kind: Kind, row: Kind | None = None
    ) -> ValueType:
        as_object = with_object_at_root(made)
        if as_object is not None:
            return cls(name, as_object, "", kind)
        member = MEMBER if row is None else LIST_MEMBER
        return cls(name, with_object_around(made, member), member, kind, row)

    @property
    def is_list(self) -> bool:
        """Whether it grows row by row."""
        return self.row is not None

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of what it has, or each of its rows; none where these are single values."""
        node = self._value_schema
        if self.is_list:
            node = self._resolved(node.get("items"))
        properties = node.get("properties")
        return tuple(properties) if isinstance(properties, dict) else ()

    @property
    def _value_schema(self) -> Mapping[str, Any]:
        if not self.member:
            return self.json_schema
        return self._resolved(self.json_schema["properties"][self.member])

    def _resolved(self, node: Any) -> Mapping[str, Any]:
        """What a reference among the shared definitions stands for."""
        reference = node.get("$ref", "") if isinstance(node, Mapping) else ""
        _, shared, name = [*reference.split("/"), "", ""][:3]
        if reference:
            node = self.json_schema.get(shared, {}).get(name)
        return node if isinstance(node, Mapping) else {}

    # --- reading ---------------------------------------------------------------------------------

    def read(self, text: str, growing: GrowingValue | None = None) -> Any:
        """The value that an answer's text is: of what JSON it holds, the first that fits.

        What `growing` has checked of the same text is not checked again. Raises InvalidValue.
        """
        found = json_in(text)
        checked = growing.checked if growing else ()
        failures: list[tuple[int, InvalidValue]] = []
        for whole in found.values:
            try:
                return self._read(whole.value, checked)
            except InvalidValue as error:
                failures.append((whole.length, error))
        if failures:  # the longest was most likely meant
            raise max(failures, key=lambda failure: failure[0])[1]
        why = BROKEN_JSON if found.is_broken else NO_JSON
        raise InvalidValue([Problem("", why)], is_json=False)

    def _read(self, found: Any, checked: Sequence[Checked]) -> Any:
        failed: InvalidValue | None = None
        for value in self._meant(found):
            try:
                return self.kind.read(value, checked)
            except InvalidValue as error:
                failed = failed or error
        assert failed is not None
        raise failed

    def _meant(self, found: Any) -> Iterator[Any]:
        """What may be the value: inside the object that was asked for, or without it."""
        if self.member and isinstance(found, dict) and self.member in found:
            yield found[self.member]
        yield found

    def growing(self) -> GrowingValue:
        """What makes a value of an answer while it streams."""
        if self.row is None:
            return GrowingShape(self.member)
        items = self._resolved(self._value_schema.get("items"))
        word = items.get("type")
        return GrowingRows(self.row, word if isinstance(word, str) else "")


def _type_of_text(text: str) -> Any:
    try:
        return type_of_text(text)
    except RecursionError:
        raise BadOption("the schema has too many brackets in one another.") from None


def _json_schema_in(text: str) -> Mapping[str, Any]:
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadOption(f"the schema begins as JSON, and is none: {error}.") from None
    return schema  # type: ignore[no-any-return]  # it begins as an object
