"""What `async def` tools print and display on the engine's loop, several at a time."""

from __future__ import annotations

from typing import Any

import pytest

from ...fakes.calls import called
from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel

TALKERS = """
%load_ext nbchat
import asyncio, os, sys, threading, time, nbchat
from IPython.display import HTML, display
from nbchat.frontends.cells.tool_output import tool_output
os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{url}/v1')

async def talk(name: str) -> str:
    "Talks for a while."
    for number in range(3):
        print(name, number, flush=True)
        await asyncio.sleep(0.01)
    await asyncio.to_thread(print, name, 'elsewhere')
    display(HTML(f'<b>{{name}} bold</b>'))
    return 'ended'

async def shout() -> None:
    "Prints five million characters."
    for _ in range(500):
        print('x' * 10_000)
"""


@pytest.fixture
def talkers(kernel: RunningKernel, service: Service) -> RunningKernel:
    """A kernel with tools that print, and a Kimi that says `Done.` unless it calls one."""
    service.always(answer(*said("Done.")))
    ran = kernel.run(TALKERS.format(url=service.url))
    assert ran.status == "ok", ran.error
    return kernel


def results(service: Service) -> list[Any]:
    """What the model was told by the last request."""
    messages = service.requests[-1].json["messages"]
    return [message["content"] for message in messages if message["role"] == "tool"]


def test_each_is_heard_for_itself(talkers: RunningKernel, service: Service) -> None:
    service.plays(answer(*called(("talk", {"name": "one"}), ("talk", {"name": "two"}))))

    ran = talkers.run("%%chat kimi-k2.6 --tools talk\nTalk, both.")

    assert ran.status == "ok", ran.error
    assert ran.text.endswith("Done.")
    assert len(ran.outputs) == 1  # nothing is left beside the answer
    for name, told in zip(("one", "two"), results(service), strict=True):
        lines = [f"{name} 0", f"{name} 1", f"{name} 2", f"{name} elsewhere", f"{name} bold"]
        assert told.split("\n")[: len(lines)] == lines
        assert told.endswith("ended")


def test_much_is_bounded(talkers: RunningKernel, service: Service) -> None:
    service.plays(answer(*called(("shout", {}))))

    ran = talkers.run("%%chat kimi-k2.6 --tools shout\nShout.")

    assert len(ran.outputs) == 1
    (told,) = results(service)
    assert len(told) <= 8_000
    assert "characters left out" in told


def test_what_is_heard_beside_it_goes_on_whoever_ends_first(talkers: RunningKernel) -> None:
    ran = talkers.run(
        """
from nbchat.frontends.cells.tool_output import task_output
shell = get_ipython()
before = vars(sys.stdout).get('write')

async def task(name, seconds):
    with task_output(shell) as heard:
        print(name, 'begins')
        await asyncio.sleep(seconds)
        print(name, 'ends')
    return heard.outputs[0].text

async def both():
    first = asyncio.ensure_future(task('first', 0.05))
    await asyncio.sleep(0.01)
    with tool_output(shell) as heard:
        print('the thread begins')
    second = asyncio.ensure_future(task('second', 0.1))
    return [heard.outputs[0].text, await first, await second]

told = await both()
print(told, vars(sys.stdout).get('write') is before, end='')
"""
    )

    assert ran.status == "ok", ran.error
    expected = ["the thread begins", "first begins\nfirst ends", "second begins\nsecond ends"]
    assert ran.text == f"{expected} True"
