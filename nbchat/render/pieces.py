"""A block that goes on and on, shown in pieces while it streams.

A table of a thousand rows is one block, and a page would be sent all of it at
every repaint. So it is cut where a reader hardly sees it: between rows, items,
lines of code, sentences. The rest is Markdown again, with what it needs to look
like the same block (a fence, a heading row, a number). Pieces are for looking
at meanwhile; what is kept is rendered from the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nbchat.render.incremental import Incremental
from nbchat.render.live import light

if TYPE_CHECKING:
    from markdown_it.token import Token

    from nbchat.render.markdown import Block

LONG = 1_000  # characters of an open block from which it is cut
LONG_PARAGRAPH = 3_000  # the same for a paragraph, where the cut shows: a line ends there
KEPT = 200  # characters of it that stay open, since their emphasis or link may still begin
AGAIN = 1.5  # a block that cannot be cut is looked at again when it is so many times as long
CANDIDATES = 8  # places in a paragraph that are tried, last first

GOES_ON, WENT_ON = "nbc-off", "nbc-on"  # classes of a piece that has another below it, above it

_FIRST_TAG = re.compile(r'<(\w+)((?: [\w-]+="[^"]*")*)>')
_QUOTE = re.compile(r" {0,3}> ?")
_NUMBER = re.compile(r"\d{1,9}")
_SENTENCES = [  # where a paragraph can end a line, best first
    re.compile(p) for p in (r"[.!?:]['\"”’)]*\s+|[。！？：]", r"[,;]\s+|[，、；]|\n", r"\s+", r".")
]


class Pieces(Incremental):
    """As Incremental, but a block that is open for long settles piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._next_cut: float = LONG
        self._went_on = False  # what is open goes on from a piece

    def feed(self, text: str) -> None:
        super().feed(text)
        if self._open_size < LONG:
            self._next_cut = LONG
        elif self._open_size >= self._next_cut:
            self._next_cut = self._open_size * AGAIN
            self._cut()

    @property
    def tail(self) -> str:
        tail = light(super().tail)
        return marked(tail, WENT_ON) if self._went_on else tail

    def _cut(self) -> None:
        try:
            found = cut(self._rest())
        except Exception:  # hostile text; `finish` has the last word on it
            return
        if found:
            done, rest = found
            self._settle(done)
            self.settled[-1:] = [marked(block, GOES_ON) for block in self.settled[-1:]]
            self._needs_all = self._went_on = True
            self._next_cut = LONG
            self._keep(rest)

    def _settle(self, text: str) -> None:
        first = len(self.settled)
        super()._settle(text)
        new = self.settled[first:]
        self.settled[first:] = map(light, new)
        self._needs_all |= self.settled[first:] != new
        if self._went_on and len(self.settled) > first:
            self.settled[first] = marked(self.settled[first], WENT_ON)
            self._went_on = False


def marked(html: str, name: str) -> str:
    """The HTML with one more class on its first element.

    >>> marked("<p>one</p>", "nbc-on"), marked('<div class="nbc-code">', "nbc-off")
    ('<p class="nbc-on">one</p>', '<div class="nbc-off nbc-code">')
    """

    def with_class(found: re.Match[str]) -> str:
        tag, attributes = found.groups()
        old = ' class="'
        if old not in attributes:
            return f'<{tag} class="{name}"{attributes}>'
        return f"<{tag}{attributes.replace(old, f'{old}{name} ', 1)}>"

    return _FIRST_TAG.sub(with_class, html, count=1) if html.startswith("<") else html


def cut(text: str, *, quoted: bool = False) -> tuple[str, str] | None:
    """The open block's Markdown in two: what can be shown for good, and how to go on. None where it cannot be cut.

    >>> cut("1. one\\n2. two\\n3. thr")
    ('1. one\\n2. two\\n', '3. thr')
    >>> cut("```sh\\nls\\npw")
    ('```sh\\nls\\n', '```sh\\npw')
    """
    from nbchat.render.markdown import outline

    found = outline(text, {})
    if quoted and len(found) > 1:
        return _at_line(text, found[-1].first)
    if len(found) != 1:
        return None
    match found[0].kind:
        case "fence":
            return _code(text, text[: text.find("\n") + 1])
        case "code_block":
            return _code(text, "")
        case "bullet_list_open" | "ordered_list_open":
            return _items(text, found[0])
        case "table_open":
            return _rows(text)
        case "blockquote_open":
            return _quoted(text)
        case "paragraph_open":
            return _sentences(text)
    return None


