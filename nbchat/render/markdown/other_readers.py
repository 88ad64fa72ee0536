"""What other programs would see in a Markdown text: those that render HTML, and bare links."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from nbchat.library_logs import hushed

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
# What other programs take for a link, although nothing marks it: neither code nor an escape
# counts in it.
_BARE_LINK = re.compile(r"(?:(?:https?|ftp)://|www\.)[^ \t\n\r\f\v<]*", re.IGNORECASE)
_NEITHER_LINK_NOR_MARK = re.compile(
    r"(?:[^\W_hfw]|h(?!ttp)|f(?!tp)|w(?!ww)|[ ,;'\"/?()])+", re.IGNORECASE
)


def is_harmless(source: str, reader: MarkdownIt) -> bool:
    """Whether neither that reader of ours nor others would see a picture or HTML in it."""
    readers = [reader, _other_reader()]
    if _BARE_LINK.search(source):
        readers += _readers_of_bare_links()
    for md in readers:
        for token in parse(md, source):
            if any(map(_acts, [token, *(token.children or ())])):
                return False
    return True


def _acts(token: Token) -> bool:
    if token.type == "html_inline":
        return not _LINE_BREAK.fullmatch(token.content)
    return token.type in ("image", "html_block")


def parse(md: MarkdownIt, source: str) -> list[Token]:
    with hushed("markdown_it"):
        return md.parse(source, {"piece": True})


@cache
def _other_reader() -> MarkdownIt:
    return _commonmark()


def _commonmark() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@cache
def _readers_of_bare_links() -> tuple[MarkdownIt, ...]:
    readers = _commonmark(), _commonmark().disable("table")  # where a cell ends no link
    for md in readers:
        md.inline.ruler.before("text", "bare_link", _bare_link)
        md.inline.ruler.at("text", _words_without_one)
    return readers


def _bare_link(state: StateInline, silent: bool) -> bool:
    return _take(_BARE_LINK, state, silent=silent)


def _words_without_one(state: StateInline, silent: bool) -> bool:
    return _take(_NEITHER_LINK_NOR_MARK, state, silent=silent)


def _take(pattern: re.Pattern[str], state: StateInline, *, silent: bool) -> bool:
    match = pattern.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.pending += match[0]
    state.pos = match.end()
    return True
