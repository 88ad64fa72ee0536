"""What every provider is asked in these tests, and what the loopback service answers.

A provider is moved to loopback with its own variable, at its own path, and then asked
through `nbchat.stream`. What arrives is compared with rows written by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

import nbchat
from nbchat import Answer, Image, Message, Tool

from ...fakes.provider import Request, Service, answer
from .answers import Answers

KEY = "a-key-of-the-test"
PNG = Image(b"\x89PNG", "image/png")
PNG64 = "iVBORw=="
ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": {"type": "number"}}})
PARAMETERS = {"type": "object", "properties": {"a": {"type": "number"}}}
AUTH = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
NOWHERE = "http://127.0.0.1:1"
LOCAL = ("ollama", "lmstudio", "llamacpp", "vllm")  # what is looked for on this machine
SHOWN = (
    *AUTH,
    "anthropic-version",
)  # the headers that a row names; any other of these is a mistake


@dataclass
class Asker:
    """Asks one model of one provider, which is moved to the service."""

    service: Service
    model: str
    answers: Answers
    options: Mapping[str, Any] = field(default_factory=dict)

    async def ask(
        self, messages: str | Sequence[Message] = "Hi", *, call: bool = False, **options: Any
    ) -> Answer:
        body = self.answers.call if call else self.answers.plain
        self.service.answers(body, headers=dict(self.answers.headers))
        return await nbchat.stream(self.model, messages, **{**self.options, **options}).answer()

    async def body(
        self, messages: str | Sequence[Message] = "Hi", **options: Any
    ) -> dict[str, Any]:
        """The body that is sent for it, in JSON."""
        await self.ask(messages, **options)
        return self.sent

    async def again(self) -> dict[str, Any]:
        """The body of a second turn, which holds the first answer."""
        first = await self.ask()
        assert (first.text, first.stop.reason) == ("Hello", "end")
        return await self.body([Message("user", "Hi"), first.message, Message("user", "And?")])

    async def result(self) -> dict[str, Any]:
        """The body that brings a tool's result."""
        asked = await self.ask("1 + 1?", call=True, tools=[ADD])
        (called,) = asked.tool_calls
        assert (called.name, called.arguments, asked.stop.reason) == ("add", {"a": 1}, "tool_calls")
        told = Message("tool", "2", tool_call_id=called.id, name="add")
        return await self.body([Message("user", "1 + 1?"), asked.message, told], tools=[ADD])

    async def image(self) -> dict[str, Any]:
        return await self.body([Message("user", ["What is this?", PNG])])

    async def cases(self) -> dict[str, dict[str, Any]]:
        """The bodies of everything that every provider is asked."""
        return {
            "a plain question": await self.body(),
            "with limits": await self.body(system="Be brief.", max_tokens=64, temperature=0.5),
            "thinking on": await self.body(thinking=True),
            "thinking off": await self.body(thinking=False),
            "thinking high": await self.body(thinking="high"),
            "an image": await self.image(),
            "a second turn": await self.again(),
            "a tool's result": await self.result(),
        }

    @property
    def request(self) -> Request:
        return self.service.requests[-1]

    @property
    def sent(self) -> dict[str, Any]:
        body: dict[str, Any] = self.request.json
        return body

    @property
    def headers(self) -> dict[str, str]:
        """Of the last request, those that matter."""
        return shown(self.request)

    def posted(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether every request was a POST to `path` with these headers.

        Of the headers that matter there are no others.
        """
        return {(r.method, r.path, *sorted(shown(r).items())) for r in self.service.requests} == {
            ("POST", path, *sorted(headers.items()))
        }


def shown(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name in SHOWN}


def moved(monkeypatch: pytest.MonkeyPatch, kind: str, url: str, variable: str = "") -> None:
    """Point a provider to `url`, and set its key."""
    monkeypatch.setenv(f"{kind.upper().replace('-', '_')}_BASE_URL", url)
    if variable:
        monkeypatch.setenv(variable, KEY)


def refusal(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Any:
    """A play that refuses with a JSON body."""
    return answer(
        json.dumps(body).encode(),
        status=status,
        headers={"content-type": "application/json", **(headers or {})},
    )
