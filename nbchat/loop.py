"""One daemon thread with one event loop, on which everything of the engine happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from nbchat.library_logs import hush_thread, hushed

T = TypeVar("T")

CLOSING_SECONDS = 5.0  # to end everything that runs, before the thread is given up


class LoopThread:
    """A daemon thread with one event loop, started when first needed."""

    def __init__(self, name: str = "nbchat-engine") -> None:
        self._name = name
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self._resumed = threading.Event()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the thread's loop, in the caller's context."""
        return asyncio.run_coroutine_threadsafe(work, self.start())

    @property
    def is_current(self) -> bool:
        """Whether the caller is on this thread."""
        return self._thread is threading.current_thread()

    def start(self) -> asyncio.AbstractEventLoop:
        """Start it, where it is not running. Returns its loop."""
        loop = self.loop
        if loop is not None:
            return loop
        with self._lock:
            if self.loop is None:
                with hushed("asyncio"):  # which would tell of its selector
                    self.loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._run, args=(self.loop,), name=self._name, daemon=True
                )
                self._thread.start()
            return self.loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        hush_thread("httpcore2", "httpx2")
        try:
            loop.run_forever()
        finally:
            asyncio.set_event_loop(None)

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Cancel what runs, run `last`, and end the thread. It can be started again."""
        with self._lock:
            loop, thread = self.loop, self._thread
            self.loop = self._thread = None
        if loop is None or thread is None:
            return
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_end(loop, last), loop).result(CLOSING_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CLOSING_SECONDS)
        if not thread.is_alive():
            loop.close()

    # --- forks ---------------------------------------------------------------------------------

    def pause(self, seconds: float) -> None:
        """Wait until it is between two steps, with nothing half imported or half done; it stays so.

        Until `resume`, or for so many seconds; nor is it waited for longer. A thread that is not
        running is not started meanwhile.
        """
        self._lock.acquire(timeout=seconds)
        loop = self.loop
        if loop is None or self.is_current:
            return
        paused = threading.Event()
        self._resumed.clear()
        with suppress(RuntimeError):  # the loop has just been closed
            loop.call_soon_threadsafe(_rest, paused, self._resumed, seconds)
            paused.wait(seconds)

    def resume(self) -> None:
        """Let it go on."""
        self._resumed.set()
        with suppress(RuntimeError):  # the wait was given up
            self._lock.release()

    def forget(self) -> None:
        """After a fork the thread is not there; the child starts its own."""
        self._lock, self._resumed = threading.RLock(), threading.Event()
        self.loop = self._thread = None


def _rest(paused: threading.Event, resumed: threading.Event, seconds: float) -> None:
    paused.set()
    resumed.wait(seconds)


async def _end(
    loop: asyncio.AbstractEventLoop, last: Callable[[], Coroutine[Any, Any, None]] | None
) -> None:
    """Cancel what runs on the loop, run `last`, and wait until all of it has ended."""
    running = asyncio.all_tasks() - {asyncio.current_task()}
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=CLOSING_SECONDS / 2)
    if last:
        await last()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
