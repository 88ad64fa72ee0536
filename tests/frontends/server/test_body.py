"""A body is read strictly, up to its first mistakes, and never for long on the event loop."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from nbchat.chat_service.request import ChatStreamRequest
from nbchat.frontends.server import body
from nbchat.frontends.server.body import MOST_ENTRIES, SMALL, read_body
from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.openai_request import CompletionRequest
from nbchat.frontends.server.responses_request import ResponsesRequest

from .running import RunningServer

MANY = 4000
SAID = {"role": "user", "content": "Hi"}

HEAVY: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (CompletionRequest, {"messages": [{}] * MANY}),
    (CompletionRequest, {"messages": [0] * MANY}),
    (CompletionRequest, {"messages": [{"role": "x"}] * MANY}),
    (CompletionRequest, {"messages": [{**SAID, "content": [{}] * MANY}]}),
    (CompletionRequest, {"messages": [{**SAID, "tool_calls": [{}] * MANY}]}),
    (CompletionRequest, {"messages": [SAID], "tools": [{}] * MANY}),
    (CompletionRequest, {"messages": [SAID], "stop": [0] * MANY}),
    (CompletionRequest, {"messages": [SAID], "modalities": [0] * MANY}),
    (CompletionRequest, {"messages": [SAID], "tool_choice": {"tools": [0] * MANY}}),
    (ResponsesRequest, {"input": [{}] * MANY}),
    (ResponsesRequest, {"input": [{"type": "x"}] * MANY}),
    (ResponsesRequest, {"input": [{**SAID, "content": [{}] * MANY}]}),
    (ResponsesRequest, {"input": [{"type": "reasoning", "summary": [{}] * MANY}]}),
    (ResponsesRequest, {"input": "Hi", "tools": [{}] * MANY}),
    (ResponsesRequest, {"input": "Hi", "include": [0] * MANY}),
    (ChatStreamRequest, {"messages": [{}] * MANY}),
    (ChatStreamRequest, {"messages": [{**SAID, "content": [{}] * MANY}]}),
    (ChatStreamRequest, {"messages": [{**SAID, "toolCalls": [{}] * MANY}]}),
    (ChatStreamRequest, {"messages": "Hi", "tools": [{}] * MANY}),
    (ChatStreamRequest, {"messages": "Hi", "stop": [0] * MANY}),
]


@pytest.mark.field("S9")
def test_a_body_of_many_mistakes_is_told_by_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mistake that is noted takes longer than a member that is right."""
    noted: list[int] = []

    def count(errors: Any) -> Invalid:
        noted.append(len(errors))
        return tell(errors)

    tell = body.invalid
    monkeypatch.setattr(body, "invalid", count)
    for model, members in HEAVY:
        with pytest.raises(Invalid) as caught:
            read_body(model, json.dumps({"model": "demo", **members}).encode())

        assert len(str(caught.value)) < 1000

    assert max(noted) <= 5


TOO_MUCH: list[tuple[Any, str]] = [
    ({"messages": [SAID] * (MOST_ENTRIES + 1)}, "one list has more than 4,096 entries"),
    ({f"member {n}": 1 for n in range(MOST_ENTRIES + 1)}, "more than 4,096 members"),
    ({"messages": [SAID], "metadata": {"a": [[0] * (MOST_ENTRIES + 1)]}}, "4,096 entries"),
    ([[{}] * 4000] * 5, "more than 16,384 objects"),
]


@pytest.mark.field("S9")
@pytest.mark.parametrize("model", [CompletionRequest, ResponsesRequest, ChatStreamRequest])
def test_more_pieces_than_a_conversation_has_are_refused(model: type[BaseModel]) -> None:
    for value, words in TOO_MUCH:
        with pytest.raises(Invalid, match=words):
            read_body(model, json.dumps(value).encode())


@pytest.mark.field("S9")
def test_a_long_conversation_with_a_large_schema_is_taken() -> None:
    properties = {f"p{n}": {"type": "string"} for n in range(1000)}
    tool = {"type": "function", "function": {"name": "f", "parameters": {"properties": properties}}}
    request = {"model": "demo", "messages": [SAID] * 2000, "tools": [tool] * 5}

    assert read_body(CompletionRequest, json.dumps(request).encode())


@pytest.mark.field("S9")
async def test_others_are_answered_while_a_large_body_is_read() -> None:
    order: list[str] = []

    async def read(size: int, name: str) -> None:
        text = {"role": "user", "content": "x" * size}
        raw = json.dumps({"model": "demo", "messages": [text]}).encode()
        assert await body._check(CompletionRequest, raw)
        order.append(name)

    async def answer_another() -> None:
        order.append("another")

    await asyncio.gather(read(SMALL, "a large body"), answer_another())
    await asyncio.gather(read(10, "a small body"), answer_another())

    assert order == ["another", "a large body", "a small body", "another"]


@pytest.mark.field("S9")
def test_a_server_answers_while_it_reads(server: RunningServer) -> None:
    messages = b",".join([b"{}"] * 300_000)
    heavy = b'{"model": "demo", "messages": [%b]}' % messages
    clients = [server.connect() for _ in range(3)]
    for sock in clients:
        sock.sendall(server.raw("POST", "/v1/chat/completions", heavy))
    healths = [server.request("GET", "/health").status for _ in range(20)]
    replies = []
    for sock in clients:
        with closing(sock):
            replies.append(b"".join(iter(lambda sock=sock: sock.recv(65536), b"")))

    assert healths == [200] * 20
    assert all(reply.startswith(b"HTTP/1.1 400 ") for reply in replies)
    assert all(b"more than 4,096 entries" in reply for reply in replies)


def test_what_was_checked_is_not_checked_again() -> None:
    """An instance goes through as it is; FastAPI would read a dict once more."""
    request = CompletionRequest.model_validate({"model": "demo", "messages": [SAID]})

    assert CompletionRequest.model_validate(request) is request
    with pytest.raises(ValidationError):
        CompletionRequest.model_validate({})
