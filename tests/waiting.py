"""Waiting for what nobody tells: looked at again and again, and given up after a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

SECONDS = 20.0  # for anything; a wait that long is a failure
PAUSE = 0.005


def until(true: Callable[[], object], within: float = SECONDS) -> float:
    """How many seconds it took until that was so; fails when it never was."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < within, f"not within {within:g} s"
        time.sleep(PAUSE)
    return time.monotonic() - started


async def soon(true: Callable[[], object], within: float = SECONDS) -> float:
    """The same on an event loop, which goes on meanwhile."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < within, f"not within {within:g} s"
        await asyncio.sleep(PAUSE)
    return time.monotonic() - started
