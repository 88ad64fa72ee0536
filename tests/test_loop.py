"""The same engine from everywhere: async and sync code, inside and under loops, interrupted."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

import nbchat
from nbchat import runtime
from nbchat.events import Stop
from nbchat.messages import Text
from nbchat.network import client

from .fakes.provider import Service, answer, said
from .running_kernel import RunningKernel
from .waiting import soon

TEXT = 'Just before this you asked: "one"'


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    runtime.close()


@pytest.fixture
def told(service: Service) -> Service:
    """A service that always says the same."""
    service.always(answer(*said("Hello", " there")))
    return service


def where(service: Service) -> dict[str, str]:
    return {"base_url": f"{service.url}/v1"}


def test_ask_works_in_plain_sync_code(told: Service) -> None:
    assert str(nbchat.ask("openai:any", "Hi", wire="openai-chat", **where(told))) == "Hello there"


async def test_stream_works_in_async_code(told: Service) -> None:
    events = [
        event
        async for event in nbchat.stream("openai:any", "Hi", wire="openai-chat", **where(told))
    ]

    assert [e.text for e in events if isinstance(e, Text)] == ["Hello", " there"]
    assert isinstance(events[-1], Stop)
    assert sum(isinstance(e, Stop) for e in events) == 1


async def test_ask_works_inside_a_running_loop(told: Service) -> None:
    assert str(nbchat.ask("openai:any", "Hi", wire="openai-chat", **where(told))) == "Hello there"


def test_streams_of_two_loops_share_one_engine(
    told: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio.run makes a loop each time; the connection belongs to neither of them."""
    monkeypatch.setattr(client, "DRAIN_SECONDS", 20.0)  # however late an answer's end comes

    async def one() -> str:
        return str(
            await nbchat.stream("openai:any", "Hi", wire="openai-chat", **where(told)).answer()
        )

    assert [asyncio.run(one()), asyncio.run(one())] == ["Hello there", "Hello there"]
    assert told.connections == 1


async def test_many_streams_at_once_do_not_mix(service: Service) -> None:
    for n in range(20):
        service.plays(answer(*said(*f"answer {n} ".split(" "), usage=None), gap=0.01))

    streams = [
        nbchat.stream("openai:any", "Hi", wire="openai-chat", **where(service)) for _ in range(20)
    ]
    answers = await asyncio.gather(*(stream.answer() for stream in streams))

    assert sorted(a.text for a in answers) == sorted(f"answer{n}" for n in range(20))


@pytest.mark.parametrize("leave", ["aclose", "break", "cancel"])
async def test_leaving_a_stream_closes_its_socket(service: Service, leave: str) -> None:
    service.plays(answer(*said(*["word "] * 500), gap=0.01, hold=60))
    stream = nbchat.stream("openai:any", "Hi", wire="openai-chat", **where(service))
    heard = asyncio.Event()

    async def consume() -> None:
        async with stream:
            async for event in stream:
                if isinstance(event, Text):
                    heard.set()
                    if leave != "cancel":
                        break

    if leave == "aclose":
        await anext(stream)
        await stream.aclose()
    elif leave == "break":
        await consume()
    else:
        task = asyncio.create_task(consume())
        await asyncio.wait_for(heard.wait(), 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await soon(lambda: service.hung_up)

    assert service.left(1, within=60)
    await soon(lambda: service.open == 0)


def test_closing_leaves_no_thread_and_it_can_start_again(told: Service) -> None:
    before = set(threading.enumerate())
    nbchat.ask("openai:any", "Hi", wire="openai-chat", **where(told))

    runtime.close()

    assert set(threading.enumerate()) <= before
    assert str(nbchat.ask("openai:any", "Hi", wire="openai-chat", **where(told))) == "Hello there"


def test_a_process_ends_quietly_with_a_stream_left_open() -> None:
    """No 'never retrieved', no 'Event loop is closed', no unclosed socket on stderr."""
    code = """
import asyncio, nbchat
async def main():
    stream = nbchat.stream("demo", "everything")
    await anext(stream)
asyncio.run(main())
nbchat.ask("demo", "Hi")
stream = nbchat.stream("demo", "never started")
"""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60
    )

    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_forked_child_has_an_engine_of_its_own() -> None:
    code = """
import os, nbchat
nbchat.ask("demo", "Hi")
child = os.fork()
if child == 0:
    os._exit(0 if nbchat.ask("demo", "Hi").stop.reason == "end" else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert ran.stdout.strip() == "0"


@pytest.mark.parametrize("package", ["nest_asyncio", "nest_asyncio2"])
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_kernel_with_nested_loops_chats_as_any_other(
    kernel: RunningKernel, package: str, order: str
) -> None:
    apply = f"import {package}; {package}.apply()"
    if order == "after":
        assert kernel.run("%%chat demo\none").status == "ok"
    kernel.run(apply)
    if order == "before":
        assert kernel.run("%%chat demo\none").status == "ok"

    magic = kernel.run("%%chat demo\nWhat did I just ask?", watched=False)
    blocking = kernel.run("import nbchat; print(nbchat.ask('demo', 'What did I just ask?'))")
    awaited = kernel.run("print(await nbchat.stream('demo', 'What did I just ask?').answer())")
    nested = kernel.run(
        "import asyncio\n"
        "async def f(): return await nbchat.stream('demo', 'What did I just ask?').answer()\n"
        "print(asyncio.run(f()))"
    )

    assert TEXT in magic.text
    for ran in (blocking, awaited, nested):
        assert "This is the first question of our conversation." in ran.text, ran.error
