"""What an answer says and does, in order: its words, its pictures, the tools it has called.

One text for each form: HTML of a finished answer, plain text, Markdown for other programs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from nbchat.messages import Image, Text, ToolResult, is_picture
from nbchat.picture_words import can_be_drawn, picture_words
from nbchat.render.characters import readable, unmasked
from nbchat.render.sources import (
    Numbered,
    marked,
    marked_in_words,
    numbered,
    source_lines,
    sources_markdown,
)
from nbchat.render.tool_calls import Called, call_html, calls_with_results, unrun_html
from nbchat.render.tool_words import MOST_FIGURES, call_line, call_words, figures
from nbchat.render.value_html import value_html
from nbchat.render.value_table import has_value, value_json

if TYPE_CHECKING:
    from nbchat.events import Answer

_BACKTICKS = re.compile("`+")
_JSON_BEGINS = ("{", "[")

DrawPicture = Callable[["Image"], str]


@dataclass(slots=True)
class Words:
    """Words that stand together, and from where to where passages of them can end.

    Both are places in the answer's whole text. What stands between words, such as a picture that
    it tells in words, counts to those before.
    """

    text: str
    start: int
    end: int = sys.maxsize


@dataclass(slots=True, frozen=True)
class Data:
    """JSON in the place of the last words: the value of an answer, or what is not a valid one."""

    answer: Answer
    words: str

    @property
    def text(self) -> str:
        """The JSON."""
        return value_json(self.answer) if has_value(self.answer) else readable(self.words)

    @property
    def html(self) -> str:
        """A value as a table; what is not valid as it was written."""
        from nbchat.render.markdown.code import code_block
        from nbchat.render.sanitise import sanitise

        if self.answer.valued is not None and has_value(self.answer):
            return value_html(self.answer.valued.value, self.text)
        return sanitise(code_block(self.text.strip(), "json"))

    @property
    def markdown(self) -> str:
        """A block of code that nothing in it ends."""
        runs = [len(run) for run in _BACKTICKS.findall(self.text)]
        fence = "`" * max([3, *(run + 1 for run in runs)])
        return f"{fence}json\n{unmasked(self.text).strip()}\n{fence}"


Piece: TypeAlias = "Words | Image | Called | Data"


def has_results(answer: Answer) -> bool:
    """Whether any tool has been run for it: then its calls stand among its words.

    Calls that are only asked for stand below them.
    """
    return any(isinstance(part, ToolResult) for part in answer.parts)


def body_html(answer: Answer, draw: DrawPicture) -> str:
    """Safe HTML of the body, where each picture is what `draw` makes of it."""
    from nbchat.render.markdown.parser import markdown_html

    sources = numbered(answer.sources)
    html = []
    for piece in body_pieces(answer):
        match piece:
            case Words():
                text, marks = marked(piece.text, _within(piece, sources))
                html.append(markdown_html(readable(text), marks))
            case Image():
                html.append(draw(piece))
            case Data():
                html.append(piece.html)
            case (call, result):
                html.append(call_html(call, result, draw) if result else unrun_html(call))
    return "".join(html)


def words_with_sources(answer: Answer) -> str:
    """The body as plain text, and the sources as lines below it."""
    sources = numbered(answer.sources)
    body = _body_text(answer, sources)
    if not sources:
        return body
    return "\n".join([body.rstrip(), "", "Sources:", *source_lines(sources)])


def _body_text(answer: Answer, sources: Sequence[Numbered]) -> str:
    if not has_results(answer) and answer.valued is None:
        return marked_in_words(answer.text, sources)
    pieces = body_pieces(answer)
    text = ""
    for before, piece in zip([None, *pieces], pieces, strict=False):
        gap = "\n" if isinstance(before, tuple) and isinstance(piece, tuple) else "\n\n"
        text += f"{gap if before else ''}{_plain(piece, sources)}"
    return text


def _plain(piece: Piece, sources: Sequence[Numbered]) -> str:
    match piece:
        case Words():
            return marked_in_words(piece.text, _within(piece, sources))
        case Image():
            return picture_words(piece)
        case Data():
            return piece.text
        case (call, result):
            return call_words(call, result) if result else call_line(call, mark="not run")


def body_markdown(answer: Answer, draw: DrawPicture) -> list[str]:
    """Pieces of safe Markdown: the body, each picture as `draw` makes it, the sources."""
    from nbchat.render.markdown.source import safe_source
    from nbchat.render.tool_markdown import call_markdown

    sources = numbered(answer.sources)
    markdown: list[str] = []
    for piece in body_pieces(answer):
        match piece:
            case Words():
                words = marked_in_words(piece.text, _within(piece, sources))
                markdown.append(safe_source(words))
            case Image():
                markdown.append(draw(piece))
            case Data():
                markdown.append(piece.markdown)
            case (call, result):
                markdown += call_markdown(call, result, draw)
    if markdown == [""] and not sources:
        return markdown
    markdown += [safe_source(sources_markdown(sources))] if sources else []
    return [piece for piece in markdown if piece.strip()]


def pictures_in_order(answer: Answer) -> list[Image]:
    """The pictures that `body_html` has drawn, in the order of their places."""
    drawn: list[Image] = []
    for piece in body_pieces(answer):
        match piece:
            case Image():
                drawn.append(piece)
            case (_, ToolResult() as result):
                drawn += figures(result)[:MOST_FIGURES]
    return [picture for picture in drawn if can_be_drawn(picture)]


def body_pieces(answer: Answer) -> list[Piece]:
    """Words, pictures and calls in order; without calls where all are only asked for.

    Of an answer that was to be a value, its JSON stands where its last words would.
    """
    pieces = _said_pieces(answer)
    if answer.valued is None:
        return pieces
    last = pieces[-1] if pieces else None
    words = last.text if isinstance(last, Words) else ""
    if not has_value(answer) and not words.lstrip().startswith(_JSON_BEGINS):
        return pieces
    before = pieces[:-1] if isinstance(last, Words) else pieces
    return [*before, Data(answer, words)]


def _said_pieces(answer: Answer) -> list[Piece]:
    with_calls = has_results(answer)
    pieces: list[Piece] = []
    text, start = "", 0  # the words that have no piece yet, and where they begin
    for part in calls_with_results(answer.parts):
        match part:
            case Text():
                text += part.spaced
            case Image() if is_picture(part):
                gap = "\n\n" if start or text else ""  # as in the answer's text
                pieces += [Words(text, start), part]
                start += len(f"{text}{gap}{picture_words(part)}")
                text = ""
            case (_, _) as called if with_calls:
                pieces += [Words(text, start), called]
                start += len(text)
                text = ""
    pieces.append(Words(text, start))
    if len(pieces) == 1:
        return pieces
    apart = [_stripped(piece) if isinstance(piece, Words) else piece for piece in pieces]
    apart = [piece for piece in apart if not isinstance(piece, Words) or piece.text]
    words = [piece for piece in apart if isinstance(piece, Words)]
    for one, following in pairwise(words):
        one.end = following.start
    return apart


def _stripped(words: Words) -> Words:
    """The same without line ends around them."""
    text = words.text.lstrip("\n")
    return Words(text.rstrip("\n"), words.start + len(words.text) - len(text))


def _within(words: Words, sources: Sequence[Numbered]) -> Sequence[Numbered]:
    """The sources, with the places in these words alone where passages of theirs end."""
    placed = []
    for one in sources:
        ends = [end - words.start for end in one.source.ends if words.start < end <= words.end]
        placed.append(replace(one, source=replace(one.source, ends=ends)))
    return placed
