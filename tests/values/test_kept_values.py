"""Values that are copied, pickled, stored, and answers that have none."""

from __future__ import annotations

import copy
import inspect
import json
import math
import pickle
from datetime import date
from typing import Any

import pytest

import nbchat
from nbchat import Answer, InvalidAnswer, Message, Stop, Text
from nbchat.errors import BadSettings, NoValue
from nbchat.events import Valued
from nbchat.store.reading import read_json, read_turn
from nbchat.store.stored_turn import answer_fields, question_fields, strict_json
from nbchat.turns import Turn
from nbchat.values.value_type import ValueType

from .asked_types import Person
from .schemas import SCHEMAS, Sample


def answer_with(valued: Valued | None) -> Answer:
    answer = Answer("demo", "demo", valued=valued)
    answer.add(Text('{"a": 1}'))
    answer.add(Stop("end"))
    return answer.ended()


def row_of(answer: Answer) -> dict[str, Any]:
    turn = Turn(Message("user", "Hi?"), answer)
    return dict(read_json(strict_json(question_fields(turn) | answer_fields(turn))))


def stored(answer: Answer) -> Answer:
    """The answer as it comes back from the disk."""
    return read_turn(row_of(answer), 1, None).answer


@pytest.mark.parametrize("sample", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_every_value_is_kept_as_json_and_pickled_as_it_is(sample: Sample) -> None:
    wanted = ValueType.of(sample.schema)
    answer = answer_with(Valued(wanted.read(sample.valid)))

    assert pickle.loads(pickle.dumps(answer)).value == answer.value
    assert copy.deepcopy(answer).value == answer.value
    again = stored(answer).value
    assert again is None or isinstance(again, dict | list | str | int | float)
    assert wanted.read(json.dumps(again)) == answer.value


def test_a_model_comes_back_as_a_dict() -> None:
    back = stored(answer_with(Valued([Person(name="Ada", age=36)])))

    assert back.value == [{"name": "Ada", "age": 36}]
    assert stored(back).value == back.value


def test_a_none_that_was_asked_for_is_a_value() -> None:
    assert stored(answer_with(Valued(None))).value is None


def test_why_there_is_no_value_comes_back() -> None:
    back = stored(answer_with(Valued(error=InvalidAnswer("people[2].age: Field required"))))

    for answer in (back, pickle.loads(pickle.dumps(back))):
        with pytest.raises(InvalidAnswer, match=r"^people\[2\].age: Field required"):
            _ = answer.value


def test_what_json_cannot_hold_costs_no_history() -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    deeper: Any = 1
    for _ in range(1_000):
        deeper = [deeper]

    assert stored(answer_with(Valued(deep))).value == deep
    assert math.isnan(stored(answer_with(Valued(math.nan))).value)
    with pytest.raises(InvalidAnswer, match="could not be kept"):
        _ = stored(answer_with(Valued(deeper))).value
    assert stored(answer_with(Valued({"day": date(2026, 8, 1)}))).value == {"day": "2026-08-01"}


def test_files_from_before_have_no_values() -> None:
    row = row_of(answer_with(None))

    assert "valued" not in row
    with pytest.raises(NoValue):
        _ = read_turn(row, 1, None).answer.value


@pytest.mark.parametrize(
    "wrong", ["x", [], {}, {"json": 5}], ids=["text", "list", "empty", "number"]
)
def test_a_file_of_somebody_is_checked(wrong: Any) -> None:
    with pytest.raises(BadSettings, match="turn 1: valued"):
        read_turn(row_of(answer_with(None)) | {"valued": wrong}, 1, None)


def test_json_that_is_none_is_no_value() -> None:
    for text in ("{", "[" * 100_000, ""):
        row = row_of(answer_with(None)) | {"valued": {"json": text}}
        with pytest.raises(InvalidAnswer):
            _ = read_turn(row, 1, None).answer.value


def test_an_answer_without_a_schema_has_no_value() -> None:
    """So that what looks at everything an object has, as completion does, finds nothing wrong."""
    answer = nbchat.ask("demo", "What did I just ask?")

    assert not hasattr(answer, "value")
    assert getattr(answer, "value", "none") == "none"
    assert "value" not in dict(inspect.getmembers(answer))
    with pytest.raises(NoValue, match="ask with schema="):
        _ = answer.value
