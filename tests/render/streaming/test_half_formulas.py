"""Half a formula is waited for, and a price is not: what is read only grows."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from nbchat.render import LongBlocks
from nbchat.render.streaming.live_page import lighten
from tests.render.dom import words

DRAWN = "∎"  # stands for a formula that is drawn


def readings(text: str) -> list[str]:
    """What a reader sees after each letter of the text, and when nothing more comes."""
    page = LongBlocks()
    seen = []
    for character in text:
        page.feed(character)
        seen.append(_reading(page.html))
    page.finish()
    return [*seen, _reading(lighten(page.html))]


def _reading(html: str) -> str:
    drawn = re.sub(r"<math\b.*?</math>", DRAWN, html, flags=re.DOTALL)
    return " ".join(words(drawn).split())


def taken_back(seen: list[str]) -> list[tuple[str, str]]:
    """Readings of which the next is not a continuation."""
    return [pair for pair in pairwise(seen) if not pair[1].startswith(pair[0])]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("The area is $x^2$ and more.", 1),
        ("Where $n$ is small, $\\alpha_{n}$ is *large*.", 2),
        (r"A mean \(\bar{x}\) of it.", 1),
        (r"It is \(\text{if the sky over us is clear, then it is}\; x\) here.", 1),
        ("So $2x + 3y = 5$ holds.", 1),
        ("Then $y = a + b \\cdot c \\text{ when it rains all day long in May}$.", 1),
        ("**Bold $x_1$** words and $P(A | B)$.", 2),
        ("- $a_1$ first\n- the second $b$\n", 2),
        ("Inline $$x^2$$ too.", 1),
        ("数学$x^2$好。", 1),
    ],
)
def test_an_inline_formula_is_drawn_with_its_last_mark_and_no_tex_is_read(
    text: str, drawn: int
) -> None:
    seen = readings(text)

    assert taken_back(seen) == []
    assert seen[-1].count(DRAWN) == drawn
    assert not any("$" in one or "\\" in one or "_" in one for one in seen)


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "Between $5-$10 a month.",
        "From $5/$10 to $1,000/month, which is all.",
        "From $5–$10 and up.",
        "A price of $5 million.",
        "It is $5 (= 4 €) for each of them and so on for all that come.",
        "US$5 and $6, or $7.50.",
        "Set $HOME and $PATH before that.",
        "Echo $HOME/bin:$PATH for it.",
        "一共 $5，这个价格。",
    ],
)
def test_prices_and_names_of_variables_stay_words(text: str) -> None:
    seen = readings(text)

    assert taken_back(seen) == []
    assert not any(DRAWN in one for one in seen)
    assert seen[-1] == text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("It costs $5 and", "It costs $5 and"),
        ("A limit of $5 million", "A limit of $5 million"),
        ("With $x = 1 the rest of the words is not lost for", "With $x = 1 the rest of the words"),
    ],
)
def test_words_are_not_held_back_behind_a_mark_that_ends_nothing(typed: str, shown: str) -> None:
    assert shown in readings(typed)[-2]


@pytest.mark.parametrize("text", ["The area $x^2$", r"The area \(x^2\)", "The area $$x^2$$"])
def test_a_formula_is_drawn_as_soon_as_it_is_closed(text: str) -> None:
    *_, before, closed, _ = readings(text)

    assert before == "The area"
    assert closed == f"The area {DRAWN}"
