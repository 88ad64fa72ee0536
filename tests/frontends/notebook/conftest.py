"""What the front-ends' tests share."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from ...fakes.provider import Service
from ...running_kernel import RunningKernel
from .shell import shell_in

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture
def kimi(kernel: RunningKernel, service: Service) -> Service:
    """The kernel's Kimi is this service."""
    kernel.run(
        f"import os; os.environ.update(KIMI_API_KEY={KEY!r}, KIMI_BASE_URL='{service.url}/v1')"
    )
    return service


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """An IPython in this process; a test puts in a `display_pub` of its own."""
    with shell_in(tmp_path_factory.mktemp("ipython")) as shell:
        yield shell


def plain(html: str) -> str:
    """What is left of HTML without its tags and styles."""
    return re.sub(r"<[^>]+>", "", re.sub(r"<style>.*?</style>", "", html, flags=re.S)).strip()
