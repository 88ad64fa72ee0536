"""A turn as the page shows it.

Model text leaves here as sanitised HTML of `render`, everything else as plain
text that the page puts in as such.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from nbchat import render
from nbchat.frontends.footer import footer
from nbchat.messages import File, Image, ToolCall
from nbchat.render.characters import readable, undisguised, undisguised_name, unmasked, word_count
from nbchat.turns import Turn

LONGEST_ARGUMENTS = 2_000  # characters of a tool's arguments that are shown
LONGEST_VALUE = 2_000  # characters of an attached value that are shown


def question(turn: Turn) -> dict[str, Any]:
    """What was asked: the typed words, the values that were attached, the images."""
    parts = turn.question.parts
    typed, *values = [part for part in parts if isinstance(part, str)] or [""]
    attachments = []
    for label, value in zip_longest(turn.inserted, values, fillvalue=""):
        attachments.append([_line(label), unmasked(readable(value.strip("\n")))[:LONGEST_VALUE]])
    return {
        "text": undisguised(readable(typed.strip("\n"))),
        "attachments": attachments,
        "images": [part.media_type for part in parts if isinstance(part, Image)],
        "files": [_line(part.name) for part in parts if isinstance(part, File)],
    }


def facts(turn: Turn) -> dict[str, Any]:
    """What is known about an answer once it has ended."""
    answer = turn.answer
    thought = answer.thought
    return {
        "thought": [render.to_html(thought), word_count(thought)] if thought.strip() else None,
        "notes": list(dict.fromkeys(map(_line, answer.notices))),
        "calls": [_call(call) for call in answer.tool_calls],
        "stop": [answer.stop.reason, _line(answer.stop.detail), len(answer.text)],
        "words": word_count(answer.text),
        "footer": [_line(part) for part in footer(turn) if not part.startswith("sent ")],
        "markdown": render.to_markdown(answer.text),  # to be copied
    }


def row(turn: Turn) -> dict[str, Any]:
    """A finished turn, whole."""
    html = render.to_html(turn.answer.text)
    return {"id": turn.id, "question": question(turn), "html": html, **facts(turn)}


def _call(call: ToolCall) -> list[str]:
    arguments = unmasked(readable(call.raw or str(call.arguments)))
    return [_line(call.name), arguments[:LONGEST_ARGUMENTS]]


def _line(words: str) -> str:
    return undisguised_name(readable(words))
