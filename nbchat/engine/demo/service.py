"""The embedded model: a demonstration that answers in process, so a first chat needs no key.

It speaks the openai-chat wire format byte for byte, so that all of nbchat runs as
it would with a provider. What it says is in `script`: a script, not a model, and it
says so.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from nbchat.engine.demo.script import THOUGHT, reply

WIRE = "openai-chat"
HOST = "demo.invalid"  # RFC 2606: a name that can never be a real host


@dataclass(slots=True)
class Demo:
    """A service without a network; `pace` is the seconds between two pieces of an answer."""

    pace: float = 0.02

    async def __call__(self, body: bytes) -> AsyncIterator[bytes]:
        request = json.loads(body)
        messages = request["messages"]
        questions = [_text_of(message) for message in messages if message["role"] == "user"]
        text = reply(questions, _count_images(messages[-1]))
        thinking = (request.get("thinking") or {}).get("type") == "enabled"
        thinking = thinking or "thinking" in _text_of(messages[-1]).lower()
        thought = THOUGHT if thinking else ""
        yield _event({"role": "assistant", "content": ""})
        for name, words in (("reasoning_content", thought), ("content", text)):
            for piece in re.findall(r"\S+\s*|\s+", words):
                if self.pace:
                    await asyncio.sleep(self.pace)
                yield _event({name: piece})
        yield _event({}, finish="stop")
        question_size = sum(len(_text_of(message)) for message in messages)
        usage = _usage(question_size, len(text) + len(thought), len(thought))
        yield _data({"choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"


def _text_of(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _count_images(message: dict[str, Any]) -> int:
    content = message.get("content")
    return sum("image_url" in part for part in content) if isinstance(content, list) else 0


def _usage(question: int, answer: int, thought: int) -> dict[str, Any]:
    """Of so many characters: four are a token, by a rule of thumb for English."""
    return {
        "prompt_tokens": question // 4 + 1,
        "completion_tokens": answer // 4 + 1,
        "total_tokens": question // 4 + answer // 4 + 2,
        "completion_tokens_details": {"reasoning_tokens": thought // 4},
    }


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, Any]) -> bytes:
    head = {"id": "demo", "object": "chat.completion.chunk", "created": 0, "model": "demo"}
    return b"data: " + json.dumps({**head, **value}, ensure_ascii=False).encode() + b"\n\n"
