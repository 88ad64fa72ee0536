"""A turn as the page shows it.

Model text leaves here as sanitised HTML of `render`, everything else as plain
text that the page puts in as such.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from nbchat import render
from nbchat.context.shown import block_name
from nbchat.frontends.footer import footer
from nbchat.frontends.panel.attachments import beginning
from nbchat.languages.live import live, said
from nbchat.media_types import picture_type
from nbchat.messages import File, Image, ToolCall
from nbchat.render.answer_body import body_html, has_results, pictures_in_order
from nbchat.render.characters import readable, undisguised, undisguised_name, unmasked, word_count
from nbchat.render.page import folded_sources
from nbchat.render.pictures import picture_place
from nbchat.render.value_table import has_value, value_json
from nbchat.turns import Turn


@live()
def question_shown(turn: Turn) -> dict[str, Any]:
    """What was asked, as the page shows it."""
    return question(turn)


def question(turn: Turn) -> dict[str, Any]:
    """What was asked: the typed words, the values that were attached, the images."""
    parts = turn.question.parts
    typed = next((part for part in parts if isinstance(part, str)), "")
    attachments: list[list[Any]] = []
    for label, text in attached(turn):
        shown = beginning(text)
        is_cut = [True] if shown != text else []
        attachments.append([_line(said(label)), shown, *is_cut])
    return {
        "text": undisguised(readable(typed.strip("\n"))),
        "attachments": attachments,
        "images": [part.media_type for part in parts if isinstance(part, Image)],
        "files": [_line(part.name) for part in parts if isinstance(part, File)],
    }


def attached(turn: Turn) -> list[tuple[str, str]]:
    """What went along with a question: the label of each, and its text where it has one.

    A value's text begins with its name, as its label does; those of excerpts are the last.
    """
    _, *texts = [part for part in turn.question.parts if isinstance(part, str)] or [""]
    texts = [text.strip("\n") for text in texts]
    labels = [*turn.inserted]
    named = {label.partition(" (")[0]: place for place, label in reversed([*enumerate(labels)])}
    shown = [""] * len(labels)
    others = []
    for text in texts:
        name = block_name(text) or text.partition(":\n")[0]
        place = named.pop(name, None)
        if place is None:
            others.append(text)
        else:
            shown[place] = text
    free = [place for place, text in enumerate(shown) if not text][-len(others) or len(shown) :]
    for place, text in zip_longest(free, others):
        if place is None:
            labels.append("")
            shown.append(text)
        else:
            shown[place] = text
    return [(label, unmasked(readable(text))) for label, text in zip(labels, shown, strict=True)]


@live()
def facts(turn: Turn) -> dict[str, Any]:
    """What is known about an answer once it has ended."""
    answer = turn.answer
    thought = answer.thought
    return {
        "thought": [render.to_html(thought), word_count(thought)] if thought.strip() else None,
        "notes": list(dict.fromkeys(_line(said(notice)) for notice in answer.notices)),
        "calls": [] if has_results(answer) else [_call(call) for call in answer.tool_calls],
        "stop": [answer.stop.reason, _line(said(answer.stop.why)), len(answer.text)],
        "words": word_count(answer.text),
        "footer": [_line(said(part)) for part in footer(turn) if not part.startswith("sent ")],
        "markdown": _to_copy(turn),
        **({"sources": folded_sources(answer)} if answer.sources else {}),
    }


@live()
def row(turn: Turn) -> dict[str, Any]:
    """A finished turn, whole."""
    html = body_html(turn.answer, picture_place)
    return {"id": turn.id, "question": question(turn), "html": html, **facts(turn)}


def pictures(turn: Turn) -> list[Image]:
    """The images of the question, and behind them the pictures of the answer that are drawn."""
    asked = [part for part in turn.question.parts if isinstance(part, Image)]
    drawn = pictures_in_order(turn.answer)
    return [*asked, *(Image(one.data, picture_type(one.data)) for one in drawn)]


def _to_copy(turn: Turn) -> str:
    """The words of an answer for other programs; of one that is a value its JSON."""
    answer = turn.answer
    return value_json(answer) if has_value(answer) else render.to_markdown(answer.text)


def _call(call: ToolCall) -> list[str]:
    arguments = unmasked(readable(call.raw or str(call.arguments)))
    return [_line(call.name), beginning(arguments)]


def _line(words: str) -> str:
    return undisguised_name(readable(words))
