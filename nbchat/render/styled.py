"""A model's Markdown in a terminal, drawn by rich: tables, lists, code in the terminal's own colours.

Blocks are printed once they are settled, as in a page. Links show where they
lead and are never hidden in an escape sequence, formulas are shown as typed.
Whatever rich is given has been cleaned; it is cleaned once more on its way out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from markdown_it.token import Token
from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import (
    CodeBlock,
    Heading,
    HorizontalRule,
    Markdown,
    MarkdownElement,
    TableElement,
)
from rich.padding import Padding
from rich.rule import Rule
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from nbchat.render.markdown.code import colour_pieces, language_of
from nbchat.render.markdown.parser import DEEPEST, blocks
from nbchat.render.streaming.half_markdown import complete_markdown
from nbchat.render.streaming.incremental import Incremental
from nbchat.render.terminal import WIDEST, clean

if TYPE_CHECKING:
    from rich.console import JustifyMethod

LONGEST_TAIL = 4_000  # characters of an open block that are drawn while it grows

# By the letters of `code.pieces`.
COLOURS = {
    "": "none",
    "k": "bold",
    "c": "dim italic",
    "s": "green",
    "n": "cyan",
    "f": "blue",
    "m": "magenta",
}
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
        "markdown.table.border": "dim",
        "markdown.table.header": "bold",
    }
)


def console() -> Console | None:
    """A console for this terminal; None where there is none, or one that cannot move its cursor."""
    made = Console(theme=THEME, highlight=False, emoji=False, markup=False)
    if not made.is_terminal or made.is_dumb_terminal:
        return None
    made.width = min(made.width, WIDEST)
    return made


class Sources(Incremental):
    """Cuts a text into blocks as it comes; `settled` are their Markdown sources, to be taken out."""

    def taken(self) -> list[str]:
        out, self.settled = self.settled, []
        return out

    @property
    def begun(self) -> bool:
        return self._size > 0

    def finish(self) -> None:
        self._take(self._held)
        self._held = ""
        self._settle(self._rest())
        self._keep("")

    @property
    def tail(self) -> str:
        return self._rest()

    def _settle(self, text: str) -> None:
        if text.strip():
            self.settled.append(text)


def page(source: str, *, dim: bool = False) -> RenderableType:
    """A piece of Markdown, whole blocks of it; `dim` for thinking."""
    style = "dim" if dim else "none"
    try:
        found = blocks(source, {"piece": True})
        tokens = [token for block in found for token in block.tokens]
        if any(token.level >= DEEPEST - 1 for token in tokens):
            return Text(clean(source.rstrip()), style=style)
        return _Page(list(_shown(tokens)), style)
    except Exception:  # whatever a hostile text does to the parser, its words are still shown
        return Text(clean(source.rstrip()), style=style)


def open_page(source: str, *, dim: bool = False) -> RenderableType:
    """The same for a block that is still being typed: its end, as typed, where it is long."""
    if len(source) <= LONGEST_TAIL:
        return page(complete_markdown(source), dim=dim)
    return Text(clean(source[-LONGEST_TAIL:]), style="dim" if dim else "none")


class Lines:
    """What a page looks like, without blank lines around it and spaces behind it; its last `most` lines.

    Its text is cleaned of control characters once more.
    """

    def __init__(self, *inner: RenderableType, most: int | None = None) -> None:
        self._inner = Group(*inner)
        self._most = most

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = [
            _trimmed(line)
            for line in console.render_lines(self._inner, options.update(height=None), pad=False)
        ]
        while lines and not lines[-1]:
            lines.pop()
        while lines and not lines[0]:
            del lines[0]
        for line in lines if self._most is None else lines[-self._most :]:
            yield from line
            yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    line = [
        Segment(clean(text).replace("\n", ""), style)
        for text, style, control in line
        if not control
    ]
    while line and not line[-1].text.strip() and not (line[-1].style and line[-1].style.underline):
        line.pop()
    return [*line[:-1], Segment(line[-1].text.rstrip(), line[-1].style)] if line else []


# --- how rich is told ----------------------------------------------------------------------------


class _Heading(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}


class _Code(CodeBlock):
    """Code in the terminal's own colours, two columns in, under the name of its language."""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> _Code:
        return cls(language_of(token.info), "")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = self.text.plain.removesuffix("\n").expandtabs(4)
        drawn = Text.assemble(
            *((text, COLOURS[colour]) for colour, text in colour_pieces(code, self.lexer_name)),
            overflow="fold",
        )
        label = [Text(self.lexer_name, style="dim")] if self.lexer_name else []
        yield Padding(Group(*label, drawn), (0, 0, 0, 2))


class _Table(TableElement):
    """Cells that go on below instead of being cut."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(box=SIMPLE_HEAD, pad_edge=False, border_style="dim", header_style="bold")
        for cell in self.header.row.cells if self.header and self.header.row else ():
            table.add_column(cell.content, overflow="fold")
        for row in self.body.rows if self.body else ():
            table.add_row(*(cell.content for cell in row.cells))
        yield table


class _Rule(HorizontalRule):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(style="dim")


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
        "table_open": _Table,
        "hr": _Rule,
    }

    def __init__(self, tokens: list[Token], style: str) -> None:
        super().__init__("", hyperlinks=False, style=style)
        self.parsed = tokens


def _shown(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens as rich knows them, cleaned: entities can have made control characters."""
    label = ""
    for token in tokens:
        match token.type:
            case "inline":
                token.children = list(_inline(token.children or (), label))
                label = ""
            case "formula_block_open" | "formula_block_close" | "footnote_reference_close":
                continue
            case "footnote_reference_open":
                label = f"[{token.meta['label']}] "
                continue
            case "formula_block":
                token = Token(
                    "code_block", "code", 0, content=f"{token.markup}{token.content}{token.info}"
                )
            case "th_open" | "td_open" if align := token.attrs.get("align"):
                token.attrs["style"] = f"text-align:{align}"
        token.content = clean(token.content)
        yield token


def _inline(children: Sequence[Token], label: str) -> Iterator[Token]:
    if label:
        yield _text(label)
    address, words = "", ""
    for child in children:
        match child.type:
            case "link_open":
                address, words = str(child.attrs["href"]), ""
            case "link_close":
                if address.removeprefix("mailto:") not in (words, f"{words}/"):
                    yield _text(f" ({address})")
                address = ""
            case "formula":
                yield Token("code_inline", "code", 0, content=clean(_typed(child)))
            case "footnote_ref":
                yield _text(f"[{child.meta['label']}]")
            case _:
                words += child.content
                child.content = clean(child.content)
                yield child


def _text(words: str) -> Token:
    return Token("text", "", 0, content=clean(words))


def _typed(formula: Any) -> str:
    closer = {"\\(": "\\)", "\\[": "\\]"}.get(formula.markup, formula.markup)
    return f"{formula.markup}{formula.content}{closer}"
