"""A panel's session with a fake page, and every message held against the table of messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbchat import runtime

from ...fakes.page import ROWS, TOLD, Desk
from ...fakes.provider import Service
from . import messages

SHAPES = messages.read_shapes("ToPage")
BY_KIND = messages.by_kind("ToPage")


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
