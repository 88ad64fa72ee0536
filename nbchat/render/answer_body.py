"""The words of an answer with its pictures between them, and its sources: all but what is around.

One text for each form: HTML of a finished answer, plain text, Markdown for other programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from nbchat.picture_words import picture_words
from nbchat.render.characters import readable
from nbchat.render.sources import (
    marked,
    marked_in_words,
    numbered,
    source_lines,
    sources_markdown,
)

if TYPE_CHECKING:
    from nbchat.events import Answer
    from nbchat.messages import Image

DrawPicture = Callable[["Image"], str]


def body_html(answer: Answer, draw: DrawPicture) -> str:
    """Safe HTML of the words, where each picture is what `draw` makes of it."""
    from nbchat.render.markdown.parser import markdown_html

    text, marks = marked(answer.text, numbered(answer.sources))
    pieces = []
    for words, picture in _pieces(text, answer.pictures):
        pieces.append(markdown_html(readable(words), marks))
        pieces += [draw(picture)] if picture else []
    return "".join(pieces)


def words_with_sources(answer: Answer) -> str:
    """The words, and the sources as lines below them."""
    sources = numbered(answer.sources)
    words = marked_in_words(answer.text, sources)
    if not sources:
        return words
    return "\n".join([words.rstrip(), "", "Sources:", *source_lines(sources)])


def body_markdown(answer: Answer, draw: DrawPicture) -> list[str]:
    """Pieces of safe Markdown: the words, each picture as `draw` makes it, the sources."""
    from nbchat.render.markdown.source import safe_source

    sources = numbered(answer.sources)
    if not sources and not answer.pictures:
        return [safe_source(answer.text)]
    pieces = []
    for words, picture in _pieces(marked_in_words(answer.text, sources), answer.pictures):
        pieces.append(safe_source(words))
        pieces += [draw(picture)] if picture else []
    pieces += [safe_source(sources_markdown(sources))] if sources else []
    return [piece for piece in pieces if piece.strip()]


def _pieces(text: str, pictures: Iterable[Image]) -> Iterator[tuple[str, Image | None]]:
    """The words up to each picture with it, and the words behind the last."""
    for picture in pictures:
        before, _, behind = text.partition(picture_words(picture))
        yield before.strip("\n"), picture
        text = behind.strip("\n")
    yield text, None
