"""Markdown that stops in the middle, made to look like what it is becoming.

While an answer streams, its last lines are half a fence, half a table row, half
a link. Here they are closed or held back, so that the page does not jump when
the rest comes. This is a guess. It is shown until the next words come, and never kept.
"""

from __future__ import annotations

import re

from nbchat.render.markdown.bare_tags import BARE_TAG, BARE_TAG_IN_SUMMARY, DRAWN, DRAWN_IN_SUMMARY
from nbchat.render.maths.find import formula_at
from nbchat.render.streaming.half_formulas import held_from

LONGEST_REPAIRED = 5_000  # characters of the last paragraph; a longer one stays as it is

_LINE = re.compile(r"^.+$", re.MULTILINE)
_TICKS = re.compile("`+")
_FENCE = re.compile(r"(?:[\s>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(`{3,}(?=[^`]*$)|~{3,})(.*)")
_UNDECIDED = re.compile(r"[\s>]*+(?:[-+*=_#~`|:$!\[\\\s]*|\d{1,9}[.)]?\s*|\[\^[^\s\]]*\]?:?)")
_ITEM = re.compile(r"(?:[\s>]|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t])+")
_BAR = re.compile(r"(?<!\\)\|")
_DELIMITERS = re.compile(r"[\s>|:-]*")
_HALF_PICTURE = re.compile(r"!\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$")
_HALF_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^)\n]{0,1000}$")
_HALF_NOTE = re.compile(r"\[\^[^\s\]]{0,20}$")
_EMPHASIS = re.compile(r"\*{3}|\*\*|\*|__|_|~~")
_BEGUN_TAGS = (*DRAWN, *DRAWN_IN_SUMMARY, "br", "details", "summary")
_HALF_TAG = re.compile(r"<(/?[a-z]*)[ \t]*/?\Z", re.IGNORECASE)
_BEGINS_SOMETHING = re.compile(r"[`$\\!\[<*_~]")
_LAST_MARKS = re.compile(r"(?<![\\*_~])[*_~]+\Z")


def complete_markdown(text: str) -> str:
    """The text with its open ends closed, and without those that could become anything."""
    *whole, last = text.split("\n")
    if fence := _open_fence(whole):
        is_half_closed = bool(last.strip(" >")) and not last.strip(f" >{fence[0]}")
        return "\n".join(whole) if is_half_closed else text
    if fence := _fence_in(last):  # its language is still being typed
        return "\n".join([*whole, last[: last.index(fence) + len(fence)]])
    if columns := _count_columns(whole, last):
        return "\n".join([*_until_heading_row(whole, last), "|---" * columns + "|"])
    if _UNDECIDED.fullmatch(last) and not _is_next_row(whole, last):
        return _close_paragraph("\n".join(whole))
    return _close_paragraph(text)


def _open_fence(lines: list[str]) -> str:
    """The marker of a fence that these lines leave open."""
    opened = ""
    for line in lines:
        if "```" not in line and "~~~" not in line:
            continue
        match = _FENCE.match(line)
        if match is None:
            continue
        marker, after = match.groups()
        if not opened:
            opened = marker
        elif marker.startswith(opened) and not after.strip():
            opened = ""
    return opened


def _fence_in(line: str) -> str:
    match = _FENCE.match(line)
    return match[1] if match else ""


def _is_row(line: str) -> bool:
    return line.lstrip(" >").startswith("|")


def _is_next_row(whole: list[str], last: str) -> bool:
    return _is_row(last) and bool(whole) and _is_row(whole[-1])


def _count_columns(whole: list[str], last: str) -> int:
    """How many columns a table has of which only the heading has come; 0 if there is none."""
    if whole and _is_row(whole[-1]) and _DELIMITERS.fullmatch(last):
        before, heading = whole[-2:-1], whole[-1]
    elif _is_row(last) and not _DELIMITERS.fullmatch(last):
        before, heading = whole[-1:], last
    else:
        return 0
    if before and _is_row(before[0]):
        return 0
    cells = _BAR.split(heading.strip(" >"))
    if not cells[-1].strip():  # the row ends in a bar
        cells.pop()
    return len(cells) - 1


def _until_heading_row(whole: list[str], last: str) -> list[str]:
    """The lines without the delimiters below the heading, of which some may have come."""
    if _is_row(last) and not _DELIMITERS.fullmatch(last):
        return [*whole, last]
    return whole


