"""Gemini: requests word for word, answers as recorded."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.events import Notice, Stop, Usage
from nbchat.messages import Message, Text, ToolCall
from nbchat.wire.formats import gemini

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
    folded,
    goes_back,
    heard,
    nonsense,
)


def chunk(*parts: dict[str, Any], finish: str = "", **beside: Any) -> dict[str, Any]:
    candidate = {
        "content": {"role": "model", "parts": list(parts)},
        **({"finishReason": finish} if finish else {}),
    }
    return {"candidates": [candidate], **beside}


NAMES = """
    candidates content parts text thought thoughtSignature functionCall name args id
    partialArgs jsonPath stringValue willContinue inlineData mimeType index finishReason
    finishMessage promptFeedback blockReason usageMetadata promptTokenCount
    thoughtsTokenCount responseId error
"""
ANYTHING = nonsense(NAMES, "STOP $.a $.a[0] f")
FILTERS = """
    SAFETY RECITATION LANGUAGE BLOCKLIST PROHIBITED_CONTENT SPII MODEL_ARMOR ESCALATION
    PUP_LIMITED_DISABLED IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION
"""
FAILURE = {"error": {"code": 503, "message": "Overloaded", "status": "UNAVAILABLE"}}

FORMAT = Format(
    "gemini",
    says=chunk({"text": "Hi"}),
    whole=chunk(
        {"text": "hm", "thought": True},
        {"text": "Hi"},
        finish="STOP",
        usageMetadata={"promptTokenCount": 9, "candidatesTokenCount": 5},
    ),
    calls=(chunk({"functionCall": {"id": "x", "name": "f", "args": {"a": 1}}}),),
    ends=lambda word: chunk(finish=word),
    stops={
        "STOP": "end",
        **dict.fromkeys(["MAX_TOKENS", "CONTINUATION"], "length"),
        **dict.fromkeys(FILTERS.split(), "filter"),
        **dict.fromkeys(
            ["MALFORMED_FUNCTION_CALL", "MISSING_THOUGHT_SIGNATURE", "OTHER", "A_WORD_OF_2031"],
            "broken",
        ),
    },
    fails=(
        (FAILURE, 503),
        ([FAILURE], 503),
        ({**chunk({"text": "!"}), **FAILURE}, 503),
        ({"code": 503, "message": "Overloaded"}, 503),  # a gateway's
    ),
    anything=ANYTHING,
    almost=st.lists(st.lists(ANYTHING, max_size=4).map(lambda parts: chunk(*parts)), max_size=2),
    kept=st.just({"text": "é", "thoughtSignature": "sig"}),
)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return gemini.render(ask(*messages, **fields)).body


def contents(*messages: Message) -> list[dict[str, Any]]:
    return list(body(*messages)["contents"])


# --- requests ------------------------------------------------------------------------------


def test_a_plain_question() -> None:
    call = gemini.render(ask(system="Be brief.", max_tokens=100, temperature=0.5))

    assert call.url == f"{BASE}/models/a-model:streamGenerateContent?alt=sse"
    assert call.headers == {}
    assert call.body == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "generationConfig": {"maxOutputTokens": 100, "temperature": 0.5},
        "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
    }
    assert list(call.body)[-1] == "contents"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("models/gemini-x", "/models/gemini-x:streamGenerateContent?alt=sse"),
        ("tunedModels/mine", "/tunedModels/mine:streamGenerateContent?alt=sse"),
        ("a?b c", "/models/a%3Fb%20c:streamGenerateContent?alt=sse"),
    ],
)
def test_a_model_is_a_path(model: str, path: str) -> None:
    assert gemini.render(ask(model=model)).url == BASE + path


def test_a_second_turn() -> None:
    assert contents(
        Message("user", "Hi"), Message("assistant", "Hello."), Message("user", "And?")
    ) == [
        {"role": "user", "parts": [{"text": "Hi"}]},
        {"role": "model", "parts": [{"text": "Hello."}]},
        {"role": "user", "parts": [{"text": "And?"}]},
    ]


@pytest.mark.parametrize(
    ("fields", "config"),
    [
        (ThinkingFields(effort="low"), {"includeThoughts": True, "thinkingLevel": "LOW"}),
        (ThinkingFields(budget=-1), {"includeThoughts": True, "thinkingBudget": -1}),
        (ThinkingFields(budget=0), {"thinkingBudget": 0}),
        (
            ThinkingFields(effort="high", budget=9),
            {"includeThoughts": True, "thinkingLevel": "HIGH"},
        ),
        (
            ThinkingFields(
                body={"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}
            ),
            {"includeThoughts": True},
        ),
    ],
)
def test_thinking_is_a_level_or_a_budget(fields: ThinkingFields, config: dict[str, Any]) -> None:
    assert body(thinking=fields)["generationConfig"] == {"thinkingConfig": config}


def test_nothing_is_said_about_thinking_where_nothing_was_asked() -> None:
    assert "generationConfig" not in body()


def test_images_and_documents_are_inline_and_text_files_are_text() -> None:
    assert contents(Message("user", ["What is this?", PNG, PDF, NOTE])) == [
        {
            "role": "user",
            "parts": [
                {"text": "What is this?"},
                {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
                {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0xLjQ="}},
                {"text": "a.txt:\né"},
            ],
        }
    ]


def test_tools_and_their_results() -> None:
    messages = (
        Message("user", "1 + 1?"),
        Message("assistant", "Let me add.", tool_calls=[CALL, ToolCall("call_2", "add", {}, "")]),
        Message("tool", "2", tool_call_id="call_1"),
        Message("tool", ["0", PNG], tool_call_id="call_2", name="plus"),
    )
    request = body(*messages, tools=(ADD,), quirks=Quirks(files_in_results=True))

    assert request["tools"] == [
        {
            "functionDeclarations": [
                {
                    "name": "add",
                    "description": "Add two numbers",
                    "parametersJsonSchema": dict(ADD.parameters),
                }
            ]
        }
    ]
    assert request["contents"][1:] == [
        {
            "role": "model",
            "parts": [
                {"text": "Let me add."},
                {
                    "functionCall": {"id": "call_1", "name": "add", "args": {"a": 1}},
                    "thoughtSignature": "skip_thought_signature_validator",
                },
                {"functionCall": {"id": "call_2", "name": "add", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "call_1", "name": "add", "response": {"output": "2"}}},
                {
                    "functionResponse": {
                        "id": "call_2",
                        "name": "plus",
                        "response": {"output": "0"},
                        "parts": [{"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}],
                    }
                },
            ],
        },
    ]


def test_roles_alternate_and_nothing_is_empty() -> None:
    messages = [
        Message("user", "1"),
        Message("assistant", ""),
        Message("user", "2"),
        Message("assistant", "3"),
    ]

    assert contents(*messages, Message("user", ["4"])) == [
        {"role": "user", "parts": [{"text": "1"}, {"text": "2"}]},
        {"role": "model", "parts": [{"text": "3"}]},
        {"role": "user", "parts": [{"text": "4"}]},
    ]


def test_a_schema() -> None:
    loose = gemini.render(ask(schema=CITY, quirks=Quirks(schema_mode="json_object")))
    words = gemini.render(ask(schema=CITY, quirks=Quirks(schema_mode="none")))

    assert body(schema=CITY)["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": CITY_ALONE,
    }
    assert loose.body["generationConfig"] == {"responseMimeType": "application/json"}
    assert "generationConfig" not in words.body
    assert words.body["systemInstruction"]["parts"][0]["text"].startswith("Answer with JSON alone")
    assert len(loose.notices) == len(words.notices) == 1


# --- answers ---------------------------------------------------------------------------------


def test_a_finish_reason_in_every_chunk_does_not_end_the_answer() -> None:
    events = heard(
        gemini.Reader(), chunk({"text": "H"}, finish="STOP"), chunk({"text": "i"}, finish="STOP")
    )

    assert events == [Text("H"), Text("i"), Stop("end", "STOP")]


def test_why_an_answer_failed_is_told() -> None:
    value = {"candidates": [{"finishReason": "SAFETY", "finishMessage": "Too spicy."}]}

    assert heard(gemini.Reader(), value) == [Notice("Too spicy."), Stop("filter", "SAFETY")]


@pytest.mark.parametrize("whole", [False, True])
def test_a_blocked_prompt_is_a_filter_without_text(whole: bool) -> None:
    value = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 9},
    }
    reader = gemini.Reader()

    assert list(reader.read_whole(value) if whole else reader.read(value)) == []
    assert reader.finish() == [Usage(9), Stop("filter", "PROHIBITED_CONTENT")]


def test_a_call_without_an_id_gets_one_that_is_the_same_for_the_same_bytes() -> None:
    values = [
        chunk(
            {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "s"},
            responseId="aB-_9=/",
        ),
        chunk({"functionCall": {"id": "theirs", "name": "g"}}, finish="STOP"),
    ]

    f, g = (
        {"id": "call_aB-_9_1", "name": "f", "args": {"a": 1}},
        {"id": "theirs", "name": "g", "args": {}},
    )
    assert heard(gemini.Reader(), *values) == [
        ToolCall("call_aB-_9_1", "f", {"a": 1}, '{"a": 1}', goes_back({"thoughtSignature": "s"})),
        ToolCall("theirs", "g", {}, "{}"),
        Stop("tool_calls", "STOP"),
    ]
    answer = folded("gemini", heard(gemini.Reader(), *values))
    assert contents(answer.message)[0]["parts"] == [
        {"functionCall": f, "thoughtSignature": "s"},
        {"functionCall": g},
    ]


def test_arguments_in_pieces_that_never_end_are_not_to_be_run() -> None:
    pieces = [{"jsonPath": "$.a", "stringValue": "x", "willContinue": True}]
    values = [
        chunk({"functionCall": {"name": "f", "willContinue": True}}),
        chunk({"functionCall": {"partialArgs": pieces, "willContinue": True}}, finish="MAX_TOKENS"),
    ]

    assert heard(gemini.Reader(), *values) == [
        ToolCall("call_1", "f", None, '{"a": "x"}'),
        Stop("length", "MAX_TOKENS"),
    ]


def test_counts_are_cumulative_and_a_later_chunk_may_lack_some() -> None:
    usages = [
        {"promptTokenCount": 9, "candidatesTokenCount": 1, "thoughtsTokenCount": 30},
        {"promptTokenCount": 9, "candidatesTokenCount": 5, "cachedContentTokenCount": 4},
        {"trafficType": "ON_DEMAND", "candidatesTokenCount": None},
    ]

    assert heard(gemini.Reader(), *(chunk(usageMetadata=usage) for usage in usages))[0] == Usage(
        9, 35, 4, None, 30
    )


def test_only_the_first_candidate_is_read() -> None:
    value = {
        "candidates": [
            {"index": 1, "content": {"parts": [{"text": "no"}]}},
            *chunk({"text": "yes"})["candidates"],
        ]
    }

    assert heard(gemini.Reader(), value)[0] == Text("yes")
