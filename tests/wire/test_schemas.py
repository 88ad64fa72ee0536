"""Every schema over every format, judged by what the vendors' own libraries make of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from anthropic.lib._parse._transform import transform_schema
from jsonschema import Draft202012Validator
from openai.lib._pydantic import _ensure_strict_json_schema

from nbchat.wire.claude_schema import FORMATS as CLAUDES_FORMATS
from nbchat.wire.contract import HttpRequest, load_dialect
from nbchat.wire.formats import FORMATS
from nbchat.wire.schema import FORMATS as TEXT_FORMATS
from nbchat.wire.schema_nodes import nodes_of

from .format_contract import ask
from .schemas import SCHEMAS

CLOSED = ("anthropic-messages", "bedrock-converse")


def sent_schema(wire: str, schema: dict[str, Any]) -> tuple[dict[str, Any], HttpRequest]:
    """The schema as it stands in the body of a request."""
    before = copy.deepcopy(schema)
    call = load_dialect(wire).render(ask(schema=schema))
    assert schema == before
    body: Any = json.loads(call.encoded())
    match wire:
        case "openai-chat":
            found = body["response_format"]["json_schema"]["schema"]
        case "openai-responses":
            found = body["text"]["format"]["schema"]
        case "anthropic-messages":
            found = body["output_config"]["format"]["schema"]
        case "bedrock-converse":
            given = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]
            found = json.loads(given)
        case "gemini":
            found = body["generationConfig"]["responseJsonSchema"]
        case "ollama":
            found = body["format"]
        case _:
            found = body["response_format"]["json_schema"]
    return found, call


def judged(schema: dict[str, Any]) -> dict[str, Any]:
    """What Anthropic's library makes of it, without words and without empty lists of fields."""
    return json.loads(json.dumps(without_words(transform_schema(copy.deepcopy(schema)))))


def without_words(value: Any) -> Any:
    if isinstance(value, list):
        return [without_words(one) for one in value]
    if not isinstance(value, dict):
        return value
    said = {n: v for n, v in value.items() if not (n == "description" and isinstance(v, str))}
    if said.get("properties") == {}:
        del said["properties"]
    return {name: without_words(one) for name, one in said.items()}


def keywords(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for _, node in nodes_of(schema):
        yield from node.items()


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", FORMATS)
def test_a_schema_goes_out_in_the_words_that_hosts_take(wire: str) -> None:
    assert len(SCHEMAS) >= 60
    formats = CLAUDES_FORMATS if wire in CLOSED else TEXT_FORMATS
    for name, schema in SCHEMAS:
        sent, _ = sent_schema(wire, schema)

        Draft202012Validator.check_schema(sent)
        used = dict(keywords(sent))
        assert not {"oneOf", "$schema"} & used.keys(), name
        assert not isinstance(used.get("discriminator"), dict), name
        words = {value for keyword, value in keywords(sent) if keyword == "format"}
        assert words <= formats, name


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", [wire for wire in FORMATS if wire not in CLOSED])
def test_a_schema_says_at_its_root_what_it_is(wire: str) -> None:
    """OpenAI refuses a reference there; its library resolves the others."""
    for name, schema in SCHEMAS:
        sent, _ = sent_schema(wire, schema)

        assert "$ref" not in sent, name
        if name != "by hand 9":  # of an enum without a type
            _ensure_strict_json_schema(copy.deepcopy(sent), path=(), root=copy.deepcopy(sent))


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", CLOSED)
def test_claude_gets_what_its_own_library_would_send(wire: str) -> None:
    compared = 0
    for name, schema in SCHEMAS:
        sent, _ = sent_schema(wire, schema)

        for path, node in nodes_of(sent):
            if node.get("type") == "object":
                assert node["additionalProperties"] is False, (name, path)
            assert not isinstance(node.get("type"), list), (name, path)
        assert judged(sent) == without_words(sent), name
        try:
            expected = judged(schema)
        except (AssertionError, TypeError, ValueError):
            continue  # the library does not take a list of types, or a schema that is `false`
        if "definitions" in schema:
            continue  # which the library does not know
        assert without_words(sent) == expected, name
        compared += 1
    assert compared >= 50


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", FORMATS)
def test_what_has_fields_is_said_to_be_an_object(wire: str) -> None:
    sent, _ = sent_schema(wire, {"properties": {"a": {"properties": {}}, "b": {"items": {}}}})

    assert sent["type"] == "object"
    if wire in CLOSED:
        assert sent["additionalProperties"] is False
        assert sent["properties"]["a"]["additionalProperties"] is False
        assert sent["properties"]["b"]["type"] == "array"


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", CLOSED)
def test_an_object_of_any_names_is_told_since_it_stays_empty(wire: str) -> None:
    told = {}
    for name, schema in SCHEMAS:
        _, call = sent_schema(wire, schema)
        told[name] = call.notices

    (notice,) = told["dict[str, int]"]
    assert notice == (
        "a-model fills only fields that a schema names; what has none stays empty: the answer."
    )
    assert [name for name in told if told[name]] == [
        "dict[str, int]",
        "dict[str, tests.wire.schemas.Cat]",
        "dict[str, typing.Any]",
        "<class 'tests.wire.schemas.RootModel[dict[str, int]]'>",
        "by hand 0",
        "by hand 19",
    ]


@pytest.mark.field("E12")
def test_the_field_that_stays_empty_is_named() -> None:
    counts = {"type": "object", "additionalProperties": {"type": "integer"}}
    page = {"type": "object", "properties": {"counts": counts}}
    schema = {"type": "object", "properties": {"pages": {"type": "array", "items": page}}}

    _, call = sent_schema("anthropic-messages", schema)

    assert call.notices == [
        "a-model fills only fields that a schema names; what has none stays empty: pages.counts."
    ]
