"""Stops a stream from outside: a button, another task, another thread, or a clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Self, TypeVar

from nbchat.errors import BadCall
from nbchat.wrong_calls import tells_wrong_calls

T = TypeVar("T")


class AbortSignal:
    """Give it to a stream, and call `abort()` when you have had enough. It works once.

    >>> signal = AbortSignal()
    >>> signal.abort("the user pressed Stop")
    >>> signal.aborted, signal.reason
    (True, 'the user pressed Stop')
    """

    @tells_wrong_calls
    def __init__(self) -> None:
        self._reason: str | None = None
        self._deadline: float | None = None
        self._reason_at_deadline = ""
        self._listeners: dict[object, Callable[[], None]] = {}

    @classmethod
    @tells_wrong_calls
    def timeout(cls, seconds: float) -> Self:
        """A signal that aborts by itself, `seconds` from now.

        >>> AbortSignal.timeout(0).reason
        'the time limit of 0 s is over'
        """
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            kind = type(seconds).__name__
            raise BadCall(f"timeout() takes a number of seconds, such as 30, not {kind}.")
        signal = cls()
        signal._deadline = time.monotonic() + seconds
        signal._reason_at_deadline = f"the time limit of {seconds:g} s is over"
        return signal

    @tells_wrong_calls
    def abort(self, reason: str = "") -> None:
        """Stop whatever listens.

        May be called from any thread, before, during or after a stream.
        """
        if not self.aborted:
            self._reason = reason
            for wake in tuple(self._listeners.values()):
                wake()

    @property
    def aborted(self) -> bool:
        """Whether `abort` was called."""
        return self._reason is not None or self.seconds_left == 0

    @property
    def reason(self) -> str:
        """Why it has aborted; empty where `abort` got no reason, or before that."""
        if self._reason:
            return self._reason
        return self._reason_at_deadline if self.seconds_left == 0 else ""

    @property
    def seconds_left(self) -> float | None:
        """Until it aborts by itself; None for a signal without a clock."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    async def iterate(self, items: AsyncGenerator[T]) -> AsyncGenerator[T]:
        """The items as they come, until the abort; they are closed at the end.

        Raises TimeoutError in place of the first item after the abort.
        """
        loop, me = asyncio.get_running_loop(), object()
        async with aclosing(items):
            while True:
                async with asyncio.timeout(self.seconds_left) as limit:
                    self._listeners[me] = partial(_wake, loop, limit)
                    try:
                        if self.aborted:  # after listening, or an abort in between is missed
                            raise TimeoutError
                        item = await anext(items)
                    except StopAsyncIteration:
                        return
                    finally:
                        del self._listeners[me]
                yield item


def _wake(loop: asyncio.AbstractEventLoop, limit: asyncio.Timeout) -> None:
    with suppress(RuntimeError):  # the loop is closed, and its streams with it
        loop.call_soon_threadsafe(_expire, limit)


def _expire(limit: asyncio.Timeout) -> None:
    with suppress(RuntimeError):  # the item came first
        limit.reschedule(0)
