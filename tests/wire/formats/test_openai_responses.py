"""OpenAI's Responses: requests word for word, answers as recorded, and what nobody should send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.events import Stop, Usage
from nbchat.messages import File, Image, Message, Text, Thought, ToolCall
from nbchat.wire.formats import openai_responses as responses
from nbchat.wire.problem import ProviderProblem

from ..format_contract import (
    ADD,
    BASE,
    PDF,
    PNG,
    Format,
    ask,
    goes_back,
    heard,
    hidden,
    nonsense,
    objects,
)

REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}
THINKS = ThinkingFields(effort="medium")


CALL = {"type": "function_call", "call_id": "call_1", "name": "add"}


def added(index: Any, **item: Any) -> dict[str, Any]:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def done(index: Any, **item: Any) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def delta(index: Any, kind: Any, text: Any) -> Any:
    return {"type": f"response.{kind}.delta", "output_index": index, "delta": text}


def completed(status: str = "completed", **response: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": {"status": status, **response}}


def ended(word: str) -> dict[str, Any]:
    return (
        completed()
        if word == "completed"
        else completed("incomplete", incomplete_details={"reason": word})
    )


NAMES = """
    output_index item_id item delta response output content summary text refusal arguments
    input name call_id id encrypted_content phase status usage incomplete_details reason
    error input_tokens output_tokens input_tokens_details cached_tokens
"""
WORDS = """
    response.output_text.delta response.reasoning_text.delta
    response.function_call_arguments.delta error response.output_item.added
    response.output_item.done response.completed response.incomplete response.failed message
    reasoning function_call custom_tool_call completed
