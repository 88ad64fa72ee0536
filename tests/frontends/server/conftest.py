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
