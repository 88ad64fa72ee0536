"""Shapes that hosts send or might send and that are in no recording.

Each through the engine, in two pieces.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from nbchat import Answer, NbchatError
from nbchat.engine.engine import Engine
from nbchat.errors import BadAnswer
from nbchat.settings import Settings

from ..framing.test_aws_eventstream import header, message

ROUTES = {
    "openai-chat": ("openai:m", "/v1"),
    "openai-responses": ("openai:m", "/v1"),
    "anthropic-messages": ("anthropic:m", ""),
    "gemini": ("gemini:m", "/v1beta"),
    "ollama": ("ollama:m", ""),
    "bedrock-converse": ("bedrock:m", ""),
    "cohere": ("cohere:m", ""),
}


def heard(wire: str, body: bytes) -> Answer:
    """What the engine makes of a body."""

    async def served(request: bytes) -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]
        yield body[len(body) // 2 :]

    async def asked() -> Answer:
        settings = Settings()
        engine = Engine(lambda: settings, {"played.example": served})
        model, path = ROUTES[wire]
        url = f"https://played.example{path}"
        return await engine.stream(model, "hi", base_url=url, wire=wire, api_key="k").answer()

    return asyncio.run(asked())


def sse(*values: Any, done: bool = False) -> bytes:
    """Server-sent events: `(name, value)`, a value, or bytes as they are."""
    made = b""
    for value in values:
        name, value = value if isinstance(value, tuple) else ("", value)
        made += b"event: %b\n" % name.encode() if name else b""
        made += (
            value if isinstance(value, bytes) else b"data: " + json.dumps(value).encode() + b"\n\n"
        )
    return made + (b"data: [DONE]\n\n" if done else b"")


def told(answer: Answer) -> tuple[str, str, list[tuple[str, Any]], str, str]:
    calls = [(call.name, call.arguments) for call in answer.tool_calls]
    return answer.text, answer.thought, calls, answer.stop.reason, answer.stop.detail


# --- openai-chat ---------------------------------------------------------------------------------


def chat(delta: Any, finish: str | None = None, index: Any = 0, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish, **more}]}


def tool(
    index: Any, call_id: Any = None, name: Any = None, arguments: Any = None
) -> dict[str, Any]:
    return {"index": index, "id": call_id, "function": {"name": name, "arguments": arguments}}


def tools(*pieces: Any) -> dict[str, Any]:
    return chat({"tool_calls": list(pieces)})


HI, STOP = chat({"content": "Hi"}), chat({}, "stop")
AB = [("f", {"a": 1}), ("g", {"b": 2})]
CHAT: dict[str, tuple[bytes, Any]] = {
    "empty and null deltas": (
        sse(
            chat({}),
            chat(None),
            chat({"content": None}),
            chat({"content": "", "refusal": None}),
            HI,
            STOP,
        ),
        ("Hi", "", [], "end", "stop"),
    ),
    "the role in each": (
        sse(*(chat({"role": "assistant", "content": c}) for c in "Hi"), STOP),
        ("Hi", "", [], "end", "stop"),
    ),
    "choices in turn": (
        sse(
            chat({"content": "B"}, index=1),
            chat({"content": "A"}),
            chat({}, "length", index=1),
            STOP,
        ),
        ("A", "", [], "end", "stop"),
    ),
    "no finish but [DONE]": (sse(HI, done=True), ("Hi", "", [], "end", "")),
    "no [DONE]": (sse(HI, STOP), ("Hi", "", [], "end", "stop")),
    "words after the finish": (
        sse(chat({"content": "H"}, "stop"), chat({"content": "i"}), STOP),
        ("Hi", "", [], "end", "stop"),
    ),
    "a finish in capitals": (
        sse(HI, chat({}, "MAX_TOKENS")),
        ("Hi", "", [], "length", "MAX_TOKENS"),
    ),
    "a server shut down": (sse(HI, chat({}, "abort")), ("Hi", "", [], "broken", "abort")),
    "calls interleaved": (
        sse(
            tools(tool(0, "x", "f", '{"a"'), tool(1, "y", "g", '{"b"')),
            tools(tool(1, None, None, ":2}")),
            tools(tool(0, None, None, ":1}")),
            chat({}, "tool_calls"),
        ),
        ("", "", AB, "tool_calls", "tool_calls"),
    ),
    "calls of one index": (
        sse(
            tools(tool(0, "x", "f", '{"a":1}')),
            tools(tool(0, "y", "g", '{"b":2}')),
            chat({}, "tool_calls"),
        ),
        ("", "", AB, "tool_calls", "tool_calls"),
    ),
    "a call without its list": (
        sse(chat({"tool_calls": tool(0, "x", "f", {"a": 1})}), chat({}, "tool_calls")),
        ("", "", AB[:1], "tool_calls", "tool_calls"),
    ),
    "a call cut short": (
        sse(tools(tool(0, "x", "f", '{"a"')), chat({}, "length")),
        ("", "", [("f", None)], "length", "length"),
    ),
    "function_call of 2023": (
        sse(
            chat({"function_call": {"name": "f", "arguments": ""}}),
            chat({"function_call": {"arguments": '{"a":1}'}}),
            chat({}, "function_call"),
        ),
        ("", "", AB[:1], "tool_calls", "function_call"),
    ),
    "thinking under two names": (
        sse(
            chat({"reasoning_content": None, "reasoning": "hm"}),
            chat({"reasoning_content": "!", "reasoning": "!"}),
            HI,
            STOP,
        ),
        ("Hi", "hm!", [], "end", "stop"),
    ),
    "content as parts and strings": (
        sse(
            chat(
                {
                    "content": [
                        {"type": "text", "text": "H"},
                        "i",
                        {"type": "reference", "reference_ids": [1]},
                    ]
                }
            ),
            STOP,
        ),
        ("Hi", "", [], "end", "stop"),
    ),
    "citations and search results": (
        sse(
            {
                **HI,
                "citations": ["u"],
                "search_results": [{"url": "u"}],
                "web_search": [{"link": "u"}],
            },
            STOP,
        ),
        ("Hi", "", [], "end", "stop"),
    ),
    "a surrogate pair in two deltas": (
        sse(
            chat({"content": "\ud83d"}),
            chat({"content": "\ude00"}),
            STOP,
        ),
        ("😀", "", [], "end", "stop"),
    ),
}


@pytest.mark.parametrize("shape", CHAT)
def test_chat_completions(shape: str) -> None:
    body, wanted = CHAT[shape]

    assert told(heard("openai-chat", body)) == wanted


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "the upstream failed", "code": 502}},
        {"error": "the upstream failed"},
        {"object": "error", "message": "the upstream failed", "code": 400},
        {"detail": "the upstream failed"},
        {
            **chat({"content": ""}, "error"),
            "error": {"message": "the upstream failed", "code": 502},
        },
        chat(
            {}, "error", error={"code": 502, "message": "the upstream failed"}
        ),  # OpenRouter's, in the choice
        {"choices": [], "x_groq": {"error": "the upstream failed"}},
        ("error", {"message": "the upstream failed"}),
        ("error", b"data: the upstream failed\n\n"),
    ],
)
def test_an_error_in_a_stream_is_told_in_its_own_words(event: Any) -> None:
    answer = heard("openai-chat", sse(HI, event, done=True))

    assert (answer.text, answer.stop.reason) == ("Hi", "broken")
    assert "the upstream failed" in answer.stop.detail


@pytest.mark.parametrize(
    "events",
    [
        [{"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}, STOP],
        [
            {**HI, "usage": None},
            {**STOP, "usage": {"prompt_tokens": 9.0, "completion_tokens": 5.0}},
        ],
        [
            {**STOP, "usage": {"prompt_tokens": 9, "completion_tokens": 5}},
            {"choices": [], "usage": None},
        ],
        [STOP, {"choices": [], "x_groq": {"usage": {"prompt_tokens": 9, "completion_tokens": 5}}}],
        [chat({}, "stop", usage={"prompt_tokens": 9, "completion_tokens": 5})],
    ],
)
def test_counts_are_found_wherever_they_stand(events: list[Any]) -> None:
    usage = heard("openai-chat", sse(HI, *events, done=True)).usage

    assert (usage.input, usage.output) == (9, 5)


# --- the other formats ---------------------------------------------------------------------------


def test_responses_take_arguments_from_their_done_event() -> None:
    """A host that streams no pieces of them must not have its call run with none."""
    item = {"type": "function_call", "id": "i", "call_id": "c", "name": "f", "arguments": ""}
    answer = heard(
        "openai-responses",
        sse(
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            {
                "type": "response.function_call_arguments.done",
                "output_index": 0,
                "arguments": '{"a":1}',
            },
            {"type": "response.completed", "response": {"status": "completed", "output": []}},
        ),
    )

    assert told(answer) == ("", "", AB[:1], "tool_calls", "completed")


def test_messages_with_text_for_content() -> None:
    body = {"type": "message", "content": "Hi", "stop_reason": "end_turn"}

    assert told(heard("anthropic-messages", json.dumps(body).encode())) == (
        "Hi",
        "",
        [],
        "end",
        "end_turn",
    )


def test_gemini_ends_an_array_with_an_error() -> None:
    said = {"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]}
    failed = {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}
    answer = heard("gemini", json.dumps([said, failed]).encode())

    assert (answer.text, answer.stop.reason) == ("Hi", "broken")
    assert "overloaded" in answer.stop.detail


def test_ollama_says_the_status_of_a_failure_in_the_cloud() -> None:
    lines = [{"message": {"content": "Hi"}}, {"StatusCode": 502, "error": "upstream"}]
    answer = heard("ollama", b"\n".join(json.dumps(line).encode() for line in lines))

    assert (answer.text, answer.stop.reason) == ("Hi", "broken")
    assert "cannot answer now (502)" in answer.stop.detail


def frame(kind: str, name: str, payload: bytes) -> bytes:
    return message(header(":message-type", kind) + header(f":{kind}-type", name), payload)


TEXT = frame("event", "contentBlockDelta", b'{"contentBlockIndex":0,"delta":{"text":"Hi"}}')


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (frame("exception", "internalServerException", b""), "internalServerException"),
        (frame("exception", "throttlingException", b'{"Message":"slow down"}'), "slow down"),
        (TEXT[:-1] + b"?", "damaged"),
    ],
)
def test_converse_keeps_the_words_before_a_failure(bad: bytes, said: str) -> None:
    answer = heard("bedrock-converse", TEXT + bad)

    assert (answer.text, answer.stop.reason) == ("Hi", "broken")
    assert said in answer.stop.detail


def test_cohere_with_lists_in_the_place_of_objects() -> None:
    call = [{"id": "t", "function": {"name": "f", "arguments": '{"a":1}'}}]
    answer = heard(
        "cohere",
        sse(
            {
                "type": "content-delta",
                "index": 0,
                "delta": {"message": {"content": [{"type": "text", "text": "Hi"}]}},
            },
            {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": call}}},
            {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL"}},
        ),
    )

    assert told(answer) == ("Hi", "", AB[:1], "tool_calls", "TOOL_CALL")


@pytest.mark.parametrize(
    "wire", ["openai-responses", "anthropic-messages", "gemini", "ollama", "cohere"]
)
def test_another_format_is_no_empty_answer(wire: str) -> None:
    with pytest.raises(BadAnswer, match=f"nothing in the format {wire}") as raised:
        heard(wire, sse(HI, STOP, done=True))

    assert isinstance(raised.value, NbchatError)
