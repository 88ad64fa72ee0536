"""Where a schema stands in the body of a request, over each format."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any, Literal

from nbchat.wire.answer_tool import ANSWER
from nbchat.wire.contract import HttpRequest, ModelRequest, load_dialect

from .format_contract import ask

How = Literal["place", "tool", "words"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request with a schema: how it holds the answer, and the form of the schema for that."""

    how: How
    schema: dict[str, Any]  # empty where it is in words alone
    is_strict: bool
    call: HttpRequest
    body: dict[str, Any]


def send(wire: str, schema: dict[str, Any], **fields: Any) -> Sent:
    """The request that a format makes; the schema itself stays as it was."""
    before = copy.deepcopy(schema)
    call = load_dialect(wire).render(_asked(wire, schema, fields))
    assert schema == before
    body: Any = json.loads(call.encoded())
    held = _placed(wire, body)
    tool = _taken(body)
    how: How = "place" if held else "tool" if tool else "words"
    return Sent(how, held or tool, _is_strict(body), call, body)


def _asked(wire: str, schema: dict[str, Any], fields: dict[str, Any]) -> ModelRequest:
    """Claude is known by its name there; elsewhere any model will do."""
    names = {"anthropic-messages": "claude-haiku-4-5", "bedrock-converse": "anthropic.claude-x"}
    return ask(schema=schema, **{"model": names.get(wire, "a-model"), **fields})


def _placed(wire: str, body: dict[str, Any]) -> dict[str, Any]:
    match wire:
        case "openai-chat":
            return _inner(body, "response_format", "json_schema", "schema")
        case "openai-responses":
            return _inner(body, "text", "format", "schema")
        case "anthropic-messages":
            return _inner(body, "output_config", "format", "schema")
        case "bedrock-converse":
            given = _inner(body, "outputConfig", "textFormat", "structure", "jsonSchema")
            return json.loads(given["schema"]) if given else {}
        case "gemini":
            return _inner(body, "generationConfig", "responseJsonSchema")
        case "ollama":
            return _inner(body, "format")
    return _inner(body, "response_format", "json_schema")


def _taken(body: dict[str, Any]) -> dict[str, Any]:
    """What the tool takes whose arguments are the answer."""
    for tool in body.get("tools", ()):
        if tool.get("name") == ANSWER:
            return tool["input_schema"]
    for tool in body.get("toolConfig", {}).get("tools", ()):
        if tool["toolSpec"]["name"] == ANSWER:
            return tool["toolSpec"]["inputSchema"]["json"]
    return {}


def _is_strict(body: dict[str, Any]) -> bool:
    chat = _inner(body, "response_format", "json_schema")
    return chat.get("strict") is True or _inner(body, "text", "format").get("strict") is True


def _inner(value: Any, *names: str) -> Any:
    """What stands at that place; an empty object where nothing does."""
    for name in names:
        value = value.get(name, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, dict) else {}
