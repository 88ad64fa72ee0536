"""Whole sentences of one language, and what they are in another.

The English sentence is the key, with {0}, {1}, … where a value stands, so code says what it says
in place and in plain English. A text is read from its start as a row of known sentences; what
stands between them, and every value, stays as it is.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
LONGEST_LINE = 2_000  # characters; a longer one is somebody's data
DEEPEST = 3  # values within values
MOST_ENDS = 24  # places that are tried for the end of one value
FEW_LETTERS = 24  # of a phrase that begins with a value, such as "{0} rows"
WHOLE = 1e9  # what it costs to leave a word of a value as it is

_HOLE = re.compile(r"\{(\d)\}")
_WORD = re.compile(r"[^\W\d_]+")
_UNKNOWN = re.compile(r"\S+\s*|\s+")
_LETTERS = re.compile(r"[\w-]+")
_COUNT_OR_NAME = re.compile(r"\S+|[~\d].*")
_OPENS = re.compile(r"(?:^|[.,:;!?(\[·])\s*$")
_CLOSES = re.compile(r"\s*(?:$|[.,:;!?)\]·])|\s+\(")
_BOUNDARY = re.compile(r"(?=[.,:;!?](?:\s|$))|(?<=[.,:;!?)·])\s+|\s+(?=[(·])|$")
# How a sentence ends in Chinese; the space behind it goes.
_FULL_WIDTH = {". ": "。", ", ": "，", ": ": "：", "; ": "；", ".": "。", ",": "，", ":": "："}
_ALTERNATIVES = re.compile(r"(?<=['\"]) or (?=['\"])")


@dataclass(slots=True, frozen=True)
class Phrase:
    """A sentence: the words between its values, and what it is in the other language."""

    words: tuple[str, ...]
    holes: tuple[int, ...]
    other: str

    @classmethod
    def parse(cls, sentence: str, other: str) -> Phrase:
        """Of a row of a table.

        >>> Phrase.parse("no {0} here", "这里没有 {0}").words
        ('no ', ' here')
        """
        pieces = _HOLE.split(sentence)
        return cls(tuple(pieces[::2]), tuple(map(int, pieces[1::2])), other)

    @property
    def size(self) -> int:
        """How many letters of it are the same in every text."""
        return sum(map(len, self.words))

    @property
    def is_short(self) -> bool:
        """Whether it is a value with a word or two, which others' sentences may have in them."""
        is_open = not self.words[0] and self.words[-1][-1:].isalpha()
        return is_open and self.size <= FEW_LETTERS

    @property
    def is_one_word(self) -> bool:
        """Whether it is a word that others' sentences have, too, such as "failed"."""
        return not self.holes and bool(_LETTERS.fullmatch(self.words[0]))


@dataclass(slots=True, frozen=True)
class Match:
    """A phrase found in a line: where it ends, and its values."""

    phrase: Phrase
    end: int
    values: tuple[str, ...]


