"""What a model writes into a terminal is words; every escape sequence there is ours."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.render.terminal import TerminalMarkdown, Wrapped, clean, columns

from .sequences import CONTROLS, SEQUENCES

OURS = re.compile(r"\x1b\[[012]m")


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_character_is_removed(control: str) -> None:
    assert clean(f"a{control}b") == "ab"


def test_all_65_control_characters_but_tab_and_newline_are_tried_and_200_sequences() -> None:
    assert len(CONTROLS) == 65 - 2
    assert len(set(SEQUENCES)) >= 200


def test_tab_newline_and_words_stay() -> None:
    assert clean("a\tb\nc é 中 😀 שלום") == "a\tb\nc é 中 😀 שלום"


def test_a_windows_line_end_is_a_line_end() -> None:
    assert clean("a\r\nb") == "a\nb"


@pytest.mark.parametrize(
    "code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xE0000, 0xE0041, 0xE007F]
)
def test_what_reorders_or_hides_is_written_out(code: int) -> None:
    shown = clean(f"a{chr(code)}b")

    assert shown == f"a{chr(code).encode('unicode_escape').decode()}b"
    assert shown.isascii()


def test_half_a_character_can_be_printed() -> None:
    clean("a\ud800b").encode("utf-8")


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec=None), max_size=40), st.integers(0, 40))
def test_any_cut_cleans_the_same(text: str, cut: int) -> None:
    assert clean(text[:cut]) + clean(text[cut:]) == clean(text)


@pytest.mark.parametrize("sequence", [*SEQUENCES, *CONTROLS])
def test_a_sequence_cut_anywhere_leaves_no_control(sequence: str) -> None:
    text = f"# a{sequence}\n```\n{sequence}\n```\n{sequence}"
    for cut in range(len(text)):
        page = TerminalMarkdown()
        printed = page.feed(text[:cut]) + page.feed(text[cut:]) + page.finish()

        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", OURS.sub("", printed))


MARKDOWN = (
    "# Title\nwords `x`\n```python\nx = 1\n# no heading\n  ``` no end\n````\n#hashtag\n## Two\n~~~\n```\n~~~\n"
    "- an item that is too long for its line\n  1. another, 中文也要能够正确地换行，不会超出。\n| a | row | of | a | table |\n"
    "> a quote that is too long for its line\n\na_very_long_word_that_does_not_fit_anywhere end"
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, len(MARKDOWN)), max_size=20))
def test_any_cutting_prints_the_same(places: list[int]) -> None:
    page = TerminalMarkdown(24)
    edges = [0, *sorted(places), len(MARKDOWN)]
    printed = (
        "".join(page.feed(MARKDOWN[a:b]) for a, b in itertools.pairwise(edges)) + page.finish()
    )

    whole = TerminalMarkdown(24)
    assert printed == whole.feed(MARKDOWN) + whole.finish()
    assert "".join(OURS.sub("", printed).split()) == "".join(MARKDOWN.split())


def test_lines_are_wrapped_below_where_their_words_began() -> None:
    page = TerminalMarkdown(24)
    lines = OURS.sub("", page.feed(MARKDOWN) + page.finish()).split("\n")

    assert lines[lines.index("- an item that is too") + 1] == "  long for its line"
    assert lines[lines.index("  1. another, 中文也要能") + 1] == "     够正确地换行，不会"
    assert lines[lines.index("> a quote that is too") + 1] == "  long for its line"
    assert "| a | row | of | a | table |" in lines
    assert max(columns(line) for line in lines if not line.startswith(("|", "a_very"))) <= 24


PIECES = [
    "a",
    "b",
    " ",
    "- ",
    "* ",
    "> ",
    "1. ",
    ".",
    "|",
    "，",
    "。",
    "中",
    "\n",
    "word ",
    "https://example.com/a/b ",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.integers(4, 30))
def test_wrapping_loses_no_word_and_keeps_to_the_width(text: str, width: int) -> None:
    page = Wrapped(width)
    printed = page.feed(text) + page.finish()

    assert "".join(printed.split()) == "".join(text.split())
    for line in printed.split("\n"):
        row = line.lstrip().startswith("|")
        one_word = len(line.split()) < 2
        assert columns(line.rstrip("，。")) <= width or row or one_word, line


def test_headings_are_bold_and_fences_are_dim() -> None:
    page = TerminalMarkdown()
    printed = page.feed(MARKDOWN) + page.finish()

    assert "\x1b[1m# Title\x1b[0m\n" in printed
    assert "\x1b[2m```python\x1b[0m\nx = 1\n# no heading\n" in printed
    assert "\x1b[1m## Two\x1b[0m\n" in printed
    assert "\n#hashtag\n" in printed


def test_words_are_printed_as_they_end() -> None:
    page = TerminalMarkdown()

    assert [page.feed(piece) for piece in ("He", "llo, ", "wor", "ld")] == ["", "Hello,", "", ""]
    assert page.finish() == " world"


def test_a_style_is_ended_when_the_answer_breaks() -> None:
    page = TerminalMarkdown()
    printed = page.feed("# Tit")

    assert printed + page.finish() == "\x1b[1m# Tit\x1b[0m"
