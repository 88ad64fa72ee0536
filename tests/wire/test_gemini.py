"""Gemini: requests word for word, answers as recorded, and signatures on the parts they came on."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json

from nbchat.catalog import Fields, Quirks
from nbchat.messages import (
    File,
    Kept,
    KeptBy,
    Message,
    Notice,
    Stop,
    Text,
    Thought,
    Tool,
    ToolCall,
    Usage,
)
from nbchat.wire import gemini
from nbchat.wire.problem import ProviderProblem

from .conversations import BASE, PDF, PNG, ask, conversations, growing, heard, nonsense, survives
from .replay import CUTS, Recording, differences, frames, in_one_piece, play, recordings

ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": {"type": "integer"}}})
CALL = ToolCall("call_1", "add", {"a": 1}, '{"a":1}')
CITY = {"$schema": "https://json-schema.org/x", "title": "City", "type": "object", "properties": {}}


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return gemini.render(ask(*messages, **fields)).body


def contents(*messages: Message) -> list[dict[str, Any]]:
    return list(body(*messages)["contents"])


def kept(*parts: dict[str, Any]) -> KeptBy:
    return KeptBy("gemini", "gemini", {"parts": list(parts)})


def chunk(*parts: dict[str, Any], finish: str = "", **beside: Any) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": list(parts)}, **({"finishReason": finish} if finish else {})}
    return {"candidates": [candidate], **beside}


# --- recordings ----------------------------------------------------------------------------


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("recording", recordings("gemini", "stream", "json"))
def test_a_recorded_answer_is_read_as_expected(recording: Recording, cut: Callable[[bytes], list[bytes]]) -> None:
    assert differences(recording, play(recording, cut)) == []


@pytest.mark.parametrize("recording", recordings("gemini", "stream", "json"))
def test_a_recorded_answer_goes_back_with_every_signature(recording: Recording) -> None:
    played = play(recording)
    sent = contents(Message("user", "Hi"), replayed(played.answer.message, played.kept), Message("user", "And?"))

    assert [content["role"] for content in sent] in (["user", "model", "user"], ["user"])
    came = [part["thoughtSignature"] for part in parts_of(recording) if "thoughtSignature" in part]
    back = [p["thoughtSignature"] for c in sent for p in c["parts"] if "thoughtSignature" in p]
    assert back == came or (not came and back == [gemini.NO_SIGNATURE])


def replayed(message: Message, data: list[Any]) -> Message:
    message.kept = KeptBy("gemini", "gemini", from_json(json.dumps(data[0]))) if data else None
    return message


def parts_of(recording: Recording) -> list[dict[str, Any]]:
    values = [from_json(data) for _, data in frames(recording, in_one_piece)]
    listed = [value for each in values for value in (each if isinstance(each, list) else [each])]
    return [part for value in listed for c in value["candidates"] for part in c.get("content", {}).get("parts", [])]


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


def test_a_provider_may_have_its_own_path() -> None:
    path = "/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent?alt=sse"

    assert gemini.render(ask(path=path)).url == BASE + path


def test_a_second_turn() -> None:
    assert contents(Message("user", "Hi"), Message("assistant", "Hello."), Message("user", "And?")) == [
        {"role": "user", "parts": [{"text": "Hi"}]},
        {"role": "model", "parts": [{"text": "Hello."}]},
        {"role": "user", "parts": [{"text": "And?"}]},
    ]


@pytest.mark.parametrize(
    ("fields", "config"),
    [
        (Fields(effort="low"), {"includeThoughts": True, "thinkingLevel": "LOW"}),
        (Fields(budget=-1), {"includeThoughts": True, "thinkingBudget": -1}),
        (Fields(budget=0), {"thinkingBudget": 0}),
        (Fields(effort="high", budget=9), {"includeThoughts": True, "thinkingLevel": "HIGH"}),
        (Fields(body={"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}), {"includeThoughts": True}),
    ],
)
def test_thinking_is_a_level_or_a_budget(fields: Fields, config: dict[str, Any]) -> None:
    assert body(thinking=fields)["generationConfig"] == {"thinkingConfig": config}


def test_nothing_is_said_about_thinking_where_nothing_was_asked() -> None:
    assert "generationConfig" not in body()


def test_images_and_documents_are_inline_and_text_files_are_text() -> None:
    note = File("é".encode(), "text/plain", "a.txt")

    assert contents(Message("user", ["What is this?", PNG, PDF, note])) == [
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
    request = body(*messages, tools=(ADD,))

    assert request["tools"] == [
        {
            "functionDeclarations": [
                {"name": "add", "description": "Add two numbers", "parametersJsonSchema": dict(ADD.parameters)}
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
                {"functionResponse": {"id": "call_2", "name": "plus", "response": {"output": "0"}}},
                {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
            ],
        },
    ]


def test_an_id_used_again_means_the_latest_call() -> None:
    """Gemini gave no ids for years, so histories hold `call_1` in every turn."""
    messages = [
        Message("assistant", tool_calls=[ToolCall("call_1", "f", {})]),
        Message("tool", "1", tool_call_id="call_1"),
        Message("assistant", tool_calls=[ToolCall("call_1", "g", {})]),
        Message("tool", "2", tool_call_id="call_1"),
    ]

    responses = [
        p["functionResponse"]["name"] for c in contents(*messages) for p in c["parts"] if "functionResponse" in p
    ]
    assert responses == ["f", "g"]


def test_roles_alternate_and_nothing_is_empty() -> None:
    messages = [Message("user", "1"), Message("assistant", ""), Message("user", "2"), Message("assistant", "3")]

    assert contents(*messages, Message("user", ["4"])) == [
        {"role": "user", "parts": [{"text": "1"}, {"text": "2"}]},
        {"role": "model", "parts": [{"text": "3"}]},
        {"role": "user", "parts": [{"text": "4"}]},
    ]


def test_kept_parts_go_back_as_they_came_and_stay_as_they_are() -> None:
    parts = [{"text": "Hi"}, {"text": "", "thoughtSignature": "sig"}]
    messages = [Message("assistant", "Hi", kept=kept(*parts)), Message("assistant", "!"), Message("user", "?")]

    assert contents(*messages)[0] == {"role": "model", "parts": [*parts, {"text": "!"}]}
    assert contents(*messages) == contents(*messages)


def test_kept_calls_that_the_conversation_dropped_are_not_sent() -> None:
    parts: list[dict[str, Any]] = [
        {"text": "Hi"},
        {"functionCall": {"id": "1", "name": "f", "args": {}}, "thoughtSignature": "sig"},
    ]

    assert contents(Message("assistant", "Hi", kept=kept(*parts)))[0]["parts"] == [{"text": "Hi"}]


def test_a_schema() -> None:
    loose = gemini.render(ask(schema=CITY, quirks=Quirks(schema_mode="json_object")))
    words = gemini.render(ask(schema=CITY, quirks=Quirks(schema_mode="none")))

    assert body(schema=CITY)["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": {"title": "City", "type": "object", "properties": {}},
    }
    assert loose.body["generationConfig"] == {"responseMimeType": "application/json"}
    assert "generationConfig" not in words.body
    assert words.body["systemInstruction"]["parts"][0]["text"].startswith("Answer with JSON alone")
    assert len(loose.notices) == len(words.notices) == 1


def test_quirks_are_merged_into_the_request() -> None:
    quirks = Quirks(body={"safetySettings": []}, tools_body={"toolConfig": {"a": 1}})

    assert list(body(tools=(ADD,), quirks=quirks)) == ["safetySettings", "tools", "toolConfig", "contents"]


SIGNED = {"parts": [{"text": "é", "thoughtSignature": "sig"}, {"functionCall": {"id": "x", "name": "f", "args": {}}}]}


@settings(deadline=None)
@given(conversations(), st.sampled_from([(), (ADD,)]))
def test_the_bytes_up_to_the_last_content_repeat(messages: list[Message], tools: tuple[Tool, ...]) -> None:
    for message in messages:
        message.kept = KeptBy("gemini", "gemini", SIGNED) if message.kept else None
    calls = [gemini.render(each) for each in growing(ask(system="Be brief.", tools=tools), messages)]

    for before, after in pairwise(calls):
        last = len(json.dumps(before.body["contents"][-1:], ensure_ascii=False, separators=(",", ":")).encode()) - 1
        assert after.encoded().startswith(before.encoded()[: -last - 1])


# --- answers ---------------------------------------------------------------------------------


def test_a_stream_without_a_finish_reason_is_broken() -> None:
    assert heard(gemini.Reader(), chunk({"text": "Hi"})) == [
        Text("Hi"),
        Stop("broken", "the server ended the answer early"),
    ]


def test_a_finish_reason_in_every_chunk_does_not_end_the_answer() -> None:
    events = heard(gemini.Reader(), chunk({"text": "H"}, finish="STOP"), chunk({"text": "i"}, finish="STOP"))

    assert events == [Text("H"), Text("i"), Stop("end", "STOP")]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("MAX_TOKENS", "length"),
        ("SAFETY", "filter"),
        ("MODEL_ARMOR", "filter"),
        ("IMAGE_PROHIBITED_CONTENT", "filter"),
        ("MALFORMED_FUNCTION_CALL", "broken"),
        ("MISSING_THOUGHT_SIGNATURE", "broken"),
        ("OTHER", "broken"),
        ("A_WORD_OF_2031", "broken"),
    ],
)
def test_only_stop_is_a_natural_end(word: str, reason: str) -> None:
    assert heard(gemini.Reader(), chunk(finish=word)) == [Stop(reason, word)]  # type: ignore[arg-type]


def test_why_an_answer_failed_is_told() -> None:
    value = {"candidates": [{"finishReason": "SAFETY", "finishMessage": "Too spicy."}]}

    assert heard(gemini.Reader(), value) == [Notice("Too spicy."), Stop("filter", "SAFETY")]


@pytest.mark.parametrize("whole", [False, True])
def test_a_blocked_prompt_is_a_filter_without_text(whole: bool) -> None:
    value = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 9}}
    reader = gemini.Reader()

    assert list(reader.read_whole(value) if whole else reader.read(value)) == []
    assert reader.finish() == [Usage(9), Stop("filter", "PROHIBITED_CONTENT")]


@pytest.mark.parametrize("wrap", [lambda error: error, lambda error: [error]])
def test_an_error_inside_a_stream_is_raised(wrap: Callable[[Any], Any]) -> None:
    error = {"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}

    with pytest.raises(ProviderProblem, match="Overloaded") as raised:
        heard(gemini.Reader(), chunk({"text": "Hi"}), wrap(error))
    assert raised.value.status == 503


def test_a_body_that_is_no_answer_is_broken_and_not_empty() -> None:
    reader = gemini.Reader()

    assert list(reader.read_whole({"status": "ok"})) == []
    assert reader.finish() == [Stop("broken", "the server ended the answer early")]


def test_thoughts_are_apart_and_need_not_go_back() -> None:
    events = heard(gemini.Reader(), chunk({"text": "hm", "thought": True}), chunk({"text": "Hi"}, finish="STOP"))

    assert events == [Thought("hm"), Text("Hi"), Stop("end", "STOP")]


def test_signed_parts_are_kept_alone_and_plain_text_is_joined() -> None:
    events = heard(
        gemini.Reader(),
        chunk({"text": "hm", "thought": True}, {"text": "a"}),
        chunk({"text": "b"}, {"text": "c", "thoughtSignature": "1"}),
        chunk({"text": "d"}, {"thoughtSignature": "2"}),
        chunk({"text": "", "thoughtSignature": "3"}, finish="STOP"),
    )

    assert [event for event in events if isinstance(event, Kept)] == [
        Kept(
            {
                "parts": [
                    {"text": "ab"},
                    {"text": "c", "thoughtSignature": "1"},
                    {"text": "d"},
                    {"text": "", "thoughtSignature": "2"},
                    {"text": "", "thoughtSignature": "3"},
                ]
            }
        )
    ]


def test_plain_text_alone_needs_no_keeping() -> None:
    assert not any(isinstance(event, Kept) for event in heard(gemini.Reader(), chunk({"text": "a"}, finish="STOP")))


def test_a_call_without_an_id_gets_one_that_is_the_same_for_the_same_bytes() -> None:
    values = [
        chunk({"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "s"}, responseId="aB-_9=/"),
        chunk({"functionCall": {"id": "theirs", "name": "g"}}, finish="STOP"),
    ]

    f, g = {"id": "call_aB-_9_1", "name": "f", "args": {"a": 1}}, {"id": "theirs", "name": "g", "args": {}}
    assert heard(gemini.Reader(), *values) == [
        ToolCall("call_aB-_9_1", "f", {"a": 1}, '{"a": 1}'),
        ToolCall("theirs", "g", {}, "{}"),
        Kept({"parts": [{"functionCall": f, "thoughtSignature": "s"}, {"functionCall": g}]}),
        Stop("tool_calls", "STOP"),
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


def test_the_models_own_tools_and_pictures_are_kept_and_a_picture_is_mentioned() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "1"}}
    picture = {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}

    notice, back, _ = heard(gemini.Reader(), chunk(code, picture, finish="STOP"))
    assert notice == Notice("The answer holds image/png, which is not shown here.")
    assert back == Kept({"parts": [code, picture]})


def test_counts_are_cumulative_and_a_later_chunk_may_lack_some() -> None:
    usages = [
        {"promptTokenCount": 9, "candidatesTokenCount": 1, "thoughtsTokenCount": 30},
        {"promptTokenCount": 9, "candidatesTokenCount": 5, "cachedContentTokenCount": 4},
        {"trafficType": "ON_DEMAND", "candidatesTokenCount": None},
    ]

    assert heard(gemini.Reader(), *(chunk(usageMetadata=usage) for usage in usages))[0] == Usage(9, 35, 4, 30)


def test_only_the_first_candidate_is_read() -> None:
    value = {
        "candidates": [{"index": 1, "content": {"parts": [{"text": "no"}]}}, *chunk({"text": "yes"})["candidates"]]
    }

    assert heard(gemini.Reader(), value)[0] == Text("yes")


NAMES = "candidates content parts text thought thoughtSignature functionCall name args id partialArgs jsonPath"
NAMES += " stringValue willContinue inlineData mimeType index finishReason finishMessage promptFeedback blockReason"
NAMES += " usageMetadata promptTokenCount thoughtsTokenCount responseId error"


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.just(""), nonsense(NAMES, "STOP $.a $.a[0] f")), max_size=4), st.booleans())
def test_nonsense_raises_nothing_of_its_own(values: list[tuple[str, Any]], whole: bool) -> None:
    survives(gemini.Reader(), values, whole=whole)


@settings(max_examples=80, deadline=None)
@given(st.lists(nonsense(NAMES, "STOP $.a $.a[0] f"), max_size=4), st.booleans())
def test_nonsense_inside_the_parts_raises_nothing_of_its_own(parts: list[Any], whole: bool) -> None:
    survives(gemini.Reader(), [("", chunk(*parts)), ("", chunk(*parts))], whole=whole)


# --- Google's own types, where they are installed --------------------------------------------


def test_googles_own_types_accept_a_full_request() -> None:
    types = pytest.importorskip("google.genai.types")
    messages = (
        Message("user", ["What is this?", PNG, PDF]),
        Message("assistant", tool_calls=[CALL]),
        Message("tool", "2", tool_call_id="call_1"),
        Message("assistant", "Hi", kept=kept({"text": "Hi", "thoughtSignature": "c2ln"})),
        Message("user", "Thanks"),
    )

    fields: dict[str, Any] = {"max_tokens": 9, "temperature": 0.5, "schema": CITY, "thinking": Fields(effort="low")}
    request = body(*messages, system="Be brief.", tools=(ADD,), **fields)
    known = {"systemInstruction": types.Content, "generationConfig": types.GenerationConfig}
    listed = {"tools": types.Tool, "contents": types.Content}
    assert request.keys() == known.keys() | listed.keys()
    for name, model in known.items():
        model.model_validate(request[name], strict=False)
    for name, model in listed.items():
        for item in request[name]:
            model.model_validate(item)