class Phrasebook:
    """Texts of nbchat in another language.

    >>> book = Phrasebook({"no {0} here.": "这里没有 {0}。", "Look around": "看看周围"})
    >>> book.translated("No 'a' here. Look around: b")
    "这里没有 'a'。看看周围：b"
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        self._by_word: dict[str, list[Phrase]] = defaultdict(list)
        self._loose: list[Phrase] = []  # that begin with a value
        for sentence, other in table.items():
            phrase = Phrase.parse(sentence, other)
            first = _WORD.match(phrase.words[0])
            is_whole = first and (first.end() < len(phrase.words[0]) or not phrase.holes)
            (self._by_word[first[0].lower()] if first and is_whole else self._loose).append(phrase)

    def translated(self, text: str) -> str:
        """The text with every sentence that is known in the other language."""
        return "\n".join(map(self._line, text.split("\n")))

    def _line(self, line: str) -> str:
        if not line.strip() or len(line) > LONGEST_LINE:
            return line
        indent = line[: len(line) - len(line.lstrip())]
        return indent + _Reading(self, line.strip(), 0).other

    def value(self, text: str, depth: int) -> str:
        """A value in the other language where all of it is known, such as "3 turns"."""
        plain = _ALTERNATIVES.sub(" 或 ", text)
        if not _WORD.search(text) or depth == DEEPEST:
            return plain
        reading = _Reading(self, text.strip(), depth + 1, whole=True)
        return reading.other if reading.cost < WHOLE else plain

    def matches(self, line: str, start: int) -> Iterator[Match]:
        """Every phrase that is found there, with each of its ends."""
        first = _WORD.match(line, start)
        for phrase in self._by_word.get(first[0].lower(), ()) if first else ():
            yield from _matches(phrase, line, start)
        for phrase in self._loose:
            yield from _matches(phrase, line, start)


class _Reading:
    """One line, read as a row of phrases in the way that leaves least of it as it is."""

    def __init__(self, book: Phrasebook, line: str, depth: int, *, whole: bool = False) -> None:
        self._book = book
        self._line = line
        self._depth = depth
        self._whole = whole
        ways = self._ways()
        self._best: dict[int, tuple[float, str]] = {len(line): (0.0, "")}
        for start in sorted(ways, reverse=True):
            self._best[start] = self._read(start, ways[start])
        self.cost, self.other = self._best[0]

    def _ways(self) -> dict[int, list[Match]]:
        """The phrases at each place that can be come to."""
        ways: dict[int, list[Match]] = {}
        waiting = [0]
        while waiting:
            start = waiting.pop()
            if start not in ways and start < len(self._line):
                ways[start] = [*self._book.matches(self._line, start)]
                waiting += [match.end for match in ways[start]]
                waiting.append(self._end_of_word(start))
        return ways

    def _read(self, start: int, ways: list[Match]) -> tuple[float, str]:
        """What the line is from there on, and what is left of it, in characters."""
        end = self._end_of_word(start)
        left = self._line[start:end]
        rest, behind = self._best[end]
        price = WHOLE if self._whole and _WORD.search(left) else 1.0
        cost, other = price * len(left) + rest, left + behind
        for match in ways:
            # A value costs a little, so that a sentence is not read as a value of another one.
            own = 0.3 * sum(map(len, match.values)) + 0.01
            rest, behind = self._best[match.end]
            if own + rest < cost:
                cost, other = own + rest, _joined(self._filled(match), behind)
        return cost, other

    def _end_of_word(self, start: int) -> int:
        word = _UNKNOWN.match(self._line, start)
        end = word.end() if word else len(self._line)
        if found := _BOUNDARY.search(self._line, start + 1, end):
            end = max(found.end(), start + 1)
        return end

    def _filled(self, match: Match) -> str:
        values = dict(zip(match.phrase.holes, match.values, strict=True))
        return _HOLE.sub(
            lambda hole: self._book.value(values[int(hole[1])], self._depth), match.phrase.other
        )


def _matches(phrase: Phrase, line: str, start: int) -> Iterator[Match]:
    """The phrase at that place; its last value may end in several ways."""
    first, *others = phrase.words
    place = start + len(first)
    found = line[start:place]
    if found[:1].lower() != first[:1].lower() or found[1:] != first[1:]:
        return
    if not others:
        if not phrase.is_one_word or _stands_alone(line, start, place):
            yield Match(phrase, place, ())
        return
    values = []
    for words in others[:-1]:
        at = line.find(words, place + 1)
        if at < 0:
            return
        values.append(line[place:at])
        place = at + len(words)
    for stop, end in _ends(others[-1], line, place):
        match = Match(phrase, end, (*values, line[place:stop]))
        if not phrase.is_short or _is_ours(match, line, start):
            yield match


def _is_ours(match: Match, line: str, start: int) -> bool:
    """Whether a short phrase is one: of a number or a name, and not a part of a sentence."""
    is_value = bool(_COUNT_OR_NAME.fullmatch(match.values[0]))
    return is_value and _stands_alone(line, start, match.end)


def _stands_alone(line: str, start: int, end: int) -> bool:
    """Whether there is a sign or nothing on both sides, and no word."""
    return bool(_OPENS.search(line[:start]) and _CLOSES.match(line, end))


def _ends(words: str, line: str, place: int) -> Iterator[tuple[int, int]]:
    """Where a last value stops, and where the phrase does."""
    if not words:
        stops = [found.start() for found in _BOUNDARY.finditer(line, place + 1)]
        yield from ((stop, stop) for stop in stops[:MOST_ENDS])
        if stops[MOST_ENDS:]:
            yield len(line), len(line)
        return
    found = line.find(words, place + 1)
    for _ in range(MOST_ENDS):
        if found < 0:
            return
        yield found, found + len(words)
        found = line.find(words, found + 1)


def _joined(said: str, behind: str) -> str:
    """Two pieces in a row; Chinese has its own signs, and no space between sentences."""
    for sign, wide in _FULL_WIDTH.items():
        if behind.startswith(sign) and not said.endswith(tuple("。，：；！？")):
            return f"{said}{wide}{behind[len(sign) :].lstrip()}"
    if said.endswith(tuple("。，：；！？）")):
        return said + behind.lstrip(" ")
    return said + behind


@cache
def read_tables(language: str) -> Mapping[str, str]:
    """Every sentence of nbchat, by the English one; from all tables of that language."""
    table: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.json")):
        table |= json.loads(path.read_text("utf-8"))
    return table
