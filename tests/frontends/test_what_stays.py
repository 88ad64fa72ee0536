"""Undo says what it does not undo, and says it where there is something."""

from __future__ import annotations

import pytest

from nbchat.events import Answer
from nbchat.frontends.what_stays import what_stays
from nbchat.messages import Message, ToolCall, ToolResult
from nbchat.turns import Turn


def turn(*results: ToolResult) -> Turn:
    answer = Answer(model="demo")
    for result in results:
        answer.parts += [ToolCall(result.id, result.name, {}), result]
    return Turn(Message("user", "Why?"), answer)


@pytest.mark.parametrize(
    ("name", "content", "seconds", "acted"),
    [
        ("run", "42", 0.1, True),
        ("run", "interrupted by the user", 0.1, True),
        ("run", "interrupted by the user", 0, True),  # left running
        ("run", "refused by the user: the words of a tool", 0.1, True),
        ("my_tool", "sent", 0.1, True),
        ("look", "df", 0.1, False),
        ("run", "refused by the user: no", 0, False),
        ("run", "not run: stopped by the user", 0, False),
        ("my_tool", "count should be a number", 0, False),
    ],
)
def test_a_turn_has_acted_where_a_tool_ran_that_may_change_something(
    name: str, content: str, seconds: float, acted: bool
) -> None:
    said = what_stays([turn(ToolResult("1", name, content, seconds=seconds))])

    assert said == (f"What {name} changed stays as it is." if acted else "")


def test_each_tool_is_named_once() -> None:
    results = [ToolResult(str(n), name, "1", seconds=1) for n, name in enumerate("abab")]

    assert what_stays([turn(*results), turn(*results)]) == "What a and b changed stays as it is."
