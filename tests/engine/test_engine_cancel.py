"""Stopped in any state: the socket closes at once, nothing runs on, the next one is answered."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat.bridge import Pump
from nbchat.engine.engine import Engine
from nbchat.interrupts import Interrupts
from nbchat.loop import LoopThread
from nbchat.network import client
from nbchat.runtime import current
from nbchat.settings import Settings
from nbchat.settings_values import Timeouts

from ..network.faults.families import TEXT
from ..network.faults.server import Misbehaving
from ..waiting import soon, until
from .states import ASK, OPENAI, PLAYS, STATES, State, of_server


@pytest.fixture(autouse=True)
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing ends by itself here before a test gives up: whatever ends was stopped."""
    monkeypatch.setattr(client, "ERROR_BODY_SECONDS", 600.0)
    monkeypatch.setattr(client, "DRAIN_SECONDS", 600.0)


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with Misbehaving({play.__name__: play for play in PLAYS}) as server:
        yield server


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest, server: Misbehaving) -> Iterator[State]:
    state = STATES[request.param](server)
    yield state
    for undo in state.undo:
        undo()


async def stopped(asking: Callable[[], Awaitable[object]], state: State) -> None:
    task = asyncio.ensure_future(asking())  # type: ignore[arg-type]
    await soon(state.reached)
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await soon(state.closed)


async def read(stream: nbchat.Stream) -> str:
    text = ""
    async with stream:
        async for event in stream:
            text += getattr(event, "text", "")
    return text


async def test_a_cancelled_question_leaves_nothing(state: State, server: Misbehaving) -> None:
    """On the loop that reads it, as the panel and the server do."""
    engine = Engine()
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))

    await stopped(
        lambda: read(engine.stream(OPENAI.model, "hi", base_url=state.base_url, **ASK)), state
    )
    for undo in state.undo:
        undo()
    state.undo.clear()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert (
        await read(
            engine.stream(OPENAI.model, "hi", base_url=server.case("good", OPENAI, False)[1], **ASK)
        )
        == TEXT
    )
    await engine.aclose()
    await asyncio.sleep(0.01)

    assert complaints == []


async def test_a_cancelled_stream_stops_on_the_engines_thread_too(
    state: State, server: Misbehaving
) -> None:
    await stopped(
        lambda: read(nbchat.stream(OPENAI.model, "hi", base_url=state.base_url, **ASK)), state
    )

    await nothing_runs_on(current().thread)


async def nothing_runs_on(thread: LoopThread) -> None:
    """But for what asks that."""

    async def ended() -> None:
        await soon(lambda: len(asyncio.all_tasks()) == 1)

    await asyncio.wrap_future(thread.submit(ended()))


def test_an_interrupt_stops_a_cells_question(state: State, server: Misbehaving) -> None:
    def press() -> None:
        try:
            until(state.reached)
            time.sleep(0.02)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)  # impatiently

    kernel = current()
    stream = kernel.source.stream(OPENAI.model, "hi", base_url=state.base_url, **ASK)
    with Interrupts() as interrupts, Pump(kernel.thread, stream, interrupts) as pump:
        pressing = threading.Thread(target=press)
        pressing.start()
        for _ in pump.batches(every=0.05):
            pass
        pressing.join()  # or its last signal would end the tests

    assert interrupts.seen
    asyncio.run(soon(state.closed))
    asyncio.run(nothing_runs_on(kernel.thread))


async def test_leaving_the_loop_closes_the_socket(server: Misbehaving) -> None:
    state = of_server(server, "half")
    async with nbchat.stream(OPENAI.model, "hi", base_url=state.base_url, **ASK) as stream:
        async for _ in stream:
            break

    await soon(state.closed)


async def test_a_stream_that_is_dropped_is_closed(server: Misbehaving) -> None:
    state = of_server(server, "half")

    async def glance() -> None:
        async for _ in nbchat.stream(OPENAI.model, "hi", base_url=state.base_url, **ASK):
            return

    await glance()

    await soon(state.closed)


async def test_a_stream_read_by_a_task_for_each_event_still_has_its_limits(
    server: Misbehaving,
) -> None:
    """`asyncio.wait_for` makes a task of every step before Python 3.12."""
    state = of_server(server, "half")
    engine = Engine(lambda: Settings(timeouts=Timeouts(60.0, 60.0, 0.2)))
    stream = engine.stream(OPENAI.model, "hi", base_url=state.base_url, **ASK)
    events = []
    while not (events and isinstance(events[-1], nbchat.Stop)):
        events.append(await asyncio.ensure_future(stream.__anext__()))
    await engine.aclose()

    assert events[-1].reason == "broken"
    assert "silent for 0.2 s" in events[-1].detail


def test_nothing_is_left_to_complain_about_at_the_end(server: Misbehaving) -> None:
    """Every state, in a process where each warning is an error and asyncio watches itself."""
    urls = [server.case(play.__name__, OPENAI, False)[1] for play in PLAYS]
    script = f"""
import asyncio, logging, nbchat
# That something took long is the machine's fault.
logging.getLogger("asyncio").addFilter(lambda record: " took " not in record.getMessage())
nbchat.ask("demo", "warm up")
ASK = dict(wire="openai-chat", api_key="k")

async def read(url):
    async for event in nbchat.stream("openai:gpt-4o", "hi", base_url=url, **ASK):
        pass

async def main():
    for url in {urls!r}:
        for seconds in (0.0, 0.01, 0.15):
            try:
                await asyncio.wait_for(read(url), seconds)
            except TimeoutError:
                pass
    asyncio.ensure_future(read({urls[3]!r}))  # still running at the end
    await asyncio.sleep(0.05)

asyncio.run(main())
print("end")
"""
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path.cwd(),
    )

    assert (ran.stdout, ran.stderr) == ("end\n", "")
