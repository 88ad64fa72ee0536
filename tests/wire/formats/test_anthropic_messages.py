"""Anthropic's Messages.

Requests word for word, answers as recorded, and what nobody should send.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.events import Notice, Stop, Usage
from nbchat.messages import File, Image, Message, Text, Thought, Tool, ToolCall
from nbchat.wire.formats import anthropic_messages as anthropic

from ..format_contract import (
    ADD,
    BASE,
    CUT_OFF,
    PDF,
    PNG,
    ZIP,
    Format,
    ask,
    heard,
    hidden,
    nonsense,
    objects,
)

MARK = {"cache_control": {"type": "ephemeral"}}
THINKING = {"type": "thinking", "thinking": "hm", "signature": "EqQB"}


CACHED = Quirks(cache="cache_control")


def start(index: Any, **block: Any) -> Any:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: Any, **inner: Any) -> Any:
    return {"type": "content_block_delta", "index": index, "delta": inner}


def stop(index: Any) -> Any:
    return {"type": "content_block_stop", "index": index}


def end(reason: str, **usage: Any) -> Any:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


def failure(kind: str) -> Any:
    return "error", {"type": "error", "error": {"type": kind, "message": "Overloaded"}}


NAMES = """
    index delta content_block content message usage stop_reason stop_details explanation
    text thinking signature data id name input partial_json input_tokens output_tokens
    cache_read_input_tokens output_tokens_details thinking_tokens error
"""
WORDS = """
    message_start content_block_start content_block_delta content_block_stop message_delta
    message_stop error ping text thinking redacted_thinking tool_use text_delta
    thinking_delta signature_delta input_json_delta
