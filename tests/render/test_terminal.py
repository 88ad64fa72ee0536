"""What a model writes into a terminal is words; every escape sequence there is ours."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.render.terminal import TerminalMarkdown, clean

CONTROLS = [chr(code) for code in [*range(0x20), 0x7F, *range(0x80, 0xA0)] if chr(code) not in "\t\n"]
SEQUENCES = [
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x1b]8;;javascript:x\x1b\\link\x1b]8;;\x1b\\", "\x1b[2J",
    "\x1b[H", "\x1b[6n", "\x1b[?1049h", "\x1bP+q\x1b\\", "\x1b_x\x1b\\", "\x1b^x\x1b\\", "\x1bc", "\x9b31m", "\x9d0;t\x9c",
    "\x90q\x9c", "over\rwritten", "a\bb", "\x07", "\x0e\x0f", "\x1b]1337;File=:\x07", "\x1b[>0q", "\x1b[21t", "\x1b%G", "\x1b(0",
    "\x1b[8;9999;9999t", "\x1b]4;1;?\x07", "\x1b[3J", "\x1b[1A", "\x1b]9;x\x07", "\x1b]777;x\x07", "\x1b\x1b[A", "\x1b[\x1b[A",
]  # fmt: skip
OURS = re.compile(r"\x1b\[[012]m")


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_character_is_removed(control: str) -> None:
    assert clean(f"a{control}b") == "ab"


def test_all_65_control_characters_but_tab_and_newline_are_tried() -> None:
    assert len(CONTROLS) == 65 - 2


def test_tab_newline_and_words_stay() -> None:
    assert clean("a\tb\nc é 中 😀 שלום") == "a\tb\nc é 中 😀 שלום"


def test_a_windows_line_end_is_a_line_end() -> None:
    assert clean("a\r\nb") == "a\nb"


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xE0000, 0xE0041, 0xE007F])
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
    "# Title\nwords `x`\n```python\nx = 1\n# no heading\n  ``` no end\n````\n#hashtag\n## Two\n~~~\n```\n~~~\nend"
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, len(MARKDOWN)), max_size=20))
def test_any_cutting_prints_the_same(places: list[int]) -> None:
    page = TerminalMarkdown()
    edges = [0, *sorted(places), len(MARKDOWN)]
    printed = "".join(page.feed(MARKDOWN[a:b]) for a, b in itertools.pairwise(edges)) + page.finish()

    whole = TerminalMarkdown()
    assert printed == whole.feed(MARKDOWN) + whole.finish()
    assert OURS.sub("", printed) == MARKDOWN


def test_headings_are_bold_and_code_is_dim() -> None:
    page = TerminalMarkdown()
    printed = page.feed(MARKDOWN) + page.finish()

    assert "\x1b[1m# Title\x1b[0m\n" in printed
    assert "\x1b[2m# no heading\x1b[0m\n" in printed
    assert "\x1b[1m## Two\x1b[0m\n" in printed
    assert "\n#hashtag\n" in printed


def test_words_are_printed_as_they_come() -> None:
    page = TerminalMarkdown()

    assert [page.feed(piece) for piece in ("He", "llo, ", "wor", "ld")] == ["He", "llo, ", "wor", "ld"]
    assert page.finish() == ""


def test_a_style_is_ended_when_the_answer_breaks() -> None:
    page = TerminalMarkdown()
    printed = page.feed("# Tit")

    assert printed + page.finish() == "\x1b[1m# Tit\x1b[0m"
