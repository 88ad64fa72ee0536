"""`<details>` around blocks of Markdown, with its `<summary>`: what a reader may fold out.

The tags are bare, without any attribute, and `<details>` begins a line. It is one only
where its end is found, in the same list or quote and not too far below; else the tags stay
text, and nothing that follows is swallowed. HTML itself is not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category

from nbchat.invisible import INVISIBLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

LONGEST_DETAILS = 20_000  # characters; while an answer streams, so much waits for the end
DEEPEST_DETAILS = 5  # in each other
UNNAMED = "Details"  # the summary of details without one

_END = "</details>"
_BEGIN = re.compile(r"<details>[ \t]*", re.IGNORECASE)
_MARKS = r"(?:[\s>]|[-*+][ \t]|\d{1,9}[.)][ \t])*"  # of quotes and items
_BEGIN_INSIDE = re.compile(rf"{_MARKS}<details>", re.IGNORECASE)
_END_INSIDE = re.compile(rf"{_MARKS}[>+*.)-]\s*</details>", re.IGNORECASE)
_FENCE = re.compile(rf"{_MARKS}(`{{3,}}(?=[^`]*$)|~{{3,}})(.*)")
_SUMMARY = re.compile(r"<summary>(.*?)</summary>[ \t]*", re.IGNORECASE)
_SUMMARY_LIKE = re.compile(r"<summary\b", re.IGNORECASE)
_SUMMARY_BEGIN = re.compile(r"<summary>[ \t]*", re.IGNORECASE)
_SUMMARY_END = re.compile(r"</summary>[ \t]*", re.IGNORECASE)
_BLANK_SIGNS = frozenset("\u2800")


class _Place(NamedTuple):
    line: int
    position: int  # in the source


class _Summary(NamedTuple):
    words: str
    line: int
    behind: _Place


def details(md: MarkdownIt) -> None:
    """Teach a MarkdownIt to read them; `info` of the token is "open" while the end is missing."""
    alt = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("html_block", "details", _block_rule, {"alt": alt})
    md.core.ruler.after("inline", "summaries", _name_the_unnamed)


def parts_of_open(tokens: Sequence[Token], text: str) -> tuple[str, str]:
    """Details of which the end has not come in two: tags and summary, and what is folded so far."""
    inline = tokens[2]
    return f"<details>\n<summary>{inline.content}</summary>\n\n", text[inline.meta["behind"] :]


def _block_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    begin = _BEGIN.match(state.src, _start(state, first), state.eMarks[first])
    end = _find_end(state, first, last) if begin else None
    if begin is None or end is None:
        return False
    place = _Place(first, begin.end())
    summary = _read_summary(state, place, end)
    if summary is None:
        return False
    if not silent:
        _push(state, first, summary, end)
    return True


def _find_end(state: StateBlock, first: int, last: int) -> _Place | None:
    """The place of the tag that ends the details of the first line.

    While it may still come, the end of the source.
    """
    depth, fence = 0, ""
    indent, quotes = min(state.blkIndent, state.sCount[first]), _quotes(state, first)
    for number in range(first, last):
        if state.sCount[number] < indent and not state.isEmpty(number):
            return None
        if _quotes(state, number) < quotes:
            return None
        if state.eMarks[number] - state.bMarks[first] > LONGEST_DETAILS:
            return None
        line = _line(state, number)
        if match := _FENCE.match(line):
            fence = _fence_after(fence, *match.groups())
        if fence or match:
            continue
        is_end = line.rstrip().lower().endswith(_END) and "`" not in line
        depth += bool(_BEGIN_INSIDE.match(line)) - is_end
        if depth > DEEPEST_DETAILS:
            return None
        if depth <= 0:
            tag = state.src.rindex("<", 0, state.eMarks[number])
            return None if _END_INSIDE.match(line) else _Place(number, tag)
    may_come = state.env.get("unfinished") and last >= len(state.bMarks) - 1
    return _Place(last, len(state.src)) if may_come else None


def _quotes(state: StateBlock, number: int) -> int:
    """In how many quotes the line is, of those that are being read."""
    start = state.src.rfind("\n", 0, state.bMarks[number]) + 1
    return state.src.count(">", start, state.bMarks[number])


def _fence_after(opened: str, marker: str, rest: str) -> str:
    """The marker of the fence that is open behind a line with this one."""
    if not opened:
        return marker
    return "" if marker.startswith(opened) and not rest.strip() else opened


def _push(state: StateBlock, first: int, summary: _Summary, end: _Place) -> None:
    is_open = _is_open(state, end)
    token = state.push("details_open", "details", 1)
    token.map = [first, end.line if is_open else end.line + 1]
    token.info = "open" if is_open else ""
    words, line, body = summary
    state.push("summary_open", "summary", 1).map = [line, line + 1]
    inline = state.push("inline", "", 0)
    inline.content = words
    inline.map = [line, line + 1]
    inline.children = []
    inline.meta["ends_below"] = body.line > line
    inline.meta["behind"] = body.position
    state.push("summary_close", "summary", -1)
    _read_blocks(state, body, end)
    state.push("details_close", "details", -1)
    state.line = token.map[1]


def _is_open(state: StateBlock, end: _Place) -> bool:
    return end.line >= len(state.bMarks) - 1


def _read_summary(state: StateBlock, begin: _Place, end: _Place) -> _Summary | None:
    """The summary, on one line, or between two lines with its tags; without words if there is none.

    None where a tag that is not bare, or has no end, stands in its place.
    """
    line, position = _skip_blank(state, begin, end)
    line_end = _line_end(state, line, end)
    if whole := _SUMMARY.match(state.src, position, line_end):
        return _Summary(whole[1].strip(), line, _Place(line, whole.end()))
    if not _SUMMARY_LIKE.match(state.src, position, line_end):
        return _Summary("", begin.line, begin)
    opening = _SUMMARY_BEGIN.match(state.src, position, line_end)
    if opening is None:
        return None
    words = state.src[opening.end() : line_end].strip()
    if _is_open(state, end) and not state.src[line_end:].strip():
        return _Summary(words, line, _Place(line, line_end))
    if words or line + 1 >= end.line:
        return None
    words = _line(state, line + 1).strip()
    if line + 2 >= end.line:  # the line with its end may still come
        waits = _Place(line + 1, state.eMarks[line + 1])
        return _Summary(words, line + 1, waits) if _is_open(state, end) else None
    closing = _SUMMARY_END.match(
        state.src, _start(state, line + 2), _line_end(state, line + 2, end)
    )
    return _Summary(words, line + 1, _Place(line + 2, closing.end())) if closing else None


def _skip_blank(state: StateBlock, place: _Place, end: _Place) -> _Place:
    line, position = place
    while line < end.line and not state.src[position : state.eMarks[line]].strip():
        line += 1
        position = _start(state, line)
    return _Place(line, position)


def _read_blocks(state: StateBlock, begin: _Place, end: _Place) -> None:
    """Read the blocks between two places, which may both be inside of a line."""
    first, last = begin.line, end.line
    if not state.src[begin.position : _line_end(state, first, end)].strip():
        first += 1
    if last < len(state.bMarks) - 1 and state.src[_start(state, last) : end.position].strip():
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


def _line_end(state: StateBlock, number: int, end: _Place) -> int:
    return end.position if number == end.line else state.eMarks[number]


def _start(state: StateBlock, number: int) -> int:
    return state.bMarks[number] + state.tShift[number]


def _line(state: StateBlock, number: int) -> str:
    return state.src[_start(state, number) : state.eMarks[number]]


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
