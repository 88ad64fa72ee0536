"""The part of JSON schema that Gemini holds an answer to.

Facts: google-genai 3.6.1 `types.GenerateContentConfig.response_json_schema`, pydantic-ai
`profiles/google.py`. What is no longer a rule is said in the description. A schema may hold itself
only where a field may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbchat.wire.schema import simple_schema
from nbchat.wire.schema_nodes import (
    Node,
    NoSuchForm,
    changed_everywhere,
    described,
    resolved_root,
    typed,
    with_defs,
)
from nbchat.wire.schema_references import (
    NO_DEFAULT,
    leads_back,
    references_in,
    with_merged_parts,
    without_siblings,
)

FORMATS = {"date-time", "date", "time"}
KEPT = {
    *("$defs", "type", "format", "title", "description", "enum", "anyOf", "minimum", "maximum"),
    *("properties", "required", "additionalProperties", "propertyOrdering"),
    *("items", "prefixItems", "minItems", "maxItems"),
}
# Limits of whole numbers, with the one that means the same, and how far away it is.
NEXT = {"exclusiveMinimum": ("minimum", 1), "exclusiveMaximum": ("maximum", -1)}


def gemini_schema(schema: Mapping[str, Any]) -> Node | None:
    """The schema as Gemini takes it; None where it cannot.

    >>> gemini_schema({"const": "a", "type": "string"})
    {'type': 'string', 'enum': ['a']}
    >>> gemini_schema({"type": "integer", "exclusiveMinimum": 0, "maxLength": 3})
    {'type': 'integer', 'minimum': 1, 'description': '{maxLength: 3}'}
    """
    simple = with_merged_parts(simple_schema(with_defs(schema), FORMATS))
    root = resolved_root(simple)

    def acceptable(node: Node) -> Node:
        return _acceptable(root, node)

    try:
        return changed_everywhere(root, acceptable)
    except NoSuchForm:
        return None


def _acceptable(root: Mapping[str, Any], node: Node) -> Node:
    if "allOf" in node:
        raise NoSuchForm("several schemas at once")
    if "$ref" in node:
        return without_siblings(node, KEPT)
    node = _with_limits(_with_choices(_with_places(typed(node))))
    if node.get("required"):
        fields = node.get("properties", {})
        ends = [name for name in node["required"] if not _holds_itself(root, fields.get(name))]
        node = {**node, "required": ends}
    kept = {name: value for name, value in node.items() if name in KEPT}
    left = {n: v for n, v in node.items() if n not in KEPT and (n, v) != NO_DEFAULT}
    return described(kept, left)


def _with_places(node: Node) -> Node:
    """A list that has no items but those of its places, as one of that length."""
    if node.get("items") is not False:
        return node
    made = {name: value for name, value in node.items() if name != "items"}
    return {**made, "maxItems": len(made.get("prefixItems", ()))}


def _holds_itself(root: Mapping[str, Any], field: Any) -> bool:
    return any(leads_back(root, reference) for reference in references_in(field))


def _with_choices(node: Node) -> Node:
    """The values to choose from as texts and numbers, which is all that it takes, and as types."""
    if "const" in node:
        node = {**node, "enum": [node["const"]]}
        del node["const"]
    values = node.get("enum")
    if not isinstance(values, list | tuple):
        return node
    labels = [one for one in values if isinstance(one, str | int | float)]
    labels = [one for one in labels if not isinstance(one, bool)]
    if len(labels) == len(values):
        return node
    choices = [typed({"enum": labels})] if labels else []
    choices += _types_of(one for one in values if one not in labels)
    rest = {name: value for name, value in node.items() if name not in ("enum", "type")}
    if len(choices) == 1:
        return described({**choices[0], **rest}, {"enum": list(values)})
    return {"anyOf": choices, **rest}


def _types_of(values: Iterable[Any]) -> list[Node]:
    """A schema for each type that these values have. Raises NoSuchForm for lists and objects."""
    kinds = [typed({"const": value}).get("type") for value in values]
    if None in kinds:
        raise NoSuchForm("a choice of objects")
    return [{"type": kind} for kind in dict.fromkeys(kinds)]


def _with_limits(node: Node) -> Node:
    """A limit of whole numbers that is itself not allowed, as the next one that is."""
    if node.get("type") != "integer":
        return node
    made = dict(node)
    for name, (other, step) in NEXT.items():
        limit = made.get(name)
        if isinstance(limit, int) and not isinstance(limit, bool) and other not in made:
            made[other] = made.pop(name) + step
    return made
