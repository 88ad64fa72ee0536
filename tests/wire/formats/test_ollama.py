"""Ollama's own format: requests word for word, answers as recorded."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.events import Stop, Usage
from nbchat.messages import Message, Text, Thought, ToolCall
from nbchat.wire.formats import ollama

from ..format_contract import (
    ADD,
    BASE,
    CALL,
    CITY,
    CITY_ALONE,
    NOTE,
    PDF,
    PNG,
    Format,
    ask,
    heard,
    nonsense,
    objects,
)


def line(
    content: str = "", done: bool = False, beside: dict[str, Any] | None = None, **message: Any
) -> dict[str, Any]:
    return {
        "message": {"role": "assistant", "content": content, **message},
        "done": done,
        **(beside or {}),
    }


NAMES = """
    message content thinking tool_calls function name arguments id done done_reason error
    created_at eval_count prompt_eval_count role
"""
ANYTHING = nonsense(NAMES, "stop <think> {} f")

FORMAT = Format(
    "ollama",
    says=line("Hi"),
    whole=line(
        "Hi",
        done=True,
        thinking="hm",
        beside={"done_reason": "stop", "prompt_eval_count": 9, "eval_count": 5},
    ),
    calls=(line(tool_calls=[{"id": "x", "function": {"name": "f", "arguments": {"a": 1}}}]),),
    ends=lambda word: line(done=True, beside={"done_reason": word}),
    stops={"stop": "end", "something_new": "end", "length": "length"},
    fails=(({"error": "Overloaded"}, None), ({"error": "Overloaded", **line()}, None)),
    anything=ANYTHING,
    almost=st.lists(
        objects(NAMES, ANYTHING).map(lambda message: {**message, "message": message}), max_size=3
    ),
    refused=PDF,
)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return ollama.render(ask(*messages, **fields)).body


def sent(*messages: Message, **quirks: Any) -> list[dict[str, Any]]:
    return list(body(*messages, quirks=Quirks(**quirks))["messages"])


# --- requests ------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = ollama.render(ask(system="Be brief.", max_tokens=100, temperature=0.5))

    assert call.url == f"{BASE}/api/chat"
    assert call.headers == {}
    assert call.body == {
        "model": "a-model",
        "stream": True,
        "options": {"temperature": 0.5, "num_predict": 100},
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    }
    assert list(call.body)[-1] == "messages"


def test_a_base_url_may_end_in_api() -> None:
    assert (
        ollama.render(ask(base_url="https://ollama.com/api")).url == "https://ollama.com/api/chat"
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
    ("fields", "think"),
    [
        (ThinkingFields(body={"think": True}), True),
        (ThinkingFields(body={"think": False}), False),
        (ThinkingFields(effort="high"), "high"),
    ],
)
def test_thinking_is_a_switch_or_a_level(fields: ThinkingFields, think: bool | str) -> None:
    assert body(thinking=fields)["think"] == think
    assert "think" not in body()


def test_images_stand_beside_the_text_as_bare_base64() -> None:
    assert sent(Message("user", ["What is this?", PNG, NOTE])) == [
        {"role": "user", "content": "What is this?\n\na.txt:\né", "images": ["iVBORw=="]}
    ]


def test_tools_and_their_results() -> None:
    messages = (
        Message("user", "1 + 1?"),
        Message("assistant", "", "hm", [CALL, ToolCall("", "add", {})]),
        Message("tool", "2", tool_call_id="call_1"),
        Message("tool", "0", name="plus"),
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
            "content": "",
            "tool_calls": [
                {"id": "call_1", "function": {"name": "add", "arguments": {"a": 1}}},
                {"function": {"name": "add", "arguments": {}}},
            ],
        },
        {"role": "tool", "content": "2", "tool_name": "add", "tool_call_id": "call_1"},
        {"role": "tool", "content": "0", "tool_name": "plus"},
    ]


@pytest.mark.parametrize(
    ("back", "calls", "thinking"),
    [("never", [CALL], None), ("tools", [], None), ("tools", [CALL], "hm"), ("always", [], "hm")],
)
def test_thinking_goes_back_where_it_is_wanted(
    back: str, calls: list[ToolCall], thinking: str | None
) -> None:
    assert (
        sent(Message("assistant", "2", "hm", calls), reasoning_back=back)[0].get("thinking")
        == thinking
    )


def test_a_schema() -> None:
    words = ollama.render(ask(schema=CITY, quirks=Quirks(schema_mode="none")))

    assert body(schema=CITY)["format"] == CITY_ALONE
    assert body(schema=CITY, quirks=Quirks(schema_mode="json_object"))["format"] == "json"
    assert "format" not in words.body
    assert len(words.notices) == 1


def test_what_rows_say_is_merged_into_the_options() -> None:
    quirks = Quirks(body={"keep_alive": "5m", "options": {"num_ctx": 8192}})

    assert body(temperature=0, quirks=quirks)["options"] == {"temperature": 0, "num_ctx": 8192}


# --- answers ---------------------------------------------------------------------------------


def test_an_answer_with_its_thinking_and_counts() -> None:
    counts = {"done_reason": "stop", "prompt_eval_count": 9, "eval_count": 5}
    events = heard(ollama.Reader(), line(thinking="hm"), line("Hi"), line(done=True, beside=counts))

    assert events == [Thought("hm"), Text("Hi"), Usage(9, 5), Stop("end", "stop")]


def test_done_is_the_end_marker_and_its_reason_may_be_missing() -> None:
    reader = ollama.Reader()
    list(reader.read(line("Hi", done=True)))

    assert reader.ended
    assert reader.finish()[-1] == Stop("end", "")


def test_tags_in_the_text_are_thinking_only_where_no_field_is() -> None:
    assert heard(ollama.Reader(), line("<think>h"), line("m</think>\n\nHi"))[:-1] == [
        Thought("h"),
        Thought("m"),
        Text("Hi"),
    ]
    assert heard(ollama.Reader(), line(thinking="hm"), line("<think>"))[:-1] == [
        Thought("hm"),
        Text("<think>"),
    ]
    assert heard(ollama.Reader(), line("<"), line(thinking="hm"))[:-1] == [Text("<"), Thought("hm")]


def test_calls_come_whole_and_get_an_id_where_an_older_server_gave_none() -> None:
    calls = [
        {"id": "call_x", "function": {"index": 0, "name": "f", "arguments": {"a": 1}}},
        {"function": {"name": "g", "arguments": {}}},
        {"function": {"name": "h", "arguments": '{"a":'}},
        {"function": {"name": "i"}},
        {"function": {"arguments": {}}},
    ]
    beside = {"created_at": "2026-07-30T14:17:18.05Z", "done_reason": "stop"}

    made = "call_2026073014171805"
    assert heard(ollama.Reader(), line(tool_calls=calls, done=True, beside=beside)) == [
        ToolCall("call_x", "f", {"a": 1}, '{"a": 1}'),
        ToolCall(f"{made}_2", "g", {}, "{}"),
        ToolCall(f"{made}_3", "h", None, '{"a":'),
        ToolCall(f"{made}_4", "i", {}, ""),
        Usage(),
        Stop("tool_calls", "stop"),
    ]
