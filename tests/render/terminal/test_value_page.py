"""A value in a terminal: cleaned texts in a table that fits."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from nbchat.render.terminal.value_page import growing_page, value_page


def drawn(page: RenderableType, width: int = 60) -> str:
    file = io.StringIO()
    Console(file=file, width=width, color_system=None).print(page)
    return file.getvalue()


def test_rows_stand_below_their_names_and_numbers_to_the_right() -> None:
    lines = drawn(value_page([{"name": "Ada", "age": 36}, {"name": "Bob", "age": 7}])).split("\n")

    assert [line.split() for line in lines if "─" not in line and line.strip()] == [
        ["name", "age"],
        ["Ada", "36"],
        ["Bob", "7"],
    ]
    ages = [line.rstrip() for line in lines if line.endswith(("36", "7", "36 ", "7 "))]
    assert len({len(line) for line in ages}) == 1


@pytest.mark.parametrize(
    "value",
    [[{"\x1b]0;x\x07": "\x1b[2J\u202e\x9b"}], {"\x1b[2J": "\u200b"}, "\x1b[2J", ["\x9b31m"]],
    ids=["rows", "members", "text", "list"],
)  # fmt: skip
def test_a_terminal_is_told_nothing_to_obey(value: Any) -> None:
    words = drawn(value_page(value)) + drawn(growing_page(value, 3))

    assert not any(character in words for character in "\x1b\x07\x9b\u202e\u200b")


def test_a_list_that_grows_shows_its_last_rows() -> None:
    words = drawn(growing_page([f"row {n}" for n in range(50)], 3))

    assert [n for n in range(50) if f"row {n}\n" in words.replace(" \n", "\n")] == [47, 48, 49]
    assert "47 rows above." in words


def test_no_letter_gets_lost_where_it_is_narrow() -> None:
    words = drawn(value_page([{"a": "x" * 100}]), width=20)

    assert words.count("x") == 100
