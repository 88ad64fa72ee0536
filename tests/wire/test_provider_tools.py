"""Calls that nobody here answers: which they are, and what an answer with them is made of."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.messages import AnswerPart, Message, Text, Thought, ToolCall
from nbchat.part_lists import message_of
from nbchat.provider_state import ProviderState
from nbchat.wire.provider_tools import (
    echo_state,
    rendered,
    runs_there,
    search_block,
    search_item,
    with_results,
)

SEARCH = ToolCall("s1", "$web_search", {"a": 1}, '{"a":  1}')
ADD = ToolCall("c1", "add", {"b": 2}, '{"b": 2}')


def place(*calls: ToolCall, beside: bool = False) -> Thought:
    state = echo_state(calls, "builtin_function", beside=beside)
    return Thought("", ProviderState("kimi", "openai-chat", state))


def shape(message: Message) -> dict[str, Any]:
    """A message as these tests look at it."""
    calls = [{"id": call.id, "type": "function", "raw": call.raw} for call in message.tool_calls]
    return {"role": message.role, "text": message.text, "tool_calls": calls}


def roles(*parts: AnswerPart) -> list[tuple[str, str, str]]:
    made = rendered(message_of(parts), shape)
    return [
        (one["role"], one["text"], " ".join(f"{c['id']}:{c['type']}" for c in one["tool_calls"]))
        for one in made
    ]


ASKED = "s1:builtin_function"
ECHO = ("tool", '{"a":  1}', "")
TWICE = [("assistant", "", ASKED), ECHO] * 2


@pytest.mark.parametrize(
    ("parts", "made"),
    [
        ([Text("Hi")], [("assistant", "Hi", "")]),
        (
            [Text("I look."), place(SEARCH), Text("Blue.", begins=True)],
            [("assistant", "I look.", ASKED), ECHO, ("assistant", "Blue.", "")],
        ),
        ([place(SEARCH)], [("assistant", "", ASKED), ECHO]),
        (
            [place(SEARCH), place(SEARCH), Text("Blue.")],
            [*TWICE, ("assistant", "Blue.", "")],
        ),
        (
            [Text("So."), ADD, place(SEARCH, beside=True)],
            [("assistant", "So.", f"{ASKED} c1:function"), ECHO],
        ),
        (
            [place(SEARCH), Text("So."), place(SEARCH, beside=True), ADD],
            [("assistant", "", ASKED), ECHO, ("assistant", "So.", f"{ASKED} c1:function"), ECHO],
        ),
    ],
)
def test_an_answer_is_the_messages_that_it_was_made_of(
    parts: list[AnswerPart], made: list[tuple[str, str, str]]
) -> None:
    assert roles(*parts) == made


def test_a_message_whose_words_were_changed_is_one_message() -> None:
    message = message_of([Text("I look."), place(SEARCH), Text("Blue.", begins=True)])
    message.content = "Green."

    assert rendered(message, shape) == [{"role": "assistant", "text": "Green.", "tool_calls": []}]


@pytest.mark.parametrize("state", [{"echoed": 5}, {"echoed": [5]}, {"echoed": [{}]}, "x", None, []])
def test_a_state_of_any_shape_raises_nothing(state: Any) -> None:
    thought = Thought("", ProviderState("kimi", "openai-chat", state))

    assert rendered(message_of([Text("Hi"), thought]), shape)


@pytest.mark.parametrize(
    ("piece", "there"),
    [
        ({"type": "web_search", "web_search": {}}, True),
        ({"type": "openrouter:web_search"}, True),
        ({"type": "retrieval"}, True),
        ({"type": "web_search", "function": {"name": "mine"}}, False),
        ({"type": "function", "function": {"name": "f"}}, False),
        ({"type": "custom", "custom": {"name": "f"}}, False),
        ({"type": "builtin_function", "function": {"name": "$web_search"}}, False),
        ({"function": {"arguments": "{"}}, False),
        ({"type": None}, False),
        ({"type": 5}, False),
    ],
)
def test_a_call_that_ran_at_its_provider_is_known_by_its_type(
    piece: dict[str, Any], there: bool
) -> None:
    assert runs_there(piece) is there


def test_blocks_of_claudes_search_are_kept_and_others_are_not() -> None:
    used = {"type": "server_tool_use", "id": "a", "name": "web_search", "input": {}}
    found = {"type": "web_search_tool_result", "tool_use_id": "a", "content": []}

    assert search_block(used, '{"query": "x"}') == used | {"input": {"query": "x"}}
    assert search_block(used | {"caller": None}, "") == used
    assert search_block(found, "") == found
    assert search_block(used | {"name": "code_execution"}, "") is None
    assert search_block({"type": "text"}, "") is None
    assert with_results([used, found]) == [used, found]
    assert with_results([used, {"type": "text"}]) == [{"type": "text"}]


def test_a_search_of_responses_is_kept_where_it_says_what_it_did() -> None:
    action = {"type": "search", "query": "x", "sources": [{"type": "api", "name": "weather"}]}
    item = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": action}

    assert search_item(item) == item | {"action": {"type": "search", "query": "x"}}
    assert search_item({"type": "web_search_call", "name": "web_search", "arguments": "{}"}) is None
