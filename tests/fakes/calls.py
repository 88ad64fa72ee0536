"""Answers that ask for tools, as an openai-chat service streams them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .provider import said, sse


def called(*calls: tuple[str, Mapping[str, Any]], round_: int = 0) -> list[bytes]:
    """An answer that calls these tools; each call has an id of its own in each round."""
    asked = [
        {
            "index": number,
            "id": f"call-{round_}-{number}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for number, (name, arguments) in enumerate(calls)
    ]
    delta = {"choices": [{"index": 0, "delta": {"tool_calls": asked}, "finish_reason": None}]}
    *_, usage, done = said()
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
    return [sse(delta, done=False), sse(end, done=False), usage, done]
