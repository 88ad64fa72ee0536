"""The first request of a model goes alone, where nobody can say how long its answer will be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager, suppress


class FirstAlone:
    """Lets one request of each kind go, and the others when it has ended: by then more is known.

    May be used from the loops of several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[asyncio.Future[None]]] = {}  # while one is on its way

    @asynccontextmanager
    async def turn(self, kind: Hashable, is_known: Callable[[], bool]) -> AsyncGenerator[None]:
        """Wait for the first of a kind, or be it; where the kind is known, neither."""
        is_first = await self._is_first(kind, is_known)
        try:
            yield
        finally:
            if is_first:
                self._let_go(kind)

    async def _is_first(self, kind: Hashable, is_known: Callable[[], bool]) -> bool:
        while not is_known():
            with self._lock:
                waiting = self._waiting.get(kind)
                if waiting is None:
                    self._waiting[kind] = []
                    return True
                waiter = asyncio.get_running_loop().create_future()
                waiting.append(waiter)
            await waiter
        return False

    def _let_go(self, kind: Hashable) -> None:
        with self._lock:
            waiting = self._waiting.pop(kind, [])
        for waiter in waiting:
            with suppress(RuntimeError):  # its loop has been closed
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
