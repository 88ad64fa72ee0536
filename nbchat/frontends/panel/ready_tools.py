"""The ready tools that a panel offers for its questions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from nbchat import tools

READY = frozenset({"look", "run"})


def tool_options(names: Collection[str], *, plan: bool) -> dict[str, Any]:
    """The options of a question that has these tools."""
    if not names:
        return {"tools": None, "plan": False}
    return {"tools": [getattr(tools, name) for name in sorted(names)], "plan": plan}
