"""Arguments that Vertex AI streams in pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.wire.partial_arguments import DEEPEST, place_piece

from .format_contract import nonsense


def placed(*pieces: tuple[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for path, value in pieces:
        name = {str: "stringValue", bool: "boolValue", type(None): "nullValue"}.get(
            type(value), "numberValue"
        )
        place_piece(arguments, {"jsonPath": path, name: value})
    return arguments


def test_every_kind_of_value_has_its_place() -> None:
    assert placed(
        ("$.city", "Par"),
        ("$.city", "is"),
        ("$.days", 3),
        ("$.metric", False),
        ("$.note", None),
        ("$['odd name'][\"x.y\"]", "z"),
        ("$.stops[0].name", "A"),
        ("$.stops[1].name", "B"),
        ("$.stops[0].name", "C"),
        ("$.grid[0][0]", 1),
        ("$.grid[0][1]", 2),
    ) == {
        "city": "Paris",
        "days": 3,
        "metric": False,
        "note": None,
        "odd name": {"x.y": "z"},
        "stops": [{"name": "AC"}, {"name": "B"}],
        "grid": [[1, 2]],
    }


@pytest.mark.parametrize("path", ["", "$", "$.a[999999999]", "$." + "a." * DEEPEST + "a"])
def test_a_path_that_leads_nowhere_near_is_left_out(path: str) -> None:
    assert placed((path, "x")) in ({}, {"a": []})


@given(st.lists(nonsense("jsonPath stringValue numberValue", "$.a $.a[0] $.a[0].b $"), max_size=5))
def test_nonsense_places_nothing_that_is_not_json(pieces: list[Any]) -> None:
    arguments: dict[str, Any] = {}
    for piece in pieces:
        if isinstance(piece, dict):
            place_piece(arguments, piece)

    json.dumps(arguments)
