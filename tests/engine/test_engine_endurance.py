"""Many calls, cancelled calls, slow readers: nothing wedges, nothing grows."""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import Iterator

import psutil
import pytest

import nbchat
from nbchat import NbchatError, Stop, Text
from nbchat.bridge import Pump
from nbchat.engine import retry
from nbchat.engine.engine import Engine
from nbchat.interrupts import Interrupts
from nbchat.network import client, pool
from nbchat.runtime import current

from ..network.faults.families import FAMILIES, TEXT
from ..network.faults.server import Misbehaving, Turn
from ..waiting import soon

OPENAI = FAMILIES[0]
ASK = {"wire": OPENAI.name, "api_key": "k"}
MIB = 2**20


async def cut(turn: Turn) -> None:
    await turn.head()
    for piece in turn.pieces(whole=False):
        await turn.send(piece)
    turn.cut()


async def refused(turn: Turn) -> None:
    await turn.json(turn.family.error("no", 400), 400)


async def busy(turn: Turn) -> None:
    await turn.json(turn.family.error("busy", 500), 500)


async def hang(turn: Turn) -> None:
    await turn.hang()


async def flood(turn: Turn) -> None:
    await turn.head()
    while True:
        await turn.send(turn.family.delta("x" * 1000) * 50)


PLAYS = (Turn.good, cut, refused, busy, hang, flood)


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with Misbehaving({play.__name__: play for play in PLAYS}) as server:
        yield server


async def ask(engine: Engine, base_url: str) -> str:
    answer = await engine.stream(OPENAI.model, "hi", base_url=base_url, **ASK).answer()
    return answer.text


@pytest.mark.parametrize("turns", [0, 1, 3, 10])
async def test_a_burst_of_cancelled_questions_does_not_wedge_the_next(
    server: Misbehaving, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    """httpx 0.28 ends in PoolTimeout for ever (encode/httpcore#1093)."""
    monkeypatch.setattr(pool, "MOST_CONNECTIONS", 2)
    engine = Engine()
    good_url, hang_url = (server.case(name, OPENAI, False)[1] for name in ("good", "hang"))
    for round_ in range(10):
        tasks = [
            asyncio.ensure_future(ask(engine, hang_url if n % 2 else good_url)) for n in range(6)
        ]
        for _ in range(turns * (1 + round_ % 3)):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(60):
        assert await ask(engine, good_url) == TEXT
    await engine.aclose()


async def test_more_questions_than_connections_wait_their_turn(
    server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "MOST_CONNECTIONS", 3)
    monkeypatch.setattr(client, "DRAIN_SECONDS", 20.0)  # a slow end makes no new connection
    engine = Engine()
    case, base_url = server.case("good", OPENAI, False)
    texts = await asyncio.gather(*(ask(engine, base_url) for _ in range(30)))
    await engine.aclose()

    assert texts == [TEXT] * 30
    assert len(set(map(id, server.seen[case].connections))) <= 3


async def test_a_thousand_mixed_calls_leave_no_file_and_no_memory(
    server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "FIRST_DELAY", 0.001)
    engine, dice, process = Engine(), random.Random(5), psutil.Process()
    urls = {play.__name__: server.case(play.__name__, OPENAI, False)[1] for play in PLAYS}

    async def one() -> None:
        name = dice.choice(["good"] * 3 + list(urls))
        seconds = dice.uniform(0, 0.03) if name in ("hang", "flood") or dice.random() < 0.1 else 60
        try:
            async with asyncio.timeout(seconds):
                await ask(engine, urls[name])
        except (NbchatError, TimeoutError):
            pass

    async def some(count: int) -> None:
        for _ in range(count // 20):
            await asyncio.gather(*(one() for _ in range(20)))
        await soon(lambda: len(asyncio.all_tasks()) == 1)
        gc.collect()

    await some(200)
    files, memory = process.num_fds(), process.memory_info().rss
    await some(800)

    assert await ask(engine, urls["good"]) == TEXT
    await engine.aclose()
    await soon(lambda: process.num_fds() <= files + 2)
    assert process.memory_info().rss - memory < 30 * MIB


async def test_a_reader_that_sleeps_pauses_the_server(server: Misbehaving) -> None:
    """What is under way is bounded by the system's socket buffers and ours."""
    engine = Engine()
    case, base_url = server.case("flood", OPENAI, False)
    stream = engine.stream(OPENAI.model, "hi", base_url=base_url, **ASK)
    await stream.__anext__()
    sent = await asyncio.to_thread(sent_at_rest, server, case)
    await stream.aclose()
    await engine.aclose()

    assert sent < 16 * MIB


def sent_at_rest(server: Misbehaving, case: str) -> int:
    """How many bytes the server could send before it had to wait for the reader."""
    sent = -1
    for _ in range(60):
        before, sent = sent, server.seen[case].connections[0].sent
        if sent == before:
            return sent
        time.sleep(0.5)
    raise AssertionError(f"it never waits: {sent} bytes, and still sending")


async def test_a_reader_on_another_loop_pauses_it_too(server: Misbehaving) -> None:
    case, base_url = server.case("flood", OPENAI, False)
    async with nbchat.stream(OPENAI.model, "hi", base_url=base_url, **ASK) as stream:
        await stream.__anext__()

        assert await asyncio.to_thread(sent_at_rest, server, case) < 32 * MIB


def test_a_cell_that_is_slow_pauses_it_too(server: Misbehaving) -> None:
    case, base_url = server.case("flood", OPENAI, False)
    kernel = current()
    stream = kernel.source.stream(OPENAI.model, "hi", base_url=base_url, **ASK)
    with Interrupts() as interrupts, Pump(kernel.thread, stream, interrupts) as pump:
        next(iter(pump.batches(every=1.0)))

        assert sent_at_rest(server, case) < 32 * MIB


async def test_twenty_thousand_deltas_arrive_in_order(server: Misbehaving) -> None:
    from .player import Player

    events = [OPENAI.delta(f"{n} ") for n in range(20_000)]
    played = await Player().play(OPENAI, b"".join([*events, *OPENAI.finish(), OPENAI.ends()]))

    assert played.text == "".join(f"{n} " for n in range(20_000))


async def test_an_answer_larger_than_the_limit_ends_with_what_fits() -> None:
    from nbchat.settings_values import Limits

    from .player import Player

    piece = b"".join(OPENAI.delta("x" * 100) for _ in range(100))
    played = await Player(Limits(answer=MIB)).play(OPENAI, *[piece] * 100)

    assert isinstance(played.events[-1], Stop)
    assert "limit of 1 MiB" in played.events[-1].detail
    assert 0.2 * MIB < len(played.text) < MIB
    assert sum(len(event.text) for event in played.events if isinstance(event, Text)) == len(
        played.text
    )
