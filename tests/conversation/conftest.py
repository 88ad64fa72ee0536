"""A notebook that asks over a real connection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbchat.runtime import Runtime

from ..fakes.provider import Service, answer, said
from .asking import Notebook


@pytest.fixture
def notebook(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    monkeypatch.setenv("KIMI_API_KEY", "sk-test-0123456789")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    service.always(answer(*said("Yes.")))
    opened = Runtime()
    yield Notebook(opened, service)
    opened.close()
