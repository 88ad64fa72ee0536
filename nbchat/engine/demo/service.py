"""The embedded model: a demonstration that answers in process, so a first chat needs no key.

It speaks the openai-chat wire format byte for byte, so that all of nbchat runs as
it would with a provider. What it says is in `demo_script`: a script, not a model,
and it says so.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from nbchat.engine.demo.script import THOUGHT, reply

HOST = "demo.invalid"  # RFC 2606: a name that can never be a real host


@dataclass(slots=True)
class Demo:
    """A service without a network; `pace` is the seconds between two pieces of an answer."""

    pace: float = 0.02

    async def __call__(self, body: bytes) -> AsyncIterator[bytes]:
        request = json.loads(body)
        text = reply(
            [_text(m) for m in request["messages"] if m["role"] == "user"],
            _images(request["messages"][-1]),
        )
        asked_to = (request.get("thinking") or {}).get("type") == "enabled"
        thought = (
            THOUGHT if asked_to or "thinking" in _text(request["messages"][-1]).lower() else ""
        )
        yield _event({"role": "assistant", "content": ""})
        for name, words in (("reasoning_content", thought), ("content", text)):
            for piece in re.findall(r"\S+\s*|\s+", words):
                if self.pace:
                    await asyncio.sleep(self.pace)
                yield _event({name: piece})
        yield _event({}, finish="stop")
        asked = sum(len(_text(m)) for m in request["messages"])
        yield _data({"choices": [], "usage": _usage(asked, len(text) + len(thought), len(thought))})
        yield b"data: [DONE]\n\n"


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return (
        content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
    )


def _images(message: dict[str, Any]) -> int:
    content = message.get("content")
    return sum("image_url" in part for part in content) if isinstance(content, list) else 0


def _usage(asked: int, said: int, thought: int) -> dict[str, Any]:
    """Counted as four characters a token, which is what a rule of thumb says of English."""
    return {
        "prompt_tokens": asked // 4 + 1,
        "completion_tokens": said // 4 + 1,
        "total_tokens": asked // 4 + said // 4 + 2,
        "completion_tokens_details": {"reasoning_tokens": thought // 4},
    }


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, Any]) -> bytes:
    head = {"id": "demo", "object": "chat.completion.chunk", "created": 0, "model": "demo"}
    return b"data: " + json.dumps({**head, **value}, ensure_ascii=False).encode() + b"\n\n"
