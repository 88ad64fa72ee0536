"""`<details>` around blocks of Markdown, with its `<summary>`: what a reader may fold out.

The tags are bare; an `open` is read over, and ours are shut. `<details>` begins a line, or
stands behind words with its summary behind it. It is one only where its end is found, in the
same list or quote and not too far below; else the tags stay text, and nothing that follows is
swallowed. One with a summary, and without any heading behind it, may also reach to the end of
an answer: that was cut off. HTML itself is not read.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category

from nbchat.invisible import INVISIBLE
from nbchat.render.markdown.details_end import (
    DEEPEST_DETAILS,
    DETAILS,
    End,
    Place,
    find_end,
    line_of,
    start_of,
    without_code,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

UNNAMED = "Details"  # the summary of details without one

_BEGIN = re.compile(rf"{DETAILS}[ \t]*", re.IGNORECASE)
_BEGIN_BEHIND_WORDS = re.compile(
    rf"(?<!\\)(?<!^){DETAILS}[ \t]*(?=<summary[ \t]*>|$)", re.IGNORECASE
)
_SUMMARY = re.compile(r"<summary[ \t]*>(.*?)</summary[ \t]*>[ \t]*", re.IGNORECASE)
_SUMMARY_LIKE = re.compile(r"<summary\b", re.IGNORECASE)
_SUMMARY_BEGIN = re.compile(r"<summary[ \t]*>[ \t]*", re.IGNORECASE)
_SUMMARY_END = re.compile(r"</summary[ \t]*>[ \t]*", re.IGNORECASE)
_BLANK_SIGNS = frozenset("\u2800")


class _Summary(NamedTuple):
    words: str
    line: int
    behind: Place
    is_typed: bool  # else there is none


def details(md: MarkdownIt) -> None:
    """Teach a MarkdownIt to read them; `info` of the token is "open" while the end is missing."""
    alt = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("html_block", "details", _block_rule, {"alt": alt})
    md.block.ruler.at("lheading", _underlined_heading)
    md.block.ruler.at("paragraph", _paragraph)
    md.core.ruler.after("inline", "summaries", _name_the_unnamed)


def parts_of_open(tokens: Sequence[Token], text: str) -> tuple[str, str]:
    """Details of which the end has not come in two: tags and summary, and what is folded so far."""
    inline = tokens[2]
    return f"<details>\n<summary>{inline.content}</summary>\n\n", text[inline.meta["behind"] :]


def place_of_last(tokens: Sequence[Token], last: Token) -> int:
    """Where in the source the last part of a block begins, before or behind details; 0 if alone."""
    if last is tokens[0]:
        return 0
    if last.type == "details_open":
        return int(last.meta["begins"])
    closing = tokens[tokens.index(last) - 1]
    return int(closing.meta["ends"].behind)


def _block_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    begin = _BEGIN.match(state.src, start_of(state, first), state.eMarks[first])
    if begin is None:
        return False
    place = Place(first, begin.end())
    end = find_end(state, place, last)
    summary = _read_summary(state, place, end) if end else None
    if end is None or summary is None:
        return False
    if end.is_open and not _may_be_open(state, summary, end):
        return False
    if not silent:
        _push(state, Place(first, begin.start()), summary, end)
        _read_behind(state, end, last)
    return True


def _may_be_open(state: StateBlock, summary: _Summary, end: End) -> bool:
    """Whether details without their end are still being written, or were cut off.

    `goes_on` means that this is a piece of a text, and not its last.
    """
    if state.env.get("unfinished"):
        return True
    return summary.is_typed and not end.has_heading and not state.env.get("goes_on")


def _paragraph(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Markdown's own rule, for a paragraph that may stop before details behind its words."""
    from markdown_it.rules_block import paragraph

    count = len(state.tokens)
    paragraph(state, first, last, silent)
    for number in range(first, state.line):
        for begin in islice(_begin_behind_words(state, number), DEEPEST_DETAILS):
            if _put_behind_words(state, count, number, last, begin):
                return True
    return True


