"""Rows against a provider that allows 100 a second and does not say so.

    python -m tests.benchmarks.hidden_limit [--rows 10000] [--in-flight 64]

Beside a client each of whose rows retries by itself, as the vendors' clients do: after 0.5 s,
doubled each time, up to 8 s, and a little by chance. It never gives up here.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from nbchat.errors import NbchatError
from nbchat.runtime import current
from nbchat.streams import Pacing

from .rows_provider import counts, running_provider

ROWS, IN_FLIGHT = 10_000, 64
PROMISED_RATE, PROMISED_REFUSED = 85.0, 0.015  # rows a second; of the rows
BODY = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "x" * 350}]}


@dataclass
class Found:
    rows: int
    seconds: float
    refused: int
    failed: int

    @property
    def rate(self) -> float:
        return self.rows / self.seconds

    def __str__(self) -> str:
        return f"{self.rate:5.1f} rows/s, {self.refused} refused, {self.failed} failed"


Ask = Callable[[int], Awaitable[bool]]  # whether the row was answered


async def ask_all(ask: Ask, rows: int, in_flight: int, url: str) -> Found:
    left, failed = iter(range(rows)), 0

    async def work() -> None:
        nonlocal failed
        for row in left:
            failed += not await ask(row)

    await asyncio.to_thread(counts, url)
    began = time.monotonic()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    seconds = time.monotonic() - began
    _, refused = await asyncio.to_thread(counts, url)
    return Found(rows, seconds, refused, failed)


async def ours(url: str, rows: int, in_flight: int) -> Found:
    pacing = Pacing(is_patient=True)

    async def ask(row: int) -> bool:
        stream = current().source.stream(
            "openai:gpt-4o",
            f"{row} {'x' * 350}",
            base_url=f"{url}/limited/v1",
            wire="openai-chat",
            api_key="sk-bench",
            pacing=pacing,
        )
        try:
            answer = await stream.answer()
        except NbchatError:
            return False
        return answer.stop is not None and answer.stop.reason == "end"

    return await ask_all(ask, rows, in_flight, url)


async def by_itself(url: str, rows: int, in_flight: int) -> Found:
    async with aiohttp.ClientSession() as session:

        async def ask(row: int) -> bool:
            delay = 0.5
            while True:
                async with session.post(f"{url}/limited/v1", json=BODY) as response:
                    await response.read()
                    if response.status == 200:
                        return True
                await asyncio.sleep(delay * random.uniform(0.75, 1.0))
                delay = min(8.0, delay * 2)

        return await ask_all(ask, rows, in_flight, url)


def measured(rows: int = ROWS, in_flight: int = IN_FLIGHT) -> tuple[Found, Found]:
    """Ours, and one whose rows retry by themselves."""
    with running_provider() as url:
        others = asyncio.run(by_itself(url, rows, in_flight))
        found = asyncio.run(ours(url, rows, in_flight))
    return found, others


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT)
    given = parser.parse_args()
    found, others = measured(given.rows, given.in_flight)
    print(f"nbchat                    {found}")
    print(f"each row retries itself   {others}")


if __name__ == "__main__":
    main()
