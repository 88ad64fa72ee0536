"""A tool's call with its result, as Markdown that others may render: code and text in fences."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from nbchat.render.ran_calls import as_it_ran
from nbchat.render.tool_words import (
    MOST_FIGURES,
    figures,
    name_of,
    outcome,
    result_text,
    shown_code,
)

if TYPE_CHECKING:
    from nbchat.messages import Image, ToolCall, ToolResult

DrawPicture: TypeAlias = "Callable[[Image], str]"

_TICKS = re.compile("`+")


def call_markdown(call: ToolCall, result: ToolResult | None, draw: DrawPicture) -> list[str]:
    """Its name and how it ended, what was called, what came of it; each a piece by itself."""
    mark = outcome(result) if result else "not run"
    if result:
        call, result = as_it_ran(call, result)
    heading = ", ".join(filter(None, [_span(name_of(call)), mark]))
    source, language = shown_code(call)
    pieces = [f"*{heading}*"]
    if source.strip():
        pieces.append(_fence(source, language))
    if result:
        if text := result_text(result):
            pieces.append(_fence(text, "text"))
        pieces += map(draw, figures(result)[:MOST_FIGURES])
    return pieces


def _span(words: str) -> str:
    """Words as a span of code."""
    ticks = _longer_than_any_in(words, 1)
    space = " " if words[:1] == "`" or words[-1:] == "`" else ""
    return f"{ticks}{space}{words}{space}{ticks}"


def _fence(text: str, language: str) -> str:
    ticks = _longer_than_any_in(text, 3)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _longer_than_any_in(text: str, shortest: int) -> str:
    longest = max(map(len, _TICKS.findall(text)), default=0)
    return "`" * max(shortest, longest + 1)
