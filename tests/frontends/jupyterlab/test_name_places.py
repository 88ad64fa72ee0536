"""Which places of a question are marked: exactly those that a value is put into, and wishes."""

from __future__ import annotations

import pytest

from nbchat.context.expand import expand
from nbchat.frontends.jupyterlab.name_places import name_places, utf16_place

VALUES = {"x": 21, "df": "a text", "Out": {3: "out"}, "json": pytest}
QUESTIONS = [
    "Is {x} a number?",
    "{x}{df}{x}",
    "{x:all} {x:schema} {x:20} {x:>8.2f}",
    "{Out[3]} {Out[4]}",
    "`{x}` ``{x}`` and\n\n```python\nf'{x}'\n```\n\nand {x}",
    "{{x}} {x.y} {x[0]} {x()} { x } {} {1} {a b}",
    "$x^{x}$ \\frac{x}{df} data_{x}.csv ${x}",
    "{missing} {json} {x",
    "Ünïcode {x} 😀 {df}",
    "",
]


@pytest.mark.parametrize("body", QUESTIONS)
def test_what_is_marked_as_a_value_is_what_is_filled_in(body: str) -> None:
    """Each place alone: with its braces doubled nothing is filled in there any more."""
    source = f"%%chat demo\n{body}"
    for begin, end, is_value in name_places(source, VALUES):
        name = source[begin:end]
        changed = f"{source[:begin]}<{name[1:-1]}>{source[end:]}".partition("\n")[2]

        assert (name[0], name[-1]) == ("{", "}")
        assert is_value == (len(filled(body)) == len(filled(changed)) + 1)


@pytest.mark.parametrize("body", QUESTIONS)
def test_no_value_that_is_filled_in_lacks_its_mark(body: str) -> None:
    marked = [place for place in name_places(f"%%chat demo\n{body}", VALUES) if place[2]]

    assert len(marked) == len(filled(body))


def filled(body: str) -> list[str]:
    """A mark for each place into which a value is put: each is one that nothing else has."""
    marks = {"x": 7_777_777, "df": 7_777_777, "Out": {3: 7_777_777}, "json": pytest}
    return expand(body, marks).text.split("7777777")[1:]


@pytest.mark.parametrize(
    ("source", "places"),
    [
        ("x = '{x}'", []),
        ("# why\n%%chat\n{x} {y}", [(13, 16, True), (17, 20, False)]),
        ("%%chat --raw\n{x}", []),
        ("%%chat demo --system {x}\n{x}", [(25, 28, True)]),
        ("%%chat", []),
        ("%%chatter\n{x}", []),
    ],
)
def test_only_questions_have_places(source: str, places: list[tuple[int, int, bool]]) -> None:
    assert name_places(source, VALUES) == places


def test_places_are_counted_as_javascript_counts() -> None:
    assert utf16_place("{x}", 0, 3) == (0, 3)
    assert utf16_place("😀😀{x}", 2, 5) == (4, 7)
    assert utf16_place("\ud800{x}", 1, 4) == (1, 4)
