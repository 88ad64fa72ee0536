"""Cohere's own format: requests word for word, answers as recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.events import Stop, Usage
from nbchat.messages import Message, Text, Thought, ToolCall
from nbchat.wire.formats import cohere
from nbchat.wire.problem import ProviderProblem

from ..format_contract import (
    ADD,
    BASE,
    CITY,
    CITY_ALONE,
    NOTE,
    PDF,
    PNG,
    Format,
    ask,
    goes_back,
    heard,
    nonsense,
    objects,
    said_by,
)
from ..replay import Recording, play, recordings

CALL = ToolCall("add_1", "add", {"a": 1}, '{"a":1}')
PLAN = {"tool_plan": "I will add."}


def event(kind: str, index: int | None = None, **message: Any) -> dict[str, Any]:
    return {"type": kind, "index": index, "delta": {"message": message}}


def end(finish: str, **beside: Any) -> dict[str, Any]:
    return {"type": "message-end", "delta": {"finish_reason": finish, **beside}}


NAMES = """
    type delta message content text thinking tool_plan tool_calls function name arguments id
    index finish_reason usage tokens input_tokens cached_tokens error
"""
WORDS = """
    content-start content-delta tool-plan-delta tool-call-start tool-call-delta message-end
    error COMPLETE ERROR
