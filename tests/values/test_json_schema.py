"""Which JSON schemas can be used, and what is said of the others. They may come from anyone."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from nbchat.errors import BadOption
from nbchat.values.json_schema import usable
from nbchat.values.value_type import ValueType

SELF: dict[str, Any] = {"type": "object"}
SELF["properties"] = {"again": SELF}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"name": "string", "age": "int"}, 'no JSON schema: .* write schema="name, age int"'),
        ({"type": "strng"}, "at its root, type should be one of .* Did you mean 'string'"),
        ({"type": []}, "type should be one of object, array"),
        ({"properties": {"a": {"type": "int"}}}, "at /properties/a, type should be one of"),
        ({"properties": {"a": "string"}}, "at /properties/a, a schema is a dict, not str"),
        ({"properties": ["a"]}, "properties of a JSON schema is followed by a dict"),
        ({"anyOf": {"type": "null"}}, "anyOf of a JSON schema is followed by a list"),
        ({"items": 5}, "at /items, a schema is a dict, not int"),
        ({"required": "name"}, "required should be a list of names"),
        ({"type": "string", "minLength": -1}, "minLength should be a whole number from 0"),
        ({"type": "string", "maxLength": "9"}, "maxLength should be a whole number"),
        ({"type": "number", "multipleOf": 0}, "multipleOf should be a number above 0"),
        ({"type": "number", "minimum": "0"}, "minimum should be a number"),
        ({"type": "string", "enum": "a"}, "enum should be a list"),
        ({"type": "string", "pattern": "("}, "is no pattern that is known here"),
        ({"type": "string", "pattern": "a(?=b)"}, "'a\\(\\?=b\\)' is no pattern"),
        (
            {"properties": {"a": {"$ref": "https://a.example/b"}}},
            "points out of it, and nothing is",
        ),
        ({"properties": {"a": {"$ref": "file:///etc/passwd#"}}}, "points out of it"),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}}, "'#/\\$defs/b' points to nothing"),
        ({"properties": {"a": {"$ref": "#b"}}}, "'#b' points to nothing"),
        ({"$ref": "#"}, "leads to itself"),
        (
            {
                "$defs": {
                    "a": {"anyOf": [{"$ref": "#/$defs/b"}]},
                    "b": {"not": {"$ref": "#/$defs/a"}},
                }
            },
            "leads to itself",
        ),
        (
            {"type": "object", "unevaluatedProperties": False},
            "unevaluatedProperties is not checked",
        ),
        ({"type": "array", "items": {"$dynamicRef": "#a"}}, "\\$dynamicRef is not checked here"),
        ({"type": "object", "default": object()}, "holds what JSON has"),
        ({"type": "object", "default": float("nan")}, "holds what JSON has"),
        (SELF, "holds what JSON has"),
        ({"x": {"a": 5}, "properties": {"b": {"$ref": "#/x/a"}}}, "a schema is a dict, not int"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(schema: Any, said: str) -> None:
    with pytest.raises(BadOption, match=said) as caught:
        ValueType.of(schema)

    assert "\n" not in str(caught.value)


def test_what_grows_with_each_step_into_it_is_no_circle() -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#"}}, "additionalProperties": False}

    assert ValueType.of(tree).read('{"child": {"child": {}}}') == {"child": {"child": {}}}


def test_a_pattern_that_python_takes_hours_for_ends() -> None:
    schema = {"type": "object", "properties": {"a": {"pattern": "^(a+)+$"}}}

    with pytest.raises(Exception, match="match the pattern"):
        ValueType.of(schema).read('{"a": "' + "a" * 10_000 + '!"}')


def test_a_schema_of_an_object_is_sent_as_it_is() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "title": "A", "x-own": 1}

    assert ValueType.of(schema).json_schema == schema
    assert ValueType.of(schema).name == "A"
    assert ValueType.of({"properties": {"a": {}}}).json_schema["type"] == "object"


def test_references_lead_to_the_same_when_an_object_is_put_around() -> None:
    schema = {
        "type": "array",
        "items": {
            "properties": {
                "again": {"$ref": "#"},
                "row": {"$ref": "#/items"},
                "named": {"$ref": "#/$defs/n"},
                "default": {"$ref": "#/items/properties/named"},
                "enum": {"enum": [{"$ref": "#"}]},
            },
            "additionalProperties": False,
        },
        "$defs": {"n": {"type": "integer"}},
    }
    wanted = ValueType.of(schema)
    value = [{"again": [{"row": {"named": 1}, "default": 2}], "enum": {"$ref": "#"}}]

    jsonschema.validate({"items": value}, wanted.json_schema)
    assert usable(wanted.json_schema)[0] == wanted.json_schema
    for wrong in ([{"again": [{"row": {"named": "x"}}]}], [{"default": "x"}]):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"items": wrong}, wanted.json_schema)


@pytest.mark.parametrize(
    "schema",
    [{}, {"type": ["object", "null"]}, {"anyOf": [{"type": "object"}]}, {"type": "string"}],
    ids=["anything", "or null", "any of", "text"],
)
def test_what_is_not_surely_an_object_is_put_into_one(schema: Any) -> None:
    wanted = ValueType.of(schema)

    assert wanted.member == "value"
    assert wanted.json_schema["properties"] == {"value": schema}
