"""The options that go into a request under a name of the format's own.

A format says once which it has: `FIELDS = {"max_tokens": "maxOutputTokens", …}`. What is
asked for and not among them is left out, and the reader is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.contract import ModelRequest


def place(ask: ModelRequest, fields: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a question under the format's names for them, in the order of `fields`."""
    placed = {}
    for name, field in fields.items():
        if name in ask.parameters:
            value = ask.parameters[name]
            placed[field] = list(value) if isinstance(value, tuple) else value
    return placed


def left_out_notices(ask: ModelRequest, fields: Mapping[str, str], wire: str) -> list[str]:
    """What to tell of parameters that the format has no field for."""
    return [
        f"{wire} has no {name}; it was left out." for name in ask.parameters if name not in fields
    ]
