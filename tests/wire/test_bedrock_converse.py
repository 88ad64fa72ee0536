"""Bedrock's Converse: requests word for word, answers as recorded, and what nobody should send."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.catalog import Fields, Quirks
from nbchat.errors import BadSettings
from nbchat.messages import File, Image, Kept, KeptBy, Message, Stop, Text, Thought, Tool, ToolCall, Usage
from nbchat.wire import bedrock_converse as bedrock
from nbchat.wire.problem import ProviderProblem

from .conversations import BASE, PDF, PNG, ask, assert_prefix_repeats, conversations, growing, heard, nonsense, survives
from .replay import CUTS, Recording, check, play, recordings

POINT = {"cachePoint": {"type": "default"}}
THINKING = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "EqQB"}}}
REDACTED = {"reasoningContent": {"redactedContent": "b3BhcXVl"}}
ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": {"type": "integer"}}})
CACHED = Quirks(cache="cache_control")


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return bedrock.render(ask(*messages, **fields)).body


def kept(*blocks: Any, text: int = 0, calls: int = 0) -> KeptBy:
    return KeptBy("bedrock", "bedrock-converse", [{"text": text, "calls": calls, "block": b} for b in blocks])


# --- requests --------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = bedrock.render(ask(model="us.a-model-v1:0", system="Be brief.", max_tokens=100, temperature=0.5))

    assert (call.url, call.headers, call.notices) == (f"{BASE}/model/us.a-model-v1%3A0/converse-stream", {}, [])
    assert call.body == {
        "inferenceConfig": {"maxTokens": 100, "temperature": 0.5},
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
    }
    assert list(call.body)[-1] == "messages"


def test_nothing_is_said_that_was_not_asked() -> None:
    assert body() == {"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}


def test_a_second_turn_with_a_tool_result_and_a_question_alternates() -> None:
    made = body(
        Message("user", "2 + 2?"),
        Message("assistant", "I add.", tool_calls=[ToolCall("functions.add:0", "add", {"a": 2}, '{"a":2}')]),
        Message("tool", "4", tool_call_id="functions.add:0", name="add"),
        Message("user", "Sure?"),
        tools=(ADD,),
    )

    assert made["messages"] == [
        {"role": "user", "content": [{"text": "2 + 2?"}]},
        {
            "role": "assistant",
            "content": [
                {"text": "I add."},
                {"toolUse": {"toolUseId": "functions.add:0", "name": "add", "input": {"a": 2}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "functions.add:0", "content": [{"text": "4"}]}},
                {"text": "Sure?"},
            ],
        },
    ]
    assert made["toolConfig"] == {
        "tools": [
            {"toolSpec": {"name": "add", "description": "Add two numbers", "inputSchema": {"json": ADD.parameters}}}
        ]
    }


def test_tools_of_earlier_turns_are_defined_although_they_are_no_longer_given() -> None:
    """Bedrock answers 400 otherwise: toolConfig must be defined when using toolUse and toolResult content blocks."""
    made = body(Message("assistant", tool_calls=[ToolCall("t", "add", {})]), Message("tool", "", tool_call_id="t"))

    assert [tool["toolSpec"]["name"] for tool in made["toolConfig"]["tools"]] == ["add"]
    assert made["messages"][1]["content"] == [{"toolResult": {"toolUseId": "t", "content": [{"text": "(empty)"}]}}]


def test_pictures_and_documents() -> None:
    word = File(b"x", "application/msword", "b.doc")
    (message,) = body(Message("user", ["What?", PNG, Image(b"x", "image/jpg"), PDF, word]))["messages"]

    assert message["content"] == [
        {"text": "What?"},
        {"image": {"format": "png", "source": {"bytes": "iVBORw=="}}},
        {"image": {"format": "jpeg", "source": {"bytes": "eA=="}}},
        {"document": {"format": "pdf", "name": "Document 1", "source": {"bytes": "JVBERi0xLjQ="}}},
        {"document": {"format": "doc", "name": "Document 2", "source": {"bytes": "eA=="}}},
    ]


def test_a_document_alone_gets_the_text_that_bedrock_wants_beside_it() -> None:
    (message,) = body(Message("user", [PDF]))["messages"]

    assert [list(block) for block in message["content"]] == [["text"], ["document"]]
    assert message["content"][0] == {"text": "a.pdf"}


def test_files_of_other_kinds_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(BadSettings, match="application/zip"):
        body(Message("user", [File(b"", "application/zip", "a.zip")]))


def test_text_files_are_text() -> None:
    (message,) = body(Message("user", [File(b"hi", "text/plain", "a.txt")]))["messages"]

    assert message["content"] == [{"text": "a.txt:\nhi"}]


def test_a_schema() -> None:
    made = body(schema={"title": "City", "type": "object", "properties": {}}, thinking=Fields(effort="low"))
    schema = made["outputConfig"]["textFormat"]["structure"]["jsonSchema"]

    assert made["outputConfig"]["effort"] == "low"
    assert made["outputConfig"]["textFormat"]["type"] == "json_schema"
    assert schema["name"] == "City"
    assert json.loads(schema["schema"])["additionalProperties"] is False


@pytest.mark.parametrize(("limit", "tokens"), [(None, 8192), (100, 2100), (5000, 5000)])
def test_a_budget_for_thinking_is_smaller_than_the_limit(limit: Any, tokens: Any) -> None:
    call = bedrock.render(ask(thinking=Fields(budget=2000), max_tokens=limit, temperature=0.5))

    assert call.body["inferenceConfig"] == {"maxTokens": tokens}
    assert call.body["additionalModelRequestFields"] == {"thinking": {"type": "enabled", "budget_tokens": 2000}}
    assert call.notices == ["a-model takes no temperature while it thinks; it was left out."]


def test_thinking_off() -> None:
    off = {"additionalModelRequestFields": {"thinking": {"type": "disabled"}}}

    assert body(thinking=Fields(body=off), temperature=0.5) | {"messages": []} == {
        **off,
        "inferenceConfig": {"temperature": 0.5},
        "messages": [],
    }


def test_cache_points_follow_the_system_prompt_and_the_last_message() -> None:
    made = body(
        Message("user", "1"), Message("assistant", "2"), Message("user", "3"), system="Be brief.", quirks=CACHED
    )

    assert made["system"] == [{"text": "Be brief."}, POINT]
    assert [message["content"] for message in made["messages"]] == [
        [{"text": "1"}],
        [{"text": "2"}],
        [{"text": "3"}, POINT],
    ]


def test_a_cache_point_stands_before_documents_and_never_first() -> None:
    (message,) = body(Message("user", ["What?", PDF]), quirks=CACHED)["messages"]

    assert [next(iter(block)) for block in message["content"]] == ["text", "cachePoint", "document"]
    assert bedrock.CACHE_POINT == POINT


def test_thinking_goes_back_first_and_unmodified() -> None:
    said = Message("assistant", "4", tool_calls=[ToolCall("t", "add", {})], kept=kept(THINKING, REDACTED))

    assert body(said)["messages"][0]["content"] == [
        THINKING,
        REDACTED,
        {"text": "4"},
        {"toolUse": {"toolUseId": "t", "name": "add", "input": {}}},
    ]


@given(conversations([THINKING, REDACTED]))
def test_a_longer_conversation_repeats_the_bytes_before_its_last_message(messages: list[Message]) -> None:
    question = ask(system="Be brief.", tools=(ADD,), quirks=CACHED)

    for before, after in pairwise(bedrock.render(asked) for asked in growing(question, messages)):
        assert_prefix_repeats(before, after)


@settings(deadline=None)  # the vendor's package is slow to import
@given(conversations([THINKING, REDACTED]))
def test_the_vendors_own_model_accepts_any_conversation(messages: list[Message]) -> None:
    loaders, validate = pytest.importorskip("botocore.loaders"), pytest.importorskip("botocore.validate")
    service = pytest.importorskip("botocore.model").ServiceModel(
        loaders.Loader().load_service_model("bedrock-runtime", "service-2")
    )
    fields: dict[str, Any] = {"system": "s", "tools": (ADD,), "schema": {"type": "object"}, "quirks": CACHED}
    made = body(*messages, **fields, thinking=Fields(effort="high", budget=1024), max_tokens=9)

    report = validate.ParamValidator().validate(
        {"modelId": "m", **made}, service.operation_model("ConverseStream").input_shape
    )

    assert report.generate_report() == ""
    assert not made.keys() - service.operation_model("ConverseStream").input_shape.members.keys()


# --- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("recording", recordings("bedrock-converse", "stream", "json"))
def test_a_recorded_answer(recording: Recording, cut: Any) -> None:
    check(recording, cut)


@pytest.mark.parametrize("recording", recordings("bedrock-converse", "error"))
def test_a_recorded_refusal(recording: Recording) -> None:
    with pytest.raises(ProviderProblem) as raised:
        play(recording)

    assert raised.value.message == recording.expected["error"]["message"]


def start(index: Any, **tool: Any) -> Any:
    return "contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": tool}}


def delta(index: Any, **inner: Any) -> Any:
    return "contentBlockDelta", {"contentBlockIndex": index, "delta": inner}


def stop(index: Any) -> Any:
    return "contentBlockStop", {"contentBlockIndex": index}


def end(reason: str) -> Any:
    return "messageStop", {"stopReason": reason}


def test_thoughts_words_and_calls() -> None:
    usage = {"inputTokens": 3, "outputTokens": 5, "cacheReadInputTokens": 80, "cacheWriteInputTokens": 7}
    reader = bedrock.Reader()
    events = heard(
        reader,
        ("messageStart", {"role": "assistant"}),
        delta(0, reasoningContent={"text": "hm"}),
        delta(0, reasoningContent={"signature": "EqQB"}),
        stop(0),
        delta(1, text="I add."),
        stop(1),
        delta(2, reasoningContent={"redactedContent": "b3BhcXVl"}),
        stop(2),
        start(3, toolUseId="t", name="add"),
        delta(3, toolUse={"input": '{"a"'}),
        delta(3, toolUse={"input": ":1}"}),
        stop(3),
        end("tool_use"),
        ("metadata", {"usage": usage}),
    )

    assert reader.ended
    assert events == [
        Thought("hm"),
        Text("I add."),
        ToolCall("t", "add", {"a": 1}, '{"a":1}'),
        Kept([{"text": 0, "calls": 0, "block": THINKING}, {"text": 6, "calls": 0, "block": REDACTED}]),
        Usage(90, 5, 80, None),
        Stop("tool_calls", "tool_use"),
    ]


def test_what_is_kept_goes_back_as_it_came() -> None:
    tool = {"toolUse": {"toolUseId": "t", "name": "add", "input": {"a": 1}}}
    content = [THINKING, {"text": "First."}, REDACTED, {"text": "Then."}, tool]
    reader = bedrock.Reader()
    read = reader.read_whole({"output": {"message": {"content": content}}, "stopReason": "tool_use"})
    events = [*read, *reader.finish()]
    calls = [event for event in events if isinstance(event, ToolCall)]
    (data,) = [event.data for event in events if isinstance(event, Kept)]

    said = Message("assistant", "First.Then.", tool_calls=calls, kept=KeptBy("bedrock", "bedrock-converse", data))

    assert body(said)["messages"][0]["content"] == content


def test_words_with_citations_are_words() -> None:
    cited = {"citationsContent": {"content": [{"text": "Ruby"}, {"text": "."}], "citations": [{}]}}
    body = {"output": {"message": {"content": [cited]}}, "stopReason": "end_turn"}

    assert list(bedrock.Reader().read_whole(body)) == [Text("Ruby"), Text(".")]


def test_thinking_without_a_signature_is_not_kept() -> None:
    """Only Claude wants its thinking back, and it signs it; gpt-oss and DeepSeek do not."""
    assert heard(bedrock.Reader(), delta(0, reasoningContent={"text": "hm"}), stop(0), end("end_turn")) == [
        Thought("hm"),
        Stop("end", "end_turn"),
    ]


def test_tools_of_the_server_are_no_calls() -> None:
    events = heard(
        bedrock.Reader(),
        start(0, toolUseId="s", name="nova_grounding", type="server_tool_use"),
        delta(0, toolUse={"input": "{}"}),
        delta(1, toolResult=[{"text": "found"}]),
        end("end_turn"),
    )

    assert events == [Stop("end", "end_turn")]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("max_tokens", "length"),
        ("stop_sequence", "end"),
        ("guardrail_intervened", "filter"),
        ("content_filtered", "filter"),
        ("malformed_tool_use", "broken"),
        ("something_new", "end"),
    ],
)
def test_the_stop_reason_is_the_models_own_word(word: str, reason: Any) -> None:
    assert heard(bedrock.Reader(), end(word)) == [Stop(reason, word)]


@pytest.mark.parametrize("order", [1, -1])
def test_the_end_is_reached_when_both_the_reason_and_the_count_came(order: int) -> None:
    reader = bedrock.Reader()
    first, second = [end("end_turn"), ("metadata", {"usage": {"inputTokens": 3}})][::order]
    list(reader.read(first[1], first[0]))

    assert not reader.ended
    assert heard(reader, second) == [Usage(3), Stop("end", "end_turn")]
    assert reader.ended


def test_a_stream_that_just_ends_is_broken() -> None:
    reader = bedrock.Reader()

    assert heard(reader, delta(0, text="Hi")) == [Text("Hi"), Stop("broken", "the server ended the answer early")]
    assert not reader.ended


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("throttlingException", 429),
        ("validationException", 400),
        ("modelStreamErrorException", 424),
        ("serviceUnavailableException", 503),
        ("internalServerException", 500),
        ("somethingNewException", None),
    ],
)
def test_an_exception_inside_the_stream_is_raised(name: str, status: Any) -> None:
    with pytest.raises(ProviderProblem, match="Too much") as raised:
        heard(bedrock.Reader(), delta(0, text="Hi"), (name, {"message": "Too much"}))

    assert (raised.value.kind, raised.value.status) == (name, status)


def test_an_error_that_the_service_does_not_model_is_raised() -> None:
    with pytest.raises(ProviderProblem, match="Oh no"):
        heard(bedrock.Reader(), ("error", {"code": "Oops", "message": "Oh no"}))


NAMES = """contentBlockIndex start toolUse delta text reasoningContent reasoningText signature redactedContent input
    toolUseId name type stopReason usage inputTokens outputTokens cacheReadInputTokens output message content error"""
WORDS = """messageStart contentBlockStart contentBlockDelta contentBlockStop messageStop metadata error
    throttlingException unheardOf"""
JSON = nonsense(NAMES, WORDS)
INNER = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES.split()[:8], JSON))


@given(st.lists(st.tuples(st.sampled_from(["", *WORDS.split()]), JSON | INNER), max_size=8), st.booleans())
def test_nonsense_raises_nothing_of_its_own(values: Any, whole: bool) -> None:
    survives(bedrock.Reader(), values, whole=whole)
