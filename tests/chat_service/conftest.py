"""`kimi-…` models are answered by the provider of the test."""

from __future__ import annotations

import pytest

from ..fakes.provider import Service
from .asking import KEY


@pytest.fixture(autouse=True)
def kimi(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_BASE_URL", service.url)
    monkeypatch.setenv("KIMI_API_KEY", KEY)
