"""Bedrock's Converse: requests word for word, answers as recorded, and what nobody should send."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.events import Stop, Usage
from nbchat.messages import File, Image, Message, Text, Thought, ToolCall
from nbchat.wire.formats import bedrock_converse as bedrock
from nbchat.wire.problem import ProviderProblem

from ..format_contract import (
    ADD,
    BASE,
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

POINT = {"cachePoint": {"type": "default"}}
THINKING = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "EqQB"}}}
REDACTED = {"reasoningContent": {"redactedContent": "b3BhcXVl"}}
CACHED = Quirks(cache="cache_control")


def start(index: Any, **tool: Any) -> Any:
    return "contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": tool}}


def delta(index: Any, **inner: Any) -> Any:
    return "contentBlockDelta", {"contentBlockIndex": index, "delta": inner}


def stop(index: Any) -> Any:
    return "contentBlockStop", {"contentBlockIndex": index}


def end(reason: str) -> Any:
    return "messageStop", {"stopReason": reason}


NAMES = """
    contentBlockIndex start toolUse delta text reasoningContent reasoningText signature
    redactedContent input toolUseId name type stopReason usage inputTokens outputTokens
    cacheReadInputTokens output message content error
"""
WORDS = """
    messageStart contentBlockStart contentBlockDelta contentBlockStop messageStop metadata
    error throttlingException unheardOf
