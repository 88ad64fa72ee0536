"""Texts of a bounded length, without addresses of memory; no key is ever cut in two.

What is cut says so, and how much is missing. Keys are put out later, where they are whole.
"""

from __future__ import annotations

import re

from nbchat import known_keys

LONGEST_BRIEF = 2_000  # characters of one value that is sent whole without being asked for
LONGEST_VALUE = 50_000  # characters of one value, however much of it is asked for
SHARE_OF_BEGINNING = 0.4  # of what is kept where a text is cut in its middle
LONGEST_WORDS = 50  # characters that say how much is missing
NEAR = 200  # characters that a cut moves at most, to stand at the end of a line

_ADDRESS = re.compile(
    r"(?:,? at |, handle | id=')(?:0x)?[0-9a-fA-F]{6,16}\b'?|, started (?:daemon )?\d+(?=\))"
)
_NUMBER = re.compile(r"\b0x[0-9a-fA-F]{7,16}\b")  # that may be one


def without_addresses(text: str) -> str:
    """What an object says of itself, without where in memory it is.

    >>> without_addresses("<function f at 0x7f3a5c0b8e50>, handle=0x7f3a5c0b8e50")
    '<function f>, handle=0x…'
    """
    return _NUMBER.sub("0x…", _ADDRESS.sub("", text))


def cut_end(text: str, longest: int = LONGEST_VALUE) -> str:
    """The beginning of a text; what follows it says how much there is.

    >>> cut_end("letters" * 9, 20)
    'letterslettersletter… (cut after 20 of 63 characters)'
    """
    size = str.__len__(text)
    if size <= longest:
        return text
    end = _outside_key(text, longest)
    return f"{text[:end]}… (cut after {longest:,} of {size:,} characters)"


def said_text(text: str, longest: int) -> str:
    """What an object says of itself, however long it is: cut in its middle, without addresses."""
    near = 2 * longest  # of each end is looked at
    if len(text) <= 2 * near:
        return cut_middle(without_addresses(text), longest)
    ends = without_addresses(text[:near]) + without_addresses(text[-near:])
    return cut_middle(ends, longest, missing=len(text) - 2 * near)


def cut_middle(text: str, longest: int, *, at_lines: bool = False, missing: int = 0) -> str:
    """The beginning and the end of a text, and between them how much is missing.

    In the middle of it, `missing` characters are missing already.

    >>> cut_middle("a" * 500 + "b" * 500, 100).split("…")
    ['aaaaaaaaaaaaaaaaaaaa', ' (950 characters left out) ', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb']
    """
    size = len(text)
    if size <= longest:
        return text
    kept = max(longest - LONGEST_WORDS, 0)
    head = int(kept * SHARE_OF_BEGINNING)
    tail = size - (kept - head)
    if at_lines:
        head = max(text.rfind("\n", head - NEAR, head), 0) or head
        tail = text.find("\n", tail, tail + NEAR) + 1 or tail
    head, tail = _outside_key(text, head, first=True), _outside_key(text, tail)
    gap = "\n" if at_lines else ""
    words = f"… ({tail - head + missing:,} characters left out) …"
    return f"{text[:head].rstrip() if at_lines else text[:head]}{gap}{words}{gap}{text[tail:]}"


def one_line(text: str, longest: int) -> str:
    """A text's beginning with an ellipsis: `longest` characters, and no key that is cut in two.

    >>> one_line("four", 4), one_line("longer", 4)
    ('four', 'lon…')
    """
    return text if len(text) <= longest else f"{text[: _outside_key(text, longest - 1)]}…"


def size_text(count: int) -> str:
    """A number of bytes, as people say it.

    >>> size_text(999), size_text(23_400), size_text(9_000_000)
    ('999 B', '23.4 kB', '9.0 MB')
    """
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"


def _outside_key(text: str, at: int, *, first: bool = False) -> int:
    """Where to cut instead, so that a key stays whole: behind it, or before its first character."""
    mask = known_keys.current()
    start = max(at - mask.longest, 0)
    for begins, ends in mask.spans(text[start : at + mask.longest]):
        if start + begins < at < start + ends:
            return start + (begins if first else ends)
    return at
