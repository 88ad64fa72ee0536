"""Bare tags of HTML as Markdown without HTML, for other programs: `H<sub>2</sub>O` as `H₂O`.

A tag that Markdown has no mark for leaves its words alone, but for `<br>`, which stays. Where
that could make markup of what stands around it, both tags stay words: what is copied shows no
more than our page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nbchat.render.markdown.details import UNNAMED
from nbchat.render.markdown.details_end import DETAILS, MARKS
from nbchat.render.markdown.scripts import script_in_letters, script_words

if TYPE_CHECKING:
    from markdown_it.token import Token

DETAILS_TAG = re.compile(rf"{DETAILS}|</details[ \t]*>|</?summary[ \t]*>", re.IGNORECASE)
SUMMARY_END = re.compile(r"[\s>]*(</summary[ \t]*>)", re.IGNORECASE)
_NO_MARGIN = re.compile(r"[^\s>]")
_BLOCK_MARKS = re.compile(MARKS)
_QUOTE_MARKS = re.compile(r"[\s>]*")
_SCRIPTS = {"sub": "\\_(", "sup": "^("}
_MARKS = {"strong": "**", "em": "*", "s": "~~"}
_ANY_MARK = re.compile(r"[*_~\\`\[]")
# What could become markup together with what follows.
_UNFINISHED = frozenset("<&\\!]`*_~$:@")


class TagEdit(NamedTuple):
    """What stands in the place of a tag, or of two tags and the words between them."""

    start: int
    end: int
    words: str
    is_markdown: bool = True  # else the words are still to be escaped


def tag_edits(content: str, children: Sequence[Token]) -> Iterator[TagEdit]:
    """How the tags in the words of a paragraph, heading or cell are written."""
    for number, token in enumerate(children):
        if "partner" in token.meta:
            yield from _pair_edits(content, children, number, token.meta["partner"])
        elif token.type == "hardbreak" and "tag_place" in token.meta:
            yield from _break_edits(content, *token.meta["tag_place"])


def _break_edits(content: str, start: int, end: int) -> Iterator[TagEdit]:
    if not _begins_line(content, start):
        yield TagEdit(start, end, "<br>")
    elif _can_go(content, start, end):  # alone on its line it would begin a block of HTML
        yield TagEdit(start, end, "")


def _pair_edits(
    content: str, children: Sequence[Token], number: int, closing: Token
) -> Iterator[TagEdit]:
    opening = children[number]
    start, inner = opening.meta["tag_place"]
    inner_end, end = closing.meta["tag_place"]
    if words := script_words(children, number):
        yield TagEdit(start, end, script_in_letters(opening.tag, words), is_markdown=False)
        return
    if not _can_go(content, start, inner) or not _can_go(content, inner_end, end):
        return
    if bracket := _SCRIPTS.get(opening.tag, ""):
        yield TagEdit(start, inner, bracket)
        yield TagEdit(inner_end, end, ")")
        return
    mark = _mark_around(content, opening.tag, start, inner, inner_end, end)
    yield TagEdit(start, inner, mark)
    yield TagEdit(inner_end, end, mark)


def _mark_around(content: str, tag: str, start: int, inner: int, inner_end: int, end: int) -> str:
    """The mark that Markdown has for a tag, where every reader would see it so."""
    words = content[inner:inner_end]
    ends_in_letters = words[0].isalnum() and words[-1].isalnum()
    is_beside_tag = content[:start].endswith(">") or content.startswith("<", end)
    if not ends_in_letters or is_beside_tag or "<" in words or _ANY_MARK.search(content):
        return ""
    return _MARKS.get(tag, "")


def _can_go(content: str, start: int, end: int) -> bool:
    """Whether what stands before and behind a tag means the same side by side."""
    after = content[end : end + 1]
    if not after or after.isspace():
        return True
    if _begins_line(content, start):
        return after.isalpha()
    return content[start - 1] not in _UNFINISHED


def _begins_line(content: str, place: int) -> bool:
    return not content[content.rfind("\n", 0, place) + 1 : place].strip()


def bold_summary(words: str, token: Token) -> str:
    """The words of a summary in bold, with the name that our page gives to one without words."""
    if token.meta.get("unnamed"):
        words = f"{UNNAMED} {words}".strip()
    has_marks = bool(set(words) & set("*_`\\"))
    return words if has_marks else f"**{words}**"


def summary_span(line: str, content: str, begin: int) -> tuple[int, int]:
    """Where in its line a summary stands with its tags, or where it should if there is none."""
    words = re.escape(content)
    summary = rf"<summary[ \t]*>\s*{words}\s*(?:</summary[ \t]*>)?"
    tags = rf"(?:{DETAILS}\s*)?{summary}|{DETAILS}{words}"
    if match := re.compile(tags, re.IGNORECASE).search(line, begin):
        return match.span()
    start = line.index(content, begin)
    return start, start + len(content)


def has_words(lines: str | Sequence[str]) -> bool:
    """Whether there is more than marks of quotes, and tags of details."""
    text = lines if isinstance(lines, str) else "".join(lines)
    return bool(DETAILS_TAG.sub("", text).strip(" \t>"))


def margin_below(before: str) -> str:
    """What lines below need to be in the same list and quote as one that begins so."""
    marks = _BLOCK_MARKS.match(before)
    return _NO_MARGIN.sub(" ", marks[0]) if marks else ""


def quote_marks(line: str) -> str:
    marks = _QUOTE_MARKS.match(line)
    return marks[0] if marks else ""
