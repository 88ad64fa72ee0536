"""Small facts of wording, so that every message says the same thing the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from nbchat.invisible import INVISIBLE

EXCERPT = 300  # characters of somebody else's words

# Controls, what reorders or hides text, and halves of characters.
_UNSAFE = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]|{INVISIBLE.pattern}")


def did_you_mean(name: str, known: Iterable[str], least: float = 0.6) -> str:
    """The names that are alike, as a question to go after "no such name"; `least` 1 is the same.

    >>> did_you_mean("Kimi-k2-thinkng", ["kimi-k2-thinking", "glm-4"])
    " Did you mean 'kimi-k2-thinking'?"
    """
    by_lower = {other.lower(): other for other in known}
    matches = get_close_matches(name.lower(), by_lower, n=3, cutoff=least)
    if not matches:
        return ""
    return f" Did you mean {' or '.join(repr(by_lower[match]) for match in matches)}?"


def shorten(text: str, longest: int) -> str:
    """The text, or its beginning with an ellipsis: `longest` characters at most.

    >>> shorten("four", 4), shorten("longer", 4)
    ('four', 'lon…')
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def plural(count: int, noun: str) -> str:
    """How many there are of something.

    >>> plural(1, "turn"), plural(1200, "word")
    ('1 turn', '1,200 words')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def first_line(text: object) -> str:
    """The first line of an error: what happened. The lines after it say what to do.

    >>> first_line("no such model.\\nAll names: %chat models.")
    'no such model.'
    """
    return str(text).partition("\n")[0]


def safe_excerpt(text: str) -> str:
    """Somebody else's words as one paragraph without controls, EXCERPT characters at most.

    >>> safe_excerpt("a\\x1b[31m\\n\\n b")
    'a\\\\x1b[31m b'
    """
    escaped = _UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text)
    return shorten(" ".join(escaped.split()), EXCERPT)
