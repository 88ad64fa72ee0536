"""Answers in any wire format, played from a loopback socket and read as anybody reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import nbchat
from nbchat import Answer, Message
from nbchat.events import Event

from ..fakes.provider import Service

# By wire format: a provider that speaks it, and how far its base URL reaches.
WIRES = {
    "openai-chat": ("openai", "/v1"),
    "openai-responses": ("openai", "/v1"),
    "anthropic-messages": ("anthropic", ""),
    "gemini": ("gemini", "/v1beta"),
    "ollama": ("ollama", ""),
    "bedrock-converse": ("bedrock", ""),
    "cohere": ("cohere", ""),
}
DONE = "[DONE]"


def streamed(wire: str, *values: Any) -> tuple[bytes, str]:
    """The body of a stream, and its type. A value of Converse is its event's name and the rest."""
    if wire == "ollama":
        return b"".join(json.dumps(v).encode() + b"\n" for v in values), "application/x-ndjson"
    lines = []
    for value in values:
        name, data = value if isinstance(value, tuple) else ("", value)
        text = data if isinstance(data, str) else json.dumps(data)
        lines.append(f"event: {name}\ndata: {text}\n\n" if name else f"data: {text}\n\n")
    return "".join(lines).encode(), "text/event-stream"


async def read(
    service: Service,
    wire: str,
    *values: Any,
    whole: Any = None,
    messages: Sequence[str | Message] = ("Hi",),
    **options: Any,
) -> tuple[Answer, list[Event]]:
    """What a stream of these values comes to, or one `whole` body; and the events of it."""
    body, kind = streamed(wire, *values)
    if whole is not None:
        body, kind = json.dumps(whole).encode(), "application/json"
    service.answers(body, headers={"content-type": kind})
    provider, path = WIRES[wire]
    where: Mapping[str, Any] = {"base_url": service.url + path, "wire": wire, "api_key": "k"}
    asked = [Message("user", m) if isinstance(m, str) else m for m in messages]
    stream = nbchat.stream(f"{provider}:m", asked, **where, **options)
    events = []
    async with stream:
        async for event in stream:
            events.append(event)
    return stream.result, events


# --- the values of streams -----------------------------------------------------------------------


def delta(finish: str | None = None, **members: Any) -> dict[str, Any]:
    """A chunk of a chat completion."""
    return {"id": "c1", "choices": [{"index": 0, "delta": members, "finish_reason": finish}]}


def calls(*pieces: Mapping[str, Any]) -> dict[str, Any]:
    """A chunk with pieces of tool calls."""
    return delta(tool_calls=list(pieces))


def piece(arguments: str | None = None, name: str = "", **members: Any) -> dict[str, Any]:
    """A piece of a tool call."""
    function: dict[str, Any] = {"name": name} if name else {}
    if arguments is not None:
        function["arguments"] = arguments
    return {**members, "function": function}


def responses(kind: str, **members: Any) -> dict[str, Any]:
    """An event of a Responses stream."""
    return {"type": f"response.{kind}", **members}


def completed(*output: Any, **members: Any) -> dict[str, Any]:
    """The last event of a Responses stream."""
    response = {"id": "resp_1", "status": "completed", "output": list(output), **members}
    return responses(f"{response['status']}", response=response)


def claude(*events: Mapping[str, Any], stop: str = "end_turn", **usage: Any) -> list[Any]:
    """A stream of Anthropic's with these events of its blocks."""
    start = {"id": "msg_1", "role": "assistant", "content": [], "usage": {"input_tokens": 9}}
    return [
        {"type": "message_start", "message": start},
        *events,
        {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": usage},
        {"type": "message_stop"},
    ]


def block(index: Any, given: Mapping[str, Any], *deltas: Mapping[str, Any]) -> list[Any]:
    """The events of one block of Anthropic's; without an index where that is None."""
    named = {} if index is None else {"index": index}
    return [
        {"type": "content_block_start", **named, "content_block": given},
        *({"type": "content_block_delta", **named, "delta": d} for d in deltas),
        {"type": "content_block_stop", **named},
    ]


def gemini(*parts: Mapping[str, Any], finish: str = "") -> dict[str, Any]:
    """A chunk of Gemini's."""
    candidate: dict[str, Any] = {"content": {"parts": list(parts)}}
    if finish:
        candidate["finishReason"] = finish
    return {"responseId": "r1", "candidates": [candidate]}
