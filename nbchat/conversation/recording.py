"""A turn while it is answered: who watches is told, and what arrives is kept.

Question and answer are stored together, or not at all: what broke off is kept as far
as it came, and where nothing came the conversation stays as it was.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from typing import Self

from nbchat.conversation.watching import Watchers
from nbchat.events import Answer, Event, Notice, Stop
from nbchat.store.turn_writer import TurnWriter
from nbchat.streams import Stream
from nbchat.turns import Turn
from nbchat.wording import plural


class TurnStream(Stream):
    """The stream of a turn; the turn is in the conversation, and on disk, when its Stop arrives."""

    def __init__(self, batches: AsyncGenerator[list[Event]], turn: Turn) -> None:
        super().__init__(batches, turn.answer)
        self.turn = turn

    @property
    def result(self) -> Answer:
        """The turn's answer, which is its source's from the first event on."""
        return self.turn.answer


class Recording:
    """Open while the turn is answered; `commit` puts it into its conversation.

    `forgo` is told of one that gave no word, and was paid for all the same.

    The turn's answer is the stream's result, which whoever answers fills.
    """

    def __init__(
        self,
        turn: Turn,
        stream: Stream,
        writer: TurnWriter,
        watchers: Watchers,
        commit: Callable[[Turn], None],
        forgo: Callable[[Turn], None],
    ) -> None:
        self.turn = turn
        self.is_open = False
        self._stream = stream
        self._writer = writer
        self._watchers = watchers
        self._commit = commit
        self._forgo = forgo
        self._committed = False
        self._started = 0.0

    async def __aenter__(self) -> Self:
        self.is_open = True
        self._started = time.monotonic()
        self._watchers.tell("asked", self.turn)
        return self

    async def batches(self) -> AsyncGenerator[list[Event]]:
        """The events as they come; the Stop only when the turn is stored."""
        async with self._stream as stream:
            async for batch in stream.batches():
                if not batch or not isinstance(batch[-1], Stop):
                    self._writer.write_soon()
                    yield batch
                    continue
                *before, stop = batch
                if before:
                    yield before
                trouble = await self._store()
                yield [*trouble, stop]

    async def _store(self) -> list[Event]:
        """Put the turn into the conversation and on disk. Returns what to say where that fails."""
        turn = self.turn
        self._committed = True
        turn.seconds = time.monotonic() - self._started
        turn.answer = turn.answer.ended()
        self._commit(turn)
        trouble = await self._writer.finish()
        if not trouble:
            return []
        notice = Notice(trouble)
        turn.answer.add(notice)
        return [notice]

    async def __aexit__(self, *error: object) -> None:
        self._writer.cancel()
        try:
            if not self._committed:
                await self._store_interrupted()
            if not self._committed and self.turn.answer.lost:
                self._forgo(self.turn)
        finally:
            self.is_open = False
            self._watchers.tell("ended", self.turn)

    async def _store_interrupted(self) -> None:
        answer = self.turn.answer
        if not answer:  # nothing arrived, so the history stays as it was
            return
        if not answer.has_stopped:
            size = plural(len(answer.text), "character")
            answer.stop = Stop("interrupted", f"stopped after {size}")
        await self._store()
