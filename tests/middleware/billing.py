"""A provider that bills: it counts as it likes, and writes an invoice to the last token."""

from __future__ import annotations

import asyncio
import random
from fractions import Fraction
from typing import Any

import nbchat
from nbchat import runtime
from nbchat.errors import NbchatError
from nbchat.events import Answer
from nbchat.streams import Pacing

from ..fakes.provider import Request, Service, answer, said

MODEL = "kimi-k2-thinking"  # 0.6 and 2.5 USD per million tokens, by the table
PRICES = Fraction(6, 10), Fraction(25, 10)
AT_ONCE = 64


class Biller:
    """Answers every request of a service, and bills it when it has been asked."""

    def __init__(self, service: Service, *, seed: int = 0, seconds: float = 0.0) -> None:
        self.sent = self.made = self.requests = 0
        self.most_at_once = 0
        self.least_at_once = 0  # that have to be there before the first is answered
        self._at_once = 0
        self._are_there = asyncio.Event()
        self._random = random.Random(seed)
        self._seconds = seconds
        service.always(self._play)

    @property
    def invoice(self) -> Fraction:
        """In US dollars."""
        return (self.sent * PRICES[0] + self.made * PRICES[1]) / 1_000_000

    async def _play(self, request: Request, writer: asyncio.StreamWriter) -> None:
        body = request.json
        sent = sum(len(_words(message)) // 4 + 4 for message in body["messages"])
        limit = body.get("max_tokens") or body.get("max_completion_tokens") or 400
        made = self._random.randint(1, limit)
        self.requests += 1
        self.sent += sent
        self.made += made
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        if self._at_once >= self.least_at_once:
            self._are_there.set()
        try:
            await self._are_there.wait()
            await asyncio.sleep(self._seconds)
            await answer(*said("Yes.", usage=(sent, made)))(request, writer)
        finally:
            self._at_once -= 1


def _words(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else str(content)


def ask_many(count: int, **options: Any) -> list[Answer | NbchatError]:
    """So many questions, 64 at once, each with its answer or why there is none."""
    source = runtime.current().source

    async def ask(number: int, free: asyncio.Semaphore) -> Answer | NbchatError:
        async with free:
            question = f"Number {number}: what is the plural of that word?"
            try:
                return await source.stream(MODEL, question, **options).answer()
            except NbchatError as error:
                return error

    async def ask_all() -> list[Answer | NbchatError]:
        free = asyncio.Semaphore(AT_ONCE)
        return await asyncio.gather(*(ask(number, free) for number in range(count)))

    options.setdefault("pacing", Pacing(at_once=AT_ONCE))
    return runtime.current().bridge.run(ask_all())


def ask(question: str = "Hi", **options: Any) -> Answer:
    return nbchat.ask(MODEL, question, **options)
