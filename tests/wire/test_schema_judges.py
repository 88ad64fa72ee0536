"""Sixty things that `schema=` takes over every format, judged by the vendors' own libraries."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nbchat.engine.demo.instance import instance_of
from nbchat.values.value_type import ValueType
from nbchat.wire.formats import FORMATS
from nbchat.wire.schema_nodes import nodes_of

from ..values.schemas import SCHEMAS
from .format_contract import ADD
from .sent_schemas import Sent, send
from .typeddicts import mismatches

pytestmark = pytest.mark.filterwarnings("ignore")  # the vendors' packages warn of their own

ANY_NAMES = {
    *("deep", "sets_and_counts", "root_dict", "anything_inside", "dict_of_models", "plain_dict"),
    *("any_json", "open"),
}
HOLD_THEMSELVES = {"recursive", "chain", "mutually_recursive", "json_schema_recursive"}
# What each format cannot hold an answer to, and how it is asked for then.
WITHOUT_PLACE = {
    "openai-chat": set[str](),
    "openai-responses": set[str](),
    "anthropic-messages": ANY_NAMES | HOLD_THEMSELVES,
    "bedrock-converse": ANY_NAMES | HOLD_THEMSELVES,
    "gemini": set[str](),
    "ollama": set[str](),
    "cohere": (ANY_NAMES - {"open"}) | {"empty"},
}
BY_TOOL = ("anthropic-messages", "bedrock-converse")


@cache
def json_schemas() -> Mapping[str, dict[str, Any]]:
    """What a model is sent of each, as a wire gets it."""
    return {name: dict(ValueType.of(one.schema).json_schema) for name, one in SCHEMAS.items()}


def every_sent(wire: str) -> Iterator[tuple[str, Sent]]:
    for name, schema in json_schemas().items():
        yield name, send(wire, schema)


# --- the judges ------------------------------------------------------------------------------


def openai_chat_judges(sent: Sent) -> list[str]:
    params = pytest.importorskip("openai.types.chat.completion_create_params")
    wrong = mismatches(sent.body, params.CompletionCreateParamsStreaming)
    return [*wrong, *openai_would_change(sent)]


def openai_responses_judges(sent: Sent) -> list[str]:
    params = pytest.importorskip("openai.types.responses.response_create_params")
    return [
        *mismatches(sent.body, params.ResponseCreateParamsStreaming),
        *openai_would_change(sent),
    ]


def openai_would_change(sent: Sent) -> list[str]:
    """What OpenAI's library would still make of a schema that is said to be strict."""
    strict_form = pytest.importorskip("openai.lib._pydantic")._ensure_strict_json_schema
    if not sent.is_strict:
        return []
    theirs = strict_form(copy.deepcopy(sent.schema), path=(), root=copy.deepcopy(sent.schema))
    return [] if theirs == sent.schema else [f"{sent.schema} would be {theirs}"]


def anthropic_judges(sent: Sent) -> list[str]:
    params = pytest.importorskip("anthropic.types.message_create_params")
    transform = pytest.importorskip("anthropic.lib._parse._transform").transform_schema
    wrong = mismatches(sent.body, params.MessageCreateParamsStreaming)
    if sent.how == "place" and shape(transform(sent.schema)) != shape(sent.schema):
        wrong.append(f"{sent.schema} would be {transform(sent.schema)}")
    return wrong


