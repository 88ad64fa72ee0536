"""The few tags of HTML that models write inside of words: `H<sub>2</sub>O`, `<b>never</b>`.

Only the bare tag counts, without any attribute, and only with its partner in the same
words and something between them; `<br>` has no partner. Everything else stays text. HTML
itself is not read: a tag becomes a token of ours, as a mark of Markdown does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Literal

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

# As tags of ours. Markdown has marks for some, but models write these tags all the same.
DRAWN = {
    **{tag: tag for tag in ("em", "kbd", "mark", "s", "small", "strong", "sub", "sup", "u")},
    **{"b": "strong", "i": "em", "del": "s", "strike": "s", "ins": "u"},
}
DRAWN_IN_SUMMARY = {"code": "code"}  # elsewhere what stands between would be read as Markdown

BARE_TAG = re.compile(rf"<(/?)({'|'.join(DRAWN)})[ \t]*>", re.IGNORECASE)
BARE_TAG_IN_SUMMARY = re.compile(
    rf"<(/?)({'|'.join((*DRAWN, *DRAWN_IN_SUMMARY))})[ \t]*>", re.IGNORECASE
)
LINE_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
MOST_OPEN = 20  # tags that may wait for their partner; one more is text

# A value of an attribute that has not ended: what stands in it is no tag.
_LINE_END = re.compile(r"[ \t]*\n?[ \t]*")
_IN_A_VALUE = re.compile(r"<[A-Za-z][^<>]*=\s*[\"'][^<>]*\Z")


def bare_tags(md: MarkdownIt) -> None:
    """Teach a MarkdownIt to read bare tags; the tokens are called as those of Markdown's marks."""
    md.inline.ruler.before("html_inline", "bare_tag", _bare_tag)
    md.inline.ruler2.before("fragments_join", "bare_tags", _join_partners)


def _bare_tag(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    tags = BARE_TAG_IN_SUMMARY if state.env.get("in_summary") else BARE_TAG
    match = tags.match(state.src, state.pos, state.posMax)
    if match is None:
        return _line_break(state, silent)
    if _is_in_a_value(state):
        return False
    if not silent:
        token = state.push("bare_tag", match[2].lower(), 0)
        token.content = match[0]
        token.meta["tag_place"] = match.span()
    state.pos = match.end()
    return True


def _line_break(state: StateInline, silent: bool) -> bool:
    match = LINE_BREAK.match(state.src, state.pos, state.posMax)
    if match is None or _is_in_a_value(state):
        return False
    if not silent:
        token = state.push("hardbreak", "br", 0)
        token.meta["tag_place"] = match.span()
    rest = _LINE_END.match(state.src, match.end(), state.posMax)
    state.pos = rest.end() if rest else match.end()
    return True


def _is_in_a_value(state: StateInline) -> bool:
    before = state.src.rfind("<", 0, state.pos)
    return before >= 0 and bool(_IN_A_VALUE.match(state.src[before : state.pos]))


def _join_partners(state: StateInline) -> None:
    """Make tokens of the tags that have partners, and text of the others."""
    opened: list[tuple[str, int]] = []  # with the place of its token; "" is a mark of Markdown
    for number, token in enumerate(state.tokens):
        if token.type != "bare_tag":
            _follow_marks(token, opened)
            continue
        name, token.type, token.tag = token.tag, "text", ""
        if not token.content.startswith("</"):
            if len(opened) < MOST_OPEN:
                opened.append((name, number))
            continue
        partner = _take_partner(name, opened)
        if 0 <= partner < number - 1:
            _draw(state.tokens[partner], name, 1)
            _draw(token, name, -1)
            state.tokens[partner].meta["partner"] = token


def _follow_marks(token: Token, opened: list[tuple[str, int]]) -> None:
    """A tag and a mark of Markdown cannot overlap."""
    if token.nesting > 0:
        opened.append(("", -1))
    elif token.nesting < 0:
        while opened and opened.pop()[0]:
            pass


def _take_partner(name: str, opened: list[tuple[str, int]]) -> int:
    """The place of the token that opens what the name closes; -1 if there is none."""
    for depth in range(len(opened) - 1, -1, -1):
        waiting, number = opened[depth]
        if not waiting:
            break
        if waiting == name:
            del opened[depth:]
            return number
    return -1


def _draw(token: Token, name: str, nesting: Literal[1, -1]) -> None:
    tag = DRAWN.get(name, name)
    token.type = f"{tag}_open" if nesting > 0 else f"{tag}_close"
    token.tag = tag
    token.nesting = nesting
    token.markup = token.content
    token.content = ""
