"""Whole sentences of one language, and what they are in another.

The English sentence is the key, with {0}, {1}, … where a value stands, so code says what it says
in place and in plain English. A text is read from its start as a row of known sentences; what
stands between them, and every value, stays as it is.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from nbchat.languages.phrases import BOUNDARY, HOLE, NUMBER, WORD, Match, Phrase, matches
from nbchat.languages.signs import FULL_WIDTH, HAN, joined, spaced, widened

FOLDER = Path(__file__).parent
LONGEST_LINE = 2_000  # characters; a longer one is somebody's data
LONGEST_TEXT = 20_000  # what is behind that is, too
DEEPEST = 3  # values within values
MOST_VALUES = 10_000  # that are kept
LONG = 12  # letters of a sentence that is recognised by its beginning
WHOLE = 1e9  # what it costs to leave a word of a value as it is
BASE_URL = "the base URL"
IT = "it"  # of which more is said

_WORDS = re.compile(r"\S+\s*|\s+")
_UNKNOWN = re.compile(r"\(|\S+\s*|\s+")
_ROW = re.compile(r"(?P<first>.+)(?P<sign> or | and )(?P<last>.+)")
_JOINS = {" or ": " 或 ", " and ": " 和 "}
_NAME = re.compile(r"[^\s,]+")
_CODE = re.compile(r"(?=.*[A-Z\d_'\"=])[^\s,]+")  # a name of a program's
_STATUS = re.compile(r"\d{3}\)")
_PLACE = re.compile(r"[/\\_]")
_ONE = re.compile(r"\S+|'[^']*'|\"[^\"]*\"")
_SENTENCES = re.compile(r"[.:;!?] ")
_ALTERNATIVES = re.compile(r"(?<=['\"]) or (?=['\"])")


class Phrasebook:
    """Texts of nbchat in another language.

    >>> book = Phrasebook({"no {0} here.": "这里没有 {0}。", "Look around": "看看周围"})
    >>> book.translated("No 'a' here. Look around: b")
    "这里没有 'a'。看看周围：b"
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        self._by_start: dict[str, list[Phrase]] = defaultdict(list)  # a word or a sign
        self._loose: list[Phrase] = []  # that begin with a value
        self._numbered: list[Phrase] = []  # that begin with a number
        self._values: dict[tuple[str, int], tuple[str, float]] = {}  # by the text and its depth
        self._counts: set[str] = set()
        for sentence, other in (*table.items(), *_noted(table)):
            phrase = Phrase.parse(sentence, other)
            if phrase.is_count and sentence.endswith("s"):
                self._counts.add(sentence)
            self._at(phrase).append(phrase)

    def _at(self, phrase: Phrase) -> list[Phrase]:
        """Where it is looked for: by what it begins with."""
        if not phrase.words[0]:
            return self._numbered if phrase.is_count else self._loose
        first = WORD.match(phrase.words[0])
        if first and first.end() == len(phrase.words[0]) and phrase.holes:
            return self._loose  # a part of a word
        return self._by_start[first[0].lower() if first else phrase.words[0][0]]

    def translated(self, text: str) -> str:
        """The text with every sentence that is known in the other language."""
        ours, theirs = text[:LONGEST_TEXT], text[LONGEST_TEXT:]
        if theirs:
            ours, cut, rest = ours.rpartition("\n")
            theirs = f"{cut}{rest}{theirs}"
        return "\n".join(map(self._line, ours.split("\n"))) + theirs

    def _line(self, line: str) -> str:
        if not line.strip() or len(line) > LONGEST_LINE:
            return line
        indent = line[: len(line) - len(line.lstrip())]
        return indent + _Reading(self, line.strip(), 0).other

    def value(self, text: str, depth: int) -> str:
        """A value in the other language where all of it is known, such as "3 turns"."""
        return self._value(text, depth)[0]

    def price(self, text: str, depth: int) -> float:
        """What it costs to take a text for a value: little where it is known, or is a name.

        A sentence that has another one as its value is then not read in any other way.
        """
        if _ONE.fullmatch(text):
            whole = 0.1 * len(text)
        else:  # never more than to leave it
            whole = sum(min(0.3, _price(word)) * len(word) for word in _WORDS.findall(text))
        return min(self._value(text, depth)[1], whole)

    def _value(self, text: str, depth: int) -> tuple[str, float]:
        """A value in the other language, and what that costs where it is known."""
        if (text, depth) not in self._values:
            if len(self._values) >= MOST_VALUES:
                self._values.clear()
            self._values[text, depth] = self._read_value(text, depth)
        return self._values[text, depth]

    def _read_value(self, text: str, depth: int) -> tuple[str, float]:
        *first, last = _ALTERNATIVES.split(text)
        plain = f"{'、'.join(first)} 或 {last}" if first else last
        if not WORD.search(text) or depth == DEEPEST:
            return plain, WHOLE
        if WORD.fullmatch(text) and text != IT and f"{{0}} {text}" not in self._counts:
            return plain, WHOLE  # one word alone is a name, but for a unit, such as "tokens"
        own = 0.02 * len(text)
        for end, sign in (("", ""), (".", "。")):  # a sentence is a value without its full stop
            reading = _Reading(self, f"{text.strip()}{end}", depth + 1, whole=True)
            if reading.cost < WHOLE and reading.other.endswith(sign):
                return reading.other.removesuffix(sign), own + reading.cost
        row = self._row(text, depth)
        return (row, own) if row else (plain, WHOLE)

    def _row(self, text: str, depth: int) -> str:
        """A value that is a row, such as "a, b or c"; "" where it is none, but somebody's words."""
        found = _ROW.fullmatch(text)
        if not found:
            return ""
        items = [*found["first"].split(", "), found["last"]]
        others = [self.value(item, depth + 1) for item in items]
        if others != items and _all(HAN, others):
            *first, last = others
            return spaced(spaced("、".join(first), _JOINS[found["sign"]]), last)
        is_code = _all(_CODE, items)
        is_code = is_code or (_all(_NAME, items) and (len(items) > 2 or found["sign"] == " or "))
        return f"{'、'.join(items[:-1])}{_JOINS[found['sign']]}{items[-1]}" if is_code else ""

    def loose(self, line: str) -> list[Phrase]:
        """The phrases that begin with a value, of which all words are in the line."""
        return [one for one in self._loose if one.is_in(line)]

    def beginning(self, line: str, start: int) -> list[Phrase]:
        """The phrases that begin with the word, the number or the sign that stands there."""
        if word := WORD.match(line, start):
            return self._by_start.get(word[0].lower(), [])
        signs = self._by_start.get(line[start], [])
        return [*self._numbered, *signs] if NUMBER.match(line, start) else signs


