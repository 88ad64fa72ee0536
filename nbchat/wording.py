"""Small facts of wording, so that every message says the same thing the same way."""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache
from io import TextIOWrapper

# What we write ourselves, in ASCII; of anything else that cannot be written there is a "?".
_IN_ASCII = {"→": "->", "…": "...", "·": "|", "—": "-", "–": "-", "×": "x", "‘": "'", "’": "'"}
_AS_CAN_BE = "nbchat-as-can-be"  # the name under which Python knows our way to encode

EXCERPT = 300  # characters of somebody else's words
TO_TRUST = "%chat trust shows what it would change, and asks; in a terminal: nbchat trust FILE"

# Controls, and halves of characters.
_CONTROLS = "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]"

_BLANK_LETTER = "\u2800"  # of Braille, which looks like a space


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


def size_text(size: int) -> str:
    """A number of bytes as people write it, when that is the same number.

    >>> size_text(32 * 1024**2), size_text(64_000), size_text(1_025)
    ('32 MiB', '64 kB', '1,025 bytes')
    """
    for unit, worth in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if size and size % worth == 0:
            return f"{size // worth:,} {unit}"
    for unit, worth in (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000)):
        if size and size % worth == 0:
            return f"{size // worth:,} {unit}"
    return plural(size, "byte")


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
    escaped = _unsafe().sub(lambda match: ascii(match[0])[1:-1], text)
    return shorten(" ".join(escaped.split()), EXCERPT)


def written_out(text: str) -> str:
    """Somebody else's words on one line: all that acts, hides or is not seen is written out.

    >>> written_out("a\\x1b[2K\\u202eb\\U000e0100")
    'a\\\\x1b[2K\\\\u202eb\\\\U000e0100'
    """
    return "".join(letter if _is_seen(letter) else ascii(letter)[1:-1] for letter in text)


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and letter != _BLANK_LETTER and not _unsafe().match(letter)


@cache  # compiled when first needed: loading the extension needs none of it
def _unsafe() -> re.Pattern[str]:
    """Controls, what reorders or hides text, and halves of characters."""
    from nbchat.invisible import INVISIBLE

    return re.compile(f"{_CONTROLS}|{INVISIBLE.pattern}")


def folded(name: str) -> str:
    """A name for comparing: names that are read as the same are the same.

    >>> folded("\uff2bimi-K2") == folded("kimi-k2")
    True
    """
    return unicodedata.normalize("NFKC", name).casefold()


# --- where not every character can be written ------------------------------------------------


def _encode_as_can_be(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(_IN_ASCII.get(letter, "?") for letter in letters), error.end


codecs.register_error(_AS_CAN_BE, _encode_as_can_be)


def as_can_be_written(text: str) -> str:
    """The text as standard output can write it, which may be in ASCII or a code page of Windows."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, _AS_CAN_BE).decode(encoding)


@contextmanager
def printing_as_can_be() -> Iterator[None]:
    """Inside, standard output takes every character, and writes it as it can."""
    stream = sys.stdout
    if not isinstance(stream, TextIOWrapper):  # a kernel's takes every character
        yield
        return
    before = stream.errors
    if before in ("strict", "surrogateescape"):  # else somebody has said what to do
        stream.reconfigure(errors=_AS_CAN_BE)
    try:
        yield
    finally:
        stream.reconfigure(errors=before)
