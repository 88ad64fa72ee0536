"""Rows against a server that takes 300 ms for each, 256 on their way, beside bare aiohttp.

    python -m tests.benchmarks.rows_at_once [--rows 4000] [--rounds 3] [--profile]

The bare client posts, reads the whole body, splits it into events and joins their words; it
checks nothing. Both are measured in turns. `--profile` says where the CPU of ours goes.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

import aiohttp
from pydantic_core import from_json

from nbchat.keys import Secret
from nbchat.runtime import current
from nbchat.streams import Pacing, SourceOptions

from .hidden_limit import BODY
from .rows_provider import SLOW, WORDS, running_provider

ROWS, AT_ONCE, ROUNDS = 4_000, 256, 3
PROMISED = 0.75  # of the rows a second of bare aiohttp
TEXT = "".join(f"word{number} " for number in range(WORDS))
PLACES = {  # where the CPU goes: by a part of the file's path, the first that fits
    "httpcore2": "the connection pool",
    "h11": "HTTP",
    "httpx2": "HTTP",
    "nbchat/network": "the network",
    "nbchat/wire": "the wire format",
    "nbchat/engine": "the engine",
    "nbchat/conversation": "tools and values",
    "nbchat/known_keys": "keys looked for",
    "nbchat/masked_parts": "keys looked for",
    "nbchat/settings": "settings and the catalog",
    "nbchat/catalog": "settings and the catalog",
    "nbchat": "the rest of nbchat",
    "asyncio": "asyncio",
}


@dataclass
class Found:
    rate: float  # rows a second
    cpu: float  # ms a row


Ask = Callable[[int], Awaitable[str]]


async def ask_all(ask: Ask, rows: int) -> Found:
    left = iter(range(rows))

    async def work() -> None:
        for row in left:
            assert await ask(row) == TEXT

    began, cpu = time.monotonic(), time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    seconds, spent = time.monotonic() - began, time.process_time() - cpu
    return Found(rows / seconds, spent / rows * 1000)


async def ours(url: str, rows: int) -> Found:
    options: SourceOptions = {  # the same for all rows, as a map gives them
        "base_url": f"{url}/slow/v1",
        "wire": "openai-chat",
        "api_key": Secret("sk-bench"),
        "pacing": Pacing(at_once=AT_ONCE, is_patient=True),
    }

    async def ask(row: int) -> str:
        stream = current().source.stream("openai:gpt-4o", f"{row} {'x' * 350}", **options)
        return (await stream.answer()).text

    return await ask_all(ask, rows)


async def bare(url: str, rows: int) -> Found:
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def ask(row: int) -> str:
            async with session.post(f"{url}/slow/v1", json=BODY) as response:
                *events, _, _ = (await response.read()).split(b"\n\n")
            choices = [choice for event in events for choice in from_json(event[6:])["choices"]]
            deltas = [choice["delta"] for choice in choices]
            return "".join(delta.get("content", "") for delta in deltas)

        return await ask_all(ask, rows)


def measured(rows: int = ROWS, rounds: int = ROUNDS) -> tuple[Found, Found]:
    """Ours and the bare one; medians."""
    found: dict[str, list[Found]] = {"ours": [], "bare": []}
    with running_provider() as url:
        for _ in range(rounds):
            found["bare"].append(asyncio.run(bare(url, rows)))
            found["ours"].append(asyncio.run(ours(url, rows)))
            current().close()
    return _median(found["ours"]), _median(found["bare"])


def _median(found: list[Found]) -> Found:
    return Found(median(one.rate for one in found), median(one.cpu for one in found))


def profile(rows: int) -> dict[str, float]:
    """The parts of our CPU, by where they are spent."""
    profiler = cProfile.Profile()
    with running_provider() as url:
        profiler.enable()
        asyncio.run(ours(url, rows))
        profiler.disable()
    shares: dict[str, float] = {}
    rows_of = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    for (path, _, name), (_, _, own, _, _) in rows_of.items():
        if "poll" not in name:  # which waits
            place = _place(path)
            shares[place] = shares.get(place, 0.0) + own
    total = sum(shares.values())
    return {place: own / total for place, own in shares.items()}


def _place(path: str) -> str:
    for part, place in PLACES.items():
        if part in path:
            return place
    return "Python itself"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    if given.profile:
        for place, share in sorted(profile(given.rows).items(), key=lambda item: -item[1]):
            print(f"{place:28} {share:5.0%}")
        return
    found, others = measured(given.rows, given.rounds)
    print(f"possible       {AT_ONCE / SLOW:6.0f} rows/s")
    print(f"bare aiohttp   {others.rate:6.0f} rows/s   {others.cpu:.2f} ms of CPU a row")
    ratio = found.rate / others.rate
    print(f"nbchat         {found.rate:6.0f} rows/s   {found.cpu:.2f} ms   {ratio:.2f} of it")


if __name__ == "__main__":
    main()
