"""Set-ups for a check to look at: servers on loopback, and the environment that leads there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from nbchat.engine import checks
from nbchat.engine.checks import Subject
from nbchat.engine.engine import Engine
from nbchat.engine.findings import Finding

from ..fakes.provider import Play, Request, Service, answer
from ..network.faults.certificates import Authority
from ..network.faults.talking import port_of, refusing

KEY = "sk-canary-4dG7hQ2xW9pLabcd1234"
MODEL = "kimi-k2.6"
PAGE = b"<!doctype html><html><head><title>Log in to Hotel WiFi</title></head><body>Hi</body>"


@dataclass
class Stage:
    """Where a set-up is made. `service` has nothing anywhere until it is told otherwise."""

    service: Service
    authority: Authority
    other_authority: Authority
    environ: pytest.MonkeyPatch
    stack: AsyncExitStack

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self.environ.setenv(name, value)

    def kimi(self, url: str = "", key: str = KEY) -> None:
        """Kimi is asked there, or at the service, with this key."""
        self.set(KIMI_BASE_URL=url or f"{self.service.url}/v1", KIMI_API_KEY=key)

    def refusing_port(self) -> int:
        """A port that refuses every connection."""
        return port_of(self.stack.enter_context(refusing()))

    def gives_up_soon(self) -> None:
        """What is silent here is not waited for longer than it has to be."""
        self.environ.setattr(checks, "SECONDS", 2.0)

    def answers(self, body: Any, status: int = 200, path: str = "/v1/models") -> None:
        """Kimi is the service, which answers so when it is asked for its list."""
        self.kimi()
        self.service.always(at_paths({path: as_json(body, status)}))


Setup = Callable[[Stage], Awaitable[None]]


def as_json(value: Any, status: int = 200, **headers: str) -> Play:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return answer(body, status=status, headers={"content-type": "application/json", **headers})


def openai_list(*models: str) -> Any:
    return {"object": "list", "data": [{"id": model, "object": "model"} for model in models]}


def at_paths(paths: Mapping[str, Play]) -> Play:
    """Each path its own play; elsewhere there is nothing."""
    nothing = as_json({"detail": "Not Found"}, 404)

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        return await paths.get(request.path.partition("?")[0], nothing)(request, writer)

    return play


async def look(name: str = MODEL, *, live: bool = False) -> list[Finding]:
    """What a check finds, over an engine of its own."""
    engine = Engine()
    try:
        return await engine.check(Subject(name, "named here"), live=live)
    finally:
        await engine.aclose()


def called_wrong(findings: list[Finding]) -> list[str]:
    return [finding.about for finding in findings if finding.state == "wrong"]


def told(findings: list[Finding]) -> str:
    """All that is said."""
    return "\n".join(f"{f.about} {f.state}: {f.seen} {f.to_do}" for f in findings)
