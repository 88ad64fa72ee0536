"""Where a bracket may begin a link, a picture or a footnote's mark.

These are the parser's own rules, asked only where they can succeed. Each of them
reads ahead to the end of its words, and so does every bracket in those words:
a paragraph of brackets would be expensive. In all other texts nothing changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from markdown_it.rules_inline import StateInline, image, link
from mdit_py_plugins.footnote.index import footnote_ref

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Brackets that may be open around a link; one that is deeper is text.
DEEPEST_BRACKETS = 10

_NOTE = re.compile(r"\[\^[^\s\]]{1,200}\]")
_NUMBER = re.compile(r"\[\^(\d{1,3})\]")  # words could as well be a regular expression: `[^a-z]`


def brackets(md: MarkdownIt) -> None:
    """Make a MarkdownIt with footnotes ask its rules for brackets only where they can succeed."""
    md.inline.ruler.at("link", _guard(link, "["))
    md.inline.ruler.at("image", _guard(image, "!["))
    md.inline.ruler.at("footnote_ref", _footnote_mark)


def _guard(
    rule: Callable[[StateInline, bool], bool], opener: str
) -> Callable[[StateInline, bool], bool]:
    """The rule, where its end is in the text: `](`, or `]` if the text has references."""

    def guarded(state: StateInline, silent: bool) -> bool:
        if not state.src.startswith(opener, state.pos):
            return False
        end = "]" if state.env.get("references") else "]("
        if state.src.rfind(end, state.pos, state.posMax) < 0:
            return False
        if silent and state.level > DEEPEST_BRACKETS:
            state.pos = state.posMax  # as the parser does where it gives up
            return True
        return rule(state, silent)

    return guarded


def _footnote_mark(state: StateInline, silent: bool) -> bool:
    """A rule for footnote marks: near ones only, since the plugin searches all of the paragraph.

    While an answer streams, its notes come later. So a number is taken for a mark, and `guessed`
    is set.
    """
    if not _NOTE.match(state.src, state.pos):
        return False
    if footnote_ref(state, silent):
        return True
    number = _NUMBER.match(state.src, state.pos)
    if number is None or not state.env.get("streams"):
        return False
    if not silent:
        state.env["guessed"] = True
        state.push("footnote_ref", "", 0).meta = {"id": int(number[1]) - 1, "label": number[1]}
    state.pos = number.end()
    return True
