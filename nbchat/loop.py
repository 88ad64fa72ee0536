"""Runs async streams from sync cells, and from any other event loop.

The only seam between the two worlds: one daemon thread with one event loop, on
which everything of the engine happens. A cell waits here with a timeout, so that
an interrupt is seen at once; nothing nests a loop, and nothing else assumes a
thread.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from nbchat.errors import Interrupted, NbchatError
from nbchat.events import Answer, Event
from nbchat.interrupts import Interrupts
from nbchat.streams import Stream

T = TypeVar("T")

BATCHES_AHEAD = 16  # batches, of 256 KiB at most, that may wait for a slow consumer before the socket is no longer read
CLOSING_SECONDS = 5.0  # to end everything that runs, before the thread is given up


class LoopThread:
    """A daemon thread with one event loop, started when first needed."""

    def __init__(self, name: str = "nbchat-engine") -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the thread's loop, in the caller's context."""
        return asyncio.run_coroutine_threadsafe(work, self.started())

    def started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self.loop is None:
                self.loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._run, args=(self.loop,), name=self._name, daemon=True
                )
                self._thread.start()
            return self.loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
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

    def forget(self) -> None:
        """After a fork the thread is not there; the child starts its own."""
        self._lock = threading.Lock()
        self.loop = self._thread = None


async def _end(
    loop: asyncio.AbstractEventLoop, last: Callable[[], Coroutine[Any, Any, None]] | None
) -> None:
    running = asyncio.all_tasks() - {asyncio.current_task()}
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=CLOSING_SECONDS / 2)
    if last:
        await last()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


