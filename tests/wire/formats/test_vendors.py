"""The vendors' own types and clients, if installed (`nbchat[judges]`), as judges of requests."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.messages import Message, Text

from ..conversations import conversations
from ..format_contract import ADD, CALL, CITY, PDF, PNG, Format, ask, goes_back, said_by
from ..typeddicts import mismatches
from . import (
    test_anthropic_messages,
    test_bedrock_converse,
    test_cohere,
    test_gemini,
    test_ollama,
    test_openai_chat,
)
from . import test_openai_responses as responses

FIELDS: dict[str, Any] = {"system": "Be brief.", "tools": (ADD,), "schema": CITY, "max_tokens": 9}
LOW = ThinkingFields(effort="low")


def body(wire: Format, *messages: Message, **fields: Any) -> dict[str, Any]:
    return wire.spoken.render(ask(*messages, **FIELDS | fields)).body


def turns(*, files: bool = False) -> tuple[Message, ...]:
    """A question with a picture, a call, its result, and thanks."""
    return (
        Message("user", ["What is this?", PNG, *([PDF] if files else [])]),
        Message("assistant", tool_calls=[CALL]),
        Message("tool", "2", tool_call_id="call_1", name="add"),
        Message("assistant", "Hi"),
        Message("user", "Thanks"),
    )


# --- OpenAI, Mistral -------------------------------------------------------------------------


@given(conversations(test_openai_chat.FORMAT))
def test_openais_types_accept_any_chat(messages: list[Message]) -> None:
    types = pytest.importorskip("openai.types.chat.completion_create_params")
    plain = [
        replace(message, answer_parts=()) for message in messages
    ]  # OpenAI itself wants nothing back here
    made = body(test_openai_chat.FORMAT, *plain, thinking=LOW, temperature=0.5)

    assert mismatches(made, types.CompletionCreateParamsStreaming) == []


@given(conversations(responses.FORMAT))
def test_openais_types_accept_any_response(messages: list[Message]) -> None:
    types = pytest.importorskip("openai.types.responses.response_create_params")
    quirks = Quirks(cache="prompt_cache_key")
    made = body(
        responses.FORMAT, *messages, thinking=LOW, temperature=1, cache_key="k", quirks=quirks
    )

    assert mismatches(made, types.ResponseCreateParamsStreaming) == []


def test_mistrals_types_accept_a_full_chat() -> None:
    models = pytest.importorskip("mistralai.client.models")
    request = body(
        test_openai_chat.FORMAT, *turns(), quirks=Quirks(usage_option=False, tool_id="alnum9")
    )

    read = models.ChatCompletionStreamRequest.model_validate(request)
    assert [message.role for message in read.messages] == [
        message["role"] for message in request["messages"]
    ]


# --- Anthropic, Amazon -----------------------------------------------------------------------


@given(conversations(test_anthropic_messages.FORMAT))
def test_anthropics_types_accept_any_conversation(messages: list[Message]) -> None:
    types = pytest.importorskip("anthropic.types.message_create_params")
    quirks = Quirks(cache="cache_control")
    made = body(
        test_anthropic_messages.FORMAT,
        *messages,
        thinking=ThinkingFields(effort="high", budget=1024),
        quirks=quirks,
    )

    assert mismatches(made, types.MessageCreateParamsStreaming) == []


@given(conversations(test_bedrock_converse.FORMAT))
def test_amazons_model_accepts_any_conversation(messages: list[Message]) -> None:
    loaders, validate = (
        pytest.importorskip("botocore.loaders"),
        pytest.importorskip("botocore.validate"),
    )
    described = loaders.Loader().load_service_model("bedrock-runtime", "service-2")
    shape = (
        pytest.importorskip("botocore.model")
        .ServiceModel(described)
        .operation_model("ConverseStream")
        .input_shape
    )
    quirks = Quirks(cache="cache_control")
    made = body(
        test_bedrock_converse.FORMAT,
        *messages,
        thinking=ThinkingFields(effort="high", budget=1024),
        quirks=quirks,
    )

    report = validate.ParamValidator().validate({"modelId": "m", **made}, shape)
    assert report.generate_report() == ""
    assert not made.keys() - shape.members.keys()


# --- Google ----------------------------------------------------------------------------------


def test_googles_types_accept_a_full_request() -> None:
    types = pytest.importorskip("google.genai.types")
    signed = Text("Hi", goes_back({"text": "Hi", "thoughtSignature": "c2ln"}))
    messages = [
        said_by("gemini", signed) if turn.text == "Hi" else turn for turn in turns(files=True)
    ]
    request = body(test_gemini.FORMAT, *messages, thinking=LOW, temperature=0.5)

    known = {"systemInstruction": types.Content, "generationConfig": types.GenerationConfig}
    listed = {"tools": types.Tool, "contents": types.Content}
    assert request.keys() == known.keys() | listed.keys()
    for name, model in known.items():
        model.model_validate(request[name], strict=False)
    for name, model in listed.items():
        for item in request[name]:
            model.model_validate(item)


# --- Ollama, Cohere --------------------------------------------------------------------------


def test_ollamas_client_sends_the_same_bytes() -> None:
    """Its types (0.6.3) lack the ids, which the server has had since ollama/ollama#12956."""
    client, httpx = pytest.importorskip("ollama").Client, pytest.importorskip("httpx")
    question, _, result, *rest = turns()
    asked = Message("assistant", tool_calls=[replace(CALL, id="")])
    messages = (question, asked, replace(result, tool_call_id=""), *rest)
    ours = body(test_ollama.FORMAT, *messages, thinking=LOW, temperature=0.5)
    seen: list[Any] = []

    def answer(request: Any) -> Any:
        seen.append(json.loads(request.content))
        return httpx.Response(
            200, content=b'{"message":{"role":"assistant","content":"x"},"done":true}\n'
        )

    list(client(transport=httpx.MockTransport(answer)).chat(**ours))
    assert without_empty(seen[0]) == without_empty(ours)


