"""How a cell waits for a map: it looks at the progress, and an interrupt ends it soon."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

from nbchat import runtime
from nbchat.interrupts import Interrupts
from nbchat.store.notebook_path import kernel_is_watched

LOOK_SECONDS = 0.1  # between two looks at the progress
STOPPING_SECONDS = 0.2  # that sockets have to close, before the cell goes on without them

_ENDED, _INTERRUPTED = "ended", "interrupted"


def wait_for(work: Coroutine[Any, Any, None], look: Callable[[], None]) -> bool:
    """Run it on the engine's thread; call `look` while it does. False where it was interrupted.

    Raises what the work does.
    """
    thread = runtime.current().thread
    if thread.is_current:
        work.close()
        raise RuntimeError("map() would wait for itself on the engine's own thread")
    news: queue.SimpleQueue[str] = queue.SimpleQueue()

    async def run() -> None:
        try:
            await work
        finally:
            news.put(_ENDED)

    with Interrupts(lingers=kernel_is_watched() is not None) as interrupts:
        # SimpleQueue.put is reentrant, so a signal handler may call it.
        interrupts.tell(lambda: news.put(_INTERRUPTED))
        future = thread.submit(run())
        while not interrupts.seen and _next(news, LOOK_SECONDS) != _ENDED:
            look()
        if interrupts.seen:
            future.cancel()
            _wait_for_end(news)
            return False
    with suppress(CancelledError):  # the engine was closed under it
        future.result()
        return True
    return False


def _next(news: queue.SimpleQueue[str], seconds: float) -> str:
    try:
        return news.get(timeout=seconds)
    except queue.Empty:
        return ""


def _wait_for_end(news: queue.SimpleQueue[str]) -> None:
    deadline = time.monotonic() + STOPPING_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        if _next(news, left) == _ENDED:
            return
