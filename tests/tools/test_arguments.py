"""What does not fit is told to the model, in a few lines, whatever it has sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator

import nbchat
from nbchat.tools.tool import BadArguments, FunctionTool


@dataclass
class Person:
    name: str
    age: int


def refuse(value: int) -> int:
    raise ValueError("only even numbers")


def fail(value: int) -> int:
    raise KeyError("a mistake in the check itself")


@nbchat.tool
def book(city: str, nights: int = 1, guests: list[Person] = []) -> None:  # noqa: B006
    """Book a room."""


def words(tool: FunctionTool, arguments: dict[str, Any]) -> str:
    with pytest.raises(BadArguments) as told:
        tool.checked(arguments)
    return str(told.value)


LINES: dict[str, tuple[dict[str, Any], str]] = {
    "missing": ({}, "city is missing"),
    "of a wrong type": ({"city": 3}, "city: should be a valid string, not 3"),
    "null": ({"city": None}, "city: should be a valid string, not null"),
    "a list": ({"city": ["Rome"]}, "city: should be a valid string, not a list of 1 item"),
    "an object": ({"city": {"a": 1, "b": 2}}, "not an object with 2 members"),
    "inside": (
        {"city": "Rome", "guests": [{"name": "Ada", "age": 3}, {"name": "Bob", "age": "x"}]},
        "guests[1].age: should be a valid integer, unable to parse string as an integer, not 'x'",
    ),
    "missing inside": ({"city": "Rome", "guests": [{"name": "Ada"}]}, "guests[0].age is missing"),
    "unknown": (
        {"city": "Rome", "night": 2},
        "there is no argument 'night'. Did you mean 'nights'? It takes city, nights, guests.",
    ),
}


@pytest.mark.parametrize("kind", LINES)
def test_each_argument_that_does_not_fit_is_one_line(kind: str) -> None:
    arguments, line = LINES[kind]

    first, *lines = words(book, arguments).splitlines()

    assert first == "book was not run, because its arguments do not fit:"
    assert len(lines) == 1
    assert line in lines[0]


def test_all_that_does_not_fit_is_told_at_once() -> None:
    said = words(book, {"nights": "x", "stars": 3})

    assert "stars" in said
    assert "nights: should" in said
    assert "city is missing" in said


HUGE: dict[str, dict[str, Any]] = {
    "a text of 10 MB": {"city": "Rome", "nights": "9" * 10_000_000 + "x"},
    "a name of 10 MB": {"city": "Rome", "n" * 10_000_000: 1},
    "many names": {f"name{number}": 1 for number in range(100_000)},
    "many items": {"city": "Rome", "guests": [1] * 1_000},
    "a number of many digits": {"city": 10**4000},
    "many lines": {"city": "Rome", "nights": "\n\u202e\x1b[2J" * 1000},
}


@pytest.mark.parametrize("kind", HUGE)
def test_what_is_told_is_short_and_visible(kind: str) -> None:
    said = words(book, HUGE[kind])

    assert len(said) < 2_500
    assert len(said.splitlines()) < 12
    assert said.replace("\n", "").isprintable()


def test_of_a_million_items_none_is_told_alone() -> None:
    said = words(book, {"city": "Rome", "guests": [1] * 1_000_000})

    assert said.splitlines()[1:] == ["- guests: 1,000,000 things in it do not fit"]


def test_what_is_missing_is_told_beside_what_is_unknown() -> None:
    said = words(book, {"a": 1, "b": 2})

    assert [line.split()[1:4] for line in said.splitlines()[1:]] == [
        ["there", "is", "no"],
        ["there", "is", "no"],
        ["city", "is", "missing"],
    ]


def test_what_is_nested_too_deeply_is_told() -> None:
    inner: list[Any] = []
    for _ in range(100_000):
        inner = [inner]

    assert "guests" in words(book, {"city": "Rome", "guests": inner})


def test_half_a_character_is_told_and_written_out() -> None:
    @nbchat.tool
    def count(number: int) -> None: ...

    assert r"not '\ud83d'" in words(count, {"number": "\ud83d"})


def test_a_check_of_the_person_is_told_in_its_own_words() -> None:
    @nbchat.tool
    def even(number: Annotated[int, AfterValidator(refuse)]) -> None: ...

    assert "- number: only even numbers, not 3" in words(even, {"number": 3})


def test_a_check_that_fails_itself_is_no_failure_of_the_turn() -> None:
    @nbchat.tool
    def checked(number: Annotated[int, AfterValidator(fail)]) -> None: ...

    assert "- number could not be checked: KeyError" in words(checked, {"number": 3})


def test_a_key_is_not_told_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "sk-4dG7hQ2xW9pLr5Tz")

    said = words(book, {"city": "Rome", "nights": "sk-4dG7hQ2xW9pLr5Tz"})

    assert "[KIMI_API_KEY]" in said
    assert "4dG7hQ2x" not in said
