"""How a text that comes from a file is shown where a person decides about it."""

from __future__ import annotations

from nbchat.render.characters import readable, undisguised_name, unmasked
from nbchat.wording import shorten

LONGEST_QUOTE = 200  # characters that are shown


def quoted(text: str) -> str:
    """The beginning of a text that comes from a file, on one line, with nothing hidden in it.

    >>> quoted("Be brief.\\n\x1b[2J")
    "'Be brief.\\\\n\\\\x1b[2J'"
    """
    return unmasked(repr(shorten(text.strip(), LONGEST_QUOTE)))


def shown_title(title: str) -> str:
    """The title of a conversation, which may come from a file: nothing hides in it or acts.

    >>> shown_title("Sky\u202e\x1b[2J")
    'Sky\\\\u202e[2J'
    """
    return undisguised_name(readable(title))
