"""What taking back a turn does not take back: what its tools have changed."""

from __future__ import annotations

from collections.abc import Iterable

from nbchat.messages import NOT_RUN, REFUSED, ToolResult
from nbchat.turns import Turn

WORDS = "The turn is taken back. What its tools have changed in the notebook stays."


def has_acted(turns: Iterable[Turn]) -> bool:
    """Whether a tool has run in them that may have changed something."""
    results = (part for turn in turns for part in turn.answer.parts)
    return any(isinstance(one, ToolResult) and _has_run(one) for one in results)


def _has_run(result: ToolResult) -> bool:
    words = result.content if isinstance(result.content, str) else ""
    return result.name != "look" and not words.startswith((REFUSED, NOT_RUN, "refused"))
