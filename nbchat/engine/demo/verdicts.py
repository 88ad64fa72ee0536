"""What the demo says where one short answer is asked of a text: "good or bad?", "sum up", a rate.

A question names the text behind a colon, "Good or bad: The soup was cold.", as prompts over the
rows of a frame do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbchat.engine.demo.reading import MOODS, Reading

CHOICES = re.compile(r"([\w-]+(?:,\s*[\w-]+)*),?\s+or\s+([\w-]+)|([\w-]+(?:/[\w-]+)+)")
RANGE = re.compile(r"(\d+)\s*(?:to|-|–)\s*(\d+)")
LONGEST_QUESTION = 300  # characters before the colon
_MOOD = {"sentiment", "mood", "classify", "tone", "feeling", "opinion", "verdict"}
_RATE = {"rate", "rating", "score", "stars", "grade"}
_SHORT = {"summarise", "summarize", "summary", "shorten", "sum"}
_WORDS = {"keyword", "keywords", "topic", "topics", "tag", "tags"}


def verdict(question: str) -> str:
    """The short answer; empty where the question asks for something else.

    >>> verdict("Good, bad or mixed? The guest says: The soup was cold.")
    'bad'
    >>> verdict("Rate from 1 to 5: Lovely ice cream!"), verdict("Sentiment: It was awful.")
    ('5', 'negative')
    """
    asked, colon, text = question.partition(":")
    if not colon or not text.strip() or len(asked) > LONGEST_QUESTION:
        return ""
    reading = Reading(f"{asked}: {text.strip()}")
    words = set(re.findall(r"[^\W\d_]+", asked.lower()))
    if choices := _choices_in(asked):
        return str(reading.label(choices))
    if words & _RATE:
        low, high = _range_in(asked)
        found = reading.number({"type": "integer", "minimum": low, "maximum": high})
        return str(round((high, (low + high) / 2, low)[reading.mood] if found is None else found))
    if words & _SHORT:
        return reading.first_sentence
    if words & _WORDS:
        return ", ".join(reading.keywords())
    return MOODS[reading.mood][0] if words & _MOOD else ""


def _choices_in(asked: str) -> Sequence[str]:
    """What one is to be chosen of: "good, bad or mixed", "yes/no"."""
    match = CHOICES.search(asked)
    if match is None:
        return ()
    found = match[3].split("/") if match[3] else [*re.split(r",\s*", match[1]), match[2]]
    begins_sentence = found[0][:1].isupper() and not found[1][:1].isupper()
    return [found[0].lower(), *found[1:]] if begins_sentence else found


def _range_in(asked: str) -> tuple[int, int]:
    match = RANGE.search(asked)
    low, high = (int(match[1][:9]), int(match[2][:9])) if match else (1, 5)
    return min(low, high), max(low, high)
