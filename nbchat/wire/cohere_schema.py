"""The part of JSON schema that Cohere holds an answer to.

Facts: docs.cohere.com/docs/structured-outputs (2025-11), "Schema constraints" and "Parameter types
support". Each object must require one of its fields at least, so here it requires all of them.
What is no longer a rule is said in the description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    is_object,
    with_items_of_all,
    with_merged_parts,
    without_siblings,
)

FORMATS = {"date-time", "date", "time", "uuid"}
KEPT = {
    *("$defs", "type", "format", "pattern", "title", "description", "enum", "const", "anyOf"),
    *("properties", "required", "additionalProperties", "items"),
}
_NOT_TAKEN = re.compile(r"\(\?[=!<]|(?<!\\)[$^]")  # in a pattern


def cohere_schema(schema: Mapping[str, Any]) -> Node | None:
    """The schema as Cohere takes it; None where it cannot.

    >>> word = {"type": "string", "pattern": "^[a-z]+$", "minLength": 2}
    >>> cohere_schema({"type": "object", "properties": {"word": word}})["properties"]
    {'word': {'type': 'string', 'pattern': '[a-z]+', 'description': '{minLength: 2}'}}
    """
    simple = with_merged_parts(simple_schema(with_defs(schema), FORMATS))
    try:
        made = changed_everywhere(resolved_root(simple), _acceptable)
    except NoSuchForm:
        return None
    return made if made.get("type") == "object" else None


def _acceptable(node: Node) -> Node:
    if "allOf" in node or "not" in node:
        raise NoSuchForm("schemas that are put together")
    if "$ref" in node:
        return without_siblings(node, KEPT)
    node = with_items_of_all(typed(node))
    if is_object(node):
        fields = node.get("properties")
        if not isinstance(fields, Mapping) or not fields:
            raise NoSuchForm("an object that requires no field")
        node = {**node, "required": [*fields]}
    left = {n: v for n, v in node.items() if n not in KEPT and (n, v) != NO_DEFAULT}
    kept = {name: value for name, value in node.items() if name in KEPT}
    pattern = kept.get("pattern")
    if isinstance(pattern, str):
        inner = _without_ends(pattern)
        if inner is None:
            left["pattern"] = kept.pop("pattern")
        else:
            kept["pattern"] = inner
    return described(kept, left)


def _without_ends(pattern: str) -> str | None:
    """A pattern of a whole text as Cohere writes it: without its ends; None for any other."""
    if not (pattern.startswith("^") and pattern.endswith("$")) or pattern.endswith(r"\$"):
        return None
    inner = pattern[1:-1]
    classes = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", inner)  # where such a letter is one like others
    if "|" in classes and not classes.startswith("("):
        return None
    return None if _NOT_TAKEN.search(classes) else inner
