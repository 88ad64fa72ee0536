"""Small parts of a page: a fold, a remark, a line of facts. Words in them are escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nbchat.render import inline_style
from nbchat.render.characters import readable, undisguised_name


def details(summary: str, inner: str, *, is_open: bool = False) -> str:
    mark = " open" if is_open else ""
    box = f'<div class=nbc-thought style="{inline_style.THOUGHT}">{inner}</div>'
    style = f'style="{inline_style.THINKING}"'
    return f"<details{mark} {style}><summary>{summary}</summary>{box}</details>"


def small_line(facts: Sequence[str]) -> str:
    """Facts about an answer, on one line in small letters."""
    if not facts:
        return ""
    words = " · ".join(map(line, facts))
    return f"<p class=nbc-foot style={inline_style.FOOT}><small>{words}</small></p>"


def note(words: str) -> str:
    return f'<p class=nbc-note dir=auto style="{inline_style.NOTE}">{line(words)}</p>'


def line(words: str) -> str:
    return escape(_line_text(words), quote=False)


def _line_text(words: str) -> str:
    return undisguised_name(" ".join(readable(words).split()))
