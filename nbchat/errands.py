"""What the engine's loop has done on the thread where tools run.

Whoever reads a stream does the errand between two batches, and an interrupt reaches a tool first.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from nbchat.interrupts import Interrupts
from nbchat.tools.running import INTERRUPTED, Outcome


class Errand:
    """Something to be done on the thread that reads, for which the engine's loop waits."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[Any] = self._loop.create_future()

    def do(self) -> None:
        """Do it, and tell the loop what came of it."""
        try:
            result, error = self._work(), None
        except BaseException as raised:
            result, error = None, _harmless(raised)
        self._tell(result, error)

    async def do_here(self) -> None:
        """The same on the loop of an async reader, on which an awaitable result is awaited."""
        result, error = None, None
        try:
            result = self._work()
            if inspect.isawaitable(result):
                result = await result
        except BaseException as raised:
            error = _harmless(raised)
            if isinstance(raised, asyncio.CancelledError):  # the reader's own
                raise
        finally:
            self._tell(result, error)

    def _tell(self, result: object, error: Exception | None) -> None:
        with suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._settle, result, error)

    def _settle(self, result: object, error: Exception | None) -> None:
        if self.done.done():  # nobody waits any more
            return
        if error is None:
            self.done.set_result(result)
        else:
            self.done.set_exception(error)


def _harmless(raised: BaseException) -> Exception:
    """What was raised, as something that does not end the engine's loop."""
    return raised if isinstance(raised, Exception) else RuntimeError(f"it raised {raised!r}")


def perform_stoppable(interrupts: Interrupts, perform: Callable[[], Outcome]) -> Outcome:
    """What comes of a tool that an interrupt reaches first; the turn ends when the tool has."""
    start = time.monotonic()
    try:
        with interrupts.reaching():
            outcome = perform()
    except KeyboardInterrupt:  # between two lines of ours
        outcome = Outcome(INTERRUPTED, True, time.monotonic() - start)
    if not interrupts.seen:
        return outcome
    outcome.interrupted = True
    # Libraries make another error of it; so does Python itself, where it strikes inside a lock.
    is_told = str(outcome.content).startswith(INTERRUPTED)
    return outcome if is_told or not outcome.error else replace(outcome, content=INTERRUPTED)