def _at_line(text: str, number: int) -> tuple[str, str] | None:
    lines = text.split("\n")
    return ("\n".join(lines[:number]) + "\n", "\n".join(lines[number:])) if number else None


def _code(text: str, opening: str) -> tuple[str, str] | None:
    """Before the last line, which may still become the closing one."""
    done, _, last = text.rpartition("\n")
    if len(done) <= len(opening) or (not opening and not last.startswith("    ")):
        return None
    return f"{done}\n", opening + last


def _items(text: str, block: Block) -> tuple[str, str] | None:
    starts = [t.map[0] for t in block.tokens if t.type == "list_item_open" and t.level == 1 and t.map]
    found = _at_line(text, starts[-1])
    if found and block.kind == "ordered_list_open":
        number = int(block.tokens[0].attrs.get("start", 1)) + len(starts) - 1
        return found[0], _NUMBER.sub(str(number), found[1], count=1)
    return found


def _rows(text: str) -> tuple[str, str] | None:
    """Between two rows; the rest gets the heading again, and two rows that keep the columns as wide as they were.

    They are there to be measured, not to be seen. Stripes go on if the rows before are even in number.
    """
    from nbchat.render.markdown import blocks

    lines = text.split("\n")
    whole = len(lines) - (3 if "|" in lines[-1] else 4)  # rows, without the last one
    number = 2 + whole // 2 * 2
    found = _at_line(text, number) if number > 2 else None
    if not found:
        return None
    columns = list(zip(*_cells(blocks(found[0], {})[0].tokens), strict=True))
    ruler = [_RULES[str(heading.attrs.get("align", ""))] for (heading, _), *_ in columns]
    longest = [max((content for _, content in column[1:]), key=len) for column in columns]
    words = [max((word for _, content in column for word in content.split() or [""]), key=len) for column in columns]
    return found[0], "\n".join([lines[0], *map(_row, (ruler, longest, words)), found[1]])


_RULES = {"": ":---", "right": "---:", "center": ":---:"}


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _cells(tokens: list[Token]) -> Iterator[list[tuple[Token, str]]]:
    row: list[tuple[Token, str]] = []
    for number, token in enumerate(tokens):
        if token.type == "tr_open":
            row = []
        elif token.type in ("th_open", "td_open"):
            row.append((token, tokens[number + 1].content))
        elif token.type == "tr_close":
            yield row


def _quoted(text: str) -> tuple[str, str] | None:
    """As what is quoted would be cut."""
    lines = text.split("\n")
    if not all(_QUOTE.match(line) for line in lines[:-1]) or not _QUOTE.match(lines[-1] or ">"):
        return None
    inner = [_QUOTE.sub("", line, count=1) for line in lines]
    found = cut("\n".join(inner), quoted=True)
    if not found:
        return None
    done, rest = _quote(found[0].rstrip("\n")), _quote(found[1])
    if found[1].endswith(f"\n{inner[-1]}"):  # of which perhaps not even the mark has come
        rest = rest[: rest.rindex("\n") + 1] + lines[-1]
    return f"{done}\n", rest


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def _sentences(text: str) -> tuple[str, str] | None:
    """Behind a sentence, a comma or a word, where no emphasis, code, link or formula is open."""
    from nbchat.render.halfway import completed

    if len(text) < LONG_PARAGRAPH:
        return None
    for pattern in _SENTENCES:
        ends = [found.end() for found in pattern.finditer(text, LONG_PARAGRAPH // 2, len(text) - KEPT)]
        for end in reversed(ends[-CANDIDATES:]):
            done, rest = text[:end].rstrip(), text[end:].lstrip()
            if rest[:1].isalpha() and completed(done) == done:
                return done, rest
    return None
