"""A model's Markdown in a terminal, drawn by rich: tables, lists, code in its own colours.

Blocks are printed once they are settled, as in a page. Links show where they
lead and are never hidden in an escape sequence, formulas are shown as typed.
Whatever rich is given has been cleaned; it is cleaned once more on its way out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text
from rich.theme import Theme

from nbchat.render.markdown.parser import DEEPEST_NESTING, parse_blocks
from nbchat.render.streaming.half_markdown import complete_markdown
from nbchat.render.terminal.clean import clean
from nbchat.render.terminal.rich_elements import Drawing, tokens_for_rich

WIDEST_PAGE = 100  # columns; longer lines of prose are hard to read
NARROWEST_PAGE = 20  # columns; in fewer a list has no room for its words
LONGEST_BLOCK_DRAWN = 50_000  # characters of a block; one that is longer would take seconds to draw
LONGEST_OPEN_DRAWN = 4_000  # characters of an open block that are drawn while it grows

# Colours of the terminal itself, so that they suit light and dark ones.
THEME = Theme(
    {
        "markdown.h1": "bold underline",
        "markdown.h2": "bold",
        "markdown.h3": "bold",
        "markdown.h4": "bold",
        "markdown.h5": "bold",
        "markdown.h6": "bold",
        "markdown.code": "cyan",
        "markdown.code_block": "none",
        "markdown.block_quote": "dim",
        "markdown.item.bullet": "dim",
        "markdown.item.number": "dim",
        "markdown.list": "none",
        "markdown.mark": "reverse",
        "markdown.small": "dim",
        "markdown.u": "underline",
        "markdown.table.border": "dim",
        "markdown.table.header": "bold",
    }
)


def make_console(file: IO[str] | None = None) -> Console | None:
    """A console for this terminal; None where it cannot be repainted, or has no room.

    It writes to standard output, or to `file`.
    """
    console = Console(file=file, theme=THEME, highlight=False, emoji=False, markup=False)
    if not console.is_interactive or console.width < NARROWEST_PAGE:
        return None
    console.width = min(console.width, WIDEST_PAGE)
    return console


Lines = list[list[Segment]]


@dataclass(frozen=True, slots=True)
class _Block:
    """What was typed, and the tokens that rich is to draw; without any, it is shown as typed."""

    source: str
    tokens: list[Token] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """Blocks below each other, a blank line between; the last `most_lines` of all their lines.

    No word gets lost: a block that rich cannot draw, or not in so few columns, is shown as typed.
    """

    blocks: Sequence[_Block]
    style: str = field(default="none", kw_only=True)
    most_lines: int | None = field(default=None, kw_only=True)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        options = options.update(height=None)
        lines: Lines = []
        for block in self.blocks:
            drawn = self._lines(block, console, options)
            if lines and drawn:
                lines.append([])
            lines += drawn
        if self.most_lines is not None:
            lines = lines[-self.most_lines :]
        for line in lines:
            yield from line
            yield Segment.line()

    def _lines(self, block: _Block, console: Console, options: ConsoleOptions) -> Lines:
        try:
            if _can_be_drawn(block):
                drawn = _render_lines(Drawing(block.tokens, self.style), console, options)
                if drawn and _has_all(drawn, block.tokens):
                    return drawn
        except Exception:  # whatever a hostile text does to the drawing, its words are still shown
            pass
        return _render_lines(Text(clean(block.source), style=self.style), console, options)


def page(source: str, *, dim: bool = False) -> Page:
    """A piece of Markdown, whole blocks of it; `dim` for thinking."""
    return Page(_parse(source), style=_style(dim))


def open_page(source: str, *, dim: bool = False, most_lines: int | None = None) -> Page:
    """The same for a block that is still being typed: its end, as typed, where it is long."""
    if len(source) > LONGEST_OPEN_DRAWN:
        return Page(
            [_Block(source[-LONGEST_OPEN_DRAWN:])], style=_style(dim), most_lines=most_lines
        )
    return Page(_parse(complete_markdown(source)), style=_style(dim), most_lines=most_lines)


def remark(text: str) -> Page:
    """A line of our own, dimmed."""
    return Page([_Block(text)], style=_style(dim=True))


def _style(dim: bool) -> str:
    return "dim" if dim else "none"


def _parse(source: str) -> list[_Block]:
    try:
        return list(_blocks(source))
    except Exception:  # whatever a hostile text does to the parser, its words are still shown
        return [_Block(source)]


def _blocks(source: str) -> Iterator[_Block]:
    """The blocks of a source, and what belongs to none: addresses that are given for later."""
    lines = source.split("\n")
    end = 0
    for block in parse_blocks(source, {"piece": True}):
        yield _Block("\n".join(lines[end : block.first]))
        typed = "\n".join(lines[block.first : block.end])
        yield _Block(typed, list(tokens_for_rich(block.tokens)))
        end = block.end
    yield _Block("\n".join(lines[end:]))


def _can_be_drawn(block: _Block) -> bool:
    if not block.tokens or len(block.source) > LONGEST_BLOCK_DRAWN:
        return False
    return all(token.level < DEEPEST_NESTING - 1 for token in block.tokens)


def _render_lines(inner: RenderableType, console: Console, options: ConsoleOptions) -> Lines:
    """Its lines, without blank ones around it and spaces behind it, cleaned once more."""
    lines = [_trim(line) for line in console.render_lines(inner, options, pad=False)]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        del lines[0]
    return lines


def _trim(line: list[Segment]) -> list[Segment]:
    words = [segment for segment in line if not segment.control]
    line = [Segment(clean(text).replace("\n", ""), style) for text, style, _ in words]
    while line and not line[-1].text.strip() and not _is_underlined(line[-1]):
        line.pop()
    if not line:
        return []
    last = line.pop()
    return [*line, Segment(last.text.rstrip(), last.style)]


def _is_underlined(segment: Segment) -> bool:
    return bool(segment.style and segment.style.underline)


def _has_all(lines: Iterable[Iterable[Segment]], tokens: Iterable[Token]) -> bool:
    """Whether every character of the tokens is drawn; rich leaves out cells that have no room."""
    drawn = (segment.text for line in lines for segment in line)
    asked = (leaf.content for token in tokens for leaf in token.children or [token])
    return not _characters(asked) - _characters(drawn)


def _characters(texts: Iterable[str]) -> Counter[str]:
    counted = Counter("".join(texts))
    for space in [character for character in counted if character.isspace()]:
        del counted[space]
    return counted
