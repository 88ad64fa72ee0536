"""A model's Markdown as Markdown that may be copied, exported and rendered by others.

Other programs load pictures, and take HTML for HTML. So the source is changed where our
page shows something else than they would: only there, so that it stays what was written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from nbchat.invisible import INVISIBLE
from nbchat.render.characters import readable, undisguised, unmasked
from nbchat.render.markdown.cjk import may_emphasise_beside_cjk
from nbchat.render.markdown.code import language_of
from nbchat.render.markdown.other_readers import is_harmless, parse
from nbchat.render.markdown.parser import LONGEST_TEXT, make_parser
from nbchat.render.markdown.source_tags import (
    DETAILS_TAG,
    SUMMARY_END,
    bold_summary,
    has_words,
    margin_below,
    quote_marks,
    summary_span,
)
from nbchat.render.markdown.source_words import (
    dereferenced,
    legible_words,
    note_places,
    safe_formula,
    safe_words,
    without_markup,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_RENDERED_ELSEWHERE = re.compile(r"!\[|<[A-Za-z/!?]|\]\(|\]\[|\]:|```\s*\w|~~~\s*\w")
# Languages of code that some programs draw as a picture, which may show others.
_DRAWN = frozenset(
    {
        "mermaid",
        "plantuml",
        "puml",
        "dot",
        "graphviz",
        "d2",
        "kroki",
        "vega",
        "vega-lite",
        "geojson",
    }
)
_LOADS = re.compile(r"//|<|&|\burl|\bim(?:g|age)|!include|data:", re.IGNORECASE)
_FENCE_WITH_LANGUAGE = re.compile(r"(`{3,}|~{3,})[ \t]*\S+")
_TICKS = re.compile("`+")


def safe_source(text: str) -> str:
    """The Markdown without what hides, loads or acts; whole, for whoever renders it.

    >>> safe_source("![plot](https://a.example/p.png) <b>")
    '[plot: image at a.example (not loaded)](https://a.example/p.png) \\\\<b>'
    """
    text = readable(text)
    is_plain = not _RENDERED_ELSEWHERE.search(text) and dereferenced(text) == text
    if is_plain and not may_emphasise_beside_cjk(text):
        return legible_source(text)
    try:
        if len(text) <= LONGEST_TEXT:
            source = _Rewriting(text, is_safe=True).source()
            if is_harmless(source, _reader()):
                return source
    except Exception:  # whatever a hostile text does to the parser, its words are still there
        pass
    return legible_source(text) if is_plain else _fenced(text)


def joined(pieces: Sequence[str]) -> str:
    """Pieces of `safe_source` below each other, none of which goes on in the next."""
    text = "\n\n".join(map(_closed, pieces))
    return text if is_harmless(text, _reader()) else "\n\n".join(map(_fenced, pieces))


def _closed(source: str) -> str:
    """The source with its last line of code followed by the line that ends it."""
    tokens = parse(_reader(), source)
    last = tokens[-1] if tokens else None
    if last is None or last.type != "fence" or last.level or last.map is None:
        return source
    first, end = last.map
    ending = source.split("\n")[end - 1].strip()
    is_closed = end > first + 1 and ending.startswith(last.markup) and not ending.strip(ending[0])
    return source if is_closed else f"{source}\n{last.markup}"


def legible_source(text: str) -> str:
    """The Markdown with what nobody sees written out: all of it in code, some of it in prose."""
    text = readable(text)
    if not INVISIBLE.search(text):
        return text
    try:
        return _Rewriting(text, is_safe=False).source()
    except Exception:  # as above
        return unmasked(text)


def _fenced(text: str) -> str:
    """The text as typed, for what cannot be understood."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{unmasked(text)}\n{fence}"


@cache
def _reader() -> MarkdownIt:
    md = make_parser()
    note_places(md)
    return md


