"""What a text says that could be the value of a field: names, numbers, labels, sentences.

By rules of thumb alone, so that an answer of the demo's reads like one to the question. What is
told of a text is given away once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from nbchat.wire.shapes import string

NUMBER = re.compile(r"(?<![\w.,/:-])-?\d[\d,]*(?:\.\d+)?(?!\w|\.\d|-\d|/\d|:\d)")
NAME = re.compile(r"\b[A-ZÀ-Þ][\w'-]+(?: (?:(?:van|von|de|da|al) )?[A-ZÀ-Þ][\w'-]+)*")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(r"https?://[^\s<>\"')\]]+")
DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")
PLACE = re.compile(r"\b(?:in|from|to|at|near)\s+(?:the\s+)?([A-ZÀ-Þ][\w'-]+(?: [A-ZÀ-Þ][\w'-]+)*)")
IS_NAMED = re.compile(
    r"$|[,(.]|\s+(?:\(|is\b|was\b|has\b|lives\b|works\b|and\b|\d)"
)  # behind a name
SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
WORD = re.compile(r"[^\W\d_]{4,}")
MOST_PARTS = 100
# What is told in a sentence.
SAID = {
    *("reason", "why", "summary", "text", "note", "comment", "description", "quote", "wish", "bio"),
    *("answer", "sentence", "explanation", "evidence", "request", "issue", "problem", "message"),
}
LONGEST_REASON = 120  # characters

COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_GOOD = """
    good great love loved loves lovely excellent happy wonderful best perfect friendly kind
    fast clean warm fresh helpful recommend thanks thank nice amazing delicious comfortable
"""
_BAD = """
    bad terrible hate hated awful broke broken worst slow cold rude late dirty disappointed never
    refund angry poor wrong useless expensive noisy crash crashed lost failed complaint
"""
# Labels that are about the mood of a text, from the best to the worst.
MOODS = (
    ("positive", "happy", "good", "satisfied", "praise"),
    ("neutral", "mixed", "ok", "okay", "unclear"),
    ("negative", "sad", "bad", "angry", "unhappy", "complaint"),
)
# What a text field says of a mood, from the best to the worst, and a number in figures.
TOLD_MOODS = {
    **dict.fromkeys(
        ("sentiment", "mood", "tone", "polarity", "label", "category", "class"),
        tuple(names[0] for names in MOODS),
    ),
    **dict.fromkeys(("verdict", "opinion", "rating", "quality"), ("good", "mixed", "bad")),
    "feeling": ("happy", "mixed", "unhappy"),
}
SCORES = {"score", "rating", "confidence", "probability", "stars", "grade", "polarity", "sentiment"}
_NO_NAMES = """
    A An And As At But By Classify Do Does Extract Find For From Give Has He Her His How I If
    In Is It Its List Make My Name No Not Of On Or Our Please Read She Show Sort Tell That The
    Their Then There These They This To Two Three Was We Were What When Where Which Who Why
    With Write Yes You Your Mr Mrs Ms Dr
