"""What the front-ends' tests share."""

from __future__ import annotations

import re

import pytest

from ..running_kernel import RunningKernel
from ..service import Service

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture
def kimi(kernel: RunningKernel, service: Service) -> Service:
    """The kernel's Kimi is this service."""
    kernel.run(
        f"import os; os.environ.update(KIMI_API_KEY={KEY!r}, KIMI_BASE_URL='{service.url}/v1')"
    )
    return service


def plain(html: str) -> str:
    """What is left of HTML without its tags and styles."""
    return re.sub(r"<[^>]+>", "", re.sub(r"<style>.*?</style>", "", html, flags=re.S)).strip()
