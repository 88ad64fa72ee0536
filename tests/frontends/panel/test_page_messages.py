"""Python and the page speak of the same messages: those of the one table, `page/messages.d.ts`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from nbchat.frontends.panel import handlers, page_messages, source

from ...fakes.page import Desk
from . import messages


def constants(tree: ast.AST) -> Iterator[ast.expr]:
    """What stands where a message's kind does: beside "kind" in a dictionary."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "kind":
                    yield value


def told() -> set[str]:
    """The kinds of message that are named where Python tells the page something."""
    trees = [ast.parse(path.read_text("utf-8")) for path in source.FOLDER.parent.glob("*.py")]
    values = [value for tree in trees for value in constants(tree)]
    return {str(value.value) for value in values if isinstance(value, ast.Constant)}


def test_what_python_reads_is_in_the_table_and_nothing_else() -> None:
    read = [model.model_fields for model in get_args(page_messages.Message)]
    kinds = {get_args(fields["kind"].annotation)[0]: fields for fields in read}
    table = messages.by_kind("ToPython")

    assert kinds.keys() == table.keys()
    for kind, fields in kinds.items():
        assert fields.keys() == table[kind].allowed
        assert {name for name, field in fields.items() if field.is_required()} == table[kind].needed


def test_what_python_says_is_in_the_table_and_nothing_else() -> None:
    """Its members are checked in conftest, with every message that a test of the panel sees."""
    assert told() == messages.by_kind("ToPage").keys()


@pytest.mark.parametrize("direction", ["ToPython", "ToPage"])
def test_the_scripts_are_checked_against_every_message(direction: str) -> None:
    table = {name for name, shape in messages.read_shapes(direction).items() if shape.kind}

    assert messages.listed(direction) == table
    assert len(messages.by_kind(direction)) == len(table)


@pytest.mark.parametrize(
    "message",
    [
        None,
        "stop",
        [],
        {},
        {"kind": "run", "code": "1"},
        {"kind": "send", "request_id": "r", "text": 1},
        {"kind": "send", "request_id": "r", "text": "x" * 2_000_001},
        {"kind": "send", "request_id": "r", "text": "x", "variables": ["a.b"]},
        {"kind": "send", "request_id": "r", "text": "x", "variables": ["a"] * 21},
        {"kind": "send", "request_id": "../r", "text": "x"},
        {"kind": "want", "ids": ["a"] * 51},
        {"kind": "choose", "temperature": "0.5"},
        {"kind": "choose", "temperature": float("nan")},
        {"kind": "choose", "max_tokens": 0},
        {"kind": "choose", "api_key": "secret"},
        {"kind": "export", "format": "../../x"},
        {"kind": "peek", "of": "variable", "name": "os.environ"},
        {"kind": "peek", "of": "variable"},
        {"kind": "peek", "of": "cell", "name": "0"},
        {"kind": "peek", "of": "cell", "name": "-1"},
        {"kind": "peek", "of": "error", "name": "x"},
        {"kind": "peek", "of": "file", "name": "a\nb"},
        {"kind": "peek", "of": "file", "name": "..\\b"},
        {"kind": "peek", "of": "key", "name": "x"},
        {"kind": "files", "text": "x" * 201},
        {
            "kind": "send",
            "request_id": "r",
            "text": "x",
            "along": [{"of": "variable", "name": "x"}],
        },
        {"kind": "send", "request_id": "r", "text": "x", "along": [{"of": "cell", "name": "x"}]},
        {"kind": "value", "id": "a"},
        {"kind": "branch", "id": "a", "number": -1},
    ],
)
def test_what_is_not_a_message_is_not_answered(desk: Desk, message: Any) -> None:
    before = len(desk.told)
    handlers.take(desk.session, message)
    desk.say("models")
    desk.wait("models")

    assert len(desk.told) == before + 1