class _Reading:
    """One line, read as a row of phrases in the way that leaves least of it as it is."""

    def __init__(self, book: Phrasebook, line: str, depth: int, *, whole: bool = False) -> None:
        self._book = book
        self._line = line
        self._depth = depth
        self._whole = whole
        self._loose = book.loose(line)
        ways = _without_swallowed(self._ways())
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
                phrases = (*self._book.beginning(self._line, start), *self._loose)
                ways[start] = [
                    match for phrase in phrases for match in matches(phrase, self._line, start)
                ]
                waiting += [match.end for match in ways[start]]
                end = self._end_of_word(start)
                if not self._whole or not WORD.search(self._line, start, end):
                    waiting.append(end)
        return ways

    def _read(self, start: int, ways: list[Match]) -> tuple[float, str]:
        """What the line is from there on, and what is left of it, in characters."""
        end = self._end_of_word(start)
        left = self._line[start:end]
        cost, other = WHOLE, ""
        if end in self._best:
            rest, behind = self._best[end]
            price = _price(left)
            sign = FULL_WIDTH.get(left, "")
            if sign and self._line[:start].endswith(")") and (HAN.match(behind) or not behind):
                left = sign  # behind a note in brackets
            is_theirs = HAN.match(self._line[end : end + 1])
            other = left + behind if is_theirs else widened(left, behind)
            cost = price * (end - start) + rest
        for match in sorted(ways, key=lambda one: self._best[one.end][0]):
            rest, behind = self._best[match.end]
            if rest >= cost:
                break
            own = self._price(match)
            if own + rest < cost:
                cost, other = own + rest, joined(self._filled(match), behind)
        return cost, other

    def _price(self, match: Match) -> float:
        """What its values cost: a little, so that no sentence is read as a value of another."""
        own = sum(self._book.price(value, self._depth) for value in match.values) + 0.01
        if match.values and not match.phrase.words[0] and _SENTENCES.search(match.values[0]):
            own += len(match.values[0])  # what a phrase begins with is no row of others
        return own

    def _end_of_word(self, start: int) -> int:
        word = _UNKNOWN.match(self._line, start)
        end = word.end() if word else len(self._line)
        if found := BOUNDARY.search(self._line, start + 1, end):
            end = max(found.end(), start + 1)
        return end

    def _filled(self, match: Match) -> str:
        values = dict(zip(match.phrase.holes, match.values, strict=True))
        said, *others = HOLE.split(match.phrase.other)
        for hole, words in zip(others[::2], others[1::2], strict=True):
            value = values[int(hole)]
            if not match.phrase.quotes:
                value = self._book.value(value, self._depth)
            said = spaced(said, value)
            said = spaced(said, words)
        return said


def _price(left: str) -> float:
    """What it costs to leave a character: little of a sign, a status, or a program's name."""
    if not any(map(str.isalnum, left)) or _STATUS.match(left):
        return 0.05
    return 0.1 if _PLACE.search(left) else 1.0


def _without_swallowed(ways: dict[int, list[Match]]) -> dict[int, list[Match]]:
    """Without a phrase that begins with a value, where that would hold words of a longer one.

    "the line has {0}. Type it:" goes before "{0} instead of {1}", which would swallow its words.
    """
    longest: dict[tuple[int, Phrase], Match] = {}
    for start, found in ways.items():
        for match in found:
            key = start, match.phrase
            if match.phrase.words[0] and match.phrase.size >= LONG:
                longest[key] = max(match, longest.get(key, match), key=lambda one: one.end)
    own = [
        (*span, match.end) for (start, _), match in longest.items() for span in match.spans(start)
    ]
    return {
        start: [
            match
            for match in found
            if match.phrase.words[0]
            or not any(
                first < start + len(match.values[0]) and start < last and match.end <= end
                for first, last, end in own
            )
        ]
        for start, found in ways.items()
    }


def _noted(table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is said of the base URL, with a note behind it: errors tell there who has set it."""
    name = table.get(BASE_URL, "")
    for sentence, other in table.items() if name else ():
        note = f"{{{len(HOLE.findall(sentence))}}}"
        if BASE_URL in sentence and sentence != BASE_URL and name in other:
            noted = sentence.replace(BASE_URL, f"{BASE_URL} ({note})", 1)
            yield noted, re.sub(f"{re.escape(name)} ?", f"{name}（{note}）", other, count=1)


def _all(pattern: re.Pattern[str], items: Iterable[str]) -> bool:
    return all(map(pattern.fullmatch, items))


@cache
def read_tables(language: str) -> Mapping[str, str]:
    """Every sentence of nbchat, by the English one; from all tables of that language."""
    table: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.json")):
        table |= json.loads(path.read_text("utf-8"))
    return table
