"""Answers that ask for tools, as an openai-chat service streams them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .provider import said, sse


def called(*calls: tuple[str, Mapping[str, Any]], round_: int = 0) -> list[bytes]:
    """An answer that calls these tools; each call has an id of its own in each round."""
    asked = tool_calls(calls, [f"call-{round_}-{number}" for number in range(len(calls))])
    delta = {"choices": [{"index": 0, "delta": {"tool_calls": asked}, "finish_reason": None}]}
    *_, usage, done = said()
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
    return [sse(delta, done=False), sse(end, done=False), usage, done]


def tool_calls(
    calls: Sequence[tuple[str, Mapping[str, Any]]], ids: Iterable[str]
) -> list[dict[str, Any]]:
    """These calls, by their names and arguments, as a delta holds them."""
    return [
        {
            "index": number,
            "id": id,
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for number, ((name, arguments), id) in enumerate(zip(calls, ids, strict=False))
    ]
