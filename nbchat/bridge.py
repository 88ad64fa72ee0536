"""Brings streams of the engine's loop to sync cells, and to any other event loop.

The only seam between the two worlds. A cell waits here with a timeout, so that an
interrupt is seen at once; nothing nests a loop, and nothing else assumes a thread.
"""

from __future__ import annotations

import asyncio
import queue
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from enum import Enum
from functools import partial
from typing import Any, TypeAlias, TypeVar

from nbchat.errands import Errand, perform_stoppable
from nbchat.errors import Interrupted, NbchatError
from nbchat.events import Answer, Event
from nbchat.interrupts import Interrupts
from nbchat.loop import CLOSING_SECONDS, LoopThread
from nbchat.store.notebook_path import kernel_is_watched
from nbchat.streams import Stream
from nbchat.tools.consent import ConsentQuestion, Decision
from nbchat.tools.running import Heard, Job, Outcome
from nbchat.tools.workplace import Attendant, Nobody, set_workplace

T = TypeVar("T")

BATCHES_AHEAD = 16  # batches of at most 256 KiB that may wait before the socket is no longer read


class _Mark(Enum):
    """What a consumer is handed besides batches."""

    ENDED = "nothing more comes"
    INTERRUPTED = "the user pressed stop"


_Item: TypeAlias = list[Event] | _Mark | Errand


class _Relay:
    """Carries batches from the engine's loop to a consumer elsewhere, never far ahead of it.

    Tools run where the consumer is: it is the workplace of what it carries.
    """

    def __init__(
        self, thread: LoopThread, stream: Stream, attendant: Attendant | None = None
    ) -> None:
        self._attendant = attendant or Nobody()
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
        set_workplace(self)
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
            self.error = bare(error)
        finally:
            self.deliver(_Mark.ENDED)

    def count_taken(self) -> None:
        """The consumer has taken a batch, so there is room for another."""
        self._taken += 1
        room, loop = self._room, self._thread.loop
        if room is not None and loop is not None and not room.is_set():
            with suppress(RuntimeError):  # the loop is being closed
                loop.call_soon_threadsafe(room.set)

    # --- tools -------------------------------------------------------------------------------

    async def perform(self, job: Job) -> Outcome:
        """Have a tool run on the thread that reads."""
        outcome: Outcome = await self._have_done(partial(self._perform, job))
        return outcome

    def hearing(self) -> AbstractContextManager[Heard | None]:
        """While an `async def` runs on the engine's loop."""
        return self._attendant.hearing()

    async def ask(self, question: ConsentQuestion) -> None:
        """Have the person beside that thread asked, or the function that answers for them."""
        asking = await self._have_done(partial(self._ask, question))
        if asking is not None:
            await asking

    async def _have_done(self, work: Callable[[], object]) -> Any:
        errand = Errand(work)
        self.deliver(errand)
        return await errand.done

    def _perform(self, job: Job) -> Outcome:
        return self._attendant.perform(job)

    def _ask(self, question: ConsentQuestion) -> Coroutine[Any, Any, None] | None:
        """Ask on this thread; what is returned still has to be awaited."""
        if question.approve is not None:
            return question.ask_function()
        self._attendant.ask(question)
        return None

    def cancel(self) -> None:
        if self._future is not None:
            self._future.cancel()

    def deliver(self, item: _Item) -> None:
        """Hand over a batch, or that it was the last. Called on the engine's thread."""
        raise NotImplementedError


def bare(error: Exception) -> Exception:
    """An error of ours without the frames and causes that hold requests and keys."""
    if isinstance(error, NbchatError):
        error.__context__ = error.__cause__ = None
        return error.with_traceback(None)
    return error


def _interrupted(answer: Answer) -> Interrupted:
    return Interrupted(f"stopped after {len(answer.text):,} characters.")


# --- for another event loop ------------------------------------------------------------------


class _AsyncRelay(_Relay):
    def __init__(self, thread: LoopThread, stream: Stream) -> None:
        super().__init__(thread, stream)
        self._home = asyncio.get_running_loop()
        self._ready: deque[_Item] = deque()
        self._arrived = asyncio.Event()
        self._asleep = False
        self.is_interrupted = False  # while a tool ran

    def _perform(self, job: Job) -> Outcome:
        """The loop's own handler would only hear of an interrupt once the tool has ended."""
        with Interrupts() as interrupts:
            outcome = perform_stoppable(interrupts, partial(self._attendant.perform, job))
        self.is_interrupted = self.is_interrupted or interrupts.seen
        return outcome

    def deliver(self, item: _Item) -> None:
        self._ready.append(item)
        if self._asleep:
            self._asleep = False
            with suppress(RuntimeError):  # the consumer's loop has been closed
                self._home.call_soon_threadsafe(self._arrived.set)

    async def take(self) -> _Item:
        while not self._ready:
            self._arrived.clear()
            self._asleep = True
            if self._ready:
                self._asleep = False
                break
            await self._arrived.wait()
        item = self._ready.popleft()
        if isinstance(item, list):
            self.count_taken()
        return item

    async def drain(self) -> None:
        """Stop, and wait until the other side has closed its socket and stored what it had."""
        self.cancel()
        while await self.take() is not _Mark.ENDED:
            pass  # an errand is not done any more