"""
ANYTHING = nonsense(NAMES, WORDS)

FORMAT = Format(
    "bedrock-converse",
    says=delta(0, text="Hi"),
    whole={
        "output": {"message": {"content": [THINKING, {"text": "Hi"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 9, "outputTokens": 5},
    },
    calls=(start(1, toolUseId="x", name="f"), delta(1, toolUse={"input": '{"a": 1}'})),
    ends=end,
    stops={
        **dict.fromkeys(["end_turn", "stop_sequence", "something_new"], "end"),
        **dict.fromkeys(["max_tokens", "model_context_window_exceeded"], "length"),
        "tool_use": "tool_calls",
        **dict.fromkeys(["guardrail_intervened", "content_filtered"], "filter"),
        **dict.fromkeys(["malformed_model_output", "malformed_tool_use"], "broken"),
    },
    fails=(
        (("throttlingException", {"message": "Overloaded"}), 429),
        (("validationException", {"message": "Overloaded"}), 400),
        (("modelStreamErrorException", {"message": "Overloaded"}), 424),
        (("serviceUnavailableException", {"message": "Overloaded"}), 503),
        (("internalServerException", {"message": "Overloaded"}), 500),
        (("somethingNewException", {"message": "Overloaded"}), None),
        (
            ("error", {"code": "Oops", "message": "Overloaded"}),
            None,
        ),  # one that the service does not model
    ),
    events=WORDS,
    anything=ANYTHING,
    almost=st.lists(
        st.tuples(
            st.sampled_from(["", *WORDS.split()]),
            objects(NAMES, ANYTHING, delta=objects(NAMES, ANYTHING)),
        ),
        max_size=5,
    ),
    refused=ZIP,
    asked={"quirks": CACHED, "tools": (ADD,)},  # without tools, those that were called are defined
    kept=st.sampled_from([THINKING, REDACTED]),
)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return bedrock.render(ask(*messages, **fields)).body


# --- requests --------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = bedrock.render(
        ask(model="us.a-model-v1:0", system="Be brief.", max_tokens=100, temperature=0.5)
    )

    assert (call.url, call.headers, call.notices) == (
        f"{BASE}/model/us.a-model-v1%3A0/converse-stream",
        {},
        [],
    )
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
        Message(
            "assistant",
            "I add.",
            tool_calls=[ToolCall("functions.add:0", "add", {"a": 2}, '{"a":2}')],
        ),
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
            {
                "toolSpec": {
                    "name": "add",
                    "description": "Add two numbers",
                    "inputSchema": {"json": ADD.parameters},
                }
            }
        ]
    }


def test_tools_of_earlier_turns_are_defined_although_they_are_no_longer_given() -> None:
    """Bedrock answers 400 otherwise: "toolConfig must be defined when using toolUse"."""
    made = body(
        Message("assistant", tool_calls=[ToolCall("t", "add", {})]),
        Message("tool", "", tool_call_id="t"),
    )

    assert [tool["toolSpec"]["name"] for tool in made["toolConfig"]["tools"]] == ["add"]
    assert made["messages"][1]["content"] == [
        {"toolResult": {"toolUseId": "t", "content": [{"text": "(empty)"}]}}
    ]


def test_pictures_and_documents() -> None:
    word = File(b"x", "application/msword", "b.doc")
    (message,) = body(Message("user", ["What?", PNG, Image(b"x", "image/jpg"), PDF, word]))[
        "messages"
    ]

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


def test_a_schema() -> None:
    made = body(
        schema={"title": "City", "type": "object", "properties": {}},
        thinking=ThinkingFields(effort="low"),
    )
    schema = made["outputConfig"]["textFormat"]["structure"]["jsonSchema"]

    assert made["outputConfig"]["effort"] == "low"
    assert made["outputConfig"]["textFormat"]["type"] == "json_schema"
    assert schema["name"] == "City"
    assert json.loads(schema["schema"])["additionalProperties"] is False


def test_cache_points_follow_the_system_prompt_and_the_last_message() -> None:
    made = body(
        Message("user", "1"),
        Message("assistant", "2"),
        Message("user", "3"),
        system="Be brief.",
        quirks=CACHED,
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


def test_the_cache_point_stands_behind_what_all_rows_of_a_map_begin_with() -> None:
    (message,) = body(
        Message("user", ["Rules. Rate: tea", PNG]), quirks=CACHED, shared_start="Rules. Rate: "
    )["messages"]

    first, point, own, _ = message["content"]
    assert [first, point, own] == [{"text": "Rules. Rate: "}, POINT, {"text": "tea"}]


def test_a_row_without_a_shared_beginning_has_no_cache_point() -> None:
    (message,) = body(Message("user", "tea"), quirks=CACHED, shared_start="")["messages"]

    assert message["content"] == [{"text": "tea"}]


# --- answers -----------------------------------------------------------------------------------


def test_thoughts_words_and_calls() -> None:
    usage = {
        "inputTokens": 3,
        "outputTokens": 5,
        "cacheReadInputTokens": 80,
        "cacheWriteInputTokens": 7,
    }
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
        hidden(THINKING),
        Text("I add."),
        hidden(REDACTED),
        ToolCall("t", "add", {"a": 1}, '{"a":1}'),
        Usage(90, 5, 80, 7),
        Stop("tool_calls", "tool_use"),
    ]


def test_words_with_citations_are_words() -> None:
    cited = {"citationsContent": {"content": [{"text": "Ruby"}, {"text": "."}], "citations": [{}]}}
    body = {"output": {"message": {"content": [cited]}}, "stopReason": "end_turn"}

    assert list(bedrock.Reader().read_whole(body)) == [Text("Ruby"), Text(".")]


def test_thinking_without_a_signature_is_not_kept() -> None:
    """Only Claude wants its thinking back, and it signs it; gpt-oss and DeepSeek do not."""
    assert heard(
        bedrock.Reader(), delta(0, reasoningContent={"text": "hm"}), stop(0), end("end_turn")
    ) == [
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


def test_a_failure_inside_the_stream_is_known_by_its_name() -> None:
    with pytest.raises(ProviderProblem, match="throttlingException") as raised:
        heard(bedrock.Reader(), ("throttlingException", {}))

    assert (raised.value.kind, raised.value.code) == ("throttlingException", "throttlingException")


@pytest.mark.parametrize("order", [1, -1])
def test_the_end_is_reached_when_both_the_reason_and_the_count_came(order: int) -> None:
    reader = bedrock.Reader()
    first, second = [end("end_turn"), ("metadata", {"usage": {"inputTokens": 3}})][::order]
    list(reader.read(first[1], first[0]))

    assert not reader.ended
    assert heard(reader, second) == [Usage(3), Stop("end", "end_turn")]
    assert reader.ended
