"""What Claude insists on, at Anthropic and on Bedrock: budgets, temperatures and schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbchat.catalog.rows import ThinkingFields
from nbchat.wire.claude import closed_schema
from nbchat.wire.contract import HttpRequest, load_dialect

from .format_contract import CITY_ALONE, ask

WIRES = pytest.mark.parametrize("wire", ["anthropic-messages", "bedrock-converse"])
ADAPTIVE = {"type": "adaptive", "display": "summarized"}
LEFT_OUT = ["a-model takes no temperature while it thinks; it was left out."]


def rendered(wire: str, thinking: dict[str, Any] | None, **fields: Any) -> HttpRequest:
    """A request; `thinking` is the object of that name, wherever the format has it."""
    body: dict[str, Any] = {"thinking": thinking} if thinking else {}
    if wire == "bedrock-converse":
        body = {"additionalModelRequestFields": body} if body else {}
    return load_dialect(wire).render(
        ask(thinking=ThinkingFields(effort="medium", body=body), **fields)
    )


def said(call: HttpRequest) -> dict[str, Any]:
    """Limit, temperature, thinking and what is asked of the output, wherever they stand."""
    inner = call.body.get("inferenceConfig", {})
    return {
        "limit": call.body.get("max_tokens") or inner.get("maxTokens"),
        "temperature": call.body.get("temperature") or inner.get("temperature"),
        "thinking": call.body.get("thinking")
        or call.body.get("additionalModelRequestFields", {}).get("thinking"),
        "output": call.body.get("output_config") or call.body.get("outputConfig"),
    }


@WIRES
@pytest.mark.parametrize(
    ("limit", "sent"), [(None, 8192), (100, 2100), (2000, 4000), (2001, 2001), (5000, 5000)]
)
def test_a_budget_for_thinking_is_smaller_than_the_limit(
    wire: str, limit: int | None, sent: int
) -> None:
    made = said(
        load_dialect(wire).render(ask(thinking=ThinkingFields(budget=2000), max_tokens=limit))
    )

    assert (made["limit"], made["thinking"]) == (sent, {"type": "enabled", "budget_tokens": 2000})


@WIRES
@pytest.mark.parametrize("thinking", [ADAPTIVE, {"type": "enabled", "budget_tokens": 1024}])
@pytest.mark.parametrize("temperature", [0, 0.5, 1])
def test_it_thinks_at_temperature_1_only(
    wire: str, thinking: dict[str, Any], temperature: float
) -> None:
    call = rendered(wire, thinking, temperature=temperature)

    assert said(call)["thinking"] == thinking
    assert said(call)["temperature"] == (1 if temperature == 1 else None)
    assert call.notices == ([] if temperature == 1 else LEFT_OUT)


@WIRES
@pytest.mark.parametrize("thinking", [None, {"type": "disabled"}, {"type": "between_tools"}])
def test_without_thinking_any_temperature_is_taken(
    wire: str, thinking: dict[str, Any] | None
) -> None:
    call = rendered(wire, thinking, temperature=0.5)

    assert (said(call)["thinking"], said(call)["temperature"], call.notices) == (thinking, 0.5, [])


@WIRES
def test_effort_and_a_schema_stand_side_by_side(wire: str) -> None:
    output = said(rendered(wire, ADAPTIVE, schema=CITY_ALONE))["output"]

    assert output["effort"] == "medium"
    asked = output.get("format") or output["textFormat"]
    assert asked["type"] == "json_schema"
    described = asked.get("schema") or asked["structure"]["jsonSchema"]["schema"]
    schema = json.loads(described) if isinstance(described, str) else described
    assert schema == {**CITY_ALONE, "additionalProperties": False}


def test_a_schema_is_closed_all_the_way_down_and_its_limits_are_said() -> None:
    size = {"type": "integer", "minimum": 0, "maximum": 9, "description": "In km."}
    inner = {"type": "object", "properties": {"size": size}}

    shut = {
        "type": "object",
        "properties": {
            "size": {"type": "integer", "description": "In km. {minimum: 0, maximum: 9}"}
        },
        "additionalProperties": False,
    }

    def around(schema: dict[str, Any]) -> dict[str, Any]:
        lists = {name: [schema, True] for name in ("anyOf", "oneOf", "allOf", "prefixItems")}
        return {
            "type": "array",
            "items": schema,
            "$defs": {"City": schema},
            "definitions": {"City": schema},
            **lists,
        }

    assert closed_schema({"$schema": "x", **around(inner)}) == around(shut)


def test_a_property_may_have_the_name_of_a_limit() -> None:
    schema = {"type": "object", "properties": {"minimum": {"type": "integer"}}}

    assert closed_schema(schema)["properties"] == {"minimum": {"type": "integer"}}
