"""What was printed for a terminal, as the plain text that is left of it."""

from __future__ import annotations

import re

from nbchat.terminal_codes import ESCAPES

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|\r(?!\n)")


def rewritten(text: str) -> str:
    """The text as a terminal shows it at the end: a line begun again takes the place of the last.

    >>> rewritten("10%\\r20%\\r30%\\r"), rewritten("a\\r\\nb")
    ('30%\\r', 'a\\nb')
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(_last_written(line) for line in lines)


def _last_written(line: str) -> str:
    """What is left of a line; a return at its end stays, since what follows may come later."""
    words = line.rstrip("\r")
    ending = "\r" if len(words) < len(line) else ""
    return words.rpartition("\r")[2] + ending


def without_escapes(text: str) -> str:
    """The text without what a terminal would obey: colours, and other control characters."""
    return _CONTROLS.sub("", ESCAPES.sub("", text))
