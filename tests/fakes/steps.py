"""An answer that goes on when a test has seen what came before, and not by the clock."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from .provider import Request

PAUSE = 0.005  # seconds from one look to the next


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
        writer.write(
            b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        await writer.drain()
        for number, part in enumerate(self.parts):
            while number >= self._let_go and not self._all.is_set():
                await asyncio.sleep(PAUSE)
            for chunk in part:
                writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                await writer.drain()
                if self._gap:
                    await asyncio.sleep(self._gap)
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def grouped(chunks: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    """The chunks in parts of so many."""
    return [chunks[at : at + size] for at in range(0, len(chunks), size)]
