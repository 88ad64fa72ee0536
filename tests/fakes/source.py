"""A fake at the seam `nbchat.streams.AnswerSource`: a test scripts what it answers.

It stands in the engine's place, and nothing is sent anywhere.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from nbchat.events import Answer, Event, Stop, is_shown
from nbchat.messages import Message, Text
from nbchat.streams import Stream

HANG = "hang"  # in a script: nothing more comes, until somebody stops it
WHOLE: tuple[Event, ...] = (Text("Yes."), Stop("end"))

Play = Sequence[Event | Exception | str]


class Scripted:
    """Answers as it is told, one play an answer, and remembers what it was sent."""

    def __init__(self) -> None:
        self.plays: deque[Play] = deque()
        self.sent: list[list[Message]] = []
        self.options: list[dict[str, Any]] = []
        self.hangs = False  # it has come to a HANG
        self.provider = "kimi"  # as which it answers
        self.hides_states = False  # whether what only a provider wants back is noted alone

    def stream(self, model: str, messages: str | Sequence[Message], **options: Any) -> Stream:
        assert not isinstance(messages, str)
        self.sent.append(list(messages))
        self.hangs = False
        self.options.append(options)
        answer = Answer(model=model, provider=self.provider)
        play = self.plays.popleft() if self.plays else WHOLE
        return Stream(self._batches(play, answer), answer)

    async def _batches(self, play: Play, answer: Answer) -> AsyncGenerator[list[Event]]:
        for step in play:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, str):
                self.hangs = True
                await asyncio.Event().wait()
            else:
                answer.add(step)
                if is_shown(step) or not self.hides_states:
                    yield [step]