"""
ANYTHING = nonsense(f"type {NAMES}", WORDS)
KINDS = st.sampled_from(WORDS.split())

FORMAT = Format(
    "anthropic-messages",
    says=delta(0, type="text_delta", text="Hi"),
    whole={
        "content": [THINKING, {"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 9, "output_tokens": 5},
    },
    calls=(start(1, type="tool_use", id="x", name="f", input={"a": 1}),),
    ends=end,
    stops={
        **dict.fromkeys(["end_turn", "stop_sequence", "something_new"], "end"),
        **dict.fromkeys(
            ["max_tokens", "model_context_window_exceeded", "pause_turn", "compaction"], "length"
        ),
        "tool_use": "tool_calls",
        "refusal": "filter",
    },
    fails=(
        (failure("invalid_request_error"), 400),
        (failure("authentication_error"), 401),
        (failure("not_found_error"), 404),
        (failure("rate_limit_error"), 429),
        (failure("overloaded_error"), 529),
        (failure("an_error_of_2031"), None),
    ),
    events=WORDS,
    anything=ANYTHING,
    almost=st.lists(
        objects(
            NAMES,
            ANYTHING,
            type=KINDS,
            delta=objects(NAMES, ANYTHING, type=KINDS),
            content_block=ANYTHING,
        )
        | objects(NAMES, ANYTHING, type=KINDS, content_block=objects(NAMES, ANYTHING, type=KINDS)),
        max_size=5,
    ),
    refused=ZIP,
    asked={"quirks": CACHED, "tools": (ADD,)},  # without, those that were called are declared
    kept=st.sampled_from([THINKING]),
)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return anthropic.render(ask(*messages, **fields)).body


# --- requests --------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = anthropic.render(ask(system="Be brief.", max_tokens=100, temperature=0.5))

    assert call.url == f"{BASE}/v1/messages"
    assert call.headers == {"anthropic-version": "2023-06-01"}
    assert call.body == {
        "model": "a-model",
        "max_tokens": 100,
        "stream": True,
        "temperature": 0.5,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
    }
    assert list(call.body)[-1] == "messages"


@pytest.mark.parametrize(
    ("base", "url"),
    [("https://x/v1", "https://x/v1/messages"), ("https://x/a", "https://x/a/v1/messages")],
)
def test_a_base_url_may_end_in_its_version(base: Any, url: Any) -> None:
    assert anthropic.render(ask(base_url=base)).url == url


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({}, 8192),
        ({"max_output": 4096}, 4096),
        ({"max_output": 128_000}, 32_000),
        ({"max_tokens": 7, "max_output": 9}, 7),
    ],
)
def test_the_required_limit_is_the_models_own_or_a_sane_one(fields: Any, tokens: Any) -> None:
    assert body(**fields)["max_tokens"] == tokens


@pytest.mark.parametrize(("limit", "budget"), [(None, 2000), (1999, 1500)])
def test_the_models_own_limit_holds_for_its_thinking_too(limit: Any, budget: int) -> None:
    made = body(thinking=ThinkingFields(budget=2000), max_tokens=limit, max_output=3000)

    assert (made["max_tokens"], made["thinking"]) == (
        3000,
        {"type": "enabled", "budget_tokens": budget},
    )


def test_a_second_turn_with_a_tool_result_and_a_question_alternates() -> None:
    messages = body(
        Message("user", "2 + 2?"),
        Message(
            "assistant",
            "I add.",
            tool_calls=[ToolCall("functions.add:0", "add", {"a": 2}, '{"a":2}')],
        ),
        Message("tool", "4", tool_call_id="functions.add:0", name="add"),
        Message("user", "Sure?"),
    )["messages"]

    made = "call_2aab2b9e6b10fe772400632a"  # another provider's id is not taken here
    assert messages == [
        {"role": "user", "content": [{"type": "text", "text": "2 + 2?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "I add."},
                {"type": "tool_use", "id": made, "name": "add", "input": {"a": 2}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": made,
                    "content": [{"type": "text", "text": "4"}],
                },
                {"type": "text", "text": "Sure?"},
            ],
        },
    ]


def test_pictures_and_documents() -> None:
    (message,) = body(
        Message("user", ["What is this?", PNG, PDF, File(b"hi", "text/plain", "a.txt")])
    )["messages"]

    assert message["content"] == [
        {"type": "text", "text": "What is this?"},
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="},
        },
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQ="},
            "title": "a.pdf",
        },
        {"type": "text", "text": "a.txt:\nhi"},
    ]


def test_a_picture_from_a_tool() -> None:
    (message,) = body(Message("tool", [Image(b"x", "image/gif")], tool_call_id="t"))["messages"]

    assert message["content"][0]["content"] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": "eA=="}}
    ]


def test_tools() -> None:
    assert body(tools=(ADD, Tool("now")))["tools"] == [
        {"name": "add", "description": "Add two numbers", "input_schema": ADD.parameters},
        {"name": "now", "description": "", "input_schema": {"type": "object", "properties": {}}},
    ]


def test_caching_is_asked_for_at_the_top_and_after_the_system_prompt() -> None:
    made = body(system="Be brief.", tools=(ADD,), quirks=CACHED)

    assert made["cache_control"] == {"type": "ephemeral"}
    assert made["system"] == [{"type": "text", "text": "Be brief.", **MARK}]
    assert "cache_control" not in made["tools"][0]
    assert "cache_control" not in str(made["messages"])


def test_caching_marks_the_last_tool_where_there_is_no_system_prompt() -> None:
    made = body(tools=(Tool("now"), ADD), quirks=CACHED)

    assert [tool.get("cache_control") for tool in made["tools"]] == [None, {"type": "ephemeral"}]


def test_the_mark_stands_behind_what_all_rows_of_a_map_begin_with() -> None:
    made = body(
        Message("user", "Keep to the rules. Rate: tea"),
        system="Be brief.",
        quirks=CACHED,
        shared_start="Keep to the rules. Rate: ",
    )

    assert "cache_control" not in made
    assert made["system"] == [{"type": "text", "text": "Be brief.", **MARK}]
    assert made["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Keep to the rules. Rate: ", **MARK},
                {"type": "text", "text": "tea"},
            ],
        }
    ]


def test_a_repaired_row_begins_with_the_same_bytes() -> None:
    row = Message("user", "Rules. tea")
    given: dict[str, Any] = {"quirks": CACHED, "shared_start": "Rules. "}

    first = body(row, **given)["messages"]
    again = body(row, Message("assistant", "no"), Message("user", "Mend it."), **given)["messages"]

    assert again[: len(first)] == first


@pytest.mark.parametrize("shared", ["", "  ", "Other rules. "])
def test_a_row_without_a_shared_beginning_has_no_mark(shared: str) -> None:
    made = body(Message("user", "  Rate: tea"), quirks=CACHED, shared_start=shared)

    assert "cache_control" not in str(made)
    assert made["messages"][0]["content"] == [{"type": "text", "text": "  Rate: tea"}]


def test_a_row_that_uses_tools_is_cached_like_a_conversation() -> None:
    made = body(Message("user", "Rules. tea"), tools=(ADD,), quirks=CACHED, shared_start="Rules. ")

    assert made["cache_control"] == {"type": "ephemeral"}
    assert [block.get("cache_control") for block in made["messages"][0]["content"]] == [
        {"type": "ephemeral"},
        None,
    ]


# --- answers -----------------------------------------------------------------------------------


def test_thoughts_words_and_calls() -> None:
    usage = {"input_tokens": 9, "cache_read_input_tokens": 4, "output_tokens": 1}
    events = heard(
        anthropic.Reader(),
        {
            "type": "message_start",
            "message": {"content": [], "usage": usage},
        },
        start(0, type="thinking", thinking="", signature=""),
        delta(0, type="thinking_delta", thinking="hm"),
        delta(0, type="signature_delta", signature="EqQB"),
        stop(0),
        {"type": "ping"},
        start(1, type="text", text=""),
        delta(1, type="text_delta", text="I add."),
        stop(1),
        start(2, type="tool_use", id="toolu_1", name="add", input={}),
        delta(2, type="input_json_delta", partial_json='{"a"'),
        delta(2, type="input_json_delta", partial_json=":1}"),
        stop(2),
        end("tool_use", output_tokens=42, output_tokens_details={"thinking_tokens": 7}),
        {"type": "message_stop"},
    )

    assert events == [
        Thought("hm"),
        hidden(THINKING),
        Text("I add."),
        ToolCall("toolu_1", "add", {"a": 1}, '{"a":1}'),
        Usage(13, 42, 4, None, 7),
        Stop("tool_calls", "tool_use"),
    ]


def test_thinking_that_was_cut_off_is_not_kept() -> None:
    assert heard(
        anthropic.Reader(),
        start(0, type="thinking"),
        delta(0, type="thinking_delta", thinking="hm"),
    ) == [
        Thought("hm"),
        Stop("broken", CUT_OFF),
    ]


def test_tools_of_the_server_are_no_calls() -> None:
    events = heard(
        anthropic.Reader(),
        start(0, type="server_tool_use", id="s", name="web_search", input={}),
        delta(0, type="input_json_delta", partial_json="{}"),
        start(1, type="web_search_tool_result", content=[{"type": "web_search_result"}]),
        end("end_turn"),
    )

    assert events == [Stop("end", "end_turn")]


def test_a_refusal_says_why() -> None:
    details = {
        "stop_reason": "refusal",
        "stop_details": {"type": "refusal", "explanation": "Against the policy."},
    }

    assert heard(anthropic.Reader(), {"type": "message_delta", "delta": details}) == [
        Notice("Against the policy."),
        Stop("filter", "refusal"),
    ]
