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
    """What a program may look for. It holds nothing of the clock: a second run saves the same."""
    return {"nbchat": {"model": turn.answer.model}}