class _Rewriting:
    """A source while it is changed: whole lines, or pieces of a line."""

    def __init__(self, text: str, *, is_safe: bool) -> None:
        self._is_safe = is_safe
        self._text = text
        self._lines = text.split("\n")
        self._whole: dict[int, str] = {}
        self._pieces: dict[int, list[_Piece]] = {}
        self._tag_lines: set[int] = set()  # where details and their summaries begin and end
        self._ends: set[int] = set()  # lines that a blank one must follow
        self._gone: set[int] = set()  # lines whose words stand in an earlier one
        self._tokens = parse(_reader(), text)

    def source(self) -> str:
        """The changed source. Raises ValueError where the parser's words are not found in it."""
        before = ""
        for token in self._tokens:
            first, end = token.map or (0, 0)
            if token.type in ("fence", "code_block"):
                self._put_code(token, first, end)
            elif token.type == "formula_block_open":
                self._put_formula(first, end)
            elif token.type == "details_open":
                self._tag_lines |= {first, end - 1}
            elif token.type == "details_close" and self._is_safe:
                self._put_end(token)
            elif before == "summary_open" and self._is_safe:
                self._put_summary(token, first)
            elif token.type == "inline" and first not in self._whole:
                self._put_words(token, first, in_cell=before in ("td_open", "th_open"))
            before = token.type
        numbers = [number for number in range(len(self._lines)) if number not in self._gone]
        return "\n".join(map(self._line, numbers))

    def _line(self, number: int) -> str:
        if number in self._whole:
            return self._whole[number]
        line, end, out = self._lines[number], 0, []
        for piece in self._pieces.get(number, ()):
            out += [self._prose(line[end : piece.start], number), piece.words]
            end = piece.end
        out.append(self._prose(line[end:], number))
        if number in self._ends and self._is_safe:
            out.append(f"\n{quote_marks(line).rstrip()}")
        return "".join(out)

    def _prose(self, words: str, number: int) -> str:
        if self._is_safe:
            if number in self._tag_lines:
                words = DETAILS_TAG.sub("", words)
            return without_markup(undisguised(dereferenced(words)))
        return undisguised(words)

    def _put_code(self, token: Token, first: int, end: int) -> None:
        for number in range(first, end):
            self._whole[number] = unmasked(self._lines[number])
        is_drawn = language_of(token.info).lower() in _DRAWN
        if self._is_safe and is_drawn and _LOADS.search(token.content):
            self._whole[first] = _FENCE_WITH_LANGUAGE.sub(r"\1text", self._whole[first], count=1)

    def _put_formula(self, first: int, end: int) -> None:
        write = safe_formula if self._is_safe else unmasked
        for number in range(first, end):
            self._whole[number] = write(self._lines[number])

    def _put_words(self, token: Token, first: int, *, in_cell: bool) -> None:
        children = token.children or ()
        if self._is_safe:
            words = safe_words(token.content, children, in_cell=in_cell)
        else:
            words = legible_words(token.content, children)
        content = token.content
        if in_cell:
            content, words = content.replace("|", "\\|"), words.replace("|", "\\|")
        typed, written = content.split("\n"), words.split("\n")
        if len(typed) != len(written):  # what stood on two lines is one thing now
            written = [" ".join(map(str.strip, written))]
            self._gone.update(range(first + 1, first + len(typed)))
        for number, (old, new) in enumerate(zip(typed, written, strict=False), first):
            start, end = self._find(number, old.lstrip())
            if len(typed) != len(written):
                end = len(self._lines[number])
            self._pieces.setdefault(number, []).append(_Piece(start, end, new.lstrip()))

    def _put_summary(self, token: Token, number: int) -> None:
        """Write a summary as a paragraph in bold, apart from the lines around it."""
        line = self._lines[number]
        earlier = self._pieces.get(number)
        start, end = summary_span(line, token.content, earlier[-1].end if earlier else 0)
        self._tag_lines |= {number - 1, number, number + 1}
        words = safe_words(token.content, token.children or (), in_cell=False)
        words = bold_summary(words, token)
        margin = margin_below(line[:start])
        if has_words(line[end:]):
            words = f"{words}\n{margin.rstrip()}\n{margin}"
        elif has_words(self._lines[number + 1 : number + 2]):
            words = f"{words}\n{margin.rstrip()}"
        before = line[len(margin) : start]
        if has_words(before):
            words = f"\n{margin.rstrip()}\n{margin}{words}"
        elif has_words(self._lines[:number][-1:]):
            words = f"\n{margin}{words}"
        self._pieces.setdefault(number, []).append(_Piece(start, end, words))
        below = "".join(self._lines[number + 1 : number + 2])
        closing = SUMMARY_END.match(below) if token.meta["ends_below"] else None
        if closing:
            piece = _Piece(closing.start(1), closing.end(1), "")
            self._pieces.setdefault(number + 1, []).append(piece)

    def _put_end(self, token: Token) -> None:
        """Keep words behind the tag that ends details apart from those before it."""
        number, position, behind, is_open, _ = token.meta["ends"]
        if is_open:
            return
        line, line_start = self._lines[number], self._text.rfind("\n", 0, position) + 1
        start, end = position - line_start, behind - line_start
        if has_words(line[end:]):
            margin = margin_below(line[:start])
            end = len(line) - len(line[end:].lstrip())
            piece = _Piece(start, end, f"\n{margin.rstrip()}\n{margin}")
            self._pieces.setdefault(number, []).append(piece)
        elif has_words(line) and has_words(self._lines[number + 1 : number + 2]):
            self._ends.add(number)

    def _find(self, number: int, words: str) -> tuple[int, int]:
        earlier = self._pieces.get(number)
        start = self._lines[number].index(words, earlier[-1].end if earlier else 0)
        return start, start + len(words)


class _Piece(NamedTuple):
    start: int
    end: int
    words: str