def shape(schema: Any) -> Any:
    """A schema without its words, and without an empty list of fields."""
    if isinstance(schema, list):
        return [shape(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    said = {n: v for n, v in schema.items() if not (n == "description" and isinstance(v, str))}
    return {name: shape(value) for name, value in said.items() if value != {}}


def bedrock_judges(sent: Sent) -> list[str]:
    validate = pytest.importorskip("botocore.validate")
    report = validate.ParamValidator().validate({"modelId": "any", **sent.body}, converse_shape())
    wrong = report.generate_report()
    return [wrong] if wrong else []


@cache
def converse_shape() -> Any:
    described = pytest.importorskip("botocore.loaders").Loader()
    model = described.load_service_model("bedrock-runtime", "service-2")
    service = pytest.importorskip("botocore.model").ServiceModel(model)
    return service.operation_model("ConverseStream").input_shape


def google_judges(sent: Sent) -> list[str]:
    """Their type of a JSON schema does not have `prefixItems`, which their text names."""
    types = pytest.importorskip("google.genai.types")
    assert "`prefixItems`" in types.GenerateContentConfig.model_fields[
        "response_json_schema"
    ].description.replace("\n", "")
    places = copy.deepcopy(sent.schema)
    for _, node in nodes_of(places):
        if isinstance(node, dict) and "prefixItems" in node:
            node["items"] = {"anyOf": node.pop("prefixItems")}
    types.GenerateContentConfig(**sent.body["generationConfig"])
    return errors_of(types.JSONSchema.model_validate, places)


def ollama_judges(sent: Sent) -> list[str]:
    ollama = pytest.importorskip("ollama")
    return errors_of(ollama._types.ChatRequest.model_validate, sent.body)


def cohere_judges(sent: Sent) -> list[str]:
    """Their types take any schema; what is written of it is judged by hand."""
    types = pytest.importorskip("cohere.types")
    read = types.JsonObjectResponseFormatV2.parse_obj
    wrong = errors_of(read, sent.body.get("response_format", {}))
    for path, node in nodes_of(sent.schema):
        if node.get("type") == "object" and not node.get("required"):
            wrong.append(f"{path} requires nothing")
        refused = {"allOf", "oneOf", "not", "maximum", "minimum", "minItems", "maxItems"}
        refused |= {"minLength", "maxLength", "uniqueItems"}
        wrong += [f"{path} has {name}" for name in refused & node.keys()]
    return wrong


def errors_of(read: Callable[[Any], Any], value: Any) -> list[str]:
    try:
        read(value)
    except ValueError as error:
        return [str(error)]
    return []


JUDGES: dict[str, Callable[[Sent], list[str]]] = {
    "openai-chat": openai_chat_judges,
    "openai-responses": openai_responses_judges,
    "anthropic-messages": anthropic_judges,
    "bedrock-converse": bedrock_judges,
    "gemini": google_judges,
    "ollama": ollama_judges,
    "cohere": cohere_judges,
}


# --- what they say ---------------------------------------------------------------------------


def test_there_are_sixty_and_a_judge_for_every_format() -> None:
    assert len(json_schemas()) >= 60
    assert JUDGES.keys() == set(FORMATS)


@pytest.mark.parametrize("wire", FORMATS)
def test_a_vendor_s_own_library_accepts_every_schema(wire: str) -> None:
    found = {name: JUDGES[wire](sent) for name, sent in every_sent(wire)}

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("wire", FORMATS)
def test_what_has_no_place_is_asked_for_in_another_way(wire: str) -> None:
    without = {name: sent for name, sent in every_sent(wire) if sent.how != "place"}

    assert without.keys() == WITHOUT_PLACE[wire]
    for name, sent in without.items():
        assert sent.how == ("tool" if wire in BY_TOOL else "words"), name
        assert bool(sent.call.notices) == (sent.how == "words"), name
        said = "matching this JSON schema" in json.dumps(sent.body)
        assert said == (sent.how == "words"), name


@pytest.mark.parametrize("wire", ["openai-chat", "openai-responses"])
def test_a_schema_is_strict_unless_it_is_of_any_names_or_types(wire: str) -> None:
    loose = {name for name, sent in every_sent(wire) if not sent.is_strict}

    assert loose == ANY_NAMES


@pytest.mark.parametrize("wire", FORMATS)
def test_a_form_forbids_no_value_that_is_whole(wire: str) -> None:
    """Where all fields are named, also those that may be left out, both fit."""
    for name, sent in every_sent(wire):
        if sent.schema:
            form = Draft202012Validator(sent.schema)
            whole = instance_of(json_schemas()[name])
            assert any(map(form.is_valid, (json.loads(SCHEMAS[name].valid), whole))), name


@pytest.mark.parametrize("wire", FORMATS)
def test_a_form_still_refuses_what_is_wrong_in_kind(wire: str) -> None:
    """Of the wrong answers, most are of the wrong type somewhere: the form says so itself."""
    held = [name for name, sent in every_sent(wire) if sent.how == "place"]
    refused = 0
    for name in held:
        given = SCHEMAS[name].invalid
        try:
            value = json.loads(given)
        except ValueError:
            continue
        form = Draft202012Validator(send(wire, json_schemas()[name]).schema)
        refused += not form.is_valid(value)
    assert refused >= len(held) * 0.6


@pytest.mark.parametrize("wire", FORMATS)
def test_every_name_of_a_schema_is_in_its_form(wire: str) -> None:
    for name, sent in every_sent(wire):
        if sent.schema:
            assert names_in(json_schemas()[name]) <= names_in(sent.schema), name


def names_in(schema: dict[str, Any]) -> set[str]:
    fields = [node.get("properties", {}) for _, node in nodes_of(schema)]
    return {name for one in fields if isinstance(one, dict) for name in one}


@pytest.mark.parametrize("wire", ["cohere", "ollama"])
def test_beside_tools_a_schema_is_said_in_words(wire: str) -> None:
    """Cohere refuses both together; Ollama's grammar leaves no way to call a tool."""
    for name, schema in list(json_schemas().items())[:3]:
        sent = send(wire, schema, tools=(ADD,))

        assert sent.how == "words", name
        (notice,) = sent.call.notices
        assert notice == (
            "a-model cannot be held to a schema beside tools; it was sent as an instruction."
        )
