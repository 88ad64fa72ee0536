"""The ready tools that a panel offers for its questions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from nbchat.tools import ready_tool


def tool_options(names: Collection[str], *, plan: bool) -> dict[str, Any]:
    """The options of a question that has these tools."""
    if not names:
        return {"tools": None, "plan": False}
    return {"tools": [ready_tool(name) for name in sorted(names)], "plan": plan}