class _RelayedStream(Stream):
    """A stream of the engine's loop, to be read from whatever loop iterates over it."""

    def __init__(self, thread: LoopThread, stream: Stream) -> None:
        super().__init__(_relay_batches(thread, stream), stream.result)
        self._stream = stream

    @property
    def result(self) -> Answer:
        return self._stream.result


async def _relay_batches(thread: LoopThread, stream: Stream) -> AsyncGenerator[list[Event]]:
    if asyncio.get_running_loop() is thread.loop:
        async with stream:
            async for batch in stream.batches():
                yield batch
        return
    relay = _AsyncRelay(thread, stream)
    relay.start()
    item: _Item = []
    try:
        while (item := await relay.take()) is not _Mark.ENDED:
            if isinstance(item, Errand):
                await item.do_here()
            elif isinstance(item, list):
                yield item
    finally:
        if item is not _Mark.ENDED:
            await relay.drain()
    if relay.error:
        raise relay.error
    if relay.is_interrupted:
        raise _interrupted(stream.result)


# --- for a sync cell -------------------------------------------------------------------------


class Pump(_Relay):
    """Brings a stream to sync code, batch by batch, and stops it at an interrupt.

    >>> with Interrupts() as interrupts, bridge.pump(stream, interrupts) as pump:  # doctest: +SKIP
    ...     for events in pump.batches(every=0.1):      # [] when nothing came for 0.1 s
    ...         show(events)

    When the iteration has ended after an interrupt, the socket is closed and
    whoever had something to store has stored it.
    """

    def __init__(
        self,
        thread: LoopThread,
        stream: Stream,
        interrupts: Interrupts,
        attendant: Attendant | None = None,
    ) -> None:
        super().__init__(thread, stream, attendant)
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._interrupts = interrupts
        self._ended = False

    def deliver(self, item: _Item) -> None:
        self._queue.put(item)

    def __enter__(self) -> Pump:
        self.start()
        # SimpleQueue.put is reentrant, so a signal handler may call it.
        self._interrupts.tell(lambda: self._queue.put(_Mark.INTERRUPTED))
        return self

    def batches(self, every: float) -> Iterator[list[Event]]:
        """The events as they come, and an empty list each `every` seconds without any."""
        while not self._ended:
            try:
                item = self._queue.get(timeout=every)
            except queue.Empty:
                yield []
                continue
            if item is _Mark.INTERRUPTED:
                self._stop()
            elif item is _Mark.ENDED:
                self._ended = True
            elif isinstance(item, Errand):
                item.do()
            elif isinstance(item, list):
                self.count_taken()
                yield item
        if self.error and not self._interrupts.seen:
            raise self.error

    def _perform(self, job: Job) -> Outcome:
        return perform_stoppable(self._interrupts, partial(self._attendant.perform, job))

    def _ask(self, question: ConsentQuestion) -> Coroutine[Any, Any, None] | None:
        try:
            with self._interrupts.reaching():
                return super()._ask(question)
        except KeyboardInterrupt:
            question.answer(Decision(False, stopped=True), by="the cell")
            return None

    def _stop(self) -> None:
        """Cancel, and wait until the other side has closed its socket and stored what it had."""
        self.cancel()
        deadline = time.monotonic() + CLOSING_SECONDS
        while not self._ended:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            with suppress(queue.Empty):
                item = self._queue.get(timeout=left)
                self._ended = item is _Mark.ENDED
                if isinstance(item, list):
                    self.count_taken()
        self._ended = True

    def __exit__(self, *error: object) -> None:
        if not self._ended:
            self._stop()


# --- what the rest of nbchat holds --------------------------------------------------------------


class ThreadBridge:
    """How streams and coroutines of the engine's thread are used from anywhere else."""

    def __init__(self, thread: LoopThread) -> None:
        self._thread = thread

    def relay(self, stream: Stream) -> Stream:
        """The same stream, to be read from whatever loop iterates over it."""
        return _RelayedStream(self._thread, stream)

    def pump(
        self, stream: Stream, interrupts: Interrupts, attendant: Attendant | None = None
    ) -> Pump:
        """The same stream, to be read by sync code; its tools run there, with this attendant."""
        return Pump(self._thread, stream, interrupts, attendant)

    def wait(self, stream: Stream) -> Answer:
        """Wait for the whole answer; the blocking counterpart of `await stream.answer()`."""
        if self._thread.is_current:
            raise RuntimeError(
                "ask() would wait for itself on the engine's own thread; "
                "await stream.answer() there"
            )
        is_kernel = kernel_is_watched() is not None
        with Interrupts(lingers=is_kernel) as interrupts, self.pump(stream, interrupts) as pump:
            for _ in pump.batches(every=1.0):
                pass
        if interrupts.seen:
            raise _interrupted(stream.result)
        return stream.result.ended()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the thread, and wait for what it returns; an interrupt cancels it."""
        future = self._thread.submit(work)
        try:
            return future.result()
        except NbchatError as error:
            raise bare(error) from None
        finally:
            future.cancel()
