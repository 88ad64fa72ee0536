"""Undo says what it does not undo, and says it where there is something."""

from __future__ import annotations

import pytest

from nbchat.events import Answer
from nbchat.frontends.panel.what_stays import has_acted
from nbchat.messages import Message, ToolCall, ToolResult
from nbchat.turns import Turn


@pytest.mark.parametrize(
    ("name", "content", "acted"),
    [
        ("run", "42", True),
        ("run", "interrupted by the user", True),
        ("my_tool", "sent", True),
        ("look", "df", False),
        ("run", "refused by the user: no", False),
        ("run", "not run: stopped by the user", False),
    ],
)
def test_a_turn_has_acted_where_a_tool_ran_that_may_change_something(
    name: str, content: str, acted: bool
) -> None:
    answer = Answer(model="demo")
    answer.parts = [ToolCall("1", name, {}), ToolResult("1", name, content)]
    turn = Turn(Message("user", "Why?"), answer)

    assert has_acted([turn]) is acted
