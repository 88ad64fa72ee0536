"""The part of JSON schema that llama.cpp's grammar can say, which is also Ollama's.

Facts: ggml-org/llama.cpp `common/json-schema-to-grammar.cpp`: a pattern must be of a whole text,
and looks at nothing around it. What is no longer a rule is said in the description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbchat.wire.schema import plain_schema
from nbchat.wire.schema_nodes import Node, changed_everywhere, described
from nbchat.wire.schema_references import with_merged_parts

_NOT_TAKEN = re.compile(r"\(\?(?!:)|\\[bBAZ1-9pPuk]|[*+?}][?+]")  # also backwards, and lazily


def grammar_schema(schema: Mapping[str, Any]) -> Node:
    """The schema with the patterns alone that a grammar can hold.

    >>> grammar_schema({"type": "string", "pattern": "^a+$"})["pattern"]
    '^a+$'
    >>> grammar_schema({"type": "string", "pattern": "a+"})
    {'type': 'string', 'description': '{pattern: a+}'}
    """
    return changed_everywhere(plain_schema(with_merged_parts(schema)), _acceptable)


def _acceptable(node: Node) -> Node:
    pattern = node.get("pattern")
    if not isinstance(pattern, str):
        return node
    is_whole = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith(r"\$")
    if is_whole and not _NOT_TAKEN.search(pattern):
        return node
    kept = {name: value for name, value in node.items() if name != "pattern"}
    return described(kept, {"pattern": pattern})
