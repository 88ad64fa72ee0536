"""What Claude insists on, spoken to by Anthropic's own format or by Bedrock's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.contract import ModelRequest
from nbchat.wire.shapes import mapping

# What constrained decoding refuses.
# anthropic 2.12.0 lib/_parse/_transform.py leaves out the same.
LIMITS = {
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
}


def temperature_of(ask: ModelRequest, thinking: Any) -> tuple[dict[str, float], list[str]]:
    """The temperature to send, and a notice where there is none: Claude thinks at 1 only."""
    if ask.temperature is None:
        return {}, []
    if mapping(thinking).get("type") in ("enabled", "adaptive") and ask.temperature != 1:
        return {}, [f"{ask.model} takes no temperature while it thinks; it was left out."]
    return {"temperature": ask.temperature}, []


def tool_schema(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A tool's JSON schema, with the `type` that must be there."""
    return {"type": "object", **parameters}


def closed_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An answer's JSON schema: no open objects, and limits said in the description.

    >>> closed_schema({"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}})
    {'type': 'object', 'properties': {'age': {'type': 'integer', 'description': '{minimum: 0}'}},
     'additionalProperties': False}
    """
    made: dict[str, Any] = {}
    for name, value in schema.items():
        if name in ("properties", "$defs", "definitions") and isinstance(value, Mapping):
            made[name] = {key: _closed(inner) for key, inner in value.items()}
        elif name in ("anyOf", "oneOf", "allOf", "prefixItems") and isinstance(value, list):
            made[name] = [_closed(inner) for inner in value]
        elif name not in LIMITS and name != "$schema":
            made[name] = _closed(value) if name == "items" else value
    if schema.get("type") == "object":
        made["additionalProperties"] = False
    if limits := ", ".join(f"{name}: {value}" for name, value in schema.items() if name in LIMITS):
        made["description"] = f"{made.get('description', '')} {{{limits}}}".strip()
    return made


def _closed(value: Any) -> Any:
    return closed_schema(value) if isinstance(value, Mapping) else value
