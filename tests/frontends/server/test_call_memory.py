"""A client of OpenAI's API drops what it does not know; what a provider wants back is kept here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import OpenAI

from nbchat.engine.engine import Engine
from nbchat.frontends.server import call_memory
from nbchat.frontends.server.call_memory import CallMemory
from nbchat.messages import Message, Tool, ToolCall

from ...engine.providers.answers import anthropic_messages
from ...fakes.provider import Service, sse
from .running import TOKEN, RunningServer

ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": {"type": "number"}}})
SIGNED = {"google": {"thought_signature": "c2ln"}}


@pytest.fixture
async def source() -> AsyncIterator[CallMemory]:
    engine = Engine()
    yield CallMemory(engine)
    await engine.aclose()


async def ask(source: CallMemory, service: Service, *messages: Message) -> Any:
    stream = source.stream(
        "anthropic:claude-sonnet-4-5",
        messages,
        base_url=service.url,
        api_key="k",
        thinking="high",
        tools=[ADD],
    )
    return await stream.answer()


@pytest.mark.field("E4")
async def test_thinking_that_claude_signed_comes_back_to_it(
    source: CallMemory, service: Service
) -> None:
    question = Message("user", "1 + 1?")
    service.answers(anthropic_messages().call)
    service.answers(anthropic_messages().plain)
    (called,) = (await ask(source, service, question)).tool_calls

    # As a client sends it that knows no signatures.
    plain = ToolCall(called.id, called.name, called.arguments, called.raw)
    told = Message("tool", "2", tool_call_id=called.id)
    answer = await ask(source, service, question, Message("assistant", tool_calls=[plain]), told)

    body = service.requests[-1].json
    assert body["messages"][1]["content"][0] == {
        "type": "thinking",
        "thinking": "hm",
        "signature": "c2ln",
    }
    assert body["thinking"]["type"] == "enabled"
    assert answer.notices == []


@pytest.mark.field("E4")
@pytest.mark.parametrize(
    ("question", "called"),
    [
        ("Another?", ToolCall("toolu_1", "add", {"a": 1}, '{"a":1}')),
        ("1 + 1?", ToolCall("toolu_1", "add", {"a": 2}, '{"a":2}')),
        ("1 + 1?", ToolCall("toolu_2", "add", {"a": 1}, '{"a":1}')),
    ],
)
async def test_of_another_answer_nothing_is_remembered_and_thinking_is_left_out(
    source: CallMemory, service: Service, question: str, called: ToolCall
) -> None:
    service.answers(anthropic_messages().call)
    service.answers(anthropic_messages().plain)
    await ask(source, service, Message("user", "1 + 1?"))

    told = Message("tool", "2", tool_call_id=called.id)
    said = Message("assistant", tool_calls=[called])
    answer = await ask(source, service, Message("user", question), said, told)

    body = service.requests[-1].json
    assert "thinking" not in body
    assert [block["type"] for block in body["messages"][1]["content"]] == ["tool_use"]
    (notice,) = answer.notices
    assert "asked without thinking this time" in notice


@pytest.mark.field("E4")
async def test_the_oldest_answers_are_forgotten(
    source: CallMemory, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_memory, "MOST_ANSWERS", 2)
    for words in ("one", "two", "three", "three"):
        service.answers(anthropic_messages().call)
        await ask(source, service, Message("user", words))

    assert [question for question, _ in source._answers] == ["two", "three"]
    assert source._characters == sum(size for _, size in source._answers.values())


@pytest.mark.field("E4")
def test_the_official_client_s_second_turn_holds_the_signature(
    server: RunningServer, provider: Service
) -> None:
    call = {"index": 0, "id": "call_9", "type": "function", "extra_content": SIGNED}
    call["function"] = {"name": "add", "arguments": '{"a": 1}'}
    delta = {"tool_calls": [call]}
    provider.answers(
        sse({"choices": [{"index": 0, "delta": delta, "finish_reason": "tool_calls"}]})
    )
    provider.answers(sse({"choices": [{"index": 0, "delta": {"content": "2"}}]}))
    question = {"role": "user", "content": "1 + 1?"}
    tools: Any = [{"type": "function", "function": {"name": "add", "parameters": {}}}]

    with OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN, max_retries=0) as client:
        create: Any = client.chat.completions.create
        first = create(model="kimi-k2.6", messages=[question], tools=tools)
        (called,) = first.choices[0].message.tool_calls
        kept = {"id": called.id, "type": "function", "function": dict(called.function)}
        said = {"role": "assistant", "content": None, "tool_calls": [kept]}
        told = {"role": "tool", "tool_call_id": called.id, "content": "2"}
        create(model="kimi-k2.6", messages=[question, said, told], tools=tools)

    (sent,) = provider.requests[-1].json["messages"][1]["tool_calls"]
    assert sent["extra_content"] == SIGNED
