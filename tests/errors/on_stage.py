"""The fixtures in which every case of an error can happen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from ..fakes.provider import Service
from ..frontends.notebook.shell import shell_in
from .stage import KEY, Stage


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """Where `%chat` lines are typed."""
    with shell_in(tmp_path_factory.mktemp("ipython")) as shell:
        yield shell


@pytest.fixture
def stage(
    service: Service, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Stage:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    return Stage(service, monkeypatch, tmp_path, shell)
