"""An answer that goes on until a test has seen enough of it, however slow the machine is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from ...fakes.provider import Request, begin, end, said, send


def shown(messages: Sequence[dict[str, Any]], words: str) -> int:
    """How many of these messages of a cell show those words."""
    return sum(words in str(message["content"]) for message in messages)


class Unhurried:
    """A play: what stands `before`, then the same word again and again; `after` it once it may end.

    >>> talk = Unhurried()
    >>> service.plays(talk)  # doctest: +SKIP
    >>> talk.end()  # it has been heard by now; `talk.count` words were said
    """

    def __init__(
        self,
        word: str = "word ",
        *,
        before: Sequence[str] = (),
        thought: Sequence[str] = (),
        after: Sequence[str] = (),
        gap: float = 0.02,  # seconds between two words
    ) -> None:
        self._before = said(*before, thought=thought, usage=None)[:-2]
        self._word = said(word)[1]
        self._after = said(*after)[1:]
        self._gap = gap
        self._may_end = threading.Event()
        self.count = 0

    def end(self) -> None:
        self._may_end.set()

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        begin(writer)
        for piece in self._before:
            await send(writer, piece, self._gap)
        while not self._may_end.is_set():
            await send(writer, self._word, self._gap)
            self.count += 1
        for piece in self._after:
            await send(writer, piece, self._gap)
        await end(writer)