"""
GOOD, BAD, NO_NAMES = (frozenset(words.split()) for words in (_GOOD, _BAD, _NO_NAMES))


class Reading:
    """A text, of which values are taken.

    >>> reading = Reading("Ada Lovelace (36) lives in London.")
    >>> reading.text("name", {}), reading.number({"type": "integer"}), reading.text("city", {})
    ('Ada Lovelace', 36, 'London')
    """

    def __init__(self, question: str, *, is_value: bool = False) -> None:
        """`is_value` says that the text as it stands is what a field wants."""
        told = question.partition(": ")[2].strip()  # "Classify this: …"
        self._text = told or question.strip()
        self._is_value = is_value
        self.seed = crc32(self._text.encode("utf-8", "replace"))
        self._words = {word.lower() for word in re.findall(r"[^\W\d_]+", self._text)}
        self._asked = {word.lower() for word in re.findall(r"[^\W\d_]+", question)}
        without_days = DAY.sub(" ", self._text)
        self._numbers = [_as_number(one) for one in NUMBER.findall(without_days)]
        self._places = PLACE.findall(self._text)
        self._names = [name for name in _names_in(self._text) if name not in self._places]

    def __bool__(self) -> bool:
        return bool(self._text)

    # --- one value -----------------------------------------------------------------------------

    def label(self, choices: Sequence[Any]) -> Any:
        """The choice that the text names, or that its mood is; any, but always the same, else."""
        named = [one for one in choices if _words_of(one) and _words_of(one) <= self._words]
        if named:
            return named[0]
        mood = self.mood
        for at in (mood, 1 - mood % 2):
            for one in choices:
                if at in range(3) and str(one).lower() in MOODS[at]:
                    return one
        return choices[self.seed % len(choices)]

    def truth(self, name: str) -> bool:
        """Whether what a field is called is said; of `is_urgent` that is the word urgent."""
        about = _words_of(name) - {"is", "has", "was", "are", "can"}
        return bool(about & self._words)

    def number(self, schema: Mapping[str, Any]) -> float | None:
        """The next number that the schema takes."""
        for at, number in enumerate(self._numbers):
            if is_within(number, schema):
                return self._numbers.pop(at)
        return None

    def score(self, name: str, schema: Mapping[str, Any]) -> float | None:
        """A number for a field that says how good something is, by the mood of the text."""
        if _words_of(name) & SCORES:
            shares, stars = (0.9, 0.5, 0.1), (5, 3, 1)
            for scale in (shares, stars):
                if is_within(scale[self.mood], schema):
                    return scale[self.mood]
        return None

    def text(self, name: str, schema: Mapping[str, Any]) -> str | None:
        """What a text field of that name could say."""
        found = self._found(_words_of(name), string(schema.get("format")))
        for text in found:
            if is_taken(text, schema):
                for taken in (self._names, self._places):
                    if text in taken:
                        taken.remove(text)
                return text
        return None

    def _found(self, about: set[str], form: str) -> Sequence[str]:
        if form == "email" or about & {"email", "mail"}:
            return EMAIL.findall(self._text)
        if form in ("uri", "url") or about & {"url", "link", "website"}:
            return LINK.findall(self._text)
        if form == "date" or about & {"date", "day"}:
            return DAY.findall(self._text)
        if form:
            return ()
        if about & {"city", "town", "place", "country", "location", "where"}:
            return [*self._places, *self._names]
        if about & {"name", "person", "who", "author", "customer", "sender", "company", "title"}:
            return [*self._names, *self._places]
        if about & {"word", "tag", "keyword", "topic"}:
            return self.keywords()
        if self._is_value:
            return [self._text]
        if about & TOLD_MOODS.keys():
            return [TOLD_MOODS[word][self.mood] for word in sorted(about & TOLD_MOODS.keys())]
        return self._sentences() if about & SAID else ()

    def keywords(self) -> list[str]:
        """The longest words of the text, in the order in which they stand."""
        words = list(dict.fromkeys(word.lower() for word in WORD.findall(self._text)))
        longest = sorted(words, key=lambda word: (-len(word), words.index(word)))[:3]
        return [word for word in words if word in longest]

    def _sentences(self) -> list[str]:
        said = [one.strip() for one in SENTENCE.findall(self._text)]
        fitting = [one for one in said if 0 < len(one) <= LONGEST_REASON]
        return sorted(fitting, key=lambda one: " " not in one)  # an "Urgent!" is none, if it can be

    @property
    def first_sentence(self) -> str:
        """The text in short."""
        return next(iter(self._sentences()), self._text[:LONGEST_REASON])

    @property
    def mood(self) -> int:
        """The place in MOODS."""
        score = len(self._words & GOOD) - len(self._words & BAD)
        return 0 if score > 0 else 2 if score < 0 else 1

    # --- several -------------------------------------------------------------------------------

    def parts(self, *, of_values: bool = False) -> list[Reading]:
        """The things that the text speaks of, each by itself: lines, or what stands in a row.

        `of_values`: of texts, which are these things themselves, or else words of the text.
        """
        lines = [line.strip(" -*•\t") for line in self._text.splitlines()]
        for pieces in (lines, self._text.split(";"), _row_of(self._text)):
            told = [piece.strip() for piece in pieces if piece.strip()]
            if len(told) > 1:
                return [Reading(one, is_value=of_values) for one in told[:MOST_PARTS]]
        words = self.keywords() if of_values else []
        return [Reading(word, is_value=True) for word in words]

    def wanted(self) -> int:
        """How many are asked for, as in "three towns"; 0 where that is not said."""
        for at, word in enumerate(COUNTS, 1):
            if word in self._asked and word != "one":
                return at
        return 0


def _names_in(text: str) -> list[str]:
    """The words that are written as names are, without those with which sentences begin."""
    found = []
    for match in NAME.finditer(text):
        first, _, rest = match[0].partition(" ")
        begins = match.start() == 0 and not rest and not IS_NAMED.match(text, match.end())
        kept = rest if first in NO_NAMES or begins else match[0]
        if kept and kept not in NO_NAMES:
            found.append(kept)
    return list(dict.fromkeys(found))


def _row_of(text: str) -> list[str]:
    """What stands in a row: `Ada (36), Grace (45) and Alan`."""
    pieces = re.split(r",\s*(?:and\s+)?(?=[A-ZÀ-Þ])|\s+and\s+(?=[A-ZÀ-Þ])", text)
    return [piece.rstrip(".") for piece in pieces]


def _words_of(value: Any) -> set[str]:
    """The words in a name or a label, in small letters: `postCode`, `post_code`, `post code`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(value))
    return {word.lower() for word in re.findall(r"[^\W\d_]+", apart)}


def _as_number(text: str) -> float:
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain[:300])


def is_within(number: float, schema: Mapping[str, Any]) -> bool:
    """Whether a schema takes the number."""
    step = schema.get("multipleOf") or (1 if schema.get("type") == "integer" else 0)
    return bool(
        number >= schema.get("minimum", number)
        and number <= schema.get("maximum", number)
        and number > schema.get("exclusiveMinimum", number - 1)
        and number < schema.get("exclusiveMaximum", number + 1)
        and (not step or number % step == 0)
    )


def is_taken(text: str, schema: Mapping[str, Any]) -> bool:
    """Whether a schema takes the text, as far as that is cheap to see."""
    if "pattern" in schema or "contentEncoding" in schema:
        return False
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(text))
    return bool(string(text)) and least <= len(text) <= most
