"""An engine of its own for each file.

A machine where nothing is set and nobody answers, for tests that choose.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import nbchat
from nbchat import runtime
from nbchat.catalog.catalog import shipped
from nbchat.conversation.conversation import Conversation
from nbchat.conversation.once import Once
from nbchat.engine import local_servers

from .asking import LOCAL, NOWHERE, moved


@pytest.fixture(autouse=True, scope="module")
def engine() -> Iterator[None]:
    """Its connections are closed at the end: every test has a service of its own."""
    yield
    runtime.close()


@pytest.fixture
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, and no server on this machine; time enough for a busy one."""
    for provider in shipped().providers.values():
        for variable in (*provider.env_keys, *provider.env_base_url):
            monkeypatch.delenv(variable, raising=False)
    for kind in LOCAL:
        moved(monkeypatch, kind, NOWHERE)
    monkeypatch.setattr(local_servers, "SEARCH_SECONDS", 20.0)
    monkeypatch.setattr(runtime.current().engine.demo, "pace", 0.0)
    monkeypatch.setattr(runtime.current(), "once", Once())


@pytest.fixture
def talk(request: pytest.FixtureRequest) -> Conversation:
    return nbchat.chat(request.node.name)
