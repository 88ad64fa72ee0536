"""One server and one provider for most tests here; starting a process takes more than a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ...fakes.provider import Service
from .running import KEY, RunningServer


@pytest.fixture(scope="session")
def _provider() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture(scope="session")
def _server(_provider: Service) -> Iterator[RunningServer]:
    limits = ("--rate", "100000", "--concurrency", "1000")
    with RunningServer(*limits, KIMI_BASE_URL=_provider.url, KIMI_API_KEY=KEY) as server:
        yield server
    assert "Traceback" not in server.said, server.said
    assert KEY not in server.said


@pytest.fixture
def provider(_provider: Service) -> Service:
    """Answers for `kimi-…` models, as the test scripts it."""
    _provider.requests.clear()
    _provider.always(None)  # type: ignore[arg-type]
    return _provider


@pytest.fixture
def server(_server: RunningServer, provider: Service) -> RunningServer:
    """`nbchat serve`, with a key for kimi and nothing else."""
    return _server


FORMATS = {  # a model of each wire format; `moved` says that the provider of the tests answers
    "openai-chat": "openai:gpt-4.1",
    "openai-responses": "xai:grok-9",
    "anthropic-messages": "anthropic:claude-new",
    "gemini": "gemini:gemini-2.5-flash",
    "ollama": "ollama:qwen3",
    "cohere": "cohere:command-a",
}


@pytest.fixture(scope="session")
def _everywhere(_provider: Service) -> Iterator[RunningServer]:
    kinds = ("OPENAI", "XAI", "ANTHROPIC", "GEMINI", "OLLAMA", "COHERE", "LLAMACPP")
    moved = {f"{kind}_BASE_URL": _provider.url for kind in kinds}
    keys = {f"{kind}_API_KEY": KEY for kind in kinds if kind not in ("OLLAMA", "LLAMACPP")}
    with RunningServer("--rate", "100000", **moved, **keys) as server:
        yield server
    assert "Traceback" not in server.said, server.said


@pytest.fixture
def everywhere(_everywhere: RunningServer, provider: Service) -> RunningServer:
    """`nbchat serve`, with the provider of the tests at the address of many."""
    return _everywhere
