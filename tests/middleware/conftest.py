"""A paid model on loopback, and a process that has asked nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbchat import runtime

from ..fakes.provider import Service
from .billing import Biller


@pytest.fixture
def biller(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Biller]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIMI_API_KEY", "k")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    runtime.reset()
    yield Biller(service, seconds=0.01)
    runtime.reset()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Write the user's own settings file."""
    file = tmp_path / "own.toml"
    monkeypatch.setenv("NBCHAT_CONFIG", str(file))
    file.write_text("")

    def write(text: str) -> None:
        file.write_text(text)

    return write
