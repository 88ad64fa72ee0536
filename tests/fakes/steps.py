"""An answer that begins, or goes on, when a test has seen enough, and not by the clock."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

from ..waiting import PAUSE, SECONDS, soon
from .provider import Play, Request, begin, end, send


def once(true: Callable[[], object], play: Play, within: float = SECONDS) -> Play:
    """The same play, which begins once that is so."""

    async def wait_and_play(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        await soon(true, within)
        return await play(request, writer)

    return wait_and_play


class Steps:
    """A well-formed answer in parts: the first comes at once, each other one when it is let go.

    It is a play: `service.plays(Steps(said("One", " two"), ...))`.
    """

    def __init__(self, *parts: Sequence[bytes], gap: float = 0.0) -> None:
        self.parts = parts
        self._gap = gap  # seconds between two pieces
        self._let_go = 1
        self._all = threading.Event()

    def go_on(self) -> None:
        """Send the next part."""
        self._let_go += 1

    def finish(self) -> None:
        """Send all that is left."""
        self._all.set()

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        begin(writer)
        await writer.drain()
        for number, part in enumerate(self.parts):
            while number >= self._let_go and not self._all.is_set():
                await asyncio.sleep(PAUSE)
            for chunk in part:
                await send(writer, chunk, self._gap)
        await end(writer)


def grouped(chunks: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    """The chunks in parts of so many."""
    return [chunks[at : at + size] for at in range(0, len(chunks), size)]
