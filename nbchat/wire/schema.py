"""A JSON schema for the answer: made acceptable, or put into words.

Constrained decoding takes a part of JSON schema only. Where a host has none of it,
the schema is an instruction, and the reader is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from nbchat.messages import Message
from nbchat.wire.contract import ModelRequest
from nbchat.wire.schema_nodes import Node, changed_everywhere, described, resolved_root, typed

# Those that OpenAI takes (developers.openai.com, structured outputs); others are refused there.
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}


def schema_name(schema: Mapping[str, Any]) -> str:
    """A name for the schema: letters, digits, underscores and dashes, at most 64.

    >>> schema_name({"title": "City of Röma"}), schema_name({})
    ('City_of_R_ma', 'answer')
    """
    return re.sub(r"[^A-Za-z0-9_-]", "_", str(schema.get("title") or "answer"))[:64]


def system_text(ask: ModelRequest) -> str:
    """The system prompt, with the schema in words where the host has no place for it."""
    return "" if ask.quirks.system_in_question else _instructions(ask)


def with_system_in_question(ask: ModelRequest) -> ModelRequest:
    """The question with the system prompt before its first words, for a model without that role.

    Its template refuses the role, or leaves it out.
    """
    text = _instructions(ask)
    if not ask.quirks.system_in_question or not text:
        return ask
    messages = list(ask.messages)
    first = [at for at, message in enumerate(messages) if message.role == "user"]
    if not first:
        return replace(ask, messages=(Message("user", text), *messages))
    message = messages[first[0]]
    if all(isinstance(part, str) for part in message.parts):
        content: Any = f"{text}\n\n{message.text}"
    else:
        content = [f"{text}\n\n", *message.parts]
    messages[first[0]] = replace(message, content=content)
    return replace(ask, messages=tuple(messages))


def _instructions(ask: ModelRequest) -> str:
    if ask.schema is None or ask.quirks.schema_mode == "json_schema":
        return ask.system
    wanted = "Answer with JSON alone, matching this JSON schema:\n" + json.dumps(
        ask.schema, ensure_ascii=False
    )
    return f"{ask.system}\n\n{wanted}" if ask.system else wanted


def schema_notices(ask: ModelRequest) -> list[str]:
    """What to tell where `system_text` has put the schema in words."""
    if ask.schema is None or ask.quirks.schema_mode == "json_schema":
        return []
    return [f"{ask.model} has no schema output here; the schema was sent as an instruction."]


def plain_schema(schema: Mapping[str, Any]) -> Node:
    """The schema without `$schema`, the address of its dialect, and in the words that hosts share.

    @ai-sdk/moonshotai takes out `$schema`, too.
    """
    return typed(resolved_root(simple_schema(schema, FORMATS)))


def simple_schema(schema: Mapping[str, Any], formats: Collection[str]) -> Node:
    """The schema without what decoders refuse of pydantic's: `oneOf` and other formats.

    >>> text, number = {"type": "string", "format": "ssn"}, {"type": "integer"}
    >>> simple_schema({"oneOf": [text, number], "discriminator": {"propertyName": "kind"}}, FORMATS)
    {'anyOf': [{'type': 'string', 'description': '{format: ssn}'}, {'type': 'integer'}]}
    """

    def simple(node: Node) -> Node:
        node.pop("$schema", None)
        if isinstance(node.get("discriminator"), Mapping):
            del node["discriminator"]
        if isinstance(node.get("oneOf"), list):
            node = _with_any_of(node)
        word = node.get("format")
        if isinstance(word, str) and word not in formats:
            node = described({n: v for n, v in node.items() if n != "format"}, {"format": word})
        return node

    return changed_everywhere(schema, simple)


def _with_any_of(node: Node) -> Node:
    """The schema with `anyOf` in the place of `oneOf`; beside another one, both must hold."""
    if "anyOf" in node:
        both = [*node.get("allOf", ()), {"anyOf": node["oneOf"]}]
        return {**{name: value for name, value in node.items() if name != "oneOf"}, "allOf": both}
    return {"anyOf" if name == "oneOf" else name: value for name, value in node.items()}
