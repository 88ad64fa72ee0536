"""A kernel of somebody who reads Chinese, and what its cells show."""

from __future__ import annotations

import re

import pytest

from ..fakes.provider import Service
from ..frontends.notebook.calling import TOOLS
from ..running_kernel import Ran, RunningKernel

TAGS = re.compile(r"<style>.*?</style>|<[^>]+>", re.S)


@pytest.fixture
def session(kernel: RunningKernel, service: Service) -> RunningKernel:
    """A kernel that speaks Chinese, with tools, and whose Kimi is the service."""
    kernel.run(
        "import os\nos.environ.update(NBCHAT_LANG='zh', KIMI_API_KEY='k', "
        f"KIMI_BASE_URL='{service.url}/v1')\n%load_ext nbchat"
    )
    kernel.run(TOOLS)
    return kernel


def pages(ran: Ran) -> list[str]:
    """Each page that was shown on the way, in order."""
    found = [message["content"].get("data", {}).get("text/html", "") for message in ran.messages]
    return [page for page in map(plain, found) if page]


def plain(html: str) -> str:
    return " ".join(TAGS.sub(" ", html).split())
