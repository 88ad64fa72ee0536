"""A name as it is typed: the line that it is typed on gives it back."""

from __future__ import annotations

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.frontends.notebook.arguments import parse_arguments
from nbchat.frontends.notebook.line_words import command_argument
from nbchat.frontends.notebook.written_names import cell_reader, command_reader, written

NAMES = [
    *("physics", "my trip", "größe", "why?", "a#b", "a #b", "a\\b", "a\\", "- draft", "-draft"),
    *('a "b" c', "it's", 'it\'s "x" y', "'", '"', '"a', "a'b\"c", "“typo”", "–x", "ーabc"),
    *(
        "{b}",
        "a {b}",
        "a{b c}",
        "${b}",
        "{{b}}",
        "{}",
        "{b",
        "cost $usd",
        "$5",
        "$$x",
        "{a}$b{c.d}",
    ),
    *("--help", "?", "NAME", "[NAME]", "TEXT", "seed=1", "%chat", "  two", "token abc"),
]
VALUES = dict.fromkeys(("b", "usd", "a", "x"), "something else")


@pytest.mark.field("P3")
@pytest.mark.parametrize("name", NAMES)
def test_what_is_offered_for_a_name_is_read_as_it_whatever_variables_there_are(name: str) -> None:
    on_cell_line = written(name, "", cell_reader("--name"))
    behind_command = written(name, "", command_reader("switch"))

    assert parse_arguments(f"--name {on_cell_line}", VALUES).name == name
    assert command_argument("switch", behind_command, VALUES) == name


@pytest.mark.field("P3")
def test_what_was_begun_goes_on_as_it_was_begun() -> None:
    switch = command_reader("switch")

    assert written("my trip", "my t", switch) == '"my trip"'
    assert written("my trip", "'my", switch) == "'my trip'"
    assert written("a {b}", '"a {{', switch) == '"a {{b}}"'
    assert written("it's", '"i', switch) == '"it\'s"'
    assert written("it's", "'i", switch) == ""


def test_what_no_line_takes_is_not_offered() -> None:
    for name in ("sk-proj-abcdefghijklmnop1234", "key=abc"):
        assert written(name, "", cell_reader("--name")) == ""
        assert written(name, "", command_reader("switch")) == ""


def test_models_are_offered_as_they_are() -> None:
    for name in shipped().models:
        assert (
            written(name, "", cell_reader("")) == written(name, "", command_reader("use")) == name
        )
