"""The embedded model: a demonstration that answers in process, so a first chat needs no key.

It speaks the openai-chat wire format byte for byte, so that all of nbchat runs as
it would with a provider. What it says is in `script`, what it does with tools in `acting`:
a script, not a model, and it says so.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from nbchat.engine.demo.acting import NO_TOOLS, Move, next_move, wants_tools
from nbchat.engine.demo.acts import Call, read_situation, text_of
from nbchat.engine.demo.instance import instance_of
from nbchat.engine.demo.script import THOUGHT, reply
from nbchat.wire.shapes import count, items, mapping, string

WIRE = "openai-chat"
CHARACTERS = 4  # of a token, by a rule of thumb for English
CALL_PIECE = r".{1,12}"  # of the arguments of a call
HOST = "demo.invalid"  # RFC 2606: a name that can never be a real host


@dataclass(slots=True)
class Demo:
    """A service without a network; `pace` is the seconds between two pieces of an answer."""

    pace: float = 0.02

    async def __call__(self, body: bytes) -> AsyncIterator[bytes]:
        request = json.loads(body)
        messages = [mapping(message) for message in items(request.get("messages"))] or [{}]
        now = read_situation(request)
        form = _instance(request.get("response_format"), now.question)
        move = Move(form) if form else next_move(now) or _words(request, messages)
        text = _before_stop(move.text, request.get("stop"))
        thinking = mapping(request.get("thinking")).get("type") == "enabled"
        thinking = thinking or "thinking" in text_of(messages[-1]).lower()
        limit = count(request.get("max_completion_tokens")) or count(request.get("max_tokens"))
        thought, text, finish = _within(limit, THOUGHT if thinking else "", text)
        calls = move.calls if finish == "stop" else ()
        yield _event({"role": "assistant", "content": ""})
        for name, words in (("reasoning_content", thought), ("content", text)):
            for piece in re.findall(r"\S+\s*|\s+", words):
                await self._wait()
                yield _event({name: piece})
        written = [(call, json.dumps(call.arguments, ensure_ascii=False)) for call in calls]
        for at, (call, arguments) in enumerate(written):
            yield _call_event(at, _call_head(call, now.calls + at))
            for piece in re.findall(CALL_PIECE, arguments, re.S):
                await self._wait()
                yield _call_event(at, {"function": {"arguments": piece}})
        yield _event({}, finish="tool_calls" if calls else finish)
        question_size = sum(len(text_of(message)) for message in messages)
        said = len(text) + len(thought) + sum(len(arguments) for _, arguments in written)
        usage = _usage(question_size, _tokens(said, limit), len(thought))
        yield _data({"choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"

    async def _wait(self) -> None:
        if self.pace:
            await asyncio.sleep(self.pace)


def _words(request: dict[str, Any], messages: list[dict[str, Any]]) -> Move:
    """The answer in words alone; where a question wants more, it says what that takes."""
    questions = [text_of(message) for message in messages if message.get("role") == "user"]
    text = reply(questions, _count_images(messages[-1]))
    if questions and not request.get("tools") and wants_tools(questions[-1]):
        text = f"{text}\n\n{NO_TOOLS}"
    return Move(text)


def _count_images(message: dict[str, Any]) -> int:
    return sum("image_url" in mapping(part) for part in items(message.get("content")))


def _instance(wanted: Any, question: str) -> str:
    """What answers a question with a schema, as JSON; empty where none is asked for."""
    form = mapping(wanted)
    if form.get("type") == "json_schema":
        schema = mapping(form.get("json_schema")).get("schema")
        return json.dumps(instance_of(schema, question), ensure_ascii=False)
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


def _call_head(call: Call, before: int) -> dict[str, Any]:
    """How a call begins, behind so many others; its arguments come in pieces."""
    function = {"name": call.name, "arguments": ""}
    return {"id": f"call_{before + 1}", "type": "function", "function": function}


def _call_event(at: int, call: dict[str, Any]) -> bytes:
    return _event({"tool_calls": [{"index": at, **call}]})


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, Any]) -> bytes:
    head = {"id": "demo", "object": "chat.completion.chunk", "created": 0, "model": "demo"}
    return b"data: " + json.dumps({**head, **value}, ensure_ascii=False).encode() + b"\n\n"