def run_and_wait(thread: LoopThread, work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the thread's loop, and wait for what comes of it; an interrupt cancels it."""
    future = thread.submit(work)
    try:
        return future.result()
    except NbchatError as error:
        raise _bare(error) from None
    finally:
        future.cancel()


class _Relay:
    """Carries batches from the engine's loop to a consumer elsewhere, never far ahead of it."""

    def __init__(self, thread: LoopThread, stream: Stream) -> None:
        self._thread = thread
        self._stream = stream
        self._sent = 0  # written by the engine's thread alone
        self._taken = 0  # written by the consumer's thread alone
        self._room: asyncio.Event | None = None
        self._future: Future[None] | None = None
        self.error: Exception | None = None

    def start(self) -> None:
        self._future = self._thread.submit(self._carry())

    async def _carry(self) -> None:
        self._room = asyncio.Event()
        try:
            async with self._stream as stream:
                async for batch in stream.batches():
                    self.deliver(batch)
                    self._sent += 1
                    while self._sent - self._taken > BATCHES_AHEAD:
                        self._room.clear()
                        if self._sent - self._taken > BATCHES_AHEAD:
                            await self._room.wait()
        except Exception as error:  # raised again where it is wanted, in the consumer's thread
            self.error = _bare(error)
        finally:
            self.deliver(None)

    def took(self) -> None:
        self._taken += 1
        room, loop = self._room, self._thread.loop
        if room is not None and loop is not None and not room.is_set():
            with suppress(RuntimeError):  # the loop is being closed
                loop.call_soon_threadsafe(room.set)

    def cancel(self) -> None:
        if self._future is not None:
            self._future.cancel()

    def deliver(self, batch: list[Event] | None) -> None:
        """Hand over a batch; None after the last. Called on the engine's thread."""
        raise NotImplementedError


def _bare(error: Exception) -> Exception:
    """An error of ours without the frames and causes that hold requests and keys."""
    if isinstance(error, NbchatError):
        error.__context__ = error.__cause__ = None
        return error.with_traceback(None)
    return error


# --- for another event loop ------------------------------------------------------------------


class _AsyncRelay(_Relay):
    def __init__(self, thread: LoopThread, stream: Stream) -> None:
        super().__init__(thread, stream)
        self._home = asyncio.get_running_loop()
        self._ready: deque[list[Event] | None] = deque()
        self._arrived = asyncio.Event()
        self._asleep = False

    def deliver(self, batch: list[Event] | None) -> None:
        self._ready.append(batch)
        if self._asleep:
            self._asleep = False
            with suppress(RuntimeError):  # the consumer's loop has been closed
                self._home.call_soon_threadsafe(self._arrived.set)

    async def take(self) -> list[Event] | None:
        while not self._ready:
            self._arrived.clear()
            self._asleep = True
            if self._ready:
                self._asleep = False
                break
            await self._arrived.wait()
        self.took()
        return self._ready.popleft()


def relay(thread: LoopThread, stream: Stream) -> Stream:
    """The same stream, to be read from whatever loop iterates over it."""
    return Stream(_relayed(thread, stream), stream.result)


async def _relayed(thread: LoopThread, stream: Stream) -> AsyncGenerator[list[Event]]:
    if asyncio.get_running_loop() is thread.loop:
        async with stream:
            async for batch in stream.batches():
                yield batch
        return
    relay = _AsyncRelay(thread, stream)
    relay.start()
    ended = False
    try:
        while (arrived := await relay.take()) is not None:
            yield arrived
        ended = True
    finally:
        if not ended:
            relay.cancel()
            while await relay.take() is not None:
                pass
    if relay.error:
        raise relay.error


# --- for a sync cell ---------------------------------------------------------------------------------


class Pump(_Relay):
    """Brings a stream to sync code, batch by batch, and stops it at an interrupt.

    >>> with Interrupts() as interrupts, Pump(thread, stream, interrupts) as pump:   # doctest: +SKIP
    ...     for events in pump.batches(every=0.1):      # [] when nothing came for 0.1 s
    ...         show(events)

    When the iteration has ended after an interrupt, the socket is closed and
    whoever had something to store has stored it.
    """

    def __init__(self, thread: LoopThread, stream: Stream, interrupts: Interrupts) -> None:
        super().__init__(thread, stream)
        self._queue: queue.SimpleQueue[list[Event] | str | None] = queue.SimpleQueue()
        self._interrupts = interrupts
        self._ended = False

    def deliver(self, batch: list[Event] | None) -> None:
        self._queue.put(batch)

    def __enter__(self) -> Pump:
        self.start()
        self._interrupts.tell(lambda: self._queue.put("interrupt"))  # SimpleQueue.put is reentrant
        return self

    def batches(self, every: float) -> Iterator[list[Event]]:
        """The events as they come, and an empty list each `every` seconds without any."""
        while not self._ended:
            try:
                item = self._queue.get(timeout=every)
            except queue.Empty:
                yield []
                continue
            if isinstance(item, str):
                self._stop()
            elif item is None:
                self._ended = True
            else:
                self.took()
                yield item
        if self.error and not self._interrupts.seen:
            raise self.error

    def _stop(self) -> None:
        """Cancel, and wait until the other side has closed its socket and stored what it had."""
        self.cancel()
        deadline = time.monotonic() + CLOSING_SECONDS
        while not self._ended and (left := deadline - time.monotonic()) > 0:
            with suppress(queue.Empty):
                item = self._queue.get(timeout=left)
                self._ended = item is None
                if isinstance(item, list):
                    self.took()
        self._ended = True

    def __exit__(self, *error: object) -> None:
        if not self._ended:
            self._stop()


def wait_for_answer(thread: LoopThread, stream: Stream) -> Answer:
    """Wait for the whole answer; the blocking counterpart of `await stream.answer()`."""
    if threading.get_ident() == getattr(thread._thread, "ident", None):
        raise RuntimeError(
            "ask() would wait for itself on the engine's own thread; await stream.answer() there"
        )
    with Interrupts() as interrupts, Pump(thread, stream, interrupts) as pump:
        for _ in pump.batches(every=1.0):
            pass
    if interrupts.seen:
        raise Interrupted(f"stopped after {len(stream.result.text):,} characters.")
    return stream.result
