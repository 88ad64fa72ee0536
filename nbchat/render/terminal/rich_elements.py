"""Markdown's blocks as rich is to draw them, and our parser's tokens as rich knows them.

Every token is cleaned here: an entity in Markdown can become a control character.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from markdown_it.token import Token
from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.markdown import (
    CodeBlock,
    Heading,
    HorizontalRule,
    Markdown,
    MarkdownContext,
    MarkdownElement,
    Paragraph,
    TableElement,
)
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from nbchat.render.markdown.code import colour_pieces, language_of
from nbchat.render.markdown.scripts import scripts_in_letters
from nbchat.render.terminal.clean import clean

# By the letters of `colour_pieces`.
COLOURS = {
    "": "none",
    "k": "bold",
    "c": "dim italic",
    "s": "green",
    "n": "cyan",
    "f": "blue",
    "m": "magenta",
}


class _Heading(Heading):
    """A heading where it stands, neither in a box nor in the middle."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.text


class _Code(CodeBlock):
    """Code in the terminal's own colours, two columns in, under the name of its language."""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> _Code:
        return cls(language_of(token.info), "")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = self.text.plain.removesuffix("\n").expandtabs(4)
        coloured = (
            (text, COLOURS[colour]) for colour, text in colour_pieces(code, self.lexer_name)
        )
        drawn = Text.assemble(*coloured, overflow="fold")
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


class _Details(MarkdownElement):
    """A summary, and below it what it is the summary of, two columns in."""

    def __init__(self) -> None:
        self._parts: list[MarkdownElement] = []

    def on_child_close(self, context: MarkdownContext, child: MarkdownElement) -> bool:
        self._parts.append(child)
        return False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._parts[0]
        for part in self._parts[1:]:
            yield Padding(part, (1, 0, 0, 2))


class Drawing(Markdown):
    """What rich draws of tokens that it knows."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
        "table_open": _Table,
        "hr": _Rule,
        "details_open": _Details,
        "summary_open": Paragraph,
    }

    def __init__(self, tokens: list[Token], style: str) -> None:
        super().__init__("", hyperlinks=False, style=style)
        self.parsed = tokens
        self.inlines = {*self.inlines, "mark", "small", "u"}


def tokens_for_rich(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens as rich knows them, cleaned: entities can have made control characters."""
    label, before = "", ""
    for token in tokens:
        match token.type:
            case "inline":
                children = list(_inline_tokens(token.children or (), label))
                token.children = _as_summary(children) if before == "summary_open" else children
                label = ""
            case "formula_block_open" | "formula_block_close" | "footnote_reference_close":
                continue
            case "footnote_reference_open":
                label = f"[{token.meta['label']}] "
                continue
            case "formula_block":
                typed = f"{token.markup}{token.content}{token.info}"
                token = Token("code_block", "code", 0, content=typed)
            case "th_open" | "td_open" if align := token.attrs.get("align"):
                token.attrs["style"] = f"text-align:{align}"
        token.content = clean(token.content)
        before = token.type
        yield token


def _as_summary(children: Sequence[Token]) -> list[Token]:
    bold = Token("strong_open", "strong", 1), Token("strong_close", "strong", -1)
    return [_text_token("▾ "), bold[0], *children, bold[1]]


def _inline_tokens(children: Sequence[Token], label: str) -> Iterator[Token]:
    if label:
        yield _text_token(label)
    address, words = "", ""
    for child in scripts_in_letters(children):
        match child.type:
            case "kbd_open" | "kbd_close":
                continue
            case "link_open":
                address, words = str(child.attrs["href"]), ""
            case "link_close":
                if address.removeprefix("mailto:") not in (words, f"{words}/"):
                    yield _text_token(f" ({address})")
                address = ""
            case "formula":
                yield Token("code_inline", "code", 0, content=clean(_formula_as_typed(child)))
            case "footnote_ref":
                yield _text_token(f"[{child.meta['label']}]")
            case _:
                words += child.content
                child.content = clean(child.content)
                yield child


def _text_token(words: str) -> Token:
    return Token("text", "", 0, content=clean(words))


def _formula_as_typed(formula: Any) -> str:
    closer = {"\\(": "\\)", "\\[": "\\]"}.get(formula.markup, formula.markup)
    return f"{formula.markup}{formula.content}{closer}"