def without_empty(value: Any) -> Any:
    """The client leaves out members that are empty."""
    if isinstance(value, dict):
        return {
            name: made
            for name, inner in value.items()
            if (made := without_empty(inner)) not in ("", {}, [], None)
        }
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


def test_coheres_types_and_client_send_the_same_bytes() -> None:
    sdk, httpx = pytest.importorskip("cohere"), pytest.importorskip("httpx")
    question, _, result, said, thanks = turns()
    messages = (
        question,
        said_by("cohere", replace(CALL, state=goes_back(test_cohere.PLAN))),
        result,
        replace(said, thought="hm"),
        thanks,
    )
    quirks = Quirks(reasoning_back="always")
    ours = body(
        test_cohere.FORMAT,
        *messages,
        thinking=ThinkingFields(budget=9),
        temperature=0.5,
        quirks=quirks,
    )
    seen: list[Any] = []

    def answer(request: Any) -> Any:
        seen.append((request.url.path, json.loads(request.content)))
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=b"")

    http = httpx.Client(transport=httpx.MockTransport(answer))
    typed = {
        **{
            name: value
            for name, value in ours.items()
            if name not in ("stream", "messages", "tools")
        },
        "messages": [exactly(sdk.ChatMessageV2, message) for message in ours["messages"]],
        "tools": [exactly(sdk.ToolV2, tool) for tool in ours["tools"]],
    }
    list(sdk.ClientV2(api_key="none", httpx_client=http).chat_stream(**typed))
    assert seen == [("/v2/chat", ours)]


def exactly(kind: Any, value: Any) -> Any:
    """The value as the SDK's type, which takes any member.

    Those it does not know are a mistake of ours.
    """
    construct = pytest.importorskip("cohere.core.unchecked_base_model").construct_type

    made = construct(type_=kind, object_=value)
    assert not made.model_extra
    return made
