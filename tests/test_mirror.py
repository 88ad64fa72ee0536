"""The tests mirror the house: a folder of tests is a room of nbchat, or says here what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

import nbchat

TESTS = Path(__file__).parent
HOUSE = Path(nbchat.__file__).parent
NO_ROOMS = {
    "benchmarks": "how much and how fast, which no test asserts",
    "benchmarks/peers": "how others do the same, in environments of their own",
    "browser": "cells and the panel as a person sees them, whatever room draws them",
    "engine/providers": "every provider of the catalog, asked through the engine",
    "engine/refusals": "every provider's own errors, and what each is told as",
    "errors": "every error message in one sitting",
    "fakes": "what stands in for the world",
    "network/faults": "each fault for each wire format",
    "render/payloads": "what attackers write",
    "trust/tools": "what would make a tool run without consent",
}


def test_a_folder_of_tests_is_a_room_or_says_what_it_is() -> None:
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("*.py")}
    no_rooms = {str(folder) for folder in folders if not (HOUSE / folder).is_dir()}

    assert no_rooms == NO_ROOMS.keys()


@pytest.mark.parametrize("room", sorted({path.parent.name for path in HOUSE.glob("*/*.py")}))
def test_a_room_has_tests(room: str) -> None:
    assert list((TESTS / room).rglob("test_*.py"))
