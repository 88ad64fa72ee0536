"""A JSON schema for the answer: made acceptable, or put into words.

Constrained decoding takes a part of JSON schema only. Where a host has none of it,
the schema is an instruction, and the reader is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Literal

from nbchat.messages import Message
from nbchat.wire.contract import ModelRequest
from nbchat.wire.schema_nodes import Node, changed_everywhere, described, resolved_root, typed

# Those that OpenAI takes (developers.openai.com, structured outputs); others are refused there.
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}


HELD = ("json_schema", "tool")  # ways in which an answer cannot but fit
IN_WORDS = "it was sent as an instruction."


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
    return _before_question(ask, text) if ask.quirks.system_in_question and text else ask


def _before_question(ask: ModelRequest, text: str) -> ModelRequest:
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
    return "\n\n".join(filter(None, (ask.system, _instruction(ask))))


def _instruction(ask: ModelRequest) -> str:
    """The schema in words, where the model would not know of it otherwise."""
    is_told = ask.quirks.schema_mode in HELD and not ask.quirks.schema_unseen
    if ask.schema is None or is_told:
        return ""
    schema = json.dumps(ask.schema, ensure_ascii=False)
    return f"Answer with JSON alone, matching this JSON schema:\n{schema}"


def held_to(
    ask: ModelRequest,
    form: Callable[[Mapping[str, Any]], Node | None],
    *,
    beside_tools: bool = True,
) -> tuple[ModelRequest, Node | None, list[str]]:
    """The question, the schema in the form that the host holds an answer to, and notices.

    Where that is not to be had, for this schema or beside these tools, the question says it in
    words, and there is no form.
    """
    if ask.schema is None:
        return ask, None, []
    mode = ask.quirks.schema_mode
    if ask.tools and not (beside_tools and ask.quirks.schema_beside_tools):
        why = f"{ask.model} cannot be held to a schema beside tools"
        return in_words(ask, "none"), None, [] if mode == "none" else [f"{why}; {IN_WORDS}"]
    if mode in HELD and (held := form(ask.schema)) is not None:
        return ask, held, []
    if mode in HELD:
        why = f"{ask.model} cannot be held to a schema like this"
        return in_words(ask, "json_object"), None, [f"{why}; {IN_WORDS}"]
    notice = f"{ask.model} has no schema output here; the schema was sent as an instruction."
    return ask, None, [notice]


def in_words(ask: ModelRequest, mode: Literal["json_object", "none"]) -> ModelRequest:
    """The question with the schema as an instruction, as it is about to be rendered."""
    said = replace(ask, quirks=ask.quirks.model_copy(update={"schema_mode": mode}))
    if not ask.quirks.system_in_question or _instruction(ask):
        return said
    return _before_question(said, _instruction(said))


def plain_schema(schema: Mapping[str, Any]) -> Node:
    """The schema without `$schema`, the address of its dialect, and in the words that hosts share.

    @ai-sdk/moonshotai takes out `$schema`, too.
    """
    return changed_everywhere(resolved_root(simple_schema(schema, FORMATS)), typed)


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
