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

from nbchat.engine.demo.instance import instance_of
from nbchat.engine.demo.script import THOUGHT, reply
from nbchat.wire.shapes import count, items, mapping, string

WIRE = "openai-chat"
CHARACTERS = 4  # of a token, by a rule of thumb for English
HOST = "demo.invalid"  # RFC 2606: a name that can never be a real host


@dataclass(slots=True)
class Demo:
    """A service without a network; `pace` is the seconds between two pieces of an answer."""

    pace: float = 0.02

    async def __call__(self, body: bytes) -> AsyncIterator[bytes]:
        request = json.loads(body)
        messages = [mapping(message) for message in items(request.get("messages"))] or [{}]
        questions = [_text_of(message) for message in messages if message.get("role") == "user"]
        text = _instance(request.get("response_format"))
        text = text or reply(questions, _count_images(messages[-1]))
        text = _before_stop(text, request.get("stop"))
        thinking = mapping(request.get("thinking")).get("type") == "enabled"
        thinking = thinking or "thinking" in _text_of(messages[-1]).lower()
        limit = count(request.get("max_completion_tokens")) or count(request.get("max_tokens"))
        thought, text, finish = _within(limit, THOUGHT if thinking else "", text)
        yield _event({"role": "assistant", "content": ""})
        for name, words in (("reasoning_content", thought), ("content", text)):
            for piece in re.findall(r"\S+\s*|\s+", words):
                if self.pace:
                    await asyncio.sleep(self.pace)
                yield _event({name: piece})
        yield _event({}, finish=finish)
        question_size = sum(len(_text_of(message)) for message in messages)
        usage = _usage(question_size, _tokens(len(text) + len(thought), limit), len(thought))
        yield _data({"choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"


def _text_of(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "".join(string(mapping(part).get("text")) for part in items(content))


def _count_images(message: dict[str, Any]) -> int:
    return sum("image_url" in mapping(part) for part in items(message.get("content")))


def _instance(wanted: Any) -> str:
    """What answers a schema, as JSON; empty where none is asked for."""
    form = mapping(wanted)
    if form.get("type") == "json_schema":
        schema = mapping(form.get("json_schema")).get("schema")
        return json.dumps(instance_of(schema), ensure_ascii=False)
    return json.dumps({"answer": "demo"}) if form.get("type") == "json_object" else ""


def _before_stop(text: str, stop: Any) -> str:
    """The words up to the first at which an answer should stop: one, or a list of them."""
    stops = filter(None, map(string, [stop] if isinstance(stop, str) else items(stop)))
    places = [text.find(word) for word in stops if word in text]
    return text[: min(places, default=None)]


def _within(limit: int | None, thought: str, text: str) -> tuple[str, str, str]:
    """Thinking and words, cut where they are more than so many tokens, and how they end."""
    most = len(thought) + len(text) if limit is None else limit * CHARACTERS
    finish = "stop" if len(thought) + len(text) <= most else "length"
    return thought[:most], text[: max(most - len(thought), 0)], finish


def _tokens(characters: int, limit: int | None = None) -> int:
    tokens = characters // CHARACTERS + 1
    return tokens if limit is None else min(tokens, limit)


def _usage(question: int, tokens: int, thought: int) -> dict[str, Any]:
    """Of a question of so many characters and an answer of so many tokens."""
    sent = _tokens(question)
    return {
        "prompt_tokens": sent,
        "completion_tokens": tokens,
        "total_tokens": sent + tokens,
        "completion_tokens_details": {"reasoning_tokens": thought // CHARACTERS},
    }


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, Any]) -> bytes:
    head = {"id": "demo", "object": "chat.completion.chunk", "created": 0, "model": "demo"}
    return b"data: " + json.dumps({**head, **value}, ensure_ascii=False).encode() + b"\n\n"