def _underlined_heading(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Markdown's own rule, but for words with details behind them."""
    from markdown_it.rules_block import lheading

    count = len(state.tokens)
    if not lheading(state, first, last, silent):
        return False
    if any(any(_begin_behind_words(state, number)) for number in range(first, state.line)):
        del state.tokens[count:]
        state.line = first
        return False
    return True


def _begin_behind_words(state: StateBlock, number: int) -> Iterator[re.Match[str]]:
    line = line_of(state, number)
    if "<details" in line.lower() and state.sCount[number] >= state.blkIndent:
        yield from _BEGIN_BEHIND_WORDS.finditer(without_code(line))


def _put_behind_words(
    state: StateBlock, count: int, number: int, last: int, begin: re.Match[str]
) -> bool:
    start = start_of(state, number)
    place = Place(number, start + begin.end())
    end = find_end(state, place, last)
    summary = _read_summary(state, place, end) if end else None
    if end is None or summary is None:
        return False
    may_come = bool(state.env.get("unfinished")) and not state.src[place.position :].strip()
    if not summary.is_typed and not may_come:
        return False
    if end.is_open and not _may_be_open(state, summary, end):
        return False
    opening, inline = state.tokens[count : count + 2]
    first = opening.map[0] if opening.map else number
    lines = inline.content.split("\n")
    kept = lines[number - first].lstrip()[: begin.start()]
    inline.content = "\n".join([*lines[: number - first], kept]).rstrip()
    opening.map = inline.map = [first, number + 1]
    _push(state, Place(number, start + begin.start()), summary, end)
    _read_behind(state, end, last)
    return True


def _push(state: StateBlock, begin: Place, summary: _Summary, end: End) -> None:
    token = state.push("details_open", "details", 1)
    token.map = [begin.line, end.line if end.is_open else end.line + 1]
    token.info = "open" if end.is_open else ""
    token.meta["begins"] = begin.position
    words, line, body, _ = summary
    state.push("summary_open", "summary", 1).map = [line, line + 1]
    inline = state.push("inline", "", 0)
    inline.content = words
    inline.map = [line, line + 1]
    inline.children = []
    inline.meta["ends_below"] = body.line > line
    inline.meta["behind"] = body.position
    state.push("summary_close", "summary", -1)
    _read_blocks(state, body, end)
    state.push("details_close", "details", -1).meta["ends"] = end
    state.line = token.map[1]


def _read_behind(state: StateBlock, end: End, last: int) -> None:
    """Read the block that begins behind the end, in its line."""
    rest = "" if end.is_open else state.src[end.behind : state.eMarks[end.line]]
    if not rest.strip():
        return
    state.bMarks[end.line] = end.behind
    state.tShift[end.line] = len(rest) - len(rest.lstrip())
    state.sCount[end.line] = state.blkIndent
    for rule in state.md.block.ruler.getRules(""):
        if rule(state, end.line, last, False):
            break


def _read_summary(state: StateBlock, begin: Place, end: End) -> _Summary | None:
    """The summary, on one line, or between two lines with its tags; without words if there is none.

    None where a tag that is not bare, or has no end, stands in its place.
    """
    line, position = _skip_blank(state, begin, end)
    line_end = _line_end(state, line, end)
    if whole := _SUMMARY.match(state.src, position, line_end):
        return _Summary(whole[1].strip(), line, Place(line, whole.end()), is_typed=True)
    if not _SUMMARY_LIKE.match(state.src, position, line_end):
        return _Summary("", begin.line, begin, is_typed=False)
    opening = _SUMMARY_BEGIN.match(state.src, position, line_end)
    if opening is None:
        return None
    words = state.src[opening.end() : line_end].strip()
    if end.is_open and not state.src[line_end:].strip():
        return _Summary(words, line, Place(line, line_end), is_typed=True)
    if words or line + 1 >= end.line:
        return None
    words = line_of(state, line + 1).strip()
    if line + 2 >= end.line:  # the line with its end may still come
        waits = Place(line + 1, state.eMarks[line + 1])
        return _Summary(words, line + 1, waits, is_typed=True) if end.is_open else None
    closing = _SUMMARY_END.match(
        state.src, start_of(state, line + 2), _line_end(state, line + 2, end)
    )
    behind = Place(line + 2, closing.end()) if closing else None
    return _Summary(words, line + 1, behind, is_typed=True) if behind else None


def _skip_blank(state: StateBlock, place: Place, end: End) -> Place:
    line, position = place
    while line < end.line and not state.src[position : state.eMarks[line]].strip():
        line += 1
        position = start_of(state, line)
    return Place(line, position)


def _read_blocks(state: StateBlock, begin: Place, end: End) -> None:
    """Read the blocks between two places, which may both be inside of a line."""
    first, last = begin.line, end.line
    if not state.src[begin.position : _line_end(state, first, end)].strip():
        first += 1
    if last < len(state.bMarks) - 1 and state.src[start_of(state, last) : end.position].strip():
        last += 1
    if first >= last:
        return
    before = state.bMarks[first], state.tShift[first], state.sCount[first]
    saved = state.eMarks[end.line], state.lineMax
    if first == begin.line:
        state.bMarks[first], state.tShift[first] = begin.position, 0
        state.sCount[first] = state.blkIndent
    state.eMarks[end.line], state.lineMax = end.position, last
    state.md.block.tokenize(state, first, last)
    state.bMarks[first], state.tShift[first], state.sCount[first] = before
    state.eMarks[end.line], state.lineMax = saved


def _line_end(state: StateBlock, number: int, end: End) -> int:
    return end.position if number == end.line else state.eMarks[number]


def _name_the_unnamed(state: StateCore) -> None:
    """A summary in which nobody sees anything would hide what it is the summary of."""
    from markdown_it.token import Token

    for number, token in enumerate(state.tokens):
        if token.type == "summary_open":
            children = state.tokens[number + 1].children or []
            if not any(map(_is_seen, children)):
                state.tokens[number + 1].meta["unnamed"] = True
                children.insert(0, Token("text", "", 0, content=UNNAMED))
            state.tokens[number + 1].children = children


def _is_seen(token: Token) -> bool:
    if token.type not in ("text", "code_inline"):
        return token.type == "image"
    return any(
        category(character)[0] in "LNPS" and character not in _BLANK_SIGNS
        for character in INVISIBLE.sub("", token.content)
    )
