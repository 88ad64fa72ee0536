"""Where `<details>` end: with a tag in the same list or quote, or with the answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock

LONGEST_DETAILS = 20_000  # characters; while an answer streams, so much waits for the end
DEEPEST_DETAILS = 5  # in each other

_OPEN = r"(?:[ \t]+open(?:=(?:\"(?:open|true)?\"|'(?:open|true)?'|open|true))?)?"
DETAILS = rf"<details{_OPEN}[ \t]*>"
_TAG = re.compile(rf"(?<!\\)(?:{DETAILS}|(?P<end></details[ \t]*>))", re.IGNORECASE)
MARKS = r"(?:[\s>]|[-*+][ \t]|\d{1,9}[.)][ \t])*"  # of quotes and items
_END_INSIDE = re.compile(rf"{MARKS}[>+*.)-]\s*</details", re.IGNORECASE)
_HEADING = re.compile(r"#{1,6}[ \t]")
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
_FENCE = re.compile(rf"{MARKS}(`{{3,}}(?=[^`]*$)|~{{3,}})(.*)")


class Place(NamedTuple):
    line: int
    position: int  # in the source


class End(NamedTuple):
    line: int
    position: int  # of the tag, or of the end of the source
    behind: int  # the tag
    is_open: bool = False  # there is no tag, or none yet
    has_heading: bool = False  # a line before it is one


def find_end(state: StateBlock, begin: Place, last: int) -> End | None:
    """Where the details end of which the tag stands before that place.

    While the tag that ends them may still come, or will never, that is the end of the source.
    """
    depth, fence, has_heading = 1, "", False
    first = begin.line
    indent, quotes = min(state.blkIndent, state.sCount[first]), _quotes(state, first)
    for number in range(first, last):
        if state.sCount[number] < indent and not state.isEmpty(number):
            return None
        if _quotes(state, number) < quotes:
            return None
        if state.eMarks[number] - state.bMarks[first] > LONGEST_DETAILS:
            return None
        line = line_of(state, number)
        if match := _FENCE.match(line):
            fence = _fence_after(fence, *match.groups())
        if fence or match:
            continue
        has_heading |= bool(_HEADING.match(line))
        start = start_of(state, number)
        for tag in _TAG.finditer(without_code(line), max(0, begin.position - start)):
            depth += -1 if tag["end"] else 1
            if depth > DEEPEST_DETAILS:
                return None
            if depth == 0:
                is_inside = _END_INSIDE.match(line)
                return None if is_inside else End(number, start + tag.start(), start + tag.end())
    if last < len(state.bMarks) - 1:
        return None
    size = len(state.src)
    return End(last, size, size, is_open=True, has_heading=has_heading)


def without_code(line: str) -> str:
    """The line with spaces in the place of its code."""
    return _CODE.sub(lambda code: " " * len(code[0]), line) if "`" in line else line


def _quotes(state: StateBlock, number: int) -> int:
    """In how many quotes the line is, of those that are being read."""
    start = state.src.rfind("\n", 0, state.bMarks[number]) + 1
    return state.src.count(">", start, state.bMarks[number])


def _fence_after(opened: str, marker: str, rest: str) -> str:
    """The marker of the fence that is open behind a line with this one."""
    if not opened:
        return marker
    return "" if marker.startswith(opened) and not rest.strip() else opened


def start_of(state: StateBlock, number: int) -> int:
    return state.bMarks[number] + state.tShift[number]


def line_of(state: StateBlock, number: int) -> str:
    return state.src[start_of(state, number) : state.eMarks[number]]
