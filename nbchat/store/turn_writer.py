"""Writes an answer to disk while it grows: soon after something came, and at its end.

Runs on the engine's loop, which never waits for a disk: the answer does, at its end and before
a tool runs, and not for long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from nbchat.store.stored_turn import Header
from nbchat.turns import Turn

FLUSH_SECONDS = 0.5  # at most this long, something that was seen is not on disk yet
PATIENCE_SECONDS = 1.5  # how long the end of an answer waits for a disk


class TurnStore(Protocol):
    """Where turns are written: the store."""

    def put(
        self,
        header: Header,
        turn: Turn | None = None,
        told: Callable[[], None] | None = None,
        *,
        grows: bool = False,
    ) -> None: ...
    def trouble(self) -> str: ...
    @property
    def has_trouble(self) -> bool: ...


class TurnWriter:
    """One turn on its way to the disk, or to nowhere where `store` is None."""

    def __init__(
        self, store: TurnStore | None, turn: Turn, header: Callable[[Turn], Header]
    ) -> None:
        self._store = store
        self._turn = turn
        self._header = header
        self._timer: asyncio.TimerHandle | None = None
        self._is_slow = False  # nobody waits for the disk again before the end

    def write_soon(self) -> None:
        """Something of the answer came: write the turn as it is when FLUSH_SECONDS have passed."""
        if self._store is None or self._timer is not None or not self._turn.answer:
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(FLUSH_SECONDS, self._write_growing, self._store)

    def _write_growing(self, store: TurnStore) -> None:
        self._timer = None
        store.put(self._header(self._turn), self._turn, grows=True)

    def cancel(self) -> None:
        """Write nothing that has not been written yet."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def keep(self) -> None:
        """Write the turn as it is now, and wait: what comes next may end the process."""
        self.cancel()
        if self._store is None:
            return
        if self._is_slow:
            self._write_growing(self._store)
        else:
            await self._put(self._store, grows=True)

    async def finish(self) -> str:
        """Write the turn as it is now. Returns the one line to show where that is not possible."""
        self.cancel()
        if self._store is None:
            return ""
        await self._put(self._store)
        return self._store.trouble()

    async def _put(self, store: TurnStore, *, grows: bool = False) -> None:
        """Write, and wait until that is done or cannot be, though not for long."""
        loop = asyncio.get_running_loop()
        saved = loop.create_future()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(_finish, saved)

        store.put(self._header(self._turn), self._turn, tell, grows=grows)
        await asyncio.wait([saved], timeout=PATIENCE_SECONDS)  # wait_for may lose a cancellation
        self._is_slow = not saved.done() or store.has_trouble


def _finish(saved: asyncio.Future[None]) -> None:
    if not saved.done():
        saved.set_result(None)
