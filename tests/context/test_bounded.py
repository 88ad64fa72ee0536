"""Texts that are cut: where, with which words, and never inside a key."""

from __future__ import annotations

import pytest

from nbchat.context.bounded import cut_end, cut_middle, one_line, without_addresses

KEY = "sk-canary-7Qv3xY9Zt_K2mW8pLr4NbD6"


@pytest.mark.parametrize("size", [60, 100, 1000, 4000])
@pytest.mark.parametrize("at_lines", [False, True])
def test_a_text_that_is_cut_in_its_middle_is_no_longer_than_was_asked(
    size: int, at_lines: bool
) -> None:
    text = "".join(f"line {number}\n" for number in range(2000))

    cut = cut_middle(text, size, at_lines=at_lines)

    assert len(cut) <= size
    assert cut.startswith("line") or size == 60
    assert "characters left out" in cut
    assert cut_middle("short", size) == "short"


@pytest.mark.parametrize("before", range(0, 240, 7))
def test_no_cut_goes_through_a_key(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    text = "x" * before + KEY + "y" * (300 - before)

    for cut in (cut_end(text, 120), cut_middle(text, 150), one_line(text, 120)):
        parts = cut.replace(KEY, "")
        assert KEY[:4] not in parts
        assert KEY[-6:] not in parts


@pytest.mark.field("V5")
@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: 1,
        [].append,
        (i for i in ()),
        iter([]),
        memoryview(b"a"),
        test_no_cut_goes_through_a_key.__get__(object()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_address_is_taken_out_of_what_an_object_says(value: object) -> None:
    said = repr(value)

    assert "0x" in said
    assert "0x" not in without_addresses(said)
    assert without_addresses("a" + said) == "a" + without_addresses(said)


def test_other_words_stay() -> None:
    for text in ("arrives at 0845", "id=7", "0xFF", "meet at noon", "5 at 0x10"):
        assert without_addresses(text) == text
