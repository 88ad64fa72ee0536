"""A value as rows of texts and as JSON: what is in it, as far as it goes, and nothing hidden."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, RootModel

from nbchat.events import Answer, Valued
from nbchat.invisible import INVISIBLE
from nbchat.render.value_table import (
    GROWING_ROWS,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Member,
    Table,
    first_rows,
    has_value,
    items_of,
    last_rows,
    members_of,
    row_count,
    value_json,
)


class Mood(Enum):
    good = "good"


class Person(BaseModel):
    name: str
    born: date | None = None
    tags: list[str] = []


@dataclass
class Point:
    x: int
    y: float


class Unwritable:
    """What pydantic cannot write."""

    __slots__ = ()

    def __repr__(self) -> str:
        raise RuntimeError


class People(RootModel[list[Person]]):
    pass


def answered(value: Any) -> Answer:
    return Answer(valued=Valued(value))


ADA = Person(name="Ada", born=date(1815, 12, 10), tags=["a", "b"])


@pytest.mark.parametrize(
    ("items", "table"),
    [
        ([ADA], Table(["name", "born", "tags"], [["Ada", "1815-12-10", "a, b"]], [False] * 3)),
        ([Point(1, 2.5)], Table(["x", "y"], [["1", "2.5"]], [True, True])),
        ([{"a": 1}, {"b": True}], Table(["a", "b"], [["1", ""], ["", "True"]], [True, False])),
        ([{"a": None}, {"a": 2}], Table(["a"], [["None"], ["2"]], [True])),
        ([{"a": {"b": [1]}}], Table(["a"], [['{"b": [1]}']], [False])),
        ([Mood.good, "two"], Table((), [["good"], ["two"]], [False])),
        ([1, {"a": 2}], Table((), [["1"], ['{"a": 2}']], [False])),
        ([], Table((), (), (), "No rows.")),
    ],
    ids=["model", "dataclass", "other-keys", "none", "nested", "enum", "mixed", "empty"],
)
def test_rows_are_texts_below_the_names_of_their_members(items: list[Any], table: Table) -> None:
    assert first_rows(items) == table


def test_a_long_table_is_cut_and_says_so() -> None:
    items = [{"n": number} for number in range(MOST_ROWS + 5)]

    first, last = first_rows(items), last_rows(items)

    assert [row[0] for row in first.rows] == [str(n) for n in range(MOST_ROWS)]
    assert first.remark == "The first 100 of 105 rows."
    assert [row[0] for row in last.rows] == [str(n) for n in range(105)][-GROWING_ROWS:]
    assert last.remark == "90 rows above."
    assert last_rows(items[:GROWING_ROWS]).remark == ""


def test_a_wide_table_and_a_long_cell_are_cut() -> None:
    table = first_rows([{f"column {n}": "x" * 1000 for n in range(MOST_COLUMNS + 3)}])

    assert len(table.head) == len(table.rows[0]) == MOST_COLUMNS
    assert {len(cell) for cell in table.rows[0]} == {LONGEST_CELL}
    assert table.remark == "3 more columns."


@pytest.mark.parametrize(
    ("value", "members"),
    [
        (3, "3"),
        ("two\nlines", "two\nlines"),
        (None, "None"),
        ({}, "{}"),
        (10**5000, "<int of 16,610 bits>"),
        (float("nan"), "nan"),
        (Unwritable(), "<Unserializable Unwritable object>"),
        ({"a": [1, 2]}, [Member("a", "1, 2")]),
    ],
    ids=["number", "text", "none", "no-member", "huge", "nan", "unwritable", "list"],
)
def test_what_is_no_list_is_its_members_or_one_text(value: Any, members: Any) -> None:
    assert members_of(value) == members


def test_a_list_of_objects_in_a_value_is_a_table_of_its_own() -> None:
    (member,) = members_of({"people": [{"name": "Ada"}, {"name": "Bob"}]})

    assert isinstance(member, Member)
    assert member.table == Table(["name"], [["Ada"], ["Bob"]], [False])


def test_an_object_in_a_value_is_a_table_of_its_members() -> None:
    (member,) = members_of({"customer": {"name": "Acme", "cities": ["Bonn"]}})

    assert isinstance(member, Member)
    assert member.table == Table((), [["name", "Acme"], ["cities", "Bonn"]], [False, False])


def test_what_has_rows() -> None:
    assert items_of(People([ADA])) == [ADA]
    assert (row_count((1, 2)), row_count({1}), row_count({"a": 1}), row_count("ab")) == (
        *(2, 1),
        *(None, None),
    )


@pytest.mark.parametrize(
    "value",
    [[], [1, "two", None], [ADA, ADA], ADA, {"a": "b\u2028\x85\n"}, "x\u202ey\u200b\U000e0041"],
    ids=["empty", "scalars", "models", "model", "controls", "invisible"],
)
def test_the_json_is_the_value_and_nothing_in_it_hides(value: Any) -> None:
    text = value_json(answered(value))

    written = [json.loads(ADA.model_dump_json())]
    expected = {1: written[0], 2: written * 2}
    models = 1 if value is ADA else 2 if isinstance(value, list) and ADA in value else 0
    assert json.loads(text) == expected.get(models, value)
    assert INVISIBLE.search(text) is None
    assert not any(character in text for character in "\x85\u2028")


def test_what_json_has_no_word_for_is_written_all_the_same() -> None:
    digits = "1" + "0" * 5000

    assert json.loads(value_json(answered({"a": float("inf")}))) == {"a": "Infinity"}
    assert value_json(answered([10**5000])) == f"[\n{digits}\n]"


def test_an_emoji_stays_whole_in_json() -> None:
    assert value_json(answered(["👩\u200d🔬"])) == '[\n"👩\u200d🔬"\n]'


def test_only_a_valid_answer_has_a_value() -> None:
    from nbchat.errors import InvalidAnswer

    invalid = Answer(valued=Valued(error=InvalidAnswer("age is missing.")))
    assert [has_value(one) for one in (answered(None), invalid, Answer())] == [True, False, False]


def test_a_million_unseen_characters_are_written_out_one_by_one() -> None:
    """Where each looked at all that follow it, this would take an hour."""
    hidden = "\u202e" * 1_000_000

    written = value_json(Answer(valued=Valued([{"a": hidden}])))

    assert "\u202e" not in written
    assert written.count("\\u202e") == 1_000_000


def test_a_member_called_root_hides_no_other() -> None:
    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")

        name: str

    assert items_of(Open(name="Ada", root=[1, 2])) is None
