"""What a consumer of a stream sees of parts, and what only the Answer holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import nbchat
from nbchat.chat_service.chunk import chunks_of
from nbchat.events import Event
from nbchat.provider_state import ProviderState

from .fakes.provider import Service, answer, sse

ASK = {"model": "anthropic:a-model", "wire": "anthropic-messages", "api_key": "k"}
SIGNED = {"type": "thinking", "thinking": "hm", "signature": "czE="}
REDACTED = {"type": "redacted_thinking", "data": "b3BhcXVl"}
USED = {"type": "tool_use", "id": "x", "name": "f", "input": {"a": 1}}
BLOCKS = [
    REDACTED,
    SIGNED,
    {"type": "text", "text": "One."},
    REDACTED,
    {"type": "text", "text": "Two."},
    USED,
]


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


def streamed(*blocks: dict[str, Any]) -> bytes:
    values: list[Any] = []
    for index, block in enumerate(blocks):
        values += [
            {"type": "content_block_start", "index": index, "content_block": block},
            {"type": "content_block_stop", "index": index},
        ]
    ended = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    return sse(*values, ended, {"type": "message_stop"}, done=False)


async def events_of(service: Service, *blocks: dict[str, Any]) -> tuple[list[Event], Any]:
    service.plays(answer(streamed(*blocks)))
    stream = nbchat.stream(messages="Hi?", base_url=service.url, **ASK)
    return [event async for event in stream], stream.result


async def test_a_consumer_sees_what_can_be_shown_and_the_answer_holds_the_rest(
    service: Service,
) -> None:
    events, said = await events_of(service, *BLOCKS)
    shown = [event for event in events if not isinstance(event, nbchat.Stop)]

    assert shown == [
        nbchat.Thought("hm"),
        nbchat.Text("One."),
        nbchat.Text("Two."),
        nbchat.ToolCall("x", "f", {"a": 1}, '{"a": 1}'),
    ]
    states = [getattr(part, "state", None) for part in said.parts]
    assert [state.data if state else None for state in states] == [
        *(REDACTED, SIGNED, None),
        *(REDACTED, None, None),
    ]
    assert states[0] == ProviderState("anthropic", "anthropic-messages", REDACTED)
    assert said.text == "One.\n\nTwo."


async def test_chunks_of_the_service_are_the_text_of_the_answer(service: Service) -> None:
    events, said = await events_of(service, *BLOCKS)

    assert "".join(chunk.content for chunk in chunks_of(events, said)) == said.text


async def test_an_answer_of_nothing_that_can_be_shown_is_empty(service: Service) -> None:
    events, said = await events_of(service, REDACTED)

    assert [type(event) for event in events] == [nbchat.Notice, nbchat.Stop]
    assert said.notices == ["a-model gave an empty answer."]
    assert not said


async def hang_up(request: Any, writer: asyncio.StreamWriter) -> bool:
    """Sends what is not shown, and is gone."""
    begun = sse({"type": "content_block_start", "index": 0, "content_block": REDACTED}, done=False)
    begun += sse({"type": "content_block_stop", "index": 0}, done=False)
    writer.write(b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\n")
    writer.write(b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(begun), begun))
    await writer.drain()
    writer.transport.abort()
    return False


async def test_what_was_not_shown_is_no_reason_not_to_say_that_it_failed(service: Service) -> None:
    """A failure before anything was delivered is raised, so that the history stays as it was."""
    service.always(hang_up)
    stream = nbchat.stream(messages="Hi?", base_url=service.url, **ASK)

    with pytest.raises(nbchat.ConnectionBroken):
        await stream.answer()


async def test_the_state_goes_back_to_its_provider_alone(service: Service) -> None:
    _, said = await events_of(service, *BLOCKS)
    messages = [
        nbchat.Message("user", "Hi?"),
        said.message,
        nbchat.Message("tool", "2", tool_call_id="x", name="f"),
    ]
    for wire, model in (("anthropic-messages", ASK["model"]), ("openai-chat", "kimi:a-model")):
        service.plays(answer(b"", status=400))
        with pytest.raises(nbchat.NbchatError):
            await nbchat.stream(
                model, messages, base_url=service.url, wire=wire, api_key="k"
            ).answer()

    own, other = (request.json["messages"][1] for request in service.requests[-2:])
    assert own["content"] == BLOCKS
    assert other["content"] == "One.\n\nTwo."
    assert "czE=" not in service.requests[-1].body.decode()
