"""A short answer to a short question about a text, as a prompt over rows asks it."""

from __future__ import annotations

import pytest

from nbchat.engine.demo.script import INTRODUCTION, reply
from nbchat.engine.demo.verdicts import verdict


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Classify as positive, neutral or negative: The model came.", "neutral"),
        ("Good, Mixed or Bad: The model broke.", "Bad"),
        ("Positive/negative/neutral? Review: I love this table.", "positive"),
        ("Is this good or bad: The code was terrible.", "bad"),
        ("What is the sentiment of this review: Great data!", "positive"),
        ("Rate from 1 to 10: Wonderful panel.", "10"),
        ("How many stars does this guest give: 4 of 5 stars.", "4"),
        ("Summarise: The tool works. I use it every day.", "The tool works."),
        ("Give keywords: harbour station museum", "harbour, station, museum"),
    ],
)
def test_a_row_is_answered_in_a_word_whatever_it_is_about(question: str, said: str) -> None:
    """Words of a row, such as table or model, ask for none of the demo's shows."""
    assert reply([question]) == said


@pytest.mark.parametrize(
    "question", ["Classify", "Classify: ", "Note: it is late", f"{'long ' * 99}mood: x", ":", ""]
)
def test_what_asks_for_something_else_has_no_verdict(question: str) -> None:
    assert verdict(question) == ""


def test_who_says_hello_is_greeted() -> None:
    assert reply(["Hello: are you there?"]) == INTRODUCTION
