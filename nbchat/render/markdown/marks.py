"""The numbers in an answer's words that lead to its sources.

`[1]` is what most models write, and some `[1, 2]`, `[^1^]`, `[ref_1]`, `[doc1]`, `【1†…】`, or
`[1](@ref)` (Tencent's). Where a provider says in numbers where a passage ends, a mark of ours
stands there. It works on markdown-it's tokens, so that code and formulas keep what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_WRITTEN = re.compile(
    r"[\[\uff3b] ?(?P<plain>\d{1,3}(?:[,;\uff0c\u3001\uff1b] ?\d{1,3}){0,9}) ?[\]\uff3d]"
    r"|\[(?:\^|ref[_:]|doc|citation:|web:|source:? )(?P<named>\d{1,3})\^?\]"
    r"|\u3010(?P<thick>\d{1,3})(?:[:\u2020][^\u3010\u3011\n]{0,80})?\u3011"
)
REFERENCE = "@ref"
_NUMBERS = re.compile(r"\d{1,3}(?:[,;] ?\d{1,3}){0,9}")


@dataclass(slots=True, frozen=True)
class Marks:
    """Where numbers lead: those that the words have themselves, and those of our own marks."""

    written: Mapping[int, str] = field(default_factory=dict)  # addresses
    placed: Mapping[int, str] = field(default_factory=dict)
    sign: str = ""  # a character that the words do not have, around the number of a mark of ours

    @staticmethod
    def written_as(sign: str, number: int) -> str:
        """A mark of ours. Beside punctuation, emphasis ends as it would without the mark."""
        return f"%{sign}{number}{sign}%"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Both, in a text."""
        if not self.sign:
            return _WRITTEN
        return re.compile(rf"{_WRITTEN.pattern}|%{self.sign}(?P<ours>\d{{1,3}}){self.sign}%")

    def swept(self, text: str) -> str:
        """The text without marks of ours that could not be drawn, in code say."""
        if not self.sign or self.sign not in text:
            return text
        return re.sub(rf"%{self.sign}\d{{1,3}}{self.sign}%|{self.sign}", "", text)


def marks(state: StateCore) -> None:
    """A rule for markdown-it's core: numbers that lead to a source become links."""
    known: Marks | None = state.env.get("marks")
    if known is None:
        return
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = [*_linked(_joined(_unlinked(token.children)), known)]
        elif token.content:
            token.content = known.swept(token.content)


def _unlinked(children: list[Token]) -> Iterator[Token]:
    """The tokens, with `[1]` in the place of a link that leads to no page but to a source."""
    rest = iter(range(len(children)))
    for nth in rest:
        token = children[nth]
        label = children[nth + 1].content if nth + 1 < len(children) else ""
        is_reference = token.type == "link_open" and token.attrs.get("href") == REFERENCE
        if is_reference and _NUMBERS.fullmatch(label):
            yield _text(f"[{label}]")
            next(rest), next(rest)  # the label, and the end of the link
        else:
            yield token


def _joined(children: Iterable[Token]) -> Iterator[Token]:
    """The tokens, with texts that follow one another as one: `[` is often a token of its own."""
    before: Token | None = None
    for token in children:
        if before is not None and token.type == "text":
            before.content += token.content
            continue
        before = token if token.type == "text" else None
        yield token


def _linked(children: Iterator[Token], known: Marks) -> Iterator[Token]:
    depth = 0  # of links, which must not stand in one another
    for token in [*children]:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not depth:
            yield from _pieces(token, known)
            continue
        token.content = known.swept(token.content)
        for inner in token.children or ():
            inner.content = known.swept(inner.content)
        for name, value in token.attrs.items():
            token.attrs[name] = known.swept(value) if isinstance(value, str) else value
        yield token


def _pieces(token: Token, known: Marks) -> Iterator[Token]:
    """A text in pieces: words, and numbers as links."""
    end = 0
    for match in known.pattern.finditer(token.content):
        made = [*_mark(match, known)]
        if made:
            yield _text(known.swept(token.content[end : match.start()]))
            yield from made
            end = match.end()
    yield _text(known.swept(token.content[end:]))


def _mark(match: re.Match[str], known: Marks) -> Iterator[Token]:
    groups = match.groupdict()
    if ours := groups.get("ours"):
        url = known.placed.get(int(ours))
        label = _text(f"[{ours}]")
        yield from _link(url, label) if url else [label]
        return
    if one := groups["named"] or groups["thick"]:
        if url := known.written.get(int(one)):
            yield from _link(url, _text(f"[{one}]"))
        return
    numbers = [int(number) for number in re.findall(r"\d+", groups["plain"])]
    if not all(number in known.written for number in numbers):
        return
    for number in numbers:
        label = _text(f"[{number}]")
        url = known.written[number]
        yield from _link(url, label) if url else [label]


def _link(url: str, label: Token) -> list[Token]:
    from markdown_it.token import Token

    opening = Token("link_open", "a", 1, attrs={"href": url})
    return [opening, label, Token("link_close", "a", -1)]


def _text(content: str) -> Token:
    from markdown_it.token import Token

    return Token("text", "", 0, content=content)
