"""Recorded answers with a search: no call for anybody here, and a next turn the vendor takes."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.events import Answer
from nbchat.messages import Message
from nbchat.wire.contract import ModelRequest, load_dialect

from ...wire.replay import Recording, play, recordings
from ...wire.typeddicts import mismatches

BODIES = {
    "anthropic-messages": ("anthropic.types.message_create_params", "MessageCreateParamsStreaming"),
    "openai-responses": (
        "openai.types.responses.response_create_params",
        "ResponseCreateParamsStreaming",
    ),
}
SEARCHES = ("server_tool_use:web_search", "web_search_call")


def without_a_search(recording: Recording) -> bool:
    return not set(recording.expected["server_tools"] or ()) & set(SEARCHES)


CASES = [
    pytest.param(*case.values, id=case.id, marks=case.marks)
    for family in BODIES
    for case in recordings(family, "stream", "json", but=without_a_search)
]


@pytest.mark.parametrize("recording", CASES)
def test_what_was_searched_goes_back_as_its_vendor_takes_it(recording: Recording) -> None:
    answer = Answer()
    for event in play(recording).events:
        answer.add(event)
    assert answer.tool_calls == []

    turn = (Message("user", "Hi"), answer.message, Message("user", "And?"))
    call = load_dialect(recording.wire).render(ModelRequest("m", "https://x.invalid/v1", turn))
    module, name = BODIES[recording.wire]
    hint: Any = getattr(pytest.importorskip(module), name)

    assert mismatches(call.body, hint) == []
    sent = str(call.body)
    tells = recording.wire == "anthropic-messages" or b'"action"' in recording.body
    count = sum(tool in SEARCHES for tool in recording.expected["server_tools"]) if tells else 0
    assert max(sent.count("'server_tool_use'"), sent.count("'web_search_call'")) == count
