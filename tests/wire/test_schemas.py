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

from nbchat.catalog.rows import Quirks
from nbchat.wire.claude_schema import FORMATS as CLAUDES_FORMATS
from nbchat.wire.formats import FORMATS
from nbchat.wire.schema import FORMATS as TEXT_FORMATS
from nbchat.wire.schema_nodes import nodes_of

from .format_contract import ADD
from .schemas import SCHEMAS
from .sent_schemas import send

CLOSED = ("anthropic-messages", "bedrock-converse")


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
    for name, schema in SCHEMAS:
        sent = send(wire, schema)

        Draft202012Validator.check_schema(sent.schema)
        if sent.how != "place":
            continue
        used = dict(keywords(sent.schema))
        assert not {"oneOf", "$schema"} & used.keys(), name
        assert not isinstance(used.get("discriminator"), dict), name
        words = {value for keyword, value in keywords(sent.schema) if keyword == "format"}
        assert words <= (CLAUDES_FORMATS if wire in CLOSED else TEXT_FORMATS), name


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", [wire for wire in FORMATS if wire not in CLOSED])
def test_a_schema_says_at_its_root_what_it_is(wire: str) -> None:
    """OpenAI refuses a reference there; its library resolves the others."""
    for name, schema in SCHEMAS:
        sent = send(wire, schema).schema

        assert "$ref" not in sent, name
        _ensure_strict_json_schema(copy.deepcopy(sent), path=(), root=copy.deepcopy(sent))


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", CLOSED)
def test_claude_gets_what_its_own_library_would_send(wire: str) -> None:
    compared = 0
    for name, schema in SCHEMAS:
        sent = send(wire, schema)
        if sent.how != "place":
            continue
        for path, node in nodes_of(sent.schema):
            if node.get("type") == "object":
                assert node["additionalProperties"] is False, (name, path)
            assert not isinstance(node.get("type"), list), (name, path)
        assert judged(sent.schema) == without_words(sent.schema), name
        try:
            expected = judged(schema)
        except (AssertionError, TypeError, ValueError):
            continue  # the library does not take a list of types, or a schema that is `false`
        if "definitions" in schema:
            continue  # which the library does not know
        assert without_words(sent.schema) == expected, name
        compared += 1
    assert compared >= 45


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", FORMATS)
def test_what_has_fields_is_said_to_be_an_object(wire: str) -> None:
    inner = {"properties": {"c": {"const": 1}}}
    schema = {"properties": {"a": inner, "b": {"items": inner}}, "required": ["a"]}

    sent = send(wire, schema).schema

    assert sent["type"] == "object"
    assert sent["properties"]["a"]["type"] == "object"
    assert sent["properties"]["b"]["type"] == "array"
    if wire in CLOSED:
        assert sent["additionalProperties"] is False
        assert sent["properties"]["a"]["additionalProperties"] is False


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", CLOSED)
def test_what_there_is_no_place_for_is_what_a_tool_takes(wire: str) -> None:
    """In its place an object of any names stays empty, and one that holds itself is refused."""
    by_tool = {name for name, schema in SCHEMAS if send(wire, schema).how == "tool"}

    assert by_tool == {
        "dict[str, int]",
        "dict[str, tests.wire.schemas.Cat]",
        "dict[str, typing.Any]",
        "<class 'tests.wire.schemas.Node'>",
        "<class 'tests.wire.schemas.Linked'>",
        "<class 'tests.wire.schemas.Even'>",
        "<class 'tests.wire.schemas.Loose'>",
        "<class 'tests.wire.schemas.RootModel[dict[str, int]]'>",
        "by hand 0",
        "by hand 21",
    }


@pytest.mark.field("E12")
@pytest.mark.parametrize("wire", CLOSED)
def test_a_list_of_objects_of_any_names_is_said_in_words(wire: str) -> None:
    """A tool takes an object, and no list."""
    sent = send(wire, {"type": "array", "items": {"type": "object"}})

    (notice,) = sent.call.notices
    assert sent.how == "words"
    assert notice.endswith(" cannot be held to this schema; it was sent as an instruction.")


@pytest.mark.parametrize("wire", ["openai-chat", "ollama"])
def test_a_model_that_does_not_see_its_schema_is_told_of_it(wire: str) -> None:
    """A grammar alone does not say what a field means."""
    schema = {"type": "object", "properties": {"a": {"type": "string", "description": "A word."}}}

    sent = send(wire, schema, quirks=Quirks(schema_unseen=True, schema_form="grammar"))

    assert sent.how == "place"
    assert "matching this JSON schema" in json.dumps(sent.body["messages"])
    assert sent.call.notices == []


@pytest.mark.parametrize("wire", ["ollama", "cohere", "anthropic-messages"])
def test_a_schema_in_words_stands_in_the_question_where_there_is_no_system_role(wire: str) -> None:
    """With a tool beside it, or while it thinks, what had a place is an instruction."""
    thinks = {"thinking": {"type": "adaptive"}} if wire == "anthropic-messages" else {}
    quirks = Quirks(system_in_question=True, schema_beside_tools=False, body=thinks)

    sent = send(wire, {"type": "object", "properties": {}}, tools=(ADD,), quirks=quirks)

    assert sent.how == "words"
    question = json.dumps(sent.body["messages"][0])
    assert question.count("matching this JSON schema") == 1


def test_openrouter_asks_those_alone_who_take_a_schema() -> None:
    """Parameters that a model does not know are dropped there without a word."""
    only = {"provider": {"require_parameters": True}}

    held = send("openai-chat", {"type": "object"}, quirks=Quirks(schema_body=only))
    words = send(
        "openai-chat", {"type": "object"}, quirks=Quirks(schema_body=only, schema_mode="none")
    )

    assert held.body["provider"] == only["provider"]
    assert "provider" not in words.body
