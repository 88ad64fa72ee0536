"""The part of JSON schema that Claude's answers can be held to.

Facts: anthropic 2.14.0 `lib/_parse/_transform.py`, which says in the description what it takes
out, as this does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.claude import closed_schema
from nbchat.wire.schema import simple_schema
from nbchat.wire.schema_nodes import Node, changed_everywhere, described, typed, with_defs

FORMATS = {
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
}
KEPT = {
    *("$ref", "$defs", "type", "anyOf", "allOf", "enum", "const", "title", "description"),
    *("properties", "required", "additionalProperties", "items", "format"),
}
# What says something of values of one type alone.
OF_TYPE = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "string": ("format", "pattern", "minLength", "maxLength"),
}


def claude_schema(schema: Mapping[str, Any]) -> Node:
    """The schema as Claude takes it.

    >>> claude_schema({"oneOf": [{"type": "string", "pattern": "a+"}, {"type": "null"}]})
    {'anyOf': [{'type': 'string', 'description': '{pattern: a+}'}, {'type': 'null'}]}
    """
    simple = simple_schema(with_defs(schema), FORMATS)
    return closed_schema(changed_everywhere(simple, _acceptable))


def _acceptable(node: Node) -> Node:
    """One schema without what is refused; what was taken out is said in its description."""
    if "$ref" in node:
        return {name: value for name, value in node.items() if name in ("$ref", "$defs")}
    node = typed(node)
    if ("enum" in node or "const" in node) and "type" in node:
        node = {name: value for name, value in node.items() if name != "type"}
    types = node.get("type")
    if isinstance(types, list):
        return _split(node, types)
    taken = KEPT - {"allOf"} if "anyOf" in node else KEPT
    kept = {name: value for name, value in node.items() if name in taken}
    left = {name: value for name, value in node.items() if name not in taken}
    if isinstance(kept.get("items"), bool):
        left["items"] = kept.pop("items")
    if left.get("minItems") in (0, 1):
        kept["minItems"] = left.pop("minItems")
    return described(kept, left)


def _split(node: Node, types: list[Any]) -> Node:
    """A choice of types as a choice of schemas, each with what concerns its type."""
    special = {name for names in OF_TYPE.values() for name in names}
    common = ("title", "description", "$defs", "default", "examples")
    shared = {name: node[name] for name in common if name in node}
    rest = {n: v for n, v in node.items() if n not in special and n not in (*common, "type")}
    choices = []
    for kind in types:
        own = {name: node[name] for name in OF_TYPE.get(kind, ()) if name in node}
        numbers = rest if kind in ("integer", "number") else {}
        choices.append(_acceptable({"type": kind, **own, **numbers}))
    if "anyOf" in node:
        without_type = {name: value for name, value in node.items() if name != "type"}
        return _acceptable(without_type)
    return _acceptable({**shared, "anyOf": choices})
