"""Waiting for what nobody tells: looked at again and again, and given up after a while."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 60.0  # for anything; a wait that long is a failure
PAUSE = 0.005


def until(true: Callable[[], object], within: float = SECONDS) -> None:
    """Wait until that is so; fails when it never is."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"not within {within:g} s"
        time.sleep(PAUSE)


async def soon(true: Callable[[], object], within: float = SECONDS) -> None:
    """The same on an event loop, which goes on meanwhile."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"not within {within:g} s"
        await asyncio.sleep(PAUSE)


@contextmanager
def no_hang(seconds: float) -> Iterator[None]:
    """Fails where this needs so many seconds of the processor: it would go on for minutes."""

    def give_up(*_: object) -> None:
        raise AssertionError(f"it hangs: no end after {seconds:g} s of the processor")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
