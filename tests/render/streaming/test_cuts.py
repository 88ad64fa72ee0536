"""Where a block is cut, and how it goes on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from nbchat.render.streaming.cuts import WENT_ON, WENT_ON_INSIDE, cut_block
from tests.render.streaming.test_incremental import documents

from ...nightly import examples

WORDS = "Words and words. " * 190


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1. one\n2. two\n3. thr", "3. thr"),
        ("7) a\n7) b\n7) c", "9) c"),
        ("- a\n  - b\n- c\n  - d", "- c\n  - d"),
        ("- a\n  - b\n  - c", "- - b\n  - c"),
        ("- - b\n  - c", "- - c"),
        ("3. a\n\n   b\n\n   c", "3. c"),
        ("- a\n\n  ```sh\n  ls\n  pw", "- ```sh\n  ls\n  pw"),
        ("- ```sh\n  ls\n  pw", "- ```sh\n  pw"),
        ("> a\nb\n>\n> c", "> c"),
        ("```python\nx = 1\ny", "```python\ny"),
        ("~~~\nx = 1\n", "~~~\n"),
        ("> a\n>\n> b", "> b"),
        ("> - a\n> - b", "> - b"),
        (
            "| a | b |\n|---|--:|\n| 1 | 2 |\n| 33 | x y |\n| 5",
            "| a | b |\n| ---: | ---: |\n| 33 | x y |\n| 33 | b |\n| 5",
        ),
        ("# Title", None),
        ("- one giant item", None),
        ("| a |\n|---|\n| 1 |\n| 2", None),
        ("```\nx", None),
        ("> ```\n> x", None),
        ("short paragraph. Another sentence.", None),
        ("", None),
    ],
)
def test_where_a_block_is_cut(text: str, rest: str | None) -> None:
    cut = cut_block(text)

    assert (cut and cut.rest) == rest


@pytest.mark.parametrize(
    "opened", ["**bold ", "`code ", "[link](https://e.com/", r"$\frac{x ", r"\(x_{", "*a `b` "]
)
def test_a_paragraph_is_not_cut_inside_what_is_open(opened: str) -> None:
    before = "Words and words. " * 150
    cut = cut_block(before + opened + "go on. " * 150)

    assert cut is None or opened.strip() not in cut.done
    assert cut_block(before + opened + "go on. " * 400)  # but nothing is open for ever


@pytest.mark.parametrize(
    ("opening", "again", "classes"),
    [
        ("", "", (WENT_ON,)),
        ("# ", "# ", (WENT_ON,)),
        ("> ", "> ", (WENT_ON, WENT_ON)),
        ("- ", "- ", (WENT_ON_INSIDE, WENT_ON)),
        ("2) ", "2) ", (WENT_ON_INSIDE, WENT_ON)),
        ("- 1. ", "- 1. ", (WENT_ON_INSIDE, WENT_ON_INSIDE, WENT_ON)),
        ("> * ", "> * ", (WENT_ON, WENT_ON_INSIDE, WENT_ON)),
        ("```\n", "```\n", (WENT_ON,)),
        ("    ", "    ", (WENT_ON,)),
        ("| a | b |\n|---|---|\n| x | ", "| a | b |\n| :--- | :--- |\n| x | ", (WENT_ON,)),
    ],
)
def test_a_long_line_is_cut_and_goes_on_as_it_began(
    opening: str, again: str, classes: tuple[str, ...]
) -> None:
    cut = cut_block(opening + WORDS)

    assert cut
    assert cut.done.startswith(opening + "Words")
    assert cut.rest.startswith(again)
    assert cut.rest.endswith("words. ")
    assert cut.classes == classes


@settings(max_examples=examples(200))
@given(documents)
def test_a_cut_moves_on(text: str) -> None:
    """What goes on is never the whole again, or it would be cut for ever."""
    classes: tuple[str, ...] = ()
    for _ in range(200):
        cut = cut_block(text, classes, line=40)
        if not cut:
            return
        assert cut.done.strip()
        text, classes = cut.rest, cut.classes
    raise AssertionError(text)
