"""Values while they stream: rows as they become whole, shapes as they grow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.values.growing import LONG, LOOKS, NOTHING, GrowingShape
from nbchat.values.row_texts import RowTexts
from nbchat.values.value_type import ValueType

from ..nightly import examples
from .asked_types import Person, Tree

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PEOPLE = [{"name": f'Ada {number}, "[{{', "age": number} for number in range(100)]


def in_pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@settings(max_examples=examples(500))
@given(st.lists(JSON, max_size=5), st.integers(1, 9), st.sampled_from([None, 1]))
def test_rows_are_the_rows_of_the_list(rows: list[Any], size: int, indent: int | None) -> None:
    texts = RowTexts()
    text = "Sure: " + json.dumps({"items": rows}, indent=indent) + ' or "1, 2"?'
    found = [row for piece in in_pieces(text, size) for row in texts.feed(piece)]

    assert [json.loads(row) for row in found] == rows


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_row_is_there_as_soon_as_its_bracket_has_closed(size: int) -> None:
    growing = ValueType.of(list[Person]).growing()
    text = json.dumps({"items": PEOPLE})
    first = None
    read = 0
    for piece in in_pieces(text, size):
        read += len(piece)
        value = growing.feed(piece)
        if first is None and value is not NOTHING:
            first = read

    assert value is NOTHING or len(value) == 100
    assert [
        row.model_dump() for row in growing.feed(",") or [r for _, r in growing.checked]
    ] == PEOPLE
    assert first is not None
    assert first <= text.index("}") + size


def test_rows_are_never_fewer_than_before_and_stay_as_they_were() -> None:
    growing = ValueType.of(list[Person]).growing()
    values = [growing.feed(letter) for letter in json.dumps(PEOPLE)]
    values = [value for value in values if value is not NOTHING]

    assert [len(value) for value in values] == [*range(1, 101)]


def test_rows_end_before_one_that_does_not_fit() -> None:
    growing = ValueType.of(list[int]).growing()

    assert growing.feed('[1, 2, "x", 4,') == [1, 2]
    assert growing.feed("5]") is NOTHING


def test_what_stands_in_brackets_before_the_rows_is_no_row() -> None:
    growing = ValueType.of(list[Person]).growing()
    text = 'As [1] says [see "there"]: [ \n {"name": "Ada", "age": 1}]'

    assert [growing.feed(letter) for letter in text][-2] == [Person(name="Ada", age=1)]


def test_rows_that_stand_behind_a_reference_are_looked_for() -> None:
    assert ValueType.of(list[Tree]).growing().feed('[1] [{"name": "a"},') == [Tree(name="a")]


def test_rows_of_a_json_schema_may_refer_to_the_whole() -> None:
    schema = {
        "type": "array",
        "items": {"$ref": "#/$defs/row"},
        "$defs": {"row": {"type": "object", "required": ["a"]}},
    }

    assert ValueType.of(schema).growing().feed('[{"a": 1}, {"b": 1}, {"a": 2}]') == [{"a": 1}]


# --- shapes --------------------------------------------------------------------------------------


@settings(max_examples=examples(500))
@given(st.dictionaries(st.text(min_size=1), JSON, min_size=1, max_size=4), st.integers(1, 9))
def test_a_shape_grows_into_the_whole(value: dict[str, Any], size: int) -> None:
    shape = GrowingShape()
    shapes = [shape.feed(piece) for piece in in_pieces("So: " + json.dumps(value), size)]
    shapes = [one for one in shapes if one is not NOTHING]

    assert all(one.keys() <= value.keys() for one in shapes)
    assert [len(one) for one in shapes] == sorted(len(one) for one in shapes)
    if size == 1 and len(json.dumps(value)) < LOOKS:
        assert shapes[-1] == value


def test_the_object_around_a_single_value_is_not_shown() -> None:
    growing = ValueType.of(Person | None).growing()

    assert growing.feed('{"val') is NOTHING
    assert growing.feed('ue": {"name": "A') == {"name": "A"}
    assert ValueType.of(Person | None).growing().feed('{"name": "A') == {"name": "A"}


def test_all_looks_at_a_shape_together_grow_with_its_length_alone() -> None:
    class Counted(GrowingShape):
        characters = 0

        def _shape(self, text: str) -> Any:
            self.characters += len(text)
            return super()._shape(text)

    for length in (1_000, 100_000):
        shape = Counted()
        for letter in '{"text": "' + "a" * length:
            shape.feed(letter)
        assert length < shape.characters < 2 * LOOKS * length


def test_a_long_shape_is_looked_at_a_few_times_only() -> None:
    """Each look at a long one takes a while, in which no other question gets on."""
    looks = 0

    class Counted(GrowingShape):
        def _shape(self, text: str) -> Any:
            nonlocal looks
            looks += 1
            return super()._shape(text)

    shape = Counted()
    shape.feed("{" + ",".join(f'"{n}":1' for n in range(LONG)))
    assert looks == 1
    for _ in range(LONG // 10):
        shape.feed(',"more":1' * 10)

    assert looks < 10


def test_the_copies_of_many_rows_grow_with_their_number_alone() -> None:
    growing = ValueType.of(list[int]).growing()
    growing.feed("[1")
    copied = 0
    for _ in range(5_000):
        rows = growing.feed(",1")
        copied += 0 if rows is NOTHING else len(rows)

    assert 5_000 < copied < 2 * LOOKS * 5_000
