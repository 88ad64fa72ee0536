"""Anthropic's Messages: requests word for word, answers as recorded, and what nobody should send."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json

from nbchat.catalog import Fields, Quirks
from nbchat.errors import BadSettings
from nbchat.messages import File, Image, Kept, KeptBy, Message, Notice, Stop, Text, Thought, Tool, ToolCall, Usage
from nbchat.wire import anthropic_messages as anthropic
from nbchat.wire.problem import ProviderProblem

from .conversations import (
    BASE,
    PDF,
    PNG,
    ask,
    assert_prefix_repeats,
    conversations,
    growing,
    heard,
    mismatches,
    nonsense,
    survives,
)
from .replay import CUTS, Recording, check, play, recordings

MARK = {"cache_control": {"type": "ephemeral"}}
THINKING = {"type": "thinking", "thinking": "hm", "signature": "EqQB"}
ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": {"type": "integer"}}})


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return anthropic.render(ask(*messages, **fields)).body


def kept(*blocks: Any, text: int = 0, calls: int = 0) -> KeptBy:
    return KeptBy("anthropic", "anthropic-messages", [{"text": text, "calls": calls, "block": b} for b in blocks])


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
    ("base", "url"), [("https://x/v1", "https://x/v1/messages"), ("https://x/a", "https://x/a/v1/messages")]
)
def test_a_base_url_may_end_in_its_version(base: Any, url: Any) -> None:
    assert anthropic.render(ask(base_url=base)).url == url


def test_a_provider_may_have_its_own_path() -> None:
    assert anthropic.render(ask(path="/special")).url == f"{BASE}/special"


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


def test_a_second_turn_with_a_tool_result_and_a_question_alternates() -> None:
    messages = body(
        Message("user", "2 + 2?"),
        Message("assistant", "I add.", tool_calls=[ToolCall("toolu_1", "add", {"a": 2}, '{"a":2}')]),
        Message("tool", "4", tool_call_id="toolu_1", name="add"),
        Message("user", "Sure?"),
    )["messages"]

    assert messages == [
        {"role": "user", "content": [{"type": "text", "text": "2 + 2?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "I add."},
                {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 2}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "4"}]},
                {"type": "text", "text": "Sure?"},
            ],
        },
    ]


def test_ids_that_another_provider_made_are_made_acceptable_alike() -> None:
    messages = body(
        Message("assistant", tool_calls=[ToolCall("functions.add:0", "add", {})]),
        Message("tool", "4", tool_call_id="functions.add:0"),
    )["messages"]

    assert (
        messages[0]["content"][0]["id"] == messages[1]["content"][0]["tool_use_id"] == "call_2aab2b9e6b10fe772400632a"
    )


def test_pictures_and_documents() -> None:
    (message,) = body(Message("user", ["What is this?", PNG, PDF, File(b"hi", "text/plain", "a.txt")]))["messages"]

    assert message["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}},
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


def test_files_of_other_kinds_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(BadSettings, match="application/zip"):
        body(Message("user", [File(b"", "application/zip", "a.zip")]))


def test_tools() -> None:
    assert body(tools=(ADD, Tool("now")))["tools"] == [
        {"name": "add", "description": "Add two numbers", "input_schema": ADD.parameters},
        {"name": "now", "description": "", "input_schema": {"type": "object", "properties": {}}},
    ]


def test_a_schema_is_closed_and_its_limits_are_said() -> None:
    schema = {"title": "City", "type": "object", "properties": {"size": {"type": "integer", "minimum": 0}}}

    assert body(schema=schema, thinking=Fields(effort="low"))["output_config"] == {
        "effort": "low",
        "format": {
            "type": "json_schema",
            "schema": {
                "title": "City",
                "type": "object",
                "properties": {"size": {"type": "integer", "description": "{minimum: 0}"}},
                "additionalProperties": False,
            },
        },
    }


def test_a_schema_becomes_an_instruction_where_there_is_no_place_for_it() -> None:
    call = anthropic.render(ask(schema={"type": "object"}, system="Be brief.", quirks=Quirks(schema_mode="none")))

    assert "output_config" not in call.body
    assert call.body["system"][0]["text"].startswith("Be brief.\n\nAnswer with JSON alone")
    assert call.notices == ["a-model has no schema output here; the schema was sent as an instruction."]


def test_thinking_with_effort() -> None:
    fields = Fields(effort="medium", body={"thinking": {"type": "adaptive", "display": "summarized"}})
    call = anthropic.render(ask(thinking=fields, temperature=0.2))

    assert call.body["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert call.body["output_config"] == {"effort": "medium"}
    assert "temperature" not in call.body
    assert call.notices == ["a-model takes no temperature while it thinks; it was left out."]


@pytest.mark.parametrize(
    ("fields", "tokens", "budget"),
    [
        ({}, 8192, 2000),
        ({"max_tokens": 100}, 2100, 2000),
        ({"max_tokens": 5000}, 5000, 2000),
        ({"max_output": 3000}, 3000, 2000),
        ({"max_tokens": 1999, "max_output": 3000}, 3000, 1500),
    ],
)
def test_a_budget_for_thinking_is_smaller_than_the_limit(fields: Any, tokens: Any, budget: Any) -> None:
    made = body(thinking=Fields(budget=2000), **fields)

    assert (made["max_tokens"], made["thinking"]) == (tokens, {"type": "enabled", "budget_tokens": budget})


def test_thinking_off() -> None:
    made = body(thinking=Fields(body={"thinking": {"type": "disabled"}}), temperature=0.2)

    assert (made["thinking"], made["temperature"]) == ({"type": "disabled"}, 0.2)


def test_caching_is_asked_for_at_the_top_and_after_the_system_prompt() -> None:
    made = body(system="Be brief.", tools=(ADD,), quirks=Quirks(cache="cache_control"))

    assert made["cache_control"] == {"type": "ephemeral"}
    assert made["system"] == [{"type": "text", "text": "Be brief.", **MARK}]
    assert "cache_control" not in made["tools"][0]
    assert "cache_control" not in str(made["messages"])


def test_caching_marks_the_last_tool_where_there_is_no_system_prompt() -> None:
    made = body(tools=(Tool("now"), ADD), quirks=Quirks(cache="cache_control"))

    assert [tool.get("cache_control") for tool in made["tools"]] == [None, {"type": "ephemeral"}]


def test_thinking_goes_back_first_and_unmodified() -> None:
    redacted = {"type": "redacted_thinking", "data": "opaque"}
    said = Message("assistant", "4", tool_calls=[ToolCall("t", "add", {})], kept=kept(THINKING, redacted))

    assert body(said)["messages"][0]["content"] == [
        THINKING,
        redacted,
        {"type": "text", "text": "4"},
        {"type": "tool_use", "id": "t", "name": "add", "input": {}},
    ]


def test_thinking_between_words_goes_back_between_them() -> None:
    said = Message("assistant", "First. Then.", kept=kept(THINKING, text=6))

    assert body(said)["messages"][0]["content"] == [
        {"type": "text", "text": "First."},
        THINKING,
        {"type": "text", "text": " Then."},
    ]


@pytest.mark.parametrize("data", [None, "old", {}, [1, {"text": "a"}]])
def test_what_was_kept_by_another_version_is_left_out(data: Any) -> None:
    said = Message("assistant", "4", kept=KeptBy("anthropic", "anthropic-messages", data))

    assert body(said)["messages"][0]["content"] == [{"type": "text", "text": "4"}]


def test_an_answer_that_is_thinking_alone_is_left_out() -> None:
    """Anthropic refuses "The final block in an assistant message cannot be `thinking`"."""
    messages = body(Message("user", "1"), Message("assistant", " \n", kept=kept(THINKING)), Message("user", "2"))[
        "messages"
    ]

    assert messages == [{"role": "user", "content": [{"type": "text", "text": "1"}, {"type": "text", "text": "2"}]}]


@given(conversations([THINKING]))
def test_a_longer_conversation_repeats_the_bytes_before_its_last_message(messages: list[Message]) -> None:
    question = ask(system="Be brief.", tools=(ADD,), quirks=Quirks(cache="cache_control"))

    for before, after in pairwise(anthropic.render(asked) for asked in growing(question, messages)):
        assert_prefix_repeats(before, after)


@settings(deadline=None)  # the vendor's package is slow to import
@given(conversations([THINKING]))
def test_the_vendors_own_types_accept_any_conversation(messages: list[Message]) -> None:
    types = pytest.importorskip("anthropic.types.message_create_params")
    fields = Fields(effort="high", budget=1024)
    made = body(
        *messages,
        system="s",
        tools=(ADD,),
        schema={"type": "object"},
        thinking=fields,
        quirks=Quirks(cache="cache_control"),
    )

    assert mismatches(made, types.MessageCreateParamsStreaming) == []


# --- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("recording", recordings("anthropic-messages", "stream", "json"))
def test_a_recorded_answer(recording: Recording, cut: Any) -> None:
    check(recording, cut)


@pytest.mark.parametrize("recording", recordings("anthropic-messages", "error"))
def test_a_recorded_refusal(recording: Recording) -> None:
    with pytest.raises(ProviderProblem) as raised:
        play(recording)

    assert (raised.value.message, raised.value.kind, raised.value.status) == (
        recording.expected["error"]["message"],
        recording.expected["error"]["type"],
        recording.meta["status"],
    )


def start(index: Any, **block: Any) -> Any:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: Any, **inner: Any) -> Any:
    return {"type": "content_block_delta", "index": index, "delta": inner}


def stop(index: Any) -> Any:
    return {"type": "content_block_stop", "index": index}


def end(reason: str, **usage: Any) -> Any:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


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
        Text("I add."),
        ToolCall("toolu_1", "add", {"a": 1}, '{"a":1}'),
        Kept([{"text": 0, "calls": 0, "block": THINKING}]),
        Usage(13, 42, 4, 7),
        Stop("tool_calls", "tool_use"),
    ]


def test_what_is_kept_goes_back_as_it_came() -> None:
    """Reading an answer and sending it back gives the blocks of the answer."""
    content = [
        THINKING,
        {"type": "text", "text": "First."},
        {"type": "redacted_thinking", "data": "opaque"},
        {"type": "text", "text": "Then."},
        THINKING,
        {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1}},
    ]
    reader = anthropic.Reader()
    events = [*reader.read_whole({"content": content, "stop_reason": "tool_use"}), *reader.finish()]
    text = "".join(event.text for event in events if isinstance(event, Text))
    calls = [event for event in events if isinstance(event, ToolCall)]
    (data,) = [event.data for event in events if isinstance(event, Kept)]

    said = Message("assistant", text, tool_calls=calls, kept=KeptBy("anthropic", "anthropic-messages", data))

    assert body(said)["messages"][0]["content"] == content


def test_thinking_that_was_cut_off_is_not_kept() -> None:
    assert heard(anthropic.Reader(), start(0, type="thinking"), delta(0, type="thinking_delta", thinking="hm")) == [
        Thought("hm"),
        Stop("broken", "the server ended the answer early"),
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
    details = {"stop_reason": "refusal", "stop_details": {"type": "refusal", "explanation": "Against the policy."}}

    assert heard(anthropic.Reader(), {"type": "message_delta", "delta": details}) == [
        Notice("Against the policy."),
        Stop("filter", "refusal"),
    ]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "end"),
        ("stop_sequence", "end"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("something_new", "end"),
    ],
)
def test_a_stop_reason_is_enough_without_message_stop(word: str, reason: Any) -> None:
    assert heard(anthropic.Reader(), end(word)) == [Stop(reason, word)]


def test_a_stream_that_just_ends_is_broken() -> None:
    assert heard(anthropic.Reader(), delta(0, type="text_delta", text="Hi")) == [
        Text("Hi"),
        Stop("broken", "the server ended the answer early"),
    ]


def test_an_error_inside_the_stream_is_raised() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

    with pytest.raises(ProviderProblem, match="Overloaded") as raised:
        heard(anthropic.Reader(), delta(0, type="text_delta", text="Hi"), ("error", error))

    assert (raised.value.kind, raised.value.status) == ("overloaded_error", 529)


def test_another_format_is_not_an_answer() -> None:
    reader = anthropic.Reader()

    assert list(reader.read_whole({"choices": []})) == []
    assert reader.finish() == [Stop("broken", "the server ended the answer early")]


NAMES = """type index delta content_block content message usage stop_reason stop_details explanation text thinking
    signature data id name input partial_json input_tokens output_tokens cache_read_input_tokens output_tokens_details
    thinking_tokens error"""
WORDS = """message_start content_block_start content_block_delta content_block_stop message_delta message_stop error
    ping text thinking redacted_thinking tool_use text_delta thinking_delta signature_delta input_json_delta"""
JSON = nonsense(NAMES, WORDS)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(WORDS.split())}, optional=dict.fromkeys(NAMES.split()[1:7], JSON)
)


@given(st.lists(st.tuples(st.sampled_from(["", *WORDS.split()]), JSON), max_size=8), st.booleans())
def test_nonsense_raises_nothing_of_its_own(values: Any, whole: bool) -> None:
    survives(anthropic.Reader(), values, whole=whole)


@given(
    st.lists(
        st.fixed_dictionaries({"type": st.sampled_from(WORDS)}, optional=dict.fromkeys(NAMES[1:7], JSON)), max_size=8
    )
)
def test_nonsense_inside_real_events_raises_nothing_of_its_own(values: Any) -> None:
    survives(anthropic.Reader(), [("", value) for value in values], whole=False)


def test_json_is_what_the_engine_parses() -> None:
    """A reader takes what pydantic_core makes of JSON, NaN and all."""
    assert list(anthropic.Reader().read(from_json('{"type":"ping","x":NaN}'))) == []
