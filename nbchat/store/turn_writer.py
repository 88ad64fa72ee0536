"""Keeps an answer while it grows: soon after something came, and at its end.

Runs on the engine's loop, which never waits for a disk: at the end the answer does,
and not for long.
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
    """Whoever keeps turns: the store."""

    def put(
        self,
        header: Header,
        turn: Turn | None = None,
        told: Callable[[], None] | None = None,
        *,
        grows: bool = False,
    ) -> None: ...
    def trouble(self) -> str: ...


class TurnWriter:
    """One turn on its way to the disk, or to nowhere where `keeper` is None."""

    def __init__(
        self, keeper: TurnStore | None, turn: Turn, header: Callable[[Turn], Header]
    ) -> None:
        self._keeper = keeper
        self._turn = turn
        self._header = header
        self._timer: asyncio.TimerHandle | None = None

    def grew(self) -> None:
        """Something of the answer came."""
        if self._keeper and self._timer is None and self._turn.answer:
            self._timer = asyncio.get_running_loop().call_later(
                FLUSH_SECONDS, self._flush, self._keeper
            )

    def _flush(self, keeper: TurnStore) -> None:
        self._timer = None
        keeper.put(self._header(self._turn), self._turn, grows=True)

    def dropped(self) -> None:
        """Nothing of it is to be kept."""
        if self._timer:
            self._timer.cancel()

    async def ended(self) -> str:
        """Save the turn as it is now. Returns the one line to show where that is not possible."""
        self.dropped()
        if self._keeper is None:
            return ""
        loop, saved = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(saved.set)

        self._keeper.put(self._header(self._turn), self._turn, tell)
        with suppress(TimeoutError):
            await asyncio.wait_for(saved.wait(), PATIENCE_SECONDS)
        return self._keeper.trouble()
