"""How Claude, and what else Bedrock serves, is held to a schema: in a place for it, or by a tool.

In that place objects have the named fields alone, and no schema holds itself ("Circular reference
detected", recorded by 0xPlaygrounds/rig). For such a schema, and for models that have no place
for one, the answer is what a tool is called with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.answer_tool import answer_schema, with_answer_tool
from nbchat.wire.claude_schema import claude_schema
from nbchat.wire.contract import ModelRequest
from nbchat.wire.schema import HELD, IN_WORDS, held_to, in_words
from nbchat.wire.schema_nodes import Node, nodes_of, typed
from nbchat.wire.schema_references import is_object, is_recursive
from nbchat.wire.shapes import mapping
from nbchat.wire.used_tools import with_used_tools

THINKS = ("enabled", "adaptive")
SAYS_TYPE = frozenset(("type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"))


def held_claude(ask: ModelRequest, thinking: Any) -> tuple[ModelRequest, Node | None, list[str]]:
    """The question, the schema where there is a place for it, and notices, as of `held_to`.

    Without a place the question has a tool that takes the answer, which cannot be forced while
    it thinks; `thinking` is what the request says of that.
    """
    mode = ask.quirks.schema_mode
    has_place = mode == "json_schema" and ask.schema is not None and not _says_more(ask.schema)
    if ask.schema is None or mode not in HELD or has_place:
        return held_to(ask, claude_schema)
    takes = answer_schema(ask.schema)
    if takes is not None and mapping(thinking).get("type") not in THINKS:
        return with_answer_tool(with_used_tools(ask), takes), None, []
    why = f"{ask.model} cannot be held to this schema"
    if takes is not None:
        why = f"{ask.model} cannot be held to this schema while it thinks"
    return in_words(ask, "none"), None, [f"{why}; {IN_WORDS}"]


def _says_more(schema: Mapping[str, Any]) -> bool:
    """Whether it says more than there is a place for: fields of any name, any type, itself."""
    nodes = [node for _, node in nodes_of(schema)]
    return is_recursive(schema) or any(_is_open(node) or _is_untyped(node) for node in nodes)


def _is_untyped(node: Mapping[str, Any]) -> bool:
    return SAYS_TYPE.isdisjoint(typed(dict(node)))


def _is_open(node: Mapping[str, Any]) -> bool:
    if not is_object(node):
        return False
    others = node.get("additionalProperties", "properties" not in node)
    return others is not False or "patternProperties" in node
