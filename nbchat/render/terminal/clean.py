"""A model's words in a terminal, without anything that a terminal would obey.

It comes before all drawing: an escape sequence that leaves here was never the model's.
"""

from __future__ import annotations

import re
import unicodedata

from nbchat.render.characters import CONTROLS, unmasked, without_emoji_marks

_HALF = re.compile("[\ud800-\udfff]")
_PIECE = re.compile(r"(?:[\x21-\x7e]+|.)[，。；：！？、）」』》”’]*", re.DOTALL)


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


def padded(text: str, width: int) -> str:
    """The text with spaces behind it, so that it takes `width` columns.

    >>> padded("回答", 6), padded("longer", 2)
    ('回答  ', 'longer')
    """
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of `width` columns, broken between words; at least one.

    Where no spaces are written between words, as in Chinese, a line ends at any wide character.
    Any other word that is longer than a line stays whole, and so does a path.

    >>> wrapped("some words", 6), wrapped("https://example.com is", 6), wrapped("今天天气", 5)
    (['some', 'words'], ['https://example.com', 'is'], ['今天', '天气'])
    """
    lines = [""]
    for word in text.split():
        space = " " if lines[-1] else ""
        for piece in _pieces(word) if columns(word) > width else [word]:
            if lines[-1] and columns(lines[-1] + space + piece) > width:
                lines.append("")
                space = ""
            lines[-1] += space + piece
            space = ""
    return lines


def _pieces(word: str) -> list[str]:
    """A word, or where it has wide characters, the pieces between which a line may end.

    What is in ASCII stays together, and no line begins with a sign that ends something.

    >>> _pieces("用JupyterLab打开，然后")
    ['用', 'JupyterLab', '打', '开，', '然', '后']
    """
    is_path = "/" in word or "\\" in word
    is_wide = columns(word) > len(word)
    return _PIECE.findall(word) if is_wide and not is_path else [word]


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
