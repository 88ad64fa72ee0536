"""A JSON schema as a tree: where in it schemas stand, so that each can be changed.

What only looks like a keyword is left alone: the names of properties, and values of `enum`,
`const`, `default` and `examples`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote

Node: TypeAlias = dict[str, Any]

NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
SINGLE = (
    "items",
    "additionalProperties",
    "additionalItems",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "not",
    "if",
    "then",
    "else",
)

_SAYS_TYPE = frozenset(("type", "$ref", "anyOf", "oneOf", "allOf"))
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


class NoSuchForm(Exception):
    """A host has no form for what a schema says."""


def changed_everywhere(schema: Mapping[str, Any], change: Callable[[Node], Node]) -> Node:
    """A copy in which each schema is what `change` makes of it, the inner ones first.

    >>> schema = {"properties": {"title": {"title": "A", "type": "string"}}}
    >>> changed_everywhere(schema, lambda node: {k: v for k, v in node.items() if k != "title"})
    {'properties': {'title': {'type': 'string'}}}
    """

    def inner(value: Any) -> Any:
        return changed_everywhere(value, change) if isinstance(value, Mapping) else value

    made: Node = {}
    for name, value in schema.items():
        if name in NAMED and isinstance(value, Mapping):
            made[name] = {key: inner(one) for key, one in value.items()}
        elif name in LISTED and isinstance(value, list | tuple):
            made[name] = [inner(one) for one in value]
        elif name in SINGLE:
            made[name] = inner(value)
        else:
            made[name] = value
    return change(made)


def nodes_of(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each schema in it, with the names of the properties that lead there."""
    yield path, schema
    for name, value in schema.items():
        if name in NAMED and isinstance(value, Mapping):
            for key, one in value.items():
                if isinstance(one, Mapping):
                    yield from nodes_of(one, _path(path, name, key))
        elif name in LISTED and isinstance(value, list | tuple):
            for one in value:
                if isinstance(one, Mapping):
                    yield from nodes_of(one, path)
        elif name in SINGLE and isinstance(value, Mapping):
            yield from nodes_of(value, path)


def _path(path: str, place: str, name: str) -> str:
    if place != "properties":
        return name if place in ("$defs", "definitions") else path
    return f"{path}.{name}" if path else name


def resolved_root(schema: Mapping[str, Any]) -> Node:
    """The schema with what its root refers to in its place: OpenAI refuses a root `$ref`.

    A recursive pydantic model has one.

    >>> leaf = {"type": "object", "properties": {}}
    >>> resolved_root({"$ref": "#/$defs/Leaf", "$defs": {"Leaf": leaf}})["type"]
    'object'
    """
    root = dict(schema)
    seen: list[str] = []
    while (reference := _root_reference(root)) and reference not in seen:
        seen.append(reference)
        target = pointed_at(root, reference)
        if target is None:
            break
        kept = {name: value for name, value in root.items() if name not in ("$ref", "allOf")}
        root = {**target, **kept}
    return root


def typed(node: Node) -> Node:
    """The schema with the type that it means: hand-written ones often leave it out.

    >>> typed({"properties": {"a": {}}}), typed({"enum": [1, None]})
    ({'type': 'object', 'properties': {'a': {}}}, {'type': ['integer', 'null'], 'enum': [1, None]})
    """
    if not _SAYS_TYPE.isdisjoint(node):
        return node
    if kinds := _kinds_of_values(node):
        return {"type": kinds[0] if len(kinds) == 1 else kinds, **node}
    for keyword, kind in (("properties", "object"), ("items", "array"), ("prefixItems", "array")):
        if keyword in node:
            return {"type": kind, **node}
    return node


def _kinds_of_values(node: Node) -> list[str]:
    """The types of the values that a schema lists, where all of them are plain ones."""
    listed = node.get("enum", [node["const"]] if "const" in node else None)
    if not isinstance(listed, list | tuple) or not all(type(one) in _TYPES for one in listed):
        return []
    return list(dict.fromkeys(_TYPES[type(one)] for one in listed))


def with_defs(schema: Mapping[str, Any]) -> Node:
    """The schema with its definitions under the name of today."""
    if "definitions" not in schema or "$defs" in schema:
        return dict(schema)

    def renamed(node: Node) -> Node:
        reference = node.get("$ref")
        if isinstance(reference, str):
            node["$ref"] = reference.replace("#/definitions/", "#/$defs/", 1)
        return node

    made = changed_everywhere(schema, renamed)
    made["$defs"] = made.pop("definitions")
    return made


def _root_reference(root: Node) -> str:
    """The root's reference, which pydantic 1 has put into an `allOf` of one."""
    reference = root.get("$ref")
    parts = root.get("allOf")
    if reference is None and isinstance(parts, list) and len(parts) == 1:
        only = parts[0]
        is_reference = isinstance(only, Mapping) and [*only] == ["$ref"]
        reference = only["$ref"] if is_reference else None
    return reference if isinstance(reference, str) else ""


def pointed_at(root: Mapping[str, Any], reference: str) -> Mapping[str, Any] | None:
    """What a reference of the same schema leads to, if it is a schema."""
    if not reference.startswith("#/"):
        return None
    found: Any = root
    for step in reference[2:].split("/"):
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found if isinstance(found, Mapping) else None


def described(node: Node, said: Mapping[str, Any]) -> Node:
    """The schema with these keywords in its description, where no decoder enforces them.

    >>> described({"type": "string", "description": "A link."}, {"format": "uri"})
    {'type': 'string', 'description': 'A link. {format: uri}'}
    """
    if not said:
        return node
    words = ", ".join(f"{name}: {value}" for name, value in said.items())
    return {**node, "description": f"{node.get('description', '')} {{{words}}}".strip()}
