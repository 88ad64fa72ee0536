"""Keys never leave: every text that comes from outside passes here before it is shown.

A key is masked as it is, and in any case, wrapped, URL-encoded, JSON-escaped, in
hex and in base64, because error bodies and proxies echo it in those forms; and so
is any part of it that is long enough to be of use.
"""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache

from nbchat.keys import Secret
from nbchat.library_logs import is_unasked

MASK = "[key]"
SHORTEST_KEY = 6  # characters; a shorter "key" (such as `x` for a local server) is no secret
RUN = 8  # characters of a key in a row that are masked
HEX_RUN = 16  # digits; eight in a row stand in many an id

# One character of the text as it may be written: %2B, \u002b, \x2b, &#43;, \/ or itself.
_WRITTEN = re.compile(
    r"%([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})"
    r"|&#(\d{1,7});|&#x([0-9a-fA-F]{1,6});|\\(?=[^ux])|(.)",
    re.S,
)
_WRAPPING = frozenset(" \t\r\n\v\f\"'`\u200b\u00ad")  # what wraps and quotes a key
_DECIMAL = 4  # the group of _WRITTEN that is no hex


def redact(text: str, keys: Iterable[str]) -> str:
    """`text` with every form and every longer part of every key replaced.

    >>> redact("Incorrect API key: sk-abcdef123. It ends in cdef123.", ["sk-abcdef123"])
    'Incorrect API key: [key]. It ends in cdef123.'
    """
    keys = tuple(dict.fromkeys(key for key in keys if len(key) >= SHORTEST_KEY))
    if not keys or len(text) < SHORTEST_KEY:
        return text
    letters, places = _letters(text)
    folded = letters.lower()  # not casefold: one letter stays one letter
    spans = {
        *_spans(folded, _plain_runs(keys), places),
        *_spans(letters, _base64_runs(keys), places),
    }
    return _mask(text, sorted(spans)) if spans else text


def _mask(text: str, spans: list[tuple[int, int]]) -> str:
    out: list[str] = []
    at = 0
    for start, end in spans:
        if start > at or not out:
            out += [text[at:start], MASK]
        at = max(at, end)
    return "".join([*out, text[at:]])


def _letters(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The characters meant, without those that wrap, and where in the text each is written."""
    letters, places = [], []
    for match in _WRITTEN.finditer(text):
        written = match.lastindex
        if written is None:
            continue  # a backslash before something else
        letter = match[written]
        if match.end() - match.start() > 1:
            code = int(letter, 10 if written == _DECIMAL else 16)
            letter = chr(code) if code < 0x110000 else "\ufffd"
        if letter not in _WRAPPING:
            letters.append(letter if len(letter.lower()) == 1 else "\ufffd")
            places.append(match.span())
    return "".join(letters), places


def _spans(
    letters: str, runs: dict[int, frozenset[str]], places: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Where in the text one of the runs is written, from and to."""
    for length, wanted in runs.items():
        for at in range(len(letters) - length + 1):
            if letters[at : at + length] in wanted:
                yield places[at][0], places[at + length - 1][1]


def _runs(form: str, length: int) -> Iterator[str]:
    return (form[at : at + length] for at in range(len(form) - length + 1))


@lru_cache(maxsize=8)
def _plain_runs(keys: tuple[str, ...]) -> dict[int, frozenset[str]]:
    """Runs of characters, by length, to be looked for in lower case."""
    runs: dict[int, set[str]] = {}
    for key in keys:
        bare = "".join(c for c in key.lower() if c not in _WRAPPING and c != "\\")
        runs.setdefault(min(RUN, len(bare)), set()).update(_runs(bare, min(RUN, len(bare))))
        runs.setdefault(HEX_RUN, set()).update(_runs(key.encode().hex(), HEX_RUN))
    return {length: frozenset(wanted) for length, wanted in runs.items() if length >= SHORTEST_KEY}


@lru_cache(maxsize=8)
def _base64_runs(keys: tuple[str, ...]) -> dict[int, frozenset[str]]:
    """Runs of base64, by length.

    Inside longer data a key starts at one of three offsets, and its ends are mixed with
    what stands beside it.
    """
    runs: set[str] = set()
    for key in keys:
        for shift in range(3):
            form = b64encode(b"\0" * shift + key.encode()).decode().rstrip("=")
            sure = form[-(-shift * 8 // 6) : (shift + len(key.encode())) * 8 // 6]
            runs.update(_runs(sure, min(RUN, len(sure))))
            runs.update(_runs(sure.translate(str.maketrans("+/", "-_")), min(RUN, len(sure))))
    by_length: dict[int, set[str]] = {}
    for run in runs:
        by_length.setdefault(len(run), set()).add(run)
    return {length: frozenset(wanted) for length, wanted in by_length.items()}


class RedactingFilter(logging.Filter):
    """Keeps keys out of loggers' records: a server's headers, which may echo one, are logged.

    What nobody has asked a library to tell is left out altogether.
    """

    def __init__(self, *loggers: str) -> None:
        super().__init__()
        self.keys: set[Secret] = set()
        self._loggers = [logging.getLogger(name) for name in loggers]
        for logger in self._loggers:
            logger.addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        if is_unasked(record):
            return False
        if self.keys:
            record.msg = redact(record.getMessage(), (key.reveal() for key in self.keys))
            record.args = ()
        return True

    def detach(self) -> None:
        """Take the filter away from its loggers."""
        for logger in self._loggers:
            logger.removeFilter(self)
