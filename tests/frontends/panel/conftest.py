"""A panel's session without a notebook: what it says is written down."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbchat import runtime
from nbchat.frontends.panel import handlers
from nbchat.frontends.panel.session import Session

from ...service import Service
from ...waiting import SECONDS
from . import messages

TOLD: list[dict[str, Any]] = []  # by all desks of a test
ROWS: list[dict[str, Any]] = []  # that were told
SHAPES = messages.read_shapes("ToPage")
BY_KIND = messages.by_kind("ToPage")


class Desk:
    """A session, the variables of its notebook, and everything it told the views."""

    hidden = ("In",)  # of the variables

    def __init__(self, name: str = "main", **variables: Any) -> None:
        self.told: list[dict[str, Any]] = []
        self.buffers: list[tuple[bytes, ...]] = []
        self.published: list[dict[str, Any]] = []  # copies for the notebook
        self.variables = variables
        self.session = Session(name, self._hear, self, self.published.append)
        self.say("sync", view="v")
        self.wait("state")

    def _hear(self, message: dict[str, Any], *buffers: bytes) -> None:
        TOLD.append(message)
        if message["kind"] == "rows":
            message = {**message, "rows": json.loads(zlib.decompress(buffers[0]))}
            ROWS.extend(message["rows"])
        self.buffers.append(buffers)
        self.told.append(message)

    def say(self, kind: str, buffers: tuple[bytes, ...] = (), **facts: Any) -> None:
        handlers.take(self.session, {"kind": kind, **facts}, buffers)

    def ask(self, question: str, request_id: str = "", **facts: Any) -> None:
        self.say("send", request_id=request_id or f"r{time.monotonic_ns()}", text=question, **facts)

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in list(self.told) if message["kind"] == kind]

    def wait(
        self, kind: str, count: int = 1, when: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> dict[str, Any]:
        """The `count`th message of that kind, once it has come."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            messages = [message for message in self.all(kind) if when(message)]
            if len(messages) >= count:
                return messages[count - 1]
            time.sleep(0.005)
        kinds = [message["kind"] for message in self.told]
        raise AssertionError(f"no {kind} number {count}; told: {kinds}")

    @property
    def turns(self) -> list[tuple[str, str]]:
        return [(t.question.text, t.answer.text) for t in self.session.conversation.turns]


@pytest.fixture(autouse=True)
def what_is_told_is_in_the_table() -> Iterator[None]:
    """Every message has the members that `messages.d.ts` says."""
    TOLD.clear()
    ROWS.clear()
    yield
    for message in list(TOLD):
        assert BY_KIND[message["kind"]].fits(message), message
    for row in ROWS:
        assert SHAPES["Row"].fits(row), row
    for message in (*TOLD, *ROWS):
        if "question" in message:
            assert SHAPES["Question"].fits(message["question"]), message


@pytest.fixture
def fresh_kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process as it is before the first question."""
    runtime.reset()
    monkeypatch.setenv("NBCHAT_MODEL", "demo")  # without it, local servers would be looked for
    runtime.current().engine.demo.pace = 0.0
    yield
    runtime.reset()


@pytest.fixture
def desk(fresh_kernel: None) -> Desk:
    return Desk()


@pytest.fixture
def slow(
    fresh_kernel: None, service: Service, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """A service that answers when no model is named."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"{service.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("NBCHAT_MODEL", "openai:slow")
    yield service
    runtime.close()
