"""Tool calls from their pieces, as hosts really send them, and arguments as they go back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.messages import ToolCall
from nbchat.wire.requests import arguments_text
from nbchat.wire.tool_calls import ToolCalls


def piece(arguments: Any = None, **members: Any) -> dict[str, Any]:
    function = {name: members.pop(name) for name in ("name",) if name in members}
    return {
        **members,
        "function": function if arguments is None else {**function, "arguments": arguments},
    }


def made(*pieces: Any) -> list[tuple[str, str, str]]:
    calls = ToolCalls()
    for each in pieces:
        calls.add(each)
    return [(call.id, call.name, call.raw) for call in calls.made()]


def test_pieces_of_two_calls_may_alternate() -> None:
    assert made(
        piece("", index=0, id="a", name="f"),
        piece("", index=1, id="b", name="g"),
        piece('{"x"', index=0),
        piece("{}", index=1),
        piece(":1}", index=0),
    ) == [("a", "f", '{"x":1}'), ("b", "g", "{}")]


def test_without_an_index_another_id_is_another_call() -> None:
    assert made(
        piece('{"x"', id="a", name="f"),
        piece(":1}"),
        piece("{}", id="b", name="f"),
    ) == [("a", "f", '{"x":1}'), ("b", "f", "{}")]


def test_index_zero_for_every_call_is_told_apart_by_the_id() -> None:
    assert made(
        piece("{}", index=0, id="a", name="f"),
        piece("{}", index=0, id="b", name="g"),
    ) == [("a", "f", "{}"), ("b", "g", "{}")]


def test_whole_calls_without_ids_are_separate() -> None:
    one, other = (
        piece('{"x":1}', index=0, id="", name="f"),
        piece('{"x":2}', index=0, id="", name="f"),
    )

    assert made(one, other) == made(piece('{"x":1}', name="f"), piece('{"x":2}', name="f"))
    assert [call[1:] for call in made(one, other)] == [("f", '{"x":1}'), ("f", '{"x":2}')]


def test_a_name_in_every_piece_is_the_name_once() -> None:
    assert made(
        piece('{"x"', index=0, id="a", name="f"),
        piece(":1}", index=0, id="a", name="f"),
        {"index": 0, "id": "a", "function": {"name": "f", "arguments": None}},
    ) == [("a", "f", '{"x":1}')]


def test_arguments_may_be_an_object() -> None:
    assert made(piece({"x": "é"}, id="a", name="f")) == [("a", "f", '{"x": "é"}')]


def test_arguments_cut_short_are_none_and_absent_ones_are_empty() -> None:
    calls = ToolCalls()
    calls.add(piece('{"x":', index=0, id="a", name="f"))
    calls.add(piece(index=1, id="b", name="g"))

    assert calls.made() == [ToolCall("a", "f", None, '{"x":'), ToolCall("b", "g", {}, "")]


def test_a_call_without_a_name_is_no_reason_to_stop_for_tools() -> None:
    calls = ToolCalls()
    calls.add({"index": 0, "function": {"name": "", "arguments": ""}})

    assert not calls


@given(st.lists(st.tuples(st.integers(0, 2), st.text('{}":1', max_size=4)), max_size=8))
def test_the_arguments_of_an_index_are_its_pieces_joined(pieces: list[tuple[int, str]]) -> None:
    opened = [piece("", index=index, id=f"call_{index}", name="f") for index in range(3)]

    got = made(*opened, *(piece(text, index=index) for index, text in pieces))
    assert got == [
        (f"call_{n}", "f", "".join(text for index, text in pieces if index == n)) for n in range(3)
    ]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (ToolCall("1", "f", {"a": 1}, '{"a" : 1}'), '{"a" : 1}'),
        (ToolCall("1", "f", {"a": 1}), '{"a": 1}'),
        (ToolCall("1", "f", {"a": "é"}), '{"a": "é"}'),
        (ToolCall("1", "f", {}, ""), "{}"),
        (ToolCall("1", "f", None, '{"a":'), "{}"),
    ],
)
def test_arguments_go_back_as_the_model_wrote_them_and_always_as_json(
    call: ToolCall, text: str
) -> None:
    assert arguments_text(call) == text
