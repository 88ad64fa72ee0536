"""Schemas inside a schema: references, parts that all hold, the members of objects and lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nbchat.wire.schema_nodes import (
    LISTED,
    NAMED,
    SINGLE,
    Node,
    NoSuchForm,
    changed_everywhere,
    described,
    pointed_at,
)

DEFINITIONS = ("$defs", "definitions")
NO_DEFAULT = ("default", None)  # says nothing that the type does not say


def with_merged_parts(schema: Mapping[str, Any]) -> Node:
    """The schema with each `allOf` whose parts say nothing twice as the one schema that it means.

    >>> parts = [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}}]
    >>> with_merged_parts({"allOf": parts, "type": "object"})
    {'type': 'object', 'properties': {'a': {}, 'b': {}}, 'required': ['a']}
    """

    def merged(node: Node) -> Node:
        parts = node.get("allOf")
        if not isinstance(parts, list | tuple) or not parts:
            return node
        made = {name: value for name, value in node.items() if name != "allOf"}
        for part in parts:
            whole = _target_of(schema, part) if len(parts) > 1 or made else part
            if not isinstance(whole, Mapping) or not _add_part(made, whole):
                return node
        return made

    return changed_everywhere(schema, merged)


def _target_of(root: Mapping[str, Any], part: Any) -> Any:
    """What a part refers to, where it is a reference and no more."""
    if isinstance(part, Mapping) and isinstance(part.get("$ref"), str) and len(part) == 1:
        return pointed_at(root, part["$ref"])
    return part


def _add_part(made: Node, part: Mapping[str, Any]) -> bool:
    """Put a part of an `allOf` beside the others. False where it says of something otherwise."""
    for name, value in part.items():
        before = made.get(name, value)
        if name == "properties" and isinstance(value, Mapping) and isinstance(before, Mapping):
            if any(before[key] != value[key] for key in before.keys() & value.keys()):
                return False
            made[name] = {**before, **value}
        elif name == "required" and isinstance(value, list) and isinstance(before, list):
            made[name] = list(dict.fromkeys([*before, *value]))
        elif name in ("title", "description"):
            made[name] = before
        elif before != value:
            return False
        else:
            made[name] = value
    return True


def references_in(schema: Any) -> set[str]:
    """Where all references in a schema lead, but for those in its definitions.

    >>> sorted(references_in({"items": {"$ref": "#/$defs/A"}, "$defs": {"A": {"$ref": "#"}}}))
    ['#/$defs/A']
    """
    found: set[str] = set()
    for name, value in schema.items() if isinstance(schema, Mapping) else ():
        if name == "$ref" and isinstance(value, str):
            found.add(value)
        elif name in NAMED and name not in DEFINITIONS and isinstance(value, Mapping):
            found.update(*map(references_in, value.values()))
        elif name in LISTED and isinstance(value, list | tuple):
            found.update(*map(references_in, value))
        elif name in SINGLE:
            found |= references_in(value)
    return found


def leads_back(root: Mapping[str, Any], reference: str) -> bool:
    """Whether what is referred to holds itself, at whatever depth."""
    seen: set[str] = set()
    waiting = [reference]
    while waiting:
        target = root if waiting[-1] == "#" else pointed_at(root, waiting[-1])
        waiting.pop()
        for inner in references_in(target):
            if inner == reference:
                return True
            if inner not in seen:
                seen.add(inner)
                waiting.append(inner)
    return False


def is_recursive(schema: Mapping[str, Any]) -> bool:
    """Whether some part of it holds itself.

    >>> node = {"properties": {"next": {"$ref": "#/$defs/Node"}}}
    >>> is_recursive({"$ref": "#/$defs/Node", "$defs": {"Node": node}}), is_recursive(node)
    (True, False)
    """
    names = [name for name in DEFINITIONS if isinstance(schema.get(name), Mapping)]
    places = [f"#/{name}/{key}" for name in names for key in schema[name]]
    return any(leads_back(schema, _written(place)) for place in ("#", *places))


def _written(place: str) -> str:
    """A place as references write it: with `~1` for a slash in a name."""
    head, _, name = place.partition("/")[2].partition("/")
    return f"#/{head}/{name.replace('~', '~0').replace('/', '~1')}" if name else place


def without_siblings(node: Node, kept: Collection[str]) -> Node:
    """A reference with nothing beside it; what is there goes around it, or into words.

    Raises NoSuchForm for one that leads out of the schema.

    >>> without_siblings({"$ref": "#/$defs/A", "description": "One.", "x": 1}, ("description",))
    {'anyOf': [{'$ref': '#/$defs/A'}], 'description': 'One. {x: 1}'}
    """
    reference = node["$ref"]
    if not isinstance(reference, str) or not reference.startswith("#"):
        raise NoSuchForm("a reference to elsewhere")
    alone = {"$ref": reference}
    own = {name: node[name] for name in DEFINITIONS if name in node}
    beside = {n: v for n, v in node.items() if n not in (*alone, *own) and (n, v) != NO_DEFAULT}
    if not beside:
        return {**alone, **own}
    said = {name: value for name, value in beside.items() if name in kept}
    left = {name: value for name, value in beside.items() if name not in kept}
    return {**described({"anyOf": [alone], **said}, left), **own}


def with_items_of_all(node: Node) -> Node:
    """A list whose places have each a schema as one whose items are of any of these.

    >>> whole, text = {"type": "integer"}, {"type": "string"}
    >>> with_items_of_all({"type": "array", "prefixItems": [whole, text], "maxItems": 2})
    {'type': 'array', 'maxItems': 2, 'items': {'anyOf': [{'type': 'integer'}, {'type': 'string'}]}}
    """
    places = node.get("prefixItems")
    if not isinstance(places, list | tuple) or not places:
        return node
    rest = node.get("items")
    kinds: list[Any] = []
    for kind in (*places, *([rest] if isinstance(rest, Mapping) else [])):
        if kind not in kinds:
            kinds.append(kind)
    made = {name: value for name, value in node.items() if name != "prefixItems"}
    made["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if rest is False:
        made.setdefault("maxItems", len(places))
    return made


def is_object(node: Mapping[str, Any]) -> bool:
    """Whether it is of objects, or of these among others."""
    kinds = node.get("type")
    return kinds == "object" or (isinstance(kinds, list) and "object" in kinds)
