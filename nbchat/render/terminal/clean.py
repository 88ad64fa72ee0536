"""A model's words in a terminal, without anything that a terminal would obey.

It comes before all drawing: an escape sequence that leaves here was never the model's.
"""

from __future__ import annotations

import re
import unicodedata

from nbchat.render.characters import CONTROLS, unmasked, without_emoji_marks

_HALF = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without control characters but tab and newline, and with nothing hidden in it.

    Every character is judged by itself, so a text may be cut anywhere.

    >>> clean("\\x1b]52;c;aGk=\\x07 user\\u202enimda")
    ']52;c;aGk= user\\\\u202enimda'
    """
    return _HALF.sub("\ufffd", unmasked(CONTROLS.sub("", text)))


def clean_words(text: str) -> str:
    """The same for a whole text, of whose emoji only the pictures are left.

    >>> clean_words("\\u26a0\\ufe0f Careful")
    '\\u26a0 Careful'
    """
    return clean(without_emoji_marks(text))


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
