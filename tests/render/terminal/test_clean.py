"""What a model writes into a terminal is words, and nothing that a terminal obeys."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.render.terminal.clean import clean, columns

from ...nightly import examples
from ..sequences import CONTROLS, SEQUENCES


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


DECEIVING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xE0000, 0xE0041, 0xE007F]


@pytest.mark.parametrize("code", DECEIVING)
def test_what_reorders_or_hides_is_written_out(code: int) -> None:
    shown = clean(f"a{chr(code)}b")

    assert shown == f"a{chr(code).encode('unicode_escape').decode()}b"
    assert shown.isascii()


def test_half_a_character_can_be_printed() -> None:
    clean("a\ud800b").encode("utf-8")


@settings(max_examples=examples(300))
@given(st.text(st.characters(codec=None), max_size=40), st.integers(0, 40))
def test_any_cut_cleans_the_same(text: str, cut: int) -> None:
    assert clean(text[:cut]) + clean(text[cut:]) == clean(text)


WIDTHS = [("", 0), ("word", 4), ("é", 1), ("e\u0301", 1), ("中文，", 6), ("😀!", 3)]


@pytest.mark.parametrize(("text", "wide"), WIDTHS)
def test_columns_are_those_of_a_terminal(text: str, wide: int) -> None:
    assert columns(text) == wide
