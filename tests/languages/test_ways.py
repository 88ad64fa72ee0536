"""What is said of settings, names, keys, options and the network, in a Chinese session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import nbchat
from nbchat.catalog.catalog import shipped
from nbchat.errors import BadSettings, NbchatError
from nbchat.languages import translated

from ..errors import no_answer, refused, setup, wrong_calls
from ..errors.stage import CASES, KEY, Case, Stage
from ..fakes.provider import Service
from ..frontends.notebook.shell import shell_in
from ..trusted import write_trusted
from .left_over import english_left


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    with shell_in(tmp_path_factory.mktemp("ipython")) as shell:
        yield shell


@pytest.fixture
def stage(
    service: Service, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Stage:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBCHAT_LANG", "zh")
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    return Stage(service, monkeypatch, tmp_path, shell)
