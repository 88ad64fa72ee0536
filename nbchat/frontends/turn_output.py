"""A turn as the one output of its cell: what a cell leaves, and an exported notebook holds."""

from __future__ import annotations

from typing import Any

from nbchat import render
from nbchat.frontends.footer import footer
from nbchat.turns import Turn

TOLD_BY_THE_ERROR = ("interrupted", "broken")  # the cell fails, and its error says why


def turn_output(turn: Turn) -> dict[str, Any]:
    """The MIME bundle of a turn: safe HTML, and the answer's Markdown source."""
    answer = turn.answer
    html = render.answer_html(
        answer,
        footer=footer(turn),
        notices=answer.notices,
        with_ending=answer.stop.reason not in TOLD_BY_THE_ERROR,
    )
    return {"text/html": html, "text/plain": render.plain(answer)}


def turn_metadata(turn: Turn) -> dict[str, Any]:
    """What may differ between two runs stays out of the output itself."""
    facts: dict[str, Any] = {"model": turn.answer.model, "seconds": round(turn.seconds, 2)}
    tokens = turn.answer.usage.output
    if tokens and turn.seconds:
        facts["tokens_per_second"] = round(tokens / turn.seconds, 1)
    return {"nbchat": facts}
