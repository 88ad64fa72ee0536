"""A turn as the page and a saved notebook show it.

Model text leaves here as sanitised HTML of `render`, everything else as plain
text that the page puts in as such.
"""

from __future__ import annotations

from html import escape
from itertools import zip_longest
from typing import Any

from nbchat import render
from nbchat.conversation import Conversation, Turn
from nbchat.frontends.footer import footer
from nbchat.messages import File, Image, ToolCall
from nbchat.render.characters import readable, without_blank_lines, word_count

SNAPSHOT = 120_000  # characters of HTML that a notebook keeps; the newest turns that fit
CALL = 2_000  # characters of a tool's arguments that are shown
ATTACHED = 2_000  # characters of an attached value that are shown

SNAPSHOT_STYLE = (
    ".nbc.nbc-snapshot{color:var(--jp-content-font-color1,inherit);font-size:14px}"
    ".nbc-asked{margin:1em 0 .6em auto;width:fit-content;max-width:86%;padding:.45em .9em;"
    "border-radius:12px 12px 3px 12px;background:#8882;white-space:pre-wrap}"
)


def question(turn: Turn) -> dict[str, Any]:
    """What was asked: the typed words, the values that were attached, the images."""
    typed, *values = [part for part in turn.question.parts if isinstance(part, str)] or [""]
    return {
        "s": typed.strip("\n"),
        "att": [
            [label, readable(value.strip("\n"))[:ATTACHED]]
            for label, value in zip_longest(turn.inserted, values, fillvalue="")
        ],
        "img": [part.media_type for part in turn.question.parts if isinstance(part, Image)],
        "files": [part.name for part in turn.question.parts if isinstance(part, File)],
    }


def facts(turn: Turn) -> dict[str, Any]:
    """What is known about an answer once it has ended."""
    answer = turn.answer
    return {
        "think": [render.to_html(answer.thought), word_count(answer.thought)] if answer.thought.strip() else None,
        "notes": list(dict.fromkeys(answer.notices)),
        "calls": [_call(call) for call in answer.tool_calls],
        "stop": [answer.stop.reason, answer.stop.detail, len(answer.text)],
        "words": word_count(answer.text),
        "foot": [part for part in footer(turn) if not part.startswith("sent ")],
    }


def row(turn: Turn) -> dict[str, Any]:
    """A finished turn, whole."""
    return {"id": turn.id, "q": question(turn), "html": render.to_html(turn.answer.text), **facts(turn)}


def _call(call: ToolCall) -> list[str]:
    return [readable(call.name), readable(call.raw or str(call.arguments))[:CALL]]


# --- the snapshot, which a saved notebook shows where there is no kernel ---------------------------


def snapshot(conversation: Conversation) -> dict[str, Any]:
    """The transcript as an output of its own: without scripts, and folded by the browser alone.

    JupyterLab shows an error in place of a widget whose kernel is gone, and never
    the widget's other representations; so this is a second output.
    """
    turns = conversation.turns
    shown: list[str] = []
    size = 0
    for turn in reversed(turns):
        made = turn_html(turn)
        size += len(made)
        if shown and size > SNAPSHOT:
            break
        shown.append(made)
    count = f"{len(turns)} turn{'' if len(turns) == 1 else 's'}"
    left_out = len(turns) - len(shown)
    earlier = f'<p class="nbc-note">{left_out} earlier turns are not in this copy.</p>' if left_out else ""
    title = escape(readable(conversation.title or conversation.name), quote=False)
    page = (
        '<details class="nbc nbc-snapshot tex2jax_ignore mathjax_ignore" open>'
        f"<style>{render.STYLE}{SNAPSHOT_STYLE}</style><summary>{title} · {count}</summary>"
        f"{earlier}{''.join(reversed(shown))}</details>"
    )
    return {"text/html": without_blank_lines(page), "text/plain": f"Conversation {conversation.name!r}: {count}."}


def turn_html(turn: Turn) -> str:
    """Question and answer for a page without our script. The style is left to the page."""
    asked = question(turn)
    said = [asked["s"], *(f"[{label}]" for label, _ in asked["att"] if label), *(f"[{kind}]" for kind in asked["img"])]
    words = escape(readable("\n".join(filter(None, said))), quote=False)
    answer = render.answer_html(turn.answer, footer=footer(turn), notices=turn.answer.notices)
    return f'<div class="nbc-asked" dir="auto">{words}</div>{answer.replace(f"<style>{render.STYLE}</style>", "", 1)}'
