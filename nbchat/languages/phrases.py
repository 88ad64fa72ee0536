"""A known sentence, and where it is found in a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

FRAGMENT = 2  # words
MOST_ENDS = 24  # places that are tried for the end of one value
QUOTING = "It says: "

HOLE = re.compile(r"\{(\d)\}")
WORD = re.compile(r"[^\W\d_]+")
BOUNDARY = re.compile(r"(?=[.,:;!?](?:\s|$))|(?<=[.,:;!?)·])\s+|\s+(?=[(·])|$")
# "{0} turns" is of a number alone, "{0} left" of a time, too.
_NOUN = re.compile(r" [a-z]+")
NUMBER = re.compile(r"\(?~?\d[\d,.]*(?: s|(?: h \d+)? min)?")
_BEFORE_WORD = re.compile(r"(?:^|[·→])\s*$")
_BEHIND_WORD = re.compile(r"\s*(?:$|[·→])")
_BEFORE_FRAGMENT = re.compile(r"(?:^|[.,:;!?·(→])\s*$")
_BEHIND_FRAGMENT = re.compile(r"\s*(?:$|[.,:;!?·)→])")


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
        pieces = HOLE.split(sentence)
        return cls(tuple(pieces[::2]), tuple(map(int, pieces[1::2])), other)

    @property
    def size(self) -> int:
        """How many letters of it are the same in every text."""
        return sum(map(len, self.words))

    def is_in(self, line: str) -> bool:
        """Whether all its words but the first are in the line."""
        return all(words in line for words in self.words[1:])

    @property
    def is_count(self) -> bool:
        """Whether it is a number of something, such as "3 turns"."""
        return self.words[0] == "" and _NOUN.fullmatch("".join(self.words)) is not None

    @property
    def quotes(self) -> bool:
        """Whether its value is somebody else's words, which stay letter for letter."""
        return self.words[0] == QUOTING

    @property
    def is_word(self) -> bool:
        """Whether it is one word, which may as well be somebody's name."""
        return not self.holes and WORD.fullmatch(self.words[0]) is not None

    @property
    def is_fragment(self) -> bool:
        """Whether it is two words, such as "a list", which anybody's sentence may have, too."""
        if self.holes or not self.words[0][-1:].isalpha():
            return False
        return len(WORD.findall(self.words[0])) == FRAGMENT


@dataclass(slots=True, frozen=True)
class Match:
    """A phrase found in a line: where it ends, and its values."""

    phrase: Phrase
    end: int
    values: tuple[str, ...]

    def spans(self, start: int) -> Iterator[tuple[int, int]]:
        """Where its own words stand, from and to."""
        for words, value in zip(self.phrase.words, (*self.values, ""), strict=True):
            if bare := words.strip():
                first = start + words.index(bare)
                yield first, first + len(bare)
            start += len(words) + len(value)


def matches(phrase: Phrase, line: str, start: int) -> Iterator[Match]:
    """The phrase at that place; its last value may end in several ways."""
    first, *others = phrase.words
    place = start + len(first)
    found = line[start:place]
    if found[:1].lower() != first[:1].lower() or found[1:] != first[1:]:
        return
    if not others:
        if _stands_alone(phrase, line, start, place) and not _is_within_word(line, place):
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
        if not phrase.is_count or NUMBER.fullmatch(line, place, stop):
            yield Match(phrase, end, (*values, line[place:stop]))


def _stands_alone(phrase: Phrase, line: str, start: int, end: int) -> bool:
    """Whether no other word is beside it: "set" in "Kimi · set", not in "set the key"."""
    before, behind = _BEFORE_FRAGMENT, _BEHIND_FRAGMENT
    if phrase.is_word:
        before, behind = _BEFORE_WORD, _BEHIND_WORD
    elif not phrase.is_fragment:
        return True
    return bool(before.search(line, 0, start) and behind.match(line, end))


def _ends(words: str, line: str, place: int) -> Iterator[tuple[int, int]]:
    """Where a last value stops, and where the phrase does."""
    if not words:
        stops = [found.start() for found in BOUNDARY.finditer(line, place + 1)]
        yield from ((stop, stop) for stop in stops[:MOST_ENDS])
        if stops[MOST_ENDS:]:
            yield len(line), len(line)
        return
    found = line.find(words, place + 1)
    for _ in range(MOST_ENDS):
        if found < 0:
            return
        end = found + len(words)
        is_cut = words[-1] in ".:;" and line[end : end + 1].isalnum()
        if not is_cut and not _is_within_word(line, end):
            yield found, end
        found = line.find(words, found + 1)


def _is_within_word(line: str, end: int) -> bool:
    return line[end - 1 : end].isalpha() and line[end : end + 1].isalpha()