"""
ANYTHING = nonsense(NAMES, WORDS)

FORMAT = Format(
    "cohere",
    says=event("content-delta", content={"text": "Hi"}),
    whole={
        "message": {
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hi"}]
        },
        "finish_reason": "COMPLETE",
        "usage": {"tokens": {"input_tokens": 9, "output_tokens": 5}},
    },
    calls=(
        event(
            "tool-call-start",
            0,
            tool_calls={"id": "x", "function": {"name": "f", "arguments": '{"a": 1}'}},
        ),
    ),
    ends=end,
    stops={
        **dict.fromkeys(["COMPLETE", "STOP_SEQUENCE", "A_WORD_OF_2031"], "end"),
        "MAX_TOKENS": "length",
        "TOOL_CALL": "tool_calls",
        **dict.fromkeys(["ERROR", "TIMEOUT"], "broken"),
    },
    fails=(
        ({"message": "Overloaded"}, None),
        ({"type": "error", "message": "Overloaded"}, None),
        (end("ERROR", error="Overloaded"), None),
    ),
    anything=ANYTHING,
    almost=st.lists(
        st.builds(
            lambda kind, inner: {
                **inner,
                "type": kind,
                "delta": {**inner, "message": inner},
                "message": inner,
            },
            st.sampled_from(WORDS.split()),
            objects(NAMES, ANYTHING),
        ),
        max_size=3,
    ),
    refused=PDF,
    kept=st.just(PLAN),
)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return cohere.render(ask(*messages, **fields)).body


def sent(*messages: Message, **quirks: Any) -> list[dict[str, Any]]:
    return list(body(*messages, quirks=Quirks(**quirks))["messages"])


# --- recordings ----------------------------------------------------------------------------


@pytest.mark.parametrize("recording", recordings("cohere-v2", "stream", "json"))
def test_a_recorded_plan_is_kept_to_go_back(recording: Recording) -> None:
    plan = recording.expected.get("tool_plan")

    assert play(recording).states == ([{"tool_plan": plan}] if plan else [])


# --- requests ------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = cohere.render(ask(system="Be brief.", max_tokens=100, temperature=0.5))

    assert call.url == f"{BASE}/v2/chat"
    assert call.headers == {}
    assert call.body == {
        "model": "a-model",
        "stream": True,
        "max_tokens": 100,
        "temperature": 0.5,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    }
    assert list(call.body)[-1] == "messages"


def test_a_base_url_may_end_in_its_version() -> None:
    assert (
        cohere.render(ask(base_url="https://api.cohere.com/v2")).url
        == "https://api.cohere.com/v2/chat"
    )


def test_a_second_turn() -> None:
    assert sent(
        Message("user", "Hi"), Message("assistant", "Hello.", "hm"), Message("user", "And?")
    ) == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "And?"},
    ]


@pytest.mark.parametrize(
    ("fields", "thinking"),
    [
        (ThinkingFields(budget=2048), {"type": "enabled", "token_budget": 2048}),
        (ThinkingFields(budget=0), {"type": "disabled"}),
        (ThinkingFields(body={"thinking": {"type": "disabled"}}), {"type": "disabled"}),
        (ThinkingFields(), None),
    ],
)
def test_thinking_is_a_budget(fields: ThinkingFields, thinking: Any) -> None:
    assert body(thinking=fields).get("thinking") == thinking


def test_images_are_data_urls_and_text_files_are_text() -> None:
    assert sent(Message("user", ["What is this?", PNG, NOTE])) == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
                {"type": "text", "text": "a.txt:\né"},
            ],
        }
    ]


def test_tools_their_plan_and_their_results() -> None:
    messages = (
        Message("user", "1 + 1?"),
        said_by("cohere", replace(CALL, state=goes_back(PLAN)), ToolCall("add_2", "add", {"a": 2})),
        Message("tool", "2", tool_call_id="add_1"),
    )
    request = body(*messages, tools=(ADD,))

    assert request["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "add",
                "description": "Add two numbers",
                "parameters": dict(ADD.parameters),
            },
        }
    ]
    assert request["messages"][1:] == [
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": "add_1",
                    "type": "function",
                    "function": {"name": "add", "arguments": '{"a":1}'},
                },
                {
                    "id": "add_2",
                    "type": "function",
                    "function": {"name": "add", "arguments": '{"a": 2}'},
                },
            ],
            "tool_plan": "I will add.",
        },
        {"role": "tool", "tool_call_id": "add_1", "content": "2"},
    ]


def test_a_plan_does_not_go_back_without_its_calls() -> None:
    planned = said_by("cohere", Text("2"), replace(CALL, state=goes_back(PLAN)))

    assert sent(replace(planned, tool_calls=())) == [{"role": "assistant", "content": "2"}]


@pytest.mark.parametrize(
    ("back", "calls", "thinks"),
    [("never", [CALL], False), ("tools", [], False), ("tools", [CALL], True), ("always", [], True)],
)
def test_thinking_goes_back_where_it_is_wanted(
    back: str, calls: list[ToolCall], thinks: bool
) -> None:
    content = sent(Message("assistant", "2", "hm", calls), reasoning_back=back)[0]["content"]

    both = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "2"}]
    assert content == (both if thinks else "2")


def test_a_schema() -> None:
    words = cohere.render(ask(schema=CITY, quirks=Quirks(schema_mode="none")))

    assert body(schema=CITY)["response_format"] == {
        "type": "json_object",
        "json_schema": CITY_ALONE,
    }
    assert body(schema=CITY, quirks=Quirks(schema_mode="json_object"))["response_format"] == {
        "type": "json_object"
    }
    assert "response_format" not in words.body
    assert len(words.notices) == 1


# --- answers ---------------------------------------------------------------------------------


def test_an_answer_with_its_thinking_and_counts() -> None:
    usage = {
        "billed_units": {"input_tokens": 1},
        "tokens": {"input_tokens": 9, "output_tokens": 5.0},
        "cached_tokens": 4,
    }
    values = [
        event("message-start", role="assistant"),
        event("content-start", 0, content={"type": "thinking", "thinking": "h"}),
        event("content-delta", 0, content={"thinking": "m"}),
        event("content-start", 1, content={"type": "text", "text": ""}),
        event("content-delta", 1, content={"text": "Hi"}),
        event("citation-start", 0, citations={"text": "Hi"}),
        {"type": "debug", "prompt": "x", "message": "y"},
        {"type": "an-event-of-2031"},
        end("COMPLETE", usage=usage),
    ]

    reader = cohere.Reader()
    assert heard(reader, *values) == [
        Thought("h"),
        Thought("m"),
        Text("Hi"),
        Usage(9, 5, 4),
        Stop("end", "COMPLETE"),
    ]
    assert reader.ended


def test_calls_of_one_answer_are_told_apart_by_their_index_and_the_plan_is_kept() -> None:
    def call(index: int, arguments: str, **first: Any) -> dict[str, Any]:
        function = (
            {"name": first.pop("name"), "arguments": arguments}
            if first
            else {"arguments": arguments}
        )
        return event(
            "tool-call-start" if first else "tool-call-delta",
            index,
            tool_calls={**first, "function": function},
        )

    values = [
        event("tool-plan-delta", tool_plan="I will "),
        event("tool-plan-delta", tool_plan="add."),
        event(
            "tool-call-start",
            0,
            tool_calls={"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
        ),
        call(0, '{"x"'),
        call(0, ": 1}"),
        event("tool-call-end", 0),
        event(
            "tool-call-start",
            1,
            tool_calls={"id": "b", "type": "function", "function": {"name": "g", "arguments": ""}},
        ),
        end("TOOL_CALL"),
    ]

    assert heard(cohere.Reader(), *values) == [
        ToolCall("a", "f", {"x": 1}, '{"x": 1}', goes_back(PLAN)),
        ToolCall("b", "g", {}, ""),
        Stop("tool_calls", "TOOL_CALL"),
    ]


def test_a_whole_body_may_be_an_error_or_no_answer_at_all() -> None:
    with pytest.raises(ProviderProblem, match="too many tokens"):
        list(cohere.Reader().read_whole({"id": "c", "message": "too many tokens"}))

    reader = cohere.Reader()
    assert list(reader.read_whole({"status": "ok"})) == []
    assert reader.finish() == [Stop("broken", "the server ended the answer early")]
