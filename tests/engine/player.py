"""An engine whose provider is a list of bytes: thousands of streams take seconds.

There is no socket: what needs one asks `fakes/provider.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from nbchat import Answer, NbchatError, Stop
from nbchat.engine.engine import Engine
from nbchat.events import Event
from nbchat.settings import Settings
from nbchat.settings_values import USUAL_LIMITS, Limits

from ..network.faults.families import Family

HOST = "played.example"


@dataclass
class Played:
    """What came of one stream."""

    answer: Answer
    events: list[Event] = field(default_factory=list)
    error: NbchatError | None = None

    @property
    def text(self) -> str:
        return self.answer.text

    @property
    def whole(self) -> bool:
        return self.error is None and self.answer.stop.reason != "broken"

    @property
    def ends_once(self) -> bool:
        """Exactly one Stop and it is the last event; or an error and none."""
        stops = [event for event in self.events if isinstance(event, Stop)]
        return stops == [] if self.error else len(stops) == 1 and self.events[-1] is stops[0]


class Player:
    """Plays bodies to one engine. `lost`: the connection is lost at the end."""

    def __init__(self, limits: Limits = USUAL_LIMITS) -> None:
        self._chunks: Sequence[bytes] = ()
        self._lost: NbchatError | None = None
        settings = Settings(limits=limits)
        self._engine = Engine(lambda: settings, {HOST: self._body})

    async def _body(self, request: bytes) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
        if self._lost:
            raise self._lost

    async def play(self, family: Family, *chunks: bytes, lost: NbchatError | None = None) -> Played:
        self._chunks, self._lost = chunks, lost
        stream = self._engine.stream(
            family.model,
            "hi",
            base_url=f"https://{HOST}{family.base_path}",
            wire=family.name,
            api_key="k",
        )
        played = Played(stream.result)
        try:
            async for batch in stream.batches():
                played.events += batch
        except NbchatError as error:
            played.error = error
        return played
