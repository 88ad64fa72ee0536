"""The strict form of a schema: the part of JSON schema that OpenAI holds an answer to.

Facts: openai 3.57.0 `lib/_pydantic.py`, developers.openai.com (structured outputs), pydantic-ai
`profiles/openai.py`. Every named field is required there, and no other is allowed; what is no
longer a rule is said in the description, a default too. What has no strict form, such as a dict of
any names, is sent as it is, and the host does its best.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from nbchat.wire.grammar_schema import grammar_schema
from nbchat.wire.schema import FORMATS, plain_schema, schema_name, simple_schema
from nbchat.wire.schema_nodes import (
    Node,
    NoSuchForm,
    changed_everywhere,
    described,
    nodes_of,
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

KEPT = {
    *("type", "anyOf", "enum", "const", "title", "description", "$defs"),
    *("properties", "required", "additionalProperties", "items", "minItems", "maxItems"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("pattern", "format"),
}
_LOOKS_AROUND = re.compile(r"(?<!\\)(?:\\\\)*\(\?(?:[=!]|<[=!])")


def named_form(form: str) -> Callable[[Mapping[str, Any]], Node]:
    """What makes of a schema what both of OpenAI's formats take: with a name, and how strict it is.

    `form` is that of `Quirks`.
    """
    return {"strict": _strictly, "grammar": _by_grammar, "plain": _plainly}[form]


def _strictly(schema: Mapping[str, Any]) -> Node:
    strict = strict_schema(schema)
    sent = plain_schema(schema) if strict is None else strict
    return {"name": schema_name(schema), "schema": sent, "strict": strict is not None}


def _by_grammar(schema: Mapping[str, Any]) -> Node:
    return {"name": schema_name(schema), "schema": grammar_schema(schema), "strict": True}


def _plainly(schema: Mapping[str, Any]) -> Node:
    own = {node["format"] for _, node in nodes_of(schema) if isinstance(node.get("format"), str)}
    sent = resolved_root(simple_schema(schema, own))
    return {"name": schema_name(schema), "schema": sent, "strict": True}


def strict_schema(schema: Mapping[str, Any]) -> Node | None:
    """The strict form; None where there is none.

    >>> strict_schema({"type": "object", "properties": {"a": {"type": "string", "default": "x"}}})
    {'type': 'object', 'properties': {'a': {'type': 'string', 'description': '{default: x}'}},
     'required': ['a'], 'additionalProperties': False}
    >>> strict_schema({"type": "object", "additionalProperties": {"type": "integer"}})
    """
    simple = with_merged_parts(simple_schema(with_defs(schema), FORMATS))
    try:
        made = changed_everywhere(resolved_root(simple), _strict)
    except NoSuchForm:
        return None
    return made if made.get("type") == "object" else None


def _strict(node: Node) -> Node:
    """One schema in strict form. Raises NoSuchForm."""
    if "$ref" in node:
        return without_siblings(node, KEPT)
    node = with_items_of_all(typed(node))
    if "anyOf" in node:
        _check_choice(node)
    elif "type" not in node:
        raise NoSuchForm("of any type")
    if is_object(node):
        node = _closed(node)
    elif node.get("type") == "array" and not node.get("items"):
        raise NoSuchForm("a list of anything")
    pattern = node.get("pattern")
    taken = KEPT
    if isinstance(pattern, str) and _LOOKS_AROUND.search(pattern):
        taken = KEPT - {"pattern"}
    kept = {name: value for name, value in node.items() if name in taken}
    left = {n: v for n, v in node.items() if n not in taken and (n, v) != NO_DEFAULT}
    return described(kept, left)


def _check_choice(node: Node) -> None:
    """A choice has schemas alone, and nothing beside it that says of what type it is."""
    if not {"type", "properties", "items", "enum", "const"}.isdisjoint(node):
        raise NoSuchForm("a choice beside a type")


def _closed(node: Node) -> Node:
    """An object with all of its fields, and none but these."""
    fields = node.get("properties")
    is_closed = node.get("additionalProperties") in (None, False)
    if not isinstance(fields, Mapping) or not is_closed or node.get("patternProperties"):
        raise NoSuchForm("an object of any names")
    return {**node, "required": [*fields], "additionalProperties": False}
