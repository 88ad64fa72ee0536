"""Chat completions.

Requests word for word, answers as recorded, and what hosts do to the format.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.events import Stop, Usage
from nbchat.messages import Message, Text, Thought, ToolCall
from nbchat.wire.formats import openai_chat

from ..format_contract import (
    ADD,
    BASE,
    CALL,
    CITY,
    CITY_ALONE,
    PDF,
    PNG,
    Format,
    ask,
    heard,
    hidden,
    nonsense,
    objects,
    said_by,
)


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


NAMES = """
    choices delta message index finish_reason content reasoning_content reasoning_details
    type text thinking tool_calls function name arguments id usage prompt_tokens
    prompt_tokens_details cached_tokens total_tokens x_groq error refusal function_call
    base_resp code
"""
ANYTHING = nonsense(NAMES, "stop <think> thinking {}")

FORMAT = Format(
    "openai-chat",
    says=chunk(content="Hi"),
    whole={
        "choices": [
            {"message": {"reasoning_content": "hm", "content": "Hi"}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 5},
    },
    calls=(
        chunk(
            tool_calls=[{"index": 0, "id": "x", "function": {"name": "f", "arguments": '{"a": 1}'}}]
        ),
    ),
    ends=chunk,
    stops={
        **dict.fromkeys(["stop", "eos", "something_new"], "end"),
        **dict.fromkeys(
            ["length", "model_length", "MAX_TOKENS", "model_context_window_exceeded"], "length"
        ),
        **dict.fromkeys(["tool_calls", "function_call"], "tool_calls"),
        **dict.fromkeys(["content_filter", "sensitive"], "filter"),
        **dict.fromkeys(
            ["error", "abort", "network_error", "insufficient_system_resource"], "broken"
        ),
    },
    fails=(
        ({"error": {"message": "Overloaded", "code": 529}}, 529),
        ({"error": {"message": "Overloaded"}, **chunk("error")}, None),
        ({"choices": None, "base_resp": {"status_code": 1002, "status_msg": "Overloaded"}}, None),
        ({"choices": [], "code": 10013, "message": "Overloaded"}, None),
        ([{"error": {"message": "Overloaded"}}], None),
    ),
    anything=ANYTHING,
    almost=st.lists(
        objects(NAMES, ANYTHING).map(
            lambda delta: {"choices": [{"delta": delta, **delta}], **delta}
        ),
        max_size=2,
    ),
    refused=PDF,
    kept=st.just({"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]}),
)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return openai_chat.render(ask(*messages, **fields)).body


def sent(*messages: Message, **quirks: Any) -> list[dict[str, Any]]:
    """The messages as they are sent to a host with these quirks."""
    return list(body(*messages, quirks=Quirks(**quirks))["messages"])


# --- requests ------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = openai_chat.render(ask(system="Be brief.", max_tokens=100, temperature=0.5))

    assert call.url == f"{BASE}/chat/completions"
    assert call.headers == {}
    assert call.body == {
        "model": "a-model",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 100,
        "temperature": 0.5,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    }
    assert list(call.body)[-1] == "messages"


def test_a_second_turn() -> None:
    assert sent(Message("user", "Hi"), Message("assistant", "Hello."), Message("user", "And?")) == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "And?"},
    ]


def test_thinking_is_an_effort_or_what_the_host_calls_it() -> None:
    off = ThinkingFields(body={"thinking": {"type": "disabled"}})

    assert body(thinking=ThinkingFields(effort="high"))["reasoning_effort"] == "high"
    assert body(thinking=off)["thinking"] == {"type": "disabled"}
    assert "reasoning_effort" not in body()


def test_an_image_is_a_data_url() -> None:
    assert sent(Message("user", ["What is this?", PNG])) == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
            ],
        }
    ]


def test_a_document_goes_where_documents_are_understood() -> None:
    assert sent(Message("user", [PDF]), files=True)[0]["content"] == [
        {
            "type": "file",
            "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQ="},
        }
    ]


def test_tools_and_their_results() -> None:
    messages = (
        Message("user", "1 + 1?"),
        Message("assistant", tool_calls=[CALL]),
        Message("tool", "2", tool_call_id="call_1"),
    )
    request = body(*messages, tools=(ADD,), quirks=Quirks(tools_body={"tool_stream": True}))

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
    assert request["tool_stream"] is True
    assert request["messages"][1:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "add", "arguments": '{"a":1}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
    ]


def test_a_call_without_a_name_is_not_sent_back() -> None:
    assert sent(Message("assistant", "4", tool_calls=[ToolCall("", "", {})])) == [
        {"role": "assistant", "content": "4"}
    ]


def test_a_schema_is_sent_as_the_host_takes_it() -> None:
    exact = openai_chat.render(ask(schema=CITY))
    loose = openai_chat.render(ask(schema=CITY, quirks=Quirks(schema_mode="json_object")))
    words = openai_chat.render(
        ask(schema=CITY, system="Be brief.", quirks=Quirks(schema_mode="none"))
    )

    assert exact.body["response_format"] == {
        "type": "json_schema",
        "json_schema": {
            "name": "A_city",
            "schema": {**CITY_ALONE, "additionalProperties": False},
            "strict": True,
        },
    }
    assert loose.body["response_format"] == {"type": "json_object"}
    assert "response_format" not in words.body
    assert words.body["messages"][0]["content"].startswith("Be brief.\n\nAnswer with JSON alone")
    assert [bool(call.notices) for call in (exact, loose, words)] == [False, True, True]


def test_quirks_shape_the_request() -> None:
    quirks = Quirks(
        max_tokens_field="max_completion_tokens",
        usage_option=False,
        developer_role=True,
        cache="prompt_cache_key",
        body={"store": False},
    )

    assert body(system="Be brief.", max_tokens=9, cache_key="k", quirks=quirks) == {
        "model": "a-model",
        "stream": True,
        "max_completion_tokens": 9,
        "prompt_cache_key": "k",
        "store": False,
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
        ],
    }


MARK = {"cache_control": {"type": "ephemeral"}}
MARKED = Quirks(cache="cache_control")


def test_for_claude_the_mark_stands_behind_what_all_rows_of_a_map_begin_with() -> None:
    made = body(
        Message("user", ["Rules. tea", PNG]), quirks=MARKED, shared_start="Rules. ", system="Brief."
    )

    system, asked = made["messages"]
    assert "cache_control" not in made
    assert system["content"] == "Brief."
    first, own, picture = asked["content"]
    assert first == {"type": "text", "text": "Rules. ", **MARK}
    assert own == {"type": "text", "text": "tea"}
    assert picture["type"] == "image_url"


def test_for_claude_the_system_prompt_is_marked_where_rows_share_no_more() -> None:
    made = body(Message("user", "tea"), quirks=MARKED, shared_start="", system="Be brief.")

    system, asked = made["messages"]
    assert "cache_control" not in made
    assert system["content"] == [{"type": "text", "text": "Be brief.", **MARK}]
    assert asked["content"] == "tea"


@pytest.mark.parametrize(
    ("mode", "content"), [("empty", {"content": ""}), ("null", {"content": None}), ("omit", {})]
)
def test_an_assistant_message_of_calls_alone_has_the_content_the_host_wants(
    mode: str, content: dict[str, Any]
) -> None:
    said = sent(Message("assistant", tool_calls=[CALL]), empty_content=mode)[0]

    assert {name: value for name, value in said.items() if name == "content"} == content


@pytest.mark.parametrize(
    ("back", "message", "reasoning"),
    [
        ("never", Message("assistant", "2", "hm", [CALL]), None),
        ("tools", Message("assistant", "2", "hm"), None),
        ("tools", Message("assistant", "2", "hm", [CALL]), "hm"),
        ("tools", Message("assistant", "2", "", [CALL]), " "),
        ("always", Message("assistant", "2"), " "),
    ],
)
def test_thinking_goes_back_to_the_hosts_that_want_it(
    back: str, message: Message, reasoning: str | None
) -> None:
    assert (
        sent(message, reasoning_back=back, reasoning_filler=" ")[0].get("reasoning_content")
        == reasoning
    )


def test_kept_reasoning_details_go_back_unchanged() -> None:
    details = [{"type": "reasoning.encrypted", "data": "x", "index": 0}]
    message = said_by("openai-chat", hidden({"reasoning_details": details}), Text("2"))

    assert sent(message)[0]["reasoning_details"] == details


@pytest.mark.parametrize("given", ["call_1", "", "ééééééééé", "\ud83d", "aBcD3fGh1"])
def test_ids_are_cut_to_what_mistral_takes_alike_in_call_and_result(given: str) -> None:
    call = ToolCall(given, "add", {})
    said, result = sent(
        Message("assistant", tool_calls=[call]),
        Message("tool", "2", tool_call_id=given),
        tool_id="alnum9",
    )

    assert said["tool_calls"][0]["id"] == result["tool_call_id"]
    assert re.fullmatch("[A-Za-z0-9]{9}", result["tool_call_id"])
    assert (result["tool_call_id"] == given) == (given == "aBcD3fGh1")


# --- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "reasoning_text"])
def test_thinking_has_several_names(field: str) -> None:
    events = heard(openai_chat.Reader(), chunk(**{field: "hm"}), chunk(content="Hi"), chunk("stop"))

    assert events == [Thought("hm"), Text("Hi"), Stop("end", "stop")]


def test_thinking_and_its_details_are_not_doubled_and_the_details_are_kept_whole() -> None:
    pieces = [
        chunk(
            reasoning=text,
            reasoning_details=[
                {"type": "reasoning.text", "text": text, "index": 0, "signature": sign}
            ],
        )
        for text, sign in (("h", None), ("m", "sig"))
    ]

    whole = {"type": "reasoning.text", "text": "hm", "index": 0, "signature": "sig"}
    assert heard(openai_chat.Reader(), *pieces, chunk("stop")) == [
        Thought("h"),
        Thought("m"),
        hidden({"reasoning_details": [whole]}),
        Stop("end", "stop"),
    ]


def test_text_held_as_a_possible_tag_is_not_lost_when_thinking_has_a_field() -> None:
    events = heard(
        openai_chat.Reader(),
        chunk(content="\n<"),
        chunk(reasoning="hm"),
        chunk(content="b>"),
        chunk("stop"),
    )

    assert events[:-1] == [Text("\n<"), Thought("hm"), Text("b>")]


def test_tags_in_the_text_are_text_where_thinking_has_a_field() -> None:
    events = heard(
        openai_chat.Reader(),
        chunk(reasoning="hm"),
        chunk(content="<think>x</think>"),
        chunk("stop"),
    )

    assert events[:-1] == [Thought("hm"), Text("<think>x</think>")]


def test_mistrals_content_is_a_list_of_parts() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "Hi"},
    ]

    assert heard(openai_chat.Reader(), chunk(content=parts), chunk("stop"))[:-1] == [
        Thought("hm"),
        Text("Hi"),
    ]


def test_a_whole_answer_may_have_an_empty_delta_beside_it() -> None:
    body = {
        "choices": [{"delta": {"role": "assistant", "content": ""}, "message": {"content": "Hi"}}]
    }
    reader = openai_chat.Reader()

    assert [*reader.read_whole(body), *reader.finish()] == [Text("Hi"), Stop("end")]


def test_a_refusals_words_are_text() -> None:
    assert heard(openai_chat.Reader(), chunk(content=None, refusal="No."), chunk("stop"))[
        0
    ] == Text("No.")


@pytest.mark.parametrize(
    ("chunks", "usage"),
    [
        ([{"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}], Usage(9, 5)),
        (
            [{"choices": [{"delta": {}, "usage": {"prompt_tokens": 9, "cached_tokens": 4}}]}],
            Usage(9, cached=4),
        ),
        ([{"choices": [], "x_groq": {"usage": {"prompt_tokens": 9}}}], Usage(9)),
        (
            [{"choices": [], "usage": {"prompt_cache_hit_tokens": 4, "reasoning_tokens": 3}}],
            Usage(None, None, 4, None, 3),
        ),
        (
            [
                {
                    "choices": [],
                    "usage": {"prompt_tokens_details": {"cached_tokens": 0}, "cached_tokens": 4},
                }
            ],
            Usage(cached=0),
        ),
        (
            [{"choices": [], "usage": {"prompt_tokens": 9}}, {"choices": [], "usage": None}],
            Usage(9),
        ),
        ([{"choices": [], "usage": {"prompt_tokens": 9, "prompt_tokens_details": []}}], Usage(9)),
    ],
)
def test_usage_is_found_wherever_it_is(chunks: list[Any], usage: Usage) -> None:
    assert usage in heard(openai_chat.Reader(), *chunks)


@pytest.mark.parametrize(("total", "output"), [(17, 8), (14, 5), (None, 5), (20, 5)])
def test_reasoning_beside_the_completion_is_generated_too_where_the_total_says_so(
    total: Any, output: int
) -> None:
    """xAI counts it there; OpenAI counts it in the completion."""
    details = {"completion_tokens_details": {"reasoning_tokens": 3}}
    usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": total, **details}

    assert heard(openai_chat.Reader(), {"choices": [], "usage": usage})[0] == Usage(
        9, output, None, None, 3
    )