"""
ANYTHING = nonsense(f"type {NAMES}", WORDS)
KINDS = st.sampled_from(WORDS.split())

FORMAT = Format(
    "openai-responses",
    says=delta(0, "output_text", "Hi"),
    whole={
        "status": "completed",
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
        ],
        "usage": {"input_tokens": 9, "output_tokens": 5},
    },
    calls=(done(1, type="function_call", call_id="x", name="f", arguments='{"a": 1}'),),
    ends=ended,
    stops={
        "completed": "end",
        **dict.fromkeys(["max_output_tokens", "max_messages"], "length"),
        "content_filter": "filter",
        "something_new": "broken",
    },
    fails=(
        ({"type": "error", "code": "server_error", "message": "Overloaded"}, 500),
        ({"type": "error", "error": {"type": "rate_limit_exceeded", "message": "Overloaded"}}, 429),
        (completed("failed", error={"code": "server_error", "message": "Overloaded"}), 500),
        ({"error": {"message": "Overloaded", "code": 502}}, 502),
    ),
    events=WORDS,
    anything=ANYTHING,
    almost=st.lists(
        objects(NAMES, ANYTHING, type=KINDS)
        | objects(NAMES, ANYTHING, type=KINDS, item=objects(NAMES, ANYTHING, type=KINDS)),
        max_size=5,
    ),
    asked={"thinking": THINKS},
    kept=st.sampled_from([REASONING, {"type": "message", "phase": "commentary"}]),
)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return responses.render(ask(*messages, **fields)).body


# --- requests --------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = responses.render(
        ask(system="Be brief.", max_tokens=100, temperature=0.5, base_url=f"{BASE}/v1")
    )

    assert (call.url, call.headers, call.notices) == (f"{BASE}/v1/responses", {}, [])
    assert call.body == {
        "model": "a-model",
        "stream": True,
        "store": False,
        "max_output_tokens": 100,
        "temperature": 0.5,
        "instructions": "Be brief.",
        "input": [{"role": "user", "content": "Hi"}],
    }
    assert list(call.body)[-1] == "input"


def test_a_second_turn_with_a_tool_result() -> None:
    assert body(
        Message("user", "2 + 2?"),
        Message(
            "assistant", "I add.", tool_calls=[ToolCall("call_1", "add", {"a": 2}, '{"a": 2}')]
        ),
        Message("tool", "4", tool_call_id="call_1", name="add"),
        Message("user", "Sure?"),
    )["input"] == [
        {"role": "user", "content": "2 + 2?"},
        {"type": "message", "role": "assistant", "content": "I add."},
        {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": '{"a": 2}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "4"},
        {"role": "user", "content": "Sure?"},
    ]


def test_pictures_and_documents() -> None:
    (message,) = body(
        Message("user", ["What is this?", PNG, PDF, File(b"hi", "text/plain", "a.txt")])
    )["input"]

    assert message["content"] == [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": "data:image/png;base64,iVBORw==", "detail": "auto"},
        {
            "type": "input_file",
            "filename": "a.pdf",
            "file_data": "data:application/pdf;base64,JVBERi0xLjQ=",
        },
        {"type": "input_text", "text": "a.txt:\nhi"},
    ]


def test_a_picture_from_a_tool() -> None:
    (item,) = body(Message("tool", [Image(b"x", "image/gif")], tool_call_id="c"))["input"]

    assert item["output"] == [
        {"type": "input_image", "image_url": "data:image/gif;base64,eA==", "detail": "auto"}
    ]


def test_tools_are_not_strict() -> None:
    assert body(tools=(ADD,))["tools"] == [
        {
            "type": "function",
            "name": "add",
            "description": "Add two numbers",
            "parameters": ADD.parameters,
            "strict": False,
        }
    ]


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (
            "json_schema",
            {
                "format": {
                    "type": "json_schema",
                    "name": "City",
                    "schema": {"title": "City", "type": "object"},
                    "strict": False,
                }
            },
        ),
        ("json_object", {"format": {"type": "json_object"}}),
        ("none", None),
    ],
)
def test_a_schema(mode: Any, wanted: Any) -> None:
    schema = {"$schema": "x", "title": "City", "type": "object"}
    call = responses.render(ask(schema=schema, quirks=Quirks(schema_mode=mode)))

    assert call.body.get("text") == wanted
    assert bool(call.notices) == ("instructions" in call.body) == (mode != "json_schema")


def test_the_cache_is_found_again_by_its_key() -> None:
    assert body(cache_key="k", quirks=Quirks(cache="prompt_cache_key"))["prompt_cache_key"] == "k"
    assert "prompt_cache_key" not in body(cache_key="k")


# --- answers -----------------------------------------------------------------------------------


USAGE = {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 20}


def test_thoughts_words_and_calls() -> None:
    events = heard(
        responses.Reader(),
        {"type": "response.created", "response": {"status": "in_progress"}},
        added(0, type="reasoning", id="rs_1", summary=[]),
        delta(0, "reasoning_summary_text", "hm"),
        done(0, **REASONING, status="completed", content=None),
        added(1, type="message", content=[]),
        delta(1, "output_text", "I add."),
        done(
            1,
            type="message",
            phase="commentary",
            content=[{"type": "output_text", "text": "I add."}],
        ),
        added(2, **CALL, arguments=""),
        delta(2, "function_call_arguments", '{"a"'),
        delta(2, "function_call_arguments", ":1}"),
        done(2, **CALL, arguments='{"a":1}'),
        completed(usage=USAGE | {"output_tokens_details": {"reasoning_tokens": 12}}),
    )

    assert events == [
        Thought("hm"),
        hidden(REASONING),
        Text("I add."),
        Text("", goes_back({"type": "message", "phase": "commentary"})),
        ToolCall("call_1", "add", {"a": 1}, '{"a":1}'),
        Usage(9, 20, 4, None, 12),
        Stop("tool_calls", "completed"),
    ]


@pytest.mark.parametrize(
    "values",
    [
        [
            done(0, type="message", content=[{"type": "output_text", "text": "Hi"}]),
            completed(output=[]),
        ],
        [
            completed(
                output=[{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}]
            )
        ],
        [
            delta(0, "output_text", "Hi"),
            completed(output=[{"type": "message", "content": [{"text": "Hi"}]}]),
        ],
        [delta(0, "refusal", "Hi"), completed()],
        [
            completed(
                output=[{"type": "message", "content": [{"type": "refusal", "refusal": "Hi"}]}]
            )
        ],
        [{"type": "response.output_text.delta", "item_id": "m", "delta": "Hi"}, completed()],
    ],
)
def test_words_are_said_once_wherever_they_stand(values: Any) -> None:
    assert heard(responses.Reader(), *values) == [Text("Hi"), Stop("end", "completed")]


@pytest.mark.parametrize(
    "values",
    [
        [added(0, **CALL), delta(0, "function_call_arguments", '{"a":1}'), completed()],
        [added(0, **CALL, arguments='{"a":1}'), completed()],
        [done(0, **CALL, arguments='{"a":1}'), completed()],
        [completed(output=[{**CALL, "arguments": '{"a":1}'}])],
        [
            added(0, **CALL),
            done(0, **CALL | {"type": "custom_tool_call"}, input='{"a":1}'),
            completed(),
        ],
    ],
)
def test_a_call_is_made_once_wherever_it_stands(values: Any) -> None:
    assert heard(responses.Reader(), *values) == [
        ToolCall("call_1", "add", {"a": 1}, '{"a":1}'),
        Stop("tool_calls", "completed"),
    ]


def test_a_host_may_count_every_item_as_the_first() -> None:
    other = CALL | {"call_id": "call_2"}
    events = heard(
        responses.Reader(),
        added(0, **CALL),
        done(0, **CALL),
        added(0, **other),
        done(0, **other),
        completed(),
    )

    assert [event.id for event in events if isinstance(event, ToolCall)] == ["call_1", "call_2"]


def test_tools_of_the_server_are_no_calls() -> None:
    events = heard(
        responses.Reader(),
        added(0, type="web_search_call"),
        done(0, type="web_search_call"),
        completed(),
    )

    assert events == [Stop("end", "completed")]


def test_a_response_that_says_nothing_may_be_followed_by_another() -> None:
    reader = responses.Reader()
    first = reader.read(completed(output=[{"type": "shell_call"}]))

    assert (list(first), reader.ended) == ([], False)
    assert heard(reader, delta(0, "output_text", "Hi"), completed()) == [
        Text("Hi"),
        Stop("end", "completed"),
    ]
    assert reader.ended


def test_an_answer_that_has_not_been_made_yet_is_broken() -> None:
    reader = responses.Reader()

    assert list(reader.read_whole({"status": "queued", "output": []})) == []
    assert reader.finish() == [Stop("broken", "queued")]


def test_a_failure_without_words_is_raised() -> None:
    with pytest.raises(ProviderProblem, match="says that the answer failed") as raised:
        heard(responses.Reader(), completed("failed", error=None))

    assert raised.value.status is None
