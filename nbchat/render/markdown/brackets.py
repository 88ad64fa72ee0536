"""Where a bracket may begin a link, a picture or a footnote's mark.

The parser's own rules, asked only where they can succeed: each of them reads
ahead for the end of its words, and so does every bracket in those words, which
makes a paragraph of brackets expensive. They decide as before in all texts but
such.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from markdown_it.rules_inline import StateInline, image, link
from mdit_py_plugins.footnote.index import footnote_ref

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Brackets that may be open around one; a link with deeper ones in its words is text.
DEEPEST = 10

_NOTE = re.compile(r"\[\^[^\s\]]{1,200}\]")
_NUMBER = re.compile(r"\[\^(\d{1,3})\]")  # words could as well be a regular expression: `[^a-z]`


def brackets(md: MarkdownIt) -> None:
    """Make a MarkdownIt with footnotes ask its rules for brackets only where they can succeed."""
    md.inline.ruler.at("link", _worth_reading(link, "["))
    md.inline.ruler.at("image", _worth_reading(image, "!["))
    md.inline.ruler.at("footnote_ref", _mark)


def _worth_reading(
    rule: Callable[[StateInline, bool], bool], opener: str
) -> Callable[[StateInline, bool], bool]:
    def asked(state: StateInline, silent: bool) -> bool:
        if not state.src.startswith(opener, state.pos):
            return False
        end = "]" if state.env.get("references") else "]("
        if state.src.rfind(end, state.pos, state.posMax) < 0:
            return False
        if silent and state.level > DEEPEST:
            state.pos = state.posMax  # as the parser does where it gives up
            return True
        return rule(state, silent)

    return asked


def _mark(state: StateInline, silent: bool) -> bool:
    """Only near ones, since the plugin looks for the end of each through all of the paragraph.

    While an answer streams its notes come later, so a number is taken for a mark, and `guessed`
    tells of it.
    """
    if not _NOTE.match(state.src, state.pos):
        return False
    if footnote_ref(state, silent):
        return True
    found = _NUMBER.match(state.src, state.pos) if state.env.get("streams") else None
    if not found:
        return False
    if not silent:
        state.env["guessed"] = True
        state.push("footnote_ref", "", 0).meta = {"id": int(found[1]) - 1, "label": found[1]}
    state.pos = found.end()
    return True
