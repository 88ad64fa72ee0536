"""How a text that comes from a file is shown where a person decides about it."""

from __future__ import annotations

from nbchat.render.characters import unmasked
from nbchat.wording import shorten

LONGEST_QUOTE = 200  # characters that are shown


def quoted(text: str) -> str:
    """The beginning of a text that comes from a file, on one line, with nothing hidden in it.

    >>> quoted("Be brief.\\n\x1b[2J")
    "'Be brief.\\\\n\\\\x1b[2J'"
    """
    return unmasked(repr(shorten(text.strip(), LONGEST_QUOTE)))
