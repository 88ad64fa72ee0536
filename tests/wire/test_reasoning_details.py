"""Reasoning details put together from pieces go back as they would have come whole."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.wire.reasoning_details import ReasoningDetails


def whole(*deltas: Any) -> list[dict[str, Any]]:
    details = ReasoningDetails()
    for delta in deltas:
        details.add(delta)
    return details.whole()


def test_the_pieces_of_a_detail_are_joined_and_what_comes_late_is_kept() -> None:
    pieces = [
        {"type": "reasoning.text", "text": text, "index": 0, "signature": sign}
        for text, sign in (("h", None), ("m", "s"))
    ]

    assert whole(*([piece] for piece in pieces)) == [
        {"type": "reasoning.text", "text": "hm", "index": 0, "signature": "s"}
    ]


def test_a_null_is_kept_until_there_is_a_value_and_replaces_none() -> None:
    assert whole([{"id": None, "data": "x"}]) == [{"id": None, "data": "x"}]
    assert whole([{"id": None}], [{"id": "a"}], [{"id": None}]) == [{"id": "a"}]


@pytest.mark.parametrize("other", [{"type": "a", "index": 1}, {"type": "b", "index": 0}])
def test_another_type_or_index_is_another_detail(other: dict[str, Any]) -> None:
    first = {"type": "a", "index": 0}

    assert whole([{**first, "data": "x"}, {**other, "data": "y"}]) == [
        {**first, "data": "x"},
        {**other, "data": "y"},
    ]


def test_the_words_of_a_delta_are_its_texts_or_summaries() -> None:
    details = ReasoningDetails()

    assert details.add([{"text": "a"}, {"summary": "b"}, {"data": "c"}]) == "ab"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, []),
        ("text", []),
        ([None, 1, {}], []),
        ([{"text": [1]}], [{"text": [1]}]),  # which no one may join
        ([{"text": "a"}, {"text": None}, {"text": ["b"]}, {"text": "c"}], [{"text": "ac"}]),
    ],
)
def test_what_makes_no_sense_breaks_nothing(given: Any, kept: list[Any]) -> None:
    assert whole(given) == kept
