"""A conversation's turns.

What must go back stands where it stood, nothing is empty, ids are acceptable.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from nbchat.catalog.rows import ThinkingFields
from nbchat.messages import Message, Text, ToolCall
from nbchat.wire.contract import load_dialect
from nbchat.wire.requests import accepted_call_id, alternate_roles, pieces_of, with_tool_names

from .format_contract import CALL, ask, folded, hidden, said_by, stored

BLOCK = {"type": "thinking", "thinking": "hm"}


# --- in order --------------------------------------------------------------------------------


def test_what_came_first_goes_back_first() -> None:
    said = said_by("w", hidden(BLOCK), hidden(BLOCK), Text("4"), CALL)

    assert pieces_of(said) == [BLOCK, BLOCK, "4", CALL]


def test_what_stood_between_goes_back_between() -> None:
    words = Text("First."), Text(" Then.")
    said = said_by("w", words[0], hidden(BLOCK), words[1], CALL, hidden(BLOCK), CALL)

    assert pieces_of(said) == ["First.", BLOCK, " Then.", CALL, BLOCK, CALL]


@pytest.mark.parametrize(
    ("parts", "left"),
    [
        ([Text("4"), hidden(BLOCK)], ["4"]),
        ([hidden(BLOCK), Text(" \n")], []),
        ([hidden(BLOCK)], []),
    ],
)
def test_what_nothing_followed_is_left_out(parts: list[Any], left: list[str]) -> None:
    """The providers refuse it: "final block cannot be", "without its required following item"."""
    assert pieces_of(said_by("w", *parts)) == left


@pytest.mark.parametrize(
    "data", [None, "old", {}, [1, {"text": "a"}], [{"text": "0", "calls": 0, "block": BLOCK}]]
)
def test_what_was_kept_by_another_version_is_left_out(data: Any) -> None:
    assert pieces_of(said_by("w", hidden(data), Text("4"))) == ["4"]


def test_a_call_without_a_name_is_not_sent_back() -> None:
    assert pieces_of(Message("assistant", "4", tool_calls=[ToolCall("", "", {})])) == ["4"]


# --- there and back --------------------------------------------------------------------------

SIGNED = {"type": "thinking", "thinking": "hm", "signature": "EqQB"}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}
CONVERSE = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "EqQB"}}}
REDACTED = {"reasoningContent": {"redactedContent": "b3BhcXVl"}}
COMMENTARY = {"type": "message", "role": "assistant", "phase": "commentary", "content": "First."}
FUNCTION = {"type": "function_call", "call_id": "x", "name": "f", "arguments": "{}"}

# Pieces of an answer as they came, and as they are sent, where that is not the same.
ANSWERS: dict[str, tuple[list[Any], list[Any] | None]] = {
    "anthropic-messages": (
        [
            SIGNED,
            {"type": "text", "text": "First."},
            {"type": "redacted_thinking", "data": "opaque"},
            {"type": "text", "text": "Then."},
            SIGNED,
            {"type": "tool_use", "id": "x", "name": "f", "input": {"a": 1}},
        ],
        None,
    ),
    "bedrock-converse": (
        [
            CONVERSE,
            {"text": "First."},
            REDACTED,
            {"text": "Then."},
            {"toolUse": {"toolUseId": "x", "name": "f", "input": {}}},
        ],
        None,
    ),
    "openai-responses": (
        [
            REASONING,
            {
                "type": "message",
                "phase": "commentary",
                "content": [{"type": "output_text", "text": "First."}],
            },
            REASONING | {"id": "rs_2"},
            FUNCTION,
        ],
        [REASONING, COMMENTARY, REASONING | {"id": "rs_2"}, FUNCTION],
    ),
}
BODIES = {
    "anthropic-messages": lambda content: {"content": content, "stop_reason": "tool_use"},
    "bedrock-converse": lambda content: {
        "output": {"message": {"content": content}},
        "stopReason": "tool_use",
    },
    "openai-responses": lambda output: {"output": output, "status": "completed"},
}


@pytest.mark.parametrize("wire", ANSWERS)
def test_an_answer_goes_back_as_it_came(wire: str) -> None:
    came, sent = ANSWERS[wire]
    reader = load_dialect(wire).Reader()
    read = folded(wire, [*reader.read_whole(BODIES[wire](came)), *reader.finish()])
    answer = stored(read)
    body = (
        load_dialect(wire).render(ask(answer.message, thinking=ThinkingFields(effort="low"))).body
    )

    assert (body["input"] if "input" in body else body["messages"][0]["content"]) == (sent or came)


# --- what formats insist on ------------------------------------------------------------------


def test_neighbours_of_one_role_are_one_message() -> None:
    one, two, three, four = ([{"n": n}] for n in range(4))
    turns = [("user", one), ("user", two), ("assistant", []), ("user", three), ("assistant", four)]

    assert alternate_roles(turns, "parts") == [
        {"role": "user", "parts": [*one, *two, *three]},
        {"role": "assistant", "parts": four},
    ]
    assert len(one) == 1


@pytest.mark.parametrize("given", ["functions.add:0", "", "x" * 65, "é", "\ud83d", "a\n"])
def test_an_id_that_is_not_taken_becomes_one_that_is_and_always_the_same(given: str) -> None:
    allowed = r"[a-zA-Z0-9_-]{1,64}"
    made = accepted_call_id(given, allowed)

    assert re.fullmatch(allowed, made)
    assert made == accepted_call_id(given, allowed) != given
    assert accepted_call_id(made, allowed) == made


def test_a_result_has_the_name_of_the_latest_call_of_its_id() -> None:
    """Gemini gave no ids for years, so histories hold `call_1` in every turn."""
    messages = [
        Message("assistant", tool_calls=[ToolCall("call_1", "f", {})]),
        Message("tool", "1", tool_call_id="call_1"),
        Message("assistant", tool_calls=[ToolCall("call_1", "g", {})]),
        Message("tool", "2", tool_call_id="call_1"),
        Message("tool", "3", tool_call_id="call_1", name="h"),
        Message("tool", "4", tool_call_id="call_2"),
    ]

    assert [message.name for message in with_tool_names(messages) if message.role == "tool"] == [
        "f",
        "g",
        "h",
        "",
    ]
    assert messages[1].name == ""
