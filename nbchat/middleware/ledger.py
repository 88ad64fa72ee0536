"""Notes what every request was paid with, however it ended: also one that was stopped, or broke."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Unpack

from nbchat.engine.recent_settings import RecentSettings
from nbchat.events import Event, Stop
from nbchat.messages import Message
from nbchat.middleware.spending import Spending, spendings
from nbchat.settings import Settings
from nbchat.streams import AnswerSource, Pacing, SourceOptions, SpentBy, Stream

NOBODY = SpentBy()


class Ledger:
    """An AnswerSource that tells `note` of each request when it has ended."""

    def __init__(
        self,
        source: AnswerSource,
        settings: Callable[[], Settings],
        note: Callable[[Spending, Settings], None],
    ) -> None:
        self._source = source
        self._settings = RecentSettings(settings)
        self._note = note

    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        """Ask, and note what that cost."""
        spent_by = options.pop("spent_by", NOBODY)
        stream = self._source.stream(model, messages, **options)
        batches = self._batches(stream, messages, spent_by, options.get("pacing"))
        return Stream(batches, stream.result)

    async def _batches(
        self,
        stream: Stream,
        messages: str | Sequence[Message],
        spent_by: SpentBy,
        pacing: Pacing | None,
    ) -> AsyncGenerator[list[Event]]:
        has_noted = False

        def note() -> None:
            settings = self._settings.of_request(pacing)
            for spending in spendings(stream.result, messages, spent_by, settings):
                self._note(spending, settings)

        try:
            async with stream, aclosing(stream.batches()) as batches:
                async for batch in batches:
                    if batch and isinstance(batch[-1], Stop):
                        has_noted = True
                        note()
                    yield batch
        finally:
            if not has_noted:
                note()
