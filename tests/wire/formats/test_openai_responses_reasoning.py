"""Reasoning in OpenAI's Responses.

Asked for where a model reasons, and sent back before what followed it.
"""

from __future__ import annotations

from nbchat.catalog.rows import ThinkingFields
from nbchat.events import Stop
from nbchat.messages import Text, ToolCall
from nbchat.wire.formats import openai_responses as responses

from ..format_contract import goes_back, heard, hidden, said_by
from .test_openai_responses import REASONING, THINKS, body, completed, done


def test_thinking_asks_for_a_summary_and_for_what_must_go_back() -> None:
    made = body(thinking=THINKS)

    assert made["reasoning"] == {"effort": "medium", "summary": "auto"}
    assert made["include"] == ["reasoning.encrypted_content"]


def test_thinking_off() -> None:
    made = body(thinking=ThinkingFields(effort="none"))

    assert made["reasoning"] == {"effort": "none"}


def test_thinking_by_fields_of_the_rows_own() -> None:
    made = body(thinking=ThinkingFields(body={"reasoning": {"summary": "detailed"}, "top_p": 1}))

    assert (made["reasoning"], made["top_p"]) == ({"summary": "detailed"}, 1)


def test_a_model_that_is_not_known_to_think_is_asked_for_neither() -> None:
    """gpt-4o answers 400: "Encrypted content is not supported with this model"."""
    assert not {"reasoning", "include"} & body().keys()


def test_reasoning_goes_back_before_what_followed_it() -> None:
    call = ToolCall("c", "add", {})
    said = said_by("openai-responses", hidden(REASONING), Text("4"), hidden(REASONING), call)

    assert body(said, thinking=THINKS)["input"] == [
        REASONING,
        {"type": "message", "role": "assistant", "content": "4"},
        REASONING,
        {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}"},
    ]


def test_reasoning_does_not_go_to_a_model_that_is_not_known_to_reason() -> None:
    said = said_by("openai-responses", hidden(REASONING), Text("4"))

    assert body(said)["input"] == [{"type": "message", "role": "assistant", "content": "4"}]


def test_phases_go_back_on_their_messages() -> None:
    said = said_by(
        "openai-responses",
        Text("I add.", goes_back({"type": "message", "phase": "commentary"})),
        Text("Four.", goes_back({"type": "message", "phase": "final_answer"})),
    )

    assert body(said)["input"] == [
        {"type": "message", "role": "assistant", "phase": "commentary", "content": "I add."},
        {"type": "message", "role": "assistant", "phase": "final_answer", "content": "Four."},
    ]


def test_reasoning_that_is_stored_nowhere_is_not_kept() -> None:
    """With `store: false` OpenAI answers 404 to a reasoning item that is an id alone."""
    assert heard(
        responses.Reader(), done(0, type="reasoning", id="rs_1", summary=[]), completed()
    ) == [Stop("end", "completed")]
