"""Ollama's own format: requests word for word, answers as recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.catalog import Fields, Quirks
from nbchat.errors import BadSettings
from nbchat.messages import File, Message, Stop, Text, Thought, Tool, ToolCall, Usage
from nbchat.wire import ollama
from nbchat.wire.problem import ProviderProblem

from .conversations import BASE, PDF, PNG, ask, assert_prefix_repeats, conversations, growing, heard, nonsense, survives
from .replay import CUTS, Recording, differences, play, recordings

ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": {"type": "integer"}}})
CALL = ToolCall("call_1", "add", {"a": 1}, '{"a":1}')
CITY = {"$schema": "https://json-schema.org/x", "title": "City", "type": "object", "properties": {}}


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return ollama.render(ask(*messages, **fields)).body


def sent(*messages: Message, **quirks: Any) -> list[dict[str, Any]]:
    return list(body(*messages, quirks=Quirks(**quirks))["messages"])


def line(content: str = "", done: bool = False, beside: dict[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": content, **message}, "done": done, **(beside or {})}


# --- recordings ----------------------------------------------------------------------------


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("recording", recordings("ollama", "stream", "json"))
def test_a_recorded_answer_is_read_as_expected(recording: Recording, cut: Callable[[bytes], list[bytes]]) -> None:
    assert differences(recording, play(recording, cut)) == []


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
    assert ollama.render(ask(base_url="https://ollama.com/api")).url == "https://ollama.com/api/chat"


def test_a_second_turn() -> None:
    assert sent(Message("user", "Hi"), Message("assistant", "Hello.", "hm"), Message("user", "And?")) == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "And?"},
    ]


@pytest.mark.parametrize(
    ("fields", "think"),
    [(Fields(body={"think": True}), True), (Fields(body={"think": False}), False), (Fields(effort="high"), "high")],
)
def test_thinking_is_a_switch_or_a_level(fields: Fields, think: bool | str) -> None:
    assert body(thinking=fields)["think"] == think
    assert "think" not in body()


def test_images_stand_beside_the_text_as_bare_base64() -> None:
    note = File("é".encode(), "text/plain", "a.txt")

    assert sent(Message("user", ["What is this?", PNG, note])) == [
        {"role": "user", "content": "What is this?\n\na.txt:\né", "images": ["iVBORw=="]}
    ]


def test_a_document_is_refused_before_it_is_sent() -> None:
    with pytest.raises(BadSettings, match="takes no application/pdf files"):
        sent(Message("user", [PDF]))


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
            "function": {"name": "add", "description": "Add two numbers", "parameters": dict(ADD.parameters)},
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
def test_thinking_goes_back_where_it_is_wanted(back: str, calls: list[ToolCall], thinking: str | None) -> None:
    assert sent(Message("assistant", "2", "hm", calls), reasoning_back=back)[0].get("thinking") == thinking


def test_a_schema() -> None:
    words = ollama.render(ask(schema=CITY, quirks=Quirks(schema_mode="none")))

    assert body(schema=CITY)["format"] == {"title": "City", "type": "object", "properties": {}}
    assert body(schema=CITY, quirks=Quirks(schema_mode="json_object"))["format"] == "json"
    assert "format" not in words.body
    assert len(words.notices) == 1


def test_quirks_are_merged_into_the_request() -> None:
    quirks = Quirks(body={"keep_alive": "5m", "options": {"num_ctx": 8192}}, tools_body={"x": 1})

    assert body(tools=(ADD,), temperature=0, quirks=quirks)["options"] == {"temperature": 0, "num_ctx": 8192}
    assert list(body(tools=(ADD,), quirks=quirks))[-3:] == ["tools", "x", "messages"]


def without_files(message: Message) -> Message:
    return replace(message, content=[part for part in message.parts if not isinstance(part, File)], kept=None)


@settings(deadline=None)
@given(conversations(), st.sampled_from([(), (ADD,)]))
def test_the_bytes_up_to_the_last_message_repeat(messages: list[Message], tools: tuple[Tool, ...]) -> None:
    asks = growing(ask(system="Be brief.", tools=tools), list(map(without_files, messages)))

    for before, after in pairwise(map(ollama.render, asks)):
        assert_prefix_repeats(before, after)


# --- answers ---------------------------------------------------------------------------------


def test_an_answer_with_its_thinking_and_counts() -> None:
    counts = {"done_reason": "stop", "prompt_eval_count": 9, "eval_count": 5}
    events = heard(ollama.Reader(), line(thinking="hm"), line("Hi"), line(done=True, beside=counts))

    assert events == [Thought("hm"), Text("Hi"), Usage(9, 5), Stop("end", "stop")]


def test_a_stream_that_just_stops_is_broken() -> None:
    assert heard(ollama.Reader(), line("Hi")) == [Text("Hi"), Stop("broken", "the server ended the answer early")]


def test_done_is_the_end_marker_and_its_reason_may_be_missing() -> None:
    reader = ollama.Reader()
    list(reader.read(line("Hi", done=True)))

    assert reader.ended
    assert reader.finish()[-1] == Stop("end", "")


def test_a_length_stop() -> None:
    assert heard(ollama.Reader(), line(done=True, beside={"done_reason": "length"}))[-1] == Stop("length", "length")


def test_tags_in_the_text_are_thinking_only_where_no_field_is() -> None:
    assert heard(ollama.Reader(), line("<think>h"), line("m</think>\n\nHi"))[:-1] == [
        Thought("h"),
        Thought("m"),
        Text("Hi"),
    ]
    assert heard(ollama.Reader(), line(thinking="hm"), line("<think>"))[:-1] == [Thought("hm"), Text("<think>")]
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


@pytest.mark.parametrize("value", [{"error": "model not found"}, {"error": "model not found", **line()}])
def test_an_error_inside_a_stream_is_raised(value: Any) -> None:
    with pytest.raises(ProviderProblem, match="model not found"):
        heard(ollama.Reader(), line("Hi"), value)


def test_a_body_that_is_no_answer_is_broken_and_not_empty() -> None:
    reader = ollama.Reader()

    assert list(reader.read_whole({"status": "ok"})) == []
    assert reader.finish() == [Stop("broken", "the server ended the answer early")]


NAMES = "message content thinking tool_calls function name arguments id done done_reason error created_at"
NAMES += " eval_count prompt_eval_count role"


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.just(""), nonsense(NAMES, "stop <think> {} f")), max_size=4), st.booleans())
def test_nonsense_raises_nothing_of_its_own(values: list[tuple[str, Any]], whole: bool) -> None:
    survives(ollama.Reader(), values, whole=whole)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(NAMES.split()), nonsense(NAMES, "stop f")), max_size=3))
def test_nonsense_inside_a_message_raises_nothing_of_its_own(messages: list[Any]) -> None:
    survives(ollama.Reader(), [("", {**message, "message": message}) for message in messages], whole=False)


# --- Ollama's own client, where it is installed ------------------------------------------------


def test_ollamas_own_client_sends_the_same_bytes() -> None:
    """Its types (0.6.3) do not know the ids yet, which the server has had since ollama/ollama#12956."""
    client, httpx = pytest.importorskip("ollama").Client, pytest.importorskip("httpx")
    messages = (
        Message("user", ["What is this?", PNG]),
        Message("assistant", "", tool_calls=[replace(CALL, id="")]),
        Message("tool", "2", name="add"),
        Message("assistant", "Hi"),
        Message("user", "Thanks"),
    )
    fields: dict[str, Any] = {"thinking": Fields(effort="low"), "schema": CITY, "tools": (ADD,), "temperature": 0.5}
    ours = body(*messages, system="Be brief.", max_tokens=9, **fields)
    seen: list[Any] = []

    def answer(request: Any) -> Any:
        seen.append(json.loads(request.content))
        return httpx.Response(200, content=b'{"message":{"role":"assistant","content":"x"},"done":true}\n')

    list(client(transport=httpx.MockTransport(answer)).chat(**ours))
    assert without_empty(seen[0]) == without_empty(ours)


def without_empty(value: Any) -> Any:
    """The client leaves out members that are empty."""
    if isinstance(value, dict):
        return {name: made for name, inner in value.items() if (made := without_empty(inner)) not in ("", {}, [], None)}
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value
