"""OpenAI's Responses: requests word for word, answers as recorded, and what nobody should send."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.catalog import Fields, Quirks
from nbchat.messages import File, Image, Kept, KeptBy, Message, Stop, Text, Thought, Tool, ToolCall, Usage
from nbchat.wire import openai_responses as responses
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

REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}
ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": {"type": "integer"}}})
THINKS = Fields(effort="medium")


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return responses.render(ask(*messages, **fields)).body


def kept(*rows: Any) -> KeptBy:
    data = [{"text": text, "calls": calls, "block": block} for text, calls, block in rows]
    return KeptBy("openai", "openai-responses", data)


# --- requests --------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = responses.render(ask(system="Be brief.", max_tokens=100, temperature=0.5, base_url=f"{BASE}/v1"))

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
        Message("assistant", "I add.", tool_calls=[ToolCall("call_1", "add", {"a": 2}, '{"a": 2}')]),
        Message("tool", "4", tool_call_id="call_1", name="add"),
        Message("user", "Sure?"),
    )["input"] == [
        {"role": "user", "content": "2 + 2?"},
        {"role": "assistant", "content": "I add."},
        {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": '{"a": 2}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "4"},
        {"role": "user", "content": "Sure?"},
    ]


def test_pictures_and_documents() -> None:
    (message,) = body(Message("user", ["What is this?", PNG, PDF, File(b"hi", "text/plain", "a.txt")]))["input"]

    assert message["content"] == [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": "data:image/png;base64,iVBORw==", "detail": "auto"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQ="},
        {"type": "input_text", "text": "a.txt:\nhi"},
    ]


def test_a_picture_from_a_tool() -> None:
    (item,) = body(Message("tool", [Image(b"x", "image/gif")], tool_call_id="c"))["input"]

    assert item["output"] == [{"type": "input_image", "image_url": "data:image/gif;base64,eA==", "detail": "auto"}]


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
            {"format": {"type": "json_schema", "name": "City", "schema": {"title": "City", "type": "object"}}},
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


def test_thinking_asks_for_a_summary_and_for_what_must_go_back() -> None:
    made = body(thinking=THINKS)

    assert made["reasoning"] == {"effort": "medium", "summary": "auto"}
    assert made["include"] == ["reasoning.encrypted_content"]


def test_thinking_off() -> None:
    made = body(thinking=Fields(effort="none"))

    assert made["reasoning"] == {"effort": "none"}


def test_thinking_by_fields_of_the_rows_own() -> None:
    made = body(thinking=Fields(body={"reasoning": {"summary": "detailed"}, "top_p": 1}))

    assert (made["reasoning"], made["top_p"]) == ({"summary": "detailed"}, 1)


def test_a_row_is_not_changed_by_a_request() -> None:
    fields = Fields(body={"reasoning": {"context": "auto"}})
    body(thinking=fields)

    assert fields.body == {"reasoning": {"context": "auto"}}


def test_a_model_that_is_not_known_to_think_is_asked_for_neither() -> None:
    """gpt-4o answers 400: "Encrypted content is not supported with this model"."""
    assert not {"reasoning", "include"} & body().keys()


def test_the_cache_is_found_again_by_its_key() -> None:
    assert body(cache_key="k", quirks=Quirks(cache="prompt_cache_key"))["prompt_cache_key"] == "k"
    assert "prompt_cache_key" not in body(cache_key="k")


def test_reasoning_goes_back_before_what_followed_it() -> None:
    said = Message(
        "assistant", "4", tool_calls=[ToolCall("c", "add", {})], kept=kept((0, 0, REASONING), (1, 0, REASONING))
    )

    assert body(said, thinking=THINKS)["input"] == [
        REASONING,
        {"role": "assistant", "content": "4"},
        REASONING,
        {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}"},
    ]


def test_reasoning_that_nothing_followed_is_left_out() -> None:
    """OpenAI answers 400: "reasoning was provided without its required following item"."""
    said = Message("assistant", "4", kept=kept((1, 0, REASONING)))

    assert body(said, thinking=THINKS)["input"] == [{"role": "assistant", "content": "4"}]


def test_reasoning_does_not_go_to_a_model_that_is_not_known_to_reason() -> None:
    said = Message("assistant", "4", kept=kept((0, 0, REASONING)))

    assert body(said)["input"] == [{"role": "assistant", "content": "4"}]


def test_phases_go_back_on_their_messages() -> None:
    rows = [(0, 0, {"type": "message", "phase": "commentary"}), (6, 0, {"type": "message", "phase": "final_answer"})]
    said = Message("assistant", "I add.Four.", kept=kept(*rows))

    assert body(said)["input"] == [
        {"role": "assistant", "phase": "commentary", "content": "I add."},
        {"role": "assistant", "phase": "final_answer", "content": "Four."},
    ]


@given(conversations([REASONING, {"type": "message", "phase": "commentary"}]))
def test_a_longer_conversation_repeats_the_bytes_before_its_last_message(messages: list[Message]) -> None:
    question = ask(system="Be brief.", tools=(ADD,), thinking=THINKS)

    for before, after in pairwise(responses.render(asked) for asked in growing(question, messages)):
        assert_prefix_repeats(before, after)


@settings(deadline=None)  # the vendor's package is slow to import
@given(conversations([REASONING, {"type": "message", "phase": "commentary"}]))
def test_the_vendors_own_types_accept_any_conversation(messages: list[Message]) -> None:
    types = pytest.importorskip("openai.types.responses.response_create_params")
    fields: dict[str, Any] = {"system": "s", "tools": (ADD,), "schema": {"type": "object"}, "thinking": THINKS}
    made = body(
        *messages, **fields, max_tokens=9, temperature=1, cache_key="k", quirks=Quirks(cache="prompt_cache_key")
    )

    assert mismatches(made, types.ResponseCreateParamsStreaming) == []


# --- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("recording", recordings("openai-responses", "stream", "json"))
def test_a_recorded_answer(recording: Recording, cut: Any) -> None:
    check(recording, cut)


@pytest.mark.parametrize("recording", recordings("openai-responses", "error"))
def test_a_recorded_refusal(recording: Recording) -> None:
    with pytest.raises(ProviderProblem) as raised:
        play(recording)

    assert raised.value.message == recording.expected["error"]["message"]


def added(index: Any, **item: Any) -> dict[str, Any]:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def done(index: Any, **item: Any) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def delta(index: Any, kind: Any, text: Any) -> Any:
    return {"type": f"response.{kind}.delta", "output_index": index, "delta": text}


def completed(status: str = "completed", **response: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": {"status": status, **response}}


USAGE = {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 20}
CALL = {"type": "function_call", "call_id": "call_1", "name": "add"}


def test_thoughts_words_and_calls() -> None:
    events = heard(
        responses.Reader(),
        {"type": "response.created", "response": {"status": "in_progress"}},
        added(0, type="reasoning", id="rs_1", summary=[]),
        delta(0, "reasoning_summary_text", "hm"),
        done(0, **REASONING, status="completed", content=None),
        added(1, type="message", content=[]),
        delta(1, "output_text", "I add."),
        done(1, type="message", phase="commentary", content=[{"type": "output_text", "text": "I add."}]),
        added(2, **CALL, arguments=""),
        delta(2, "function_call_arguments", '{"a"'),
        delta(2, "function_call_arguments", ":1}"),
        done(2, **CALL, arguments='{"a":1}'),
        completed(usage=USAGE | {"output_tokens_details": {"reasoning_tokens": 12}}),
    )

    assert events == [
        Thought("hm"),
        Text("I add."),
        ToolCall("call_1", "add", {"a": 1}, '{"a":1}'),
        Kept(
            [
                {"text": 0, "calls": 0, "block": REASONING},
                {"text": 0, "calls": 0, "block": {"type": "message", "phase": "commentary"}},
            ]
        ),
        Usage(9, 20, 4, 12),
        Stop("tool_calls", "completed"),
    ]


def test_what_is_kept_goes_back_as_it_came() -> None:
    output = [
        REASONING,
        {"type": "message", "phase": "commentary", "content": [{"type": "output_text", "text": "I add."}]},
        REASONING | {"id": "rs_2"},
        {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}"},
    ]
    reader = responses.Reader()
    events = [*reader.read_whole({"status": "completed", "output": output}), *reader.finish()]
    (data,) = [event.data for event in events if isinstance(event, Kept)]
    calls = [event for event in events if isinstance(event, ToolCall)]

    said = Message("assistant", "I add.", tool_calls=calls, kept=KeptBy("openai", "openai-responses", data))

    assert body(said, thinking=THINKS)["input"] == [
        REASONING,
        {"role": "assistant", "phase": "commentary", "content": "I add."},
        REASONING | {"id": "rs_2"},
        {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}"},
    ]


def test_reasoning_that_is_stored_nowhere_is_not_kept() -> None:
    """With `store: false` OpenAI answers 404 to a reasoning item that is an id alone."""
    assert heard(responses.Reader(), done(0, type="reasoning", id="rs_1", summary=[]), completed()) == [
        Stop("end", "completed")
    ]


@pytest.mark.parametrize(
    "values",
    [
        [done(0, type="message", content=[{"type": "output_text", "text": "Hi"}]), completed(output=[])],
        [completed(output=[{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}])],
        [delta(0, "output_text", "Hi"), completed(output=[{"type": "message", "content": [{"text": "Hi"}]}])],
        [delta(0, "refusal", "Hi"), completed()],
        [completed(output=[{"type": "message", "content": [{"type": "refusal", "refusal": "Hi"}]}])],
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
        responses.Reader(), added(0, **CALL), done(0, **CALL), added(0, **other), done(0, **other), completed()
    )

    assert [event.id for event in events if isinstance(event, ToolCall)] == ["call_1", "call_2"]


def test_tools_of_the_server_are_no_calls() -> None:
    events = heard(responses.Reader(), added(0, type="web_search_call"), done(0, type="web_search_call"), completed())

    assert events == [Stop("end", "completed")]


@pytest.mark.parametrize(
    ("reason", "stop"), [("max_output_tokens", "length"), ("content_filter", "filter"), ("something_new", "broken")]
)
def test_an_incomplete_answer_says_why(reason: str, stop: Any) -> None:
    assert heard(responses.Reader(), completed("incomplete", incomplete_details={"reason": reason})) == [
        Stop(stop, reason)
    ]


def test_a_stream_that_just_ends_is_broken() -> None:
    assert heard(responses.Reader(), delta(0, "output_text", "Hi")) == [
        Text("Hi"),
        Stop("broken", "the server ended the answer early"),
    ]


def test_a_response_that_says_nothing_may_be_followed_by_another() -> None:
    reader = responses.Reader()
    first = reader.read(completed(output=[{"type": "shell_call"}]))

    assert (list(first), reader.ended) == ([], False)
    assert heard(reader, delta(0, "output_text", "Hi"), completed()) == [Text("Hi"), Stop("end", "completed")]
    assert reader.ended


def test_an_answer_that_has_not_been_made_yet_is_broken() -> None:
    reader = responses.Reader()

    assert list(reader.read_whole({"status": "queued", "output": []})) == []
    assert reader.finish() == [Stop("broken", "queued")]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"type": "error", "code": "server_error", "message": "Oh no"}, 500),
        ({"type": "error", "error": {"type": "rate_limit_exceeded", "message": "Oh no"}}, 429),
        (completed("failed", error={"code": "server_error", "message": "Oh no"}), 500),
        (completed("failed", error=None, message="Oh no"), None),
        ({"error": {"message": "Oh no", "code": 502}}, 502),
    ],
)
def test_an_error_inside_the_stream_is_raised(error: Any, status: Any) -> None:
    with pytest.raises(ProviderProblem) as raised:
        heard(responses.Reader(), error)

    assert raised.value.status == status


NAMES = """type output_index item_id item delta response output content summary text refusal arguments input name
    call_id id encrypted_content phase status usage incomplete_details reason error input_tokens output_tokens
    input_tokens_details cached_tokens"""
WORDS = """response.output_text.delta response.reasoning_text.delta response.function_call_arguments.delta error
    response.output_item.added response.output_item.done response.completed response.incomplete response.failed
    message reasoning function_call custom_tool_call completed"""
JSON = nonsense(NAMES, WORDS)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(WORDS.split())},
    optional=dict.fromkeys(("output_index", "item", "delta", "response", "item_id", "error"), JSON),
)


@given(st.lists(st.tuples(st.sampled_from(["", *WORDS.split()]), JSON), max_size=8), st.booleans())
def test_nonsense_raises_nothing_of_its_own(values: Any, whole: bool) -> None:
    survives(responses.Reader(), values, whole=whole)


@given(st.lists(EVENTS, max_size=8))
def test_nonsense_inside_real_events_raises_nothing_of_its_own(values: Any) -> None:
    survives(responses.Reader(), [("", value) for value in values], whole=False)