def _close_paragraph(text: str) -> str:
    """The text with what is open in its last paragraph, item or cell closed."""
    start = text.rfind("\n\n") + 2 if "\n\n" in text else 0
    for line in _LINE.finditer(text, start):
        if item := _ITEM.match(line[0]):
            start = line.start() + item.end()
        elif _is_row(line[0]):
            start = line.start() + line[0].rfind("|") + 1
    words = text[start:]
    if len(words) > LONGEST_REPAIRED:
        return text
    return text[:start] + _repair(words)


def _repair(words: str) -> str:
    opened: list[str] = []  # what ends the emphasis and the tags that are open
    marks = _LAST_MARKS.search(words)  # perhaps the first half of some
    end = marks.start() if marks else len(words)
    position = 0
    while begin := _BEGINS_SOMETHING.search(words, position, end):
        cut = _without_half(words, begin.start())
        if cut is not None:
            return _close(cut, opened)
        position = _next_position(words, begin.start(), opened)
    return _close(words[: max(position, end)], opened)


def _close(words: str, opened: list[str]) -> str:
    """The words with the ends of all emphasis that is open in them."""
    if not opened:
        return words
    words = words.rstrip()
    while opened and (begin := _open_and_empty(words, opened[-1])) >= 0:
        opened.pop()
        words = words[:begin].rstrip()
    return words + "".join(reversed(opened))


def _open_and_empty(words: str, end: str) -> int:
    """Where the mark or tag begins that `end` would end, if nothing is in it yet; else -1."""
    if end[0] != "<":
        return len(words) - len(end) if words.endswith(end) else -1
    begin = words.rfind("<")
    tag = BARE_TAG_IN_SUMMARY.fullmatch(words, max(begin, 0))
    return begin if tag and f"</{tag[2].lower()}>" == end and not tag[1] else -1


def _without_half(words: str, position: int) -> str | None:
    """The words, where what begins here has not ended: code, a formula, a picture, a link."""
    before = words[:position]
    match words[position]:
        case "`":
            run = _TICKS.match(words, position)[0]  # type: ignore[index]
            if words.find(run, position + len(run)) < 0:
                inside = words[position + len(run) :].strip("`")
                return f"{before}{run}{inside}{run}" if inside.strip() else before
        case "$" | "\\":
            # A block on lines of its own, which is drawn once it ends.
            marker = words[position:][:2]
            is_block = marker in ("$$", r"\[") and not before.strip()
            if is_block and not formula_at(words, position):
                tex = words[position + 2 :].strip("$\\\n ")
                return f"{before}{marker}\n{tex}" if tex else before
            held = held_from(words, position)
            return words[:held] if held is not None else None
        case "!" if _HALF_PICTURE.match(words, position):
            return before
        case "<" if half := _HALF_TAG.match(words, position):
            return before if _may_become_tag(half[1].lower()) else None
        case "[" if half := _HALF_LINK.match(words, position):
            return before + half[1]
        case "[" if _HALF_NOTE.match(words, position):
            return before
    return None


def _next_position(words: str, position: int, opened: list[str]) -> int:
    """Where to look next, behind what is whole here; keeps account of emphasis."""
    character = words[position]
    if character == "`":
        run = _TICKS.match(words, position)[0]  # type: ignore[index]
        return words.index(run, position + len(run)) + len(run)
    if character in "$\\":
        if formula := formula_at(words, position):
            return formula[2]
        return position + 2 if character == "\\" else position + 1
    if character == "<":
        tags = BARE_TAG_IN_SUMMARY if "<summary" in words[:position].lower() else BARE_TAG
        if tag := tags.match(words, position):
            _note_tag(tag, opened)
            return tag.end()
    if emphasis := _EMPHASIS.match(words, position):
        _note_emphasis(emphasis[0], words[:position][-1:], words[emphasis.end() :][:1], opened)
        return emphasis.end()
    return position + 1


def _note_emphasis(marker: str, before: str, after: str, opened: list[str]) -> None:
    if marker[0] == "_" and before.isalnum() and after.isalnum():
        return
    if marker == "***":
        if before.strip() and sorted(opened[-2:]) == ["*", "**"]:
            del opened[-2:]
            return
        _note_emphasis("**", before, "*", opened)
        marker = "*"
    start = max((place for place, end in enumerate(opened) if end[0] == "<"), default=-1) + 1
    if before.strip() and marker in opened[start:]:
        del opened[opened.index(marker, start) :]
    elif after.strip() or not after:
        opened.append(marker)


def _note_tag(tag: re.Match[str], opened: list[str]) -> None:
    end = f"</{tag[2].lower()}>"
    if not tag[1]:
        opened.append(end)
    elif end in opened:
        del opened[opened.index(end) :]


def _may_become_tag(half: str) -> bool:
    name = half.removeprefix("/")
    return any(tag.startswith(name) for tag in _BEGUN_TAGS)
