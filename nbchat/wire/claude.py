"""What Claude insists on, spoken to by Anthropic's own format or by Bedrock's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbchat.wire.claude_thinking import without_unsigned_thinking
from nbchat.wire.contract import ModelRequest
from nbchat.wire.shapes import mapping

# What constrained decoding refuses; anthropic 2.12.0 lib/_parse/_transform.py does the same.
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


MAX_TOKENS = 8192  # where the model's own limit is not known
MOST_TOKENS = 32_000  # more must be asked for: the whole of it counts against some rate limits
LEAST_TOP_P = 0.95  # while it thinks


def acceptable(ask: ModelRequest, members: dict[str, Any]) -> tuple[ModelRequest, list[str]]:
    """The question without what Claude refuses beside the rest, and a notice for each.

    `members` are those of the body where `thinking` stands, which may be taken out there.
    While it thinks, temperature, top_p and a forced tool are limited
    (platform.claude.com/docs, extended thinking). Models from 4.1 on refuse temperature and
    top_p together (open-webui/functions#9), all of them a stop of white space alone
    (BerriAI/litellm#3286).
    """
    kept = dict(ask.parameters)
    choice = ask.tool_choice
    notices = without_unsigned_thinking(members, ask)
    if mapping(members.get("thinking")).get("type") in ("enabled", "adaptive"):
        if kept.get("temperature", 1) != 1:
            del kept["temperature"]
            notices.append(f"{ask.model} takes no temperature while it thinks; it was left out.")
        if kept.get("top_p", 1) < LEAST_TOP_P:
            del kept["top_p"]
            notices.append(
                f"{ask.model} takes a top_p from {LEAST_TOP_P} to 1 while it thinks; "
                "it was left out."
            )
        if choice not in (None, "auto", "none"):
            choice = None
            notices.append(
                f"{ask.model} cannot be made to call a tool while it thinks; "
                "tool_choice was left out."
            )
    if "claude" in ask.model:
        notices += _settle(kept, ask.model)
    return replace(ask, parameters=kept, tool_choice=choice), notices


def _settle(parameters: dict[str, Any], model: str) -> list[str]:
    """Take out what no Claude takes, whether it thinks or not."""
    notices = []
    if "temperature" in parameters and "top_p" in parameters:
        del parameters["top_p"]
        notices.append(f"{model} takes temperature or top_p, not both; top_p was left out.")
    stops = parameters.get("stop", ())
    visible = tuple(stop for stop in stops if stop.strip())
    if visible != stops:
        parameters["stop"] = visible
        notices.append(f"{model} takes no stop of white space alone; it was left out.")
    if not visible:
        parameters.pop("stop", None)
    return notices


def limits_of(ask: ModelRequest) -> tuple[int, int]:
    """`max_tokens` and the thinking's budget.

    The first is required and counts the thinking too, the second must be smaller.
    """
    most = min(ask.max_output or MAX_TOKENS, MOST_TOKENS)
    wanted = ask.parameters.get("max_tokens", most)
    budget = ask.thinking.budget or 0
    if wanted <= budget:
        wanted += budget
    if ask.max_output and wanted > ask.max_output:
        wanted, budget = ask.max_output, min(budget, ask.max_output // 2)
    return wanted, budget


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
        elif _is_taken(name, value) and name != "$schema":
            made[name] = _closed(value) if name == "items" else value
    if schema.get("type") == "object":
        made["additionalProperties"] = False
    limits = ", ".join(f"{n}: {value}" for n, value in schema.items() if not _is_taken(n, value))
    if limits:
        made["description"] = f"{made.get('description', '')} {{{limits}}}".strip()
    return made


def _is_taken(name: str, value: Any) -> bool:
    return name not in LIMITS or (name == "minItems" and value in (0, 1))


def _closed(value: Any) -> Any:
    return closed_schema(value) if isinstance(value, Mapping) else value
