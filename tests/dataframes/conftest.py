"""`kimi-…` models are answered by the provider of the test; nothing is left of another test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbchat import runtime

from ..fakes.provider import Service
from .rows_service import RowsService


@pytest.fixture
def provider(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[RowsService]:
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    monkeypatch.setenv("KIMI_API_KEY", "sk-test-0123456789")
    runtime.reset()
    yield RowsService(service)
    runtime.reset()
