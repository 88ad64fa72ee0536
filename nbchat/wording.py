"""Small facts of wording, so that every message says the same thing the same way."""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from io import TextIOWrapper
from itertools import takewhile

# What we write ourselves, in ASCII; of anything else that cannot be written there is a "?".
_IN_ASCII = {"→": "->", "…": "...", "·": "|", "—": "-", "–": "-", "×": "x", "‘": "'", "’": "'"}
_AS_CAN_BE = "nbchat-as-can-be"  # the name under which Python knows our way to encode

ALIKE = 0.6  # of the letters of two names, for one to be meant by the other
MOST_NAMES = 3  # that are offered for one that is not known
SHORTEST_INSIDE = 4  # letters of a name that is recognised inside a longer one
EXCERPT = 300  # characters of somebody else's words
TO_TRUST = "%chat trust shows what it would change, and asks; in a terminal: nbchat trust FILE"
WHERE_TO_SET = "Set it before Jupyter starts, or in a cell:"

# How an error ends where another model may answer: what can be pasted is a line of its own.
OR_ANOTHER_MODEL = "or choose another model:\n%chat models"

# Controls, and halves of characters.
_CONTROLS = "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]"

_OFFERED = re.compile(
    r"%%?chat( \S+)*(?<!\.)|%pip install \S+|import os.*; os\.environ\[\"\w+\"\] = .+|nbchat\.\w.*"
)
_WORDS = re.compile(r"[a-z]+|\d+")
_BLANK_LETTER = "\u2800"  # of Braille, which looks like a space


def did_you_mean(name: str, known: Iterable[str], least: float = ALIKE) -> str:
    """The names that are alike, as a question to go after "no such name"; `least` 1 is the same.

    >>> did_you_mean("Kimi-k2-thinkng", ["kimi-k2-thinking", "glm-4"])
    " Did you mean 'kimi-k2-thinking'?"
    """
    matches = nearest(name, known, least)
    if not matches:
        return ""
    return f" Did you mean {' or '.join(map(repr, matches))}?"


def nearest(name: str, known: Iterable[str], least: float = ALIKE) -> list[str]:
    """Up to three names that are alike, the one that was most likely meant first.

    >>> nearest("gpt-4o-latest", ["gpt-6-astra", "gpt-4o", "mistral-large-latest"])
    ['gpt-4o', 'gpt-6-astra']
    """
    marks = {other: _likeness(name, other, least) for other in known}
    alike = [other for other, mark in marks.items() if mark]
    return sorted(alike, key=lambda other: marks[other], reverse=True)[:MOST_NAMES]


def _likeness(name: str, other: str, least: float) -> float:
    """How well another name fits one that was typed; 0 where it does not.

    Unless more than ALIKE is asked for, a name may also be a part of the other one.
    Names are compared by their words and numbers: those that begin alike are of one family, and
    of these the one with the same words is nearer than one with as many of the same letters.
    """
    from difflib import SequenceMatcher

    typed, words = _words(name), _words(other)
    letters, other_letters = "".join(typed), "".join(words)
    ratio = SequenceMatcher(None, letters, other_letters, autojunk=False).ratio()
    asks_for_latest = len(typed) > 1 and typed[-1] == "latest" != words[-1]
    if asks_for_latest:
        typed = typed[:-1]
        letters = "".join(typed)
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(typed, words, strict=False))))
    is_beginning = same == len(typed) and (same > 1 or asks_for_latest)
    has_beginning = same == len(words) and same > 1
    short, long = sorted((letters, other_letters), key=len)
    is_inside = len(short) >= SHORTEST_INSIDE and short in long
    is_part = least <= ALIKE and (is_beginning or has_beginning or is_inside)
    if ratio < least and not is_part:
        return 0.0
    longest = max(len(typed), len(words))
    shared = (Counter(typed) & Counter(words)).total()
    likeness = ratio + shared / longest + 0.8 * same / longest
    by_signs = SequenceMatcher(None, name, other, autojunk=False).ratio()
    likeness += 0.01 * by_signs  # decides where all else is equal
    if letters == other_letters:
        return likeness + 1
    in_both = round(ratio * (len(short) + len(long)) / 2)
    if in_both >= len(long) - 1:  # one letter too many, too few, another, or two swapped
        likeness += 0.3
    return likeness + (0.7 if is_beginning else 0.1 * has_beginning)


def _words(name: str) -> list[str]:
    """A name's words and numbers, in small letters."""
    return _WORDS.findall(name.lower()) or [name.lower()]


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


def token_count(text: str) -> float:
    """How many tokens a text is, roughly: four bytes for each, as in most scripts.

    >>> token_count("word" * 5)
    5.0
    """
    return len(text.encode("utf-8", "replace")) / 4


def set_key(variable: str) -> str:
    """The line of Python that sets a key, and leaves none in the notebook."""
    return f'import os, getpass; os.environ["{variable}"] = getpass.getpass()'


def set_variable(variable: str) -> str:
    """The line of Python that asks for a variable's value, which is no secret, and sets it."""
    return f'import os; os.environ["{variable}"] = input("{variable}: ")'


def to_copy(text: str) -> str:
    """The command, or the line of Python, that is the last line of an error; "" where none is.

    >>> to_copy("no such model.\\nThose there are:\\n%chat models all"), to_copy("no")
    ('%chat models all', '')
    """
    *before, last = text.split("\n")
    if not before or not _OFFERED.fullmatch(last):
        return ""
    stands_for_any = last.startswith("%") and any(
        word.isupper() and word[0] != "{" for word in last.split()
    )
    return "" if stands_for_any else last  # such as MODEL


def first_line(text: object) -> str:
    """The first line of an error: what happened. The lines after it say what to do.

    >>> first_line("no such model.\\nAll names:\\n%chat models")
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
