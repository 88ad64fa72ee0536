"""A JSON schema for the answer: made acceptable, or put into words.

Constrained decoding takes a part of JSON schema only. Where a host has none of it,
the schema is an instruction, and the reader is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from nbchat.wire.contract import ModelRequest


def schema_name(schema: Mapping[str, Any]) -> str:
    """A name for the schema: letters, digits, underscores and dashes, at most 64.

    >>> schema_name({"title": "City of Röma"}), schema_name({})
    ('City_of_R_ma', 'answer')
    """
    return re.sub(r"[^A-Za-z0-9_-]", "_", str(schema.get("title") or "answer"))[:64]


def system_text(ask: ModelRequest) -> str:
    """The system prompt, with the schema in words where the host has no place for it."""
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


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without `$schema`, the address of its dialect; @ai-sdk/moonshotai does it too."""
    return {name: value for name, value in schema.items() if name != "$schema"}
