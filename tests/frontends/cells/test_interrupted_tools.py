"""An interrupt while a tool runs: the tool gets it first, and the turn is valid and ends calmly."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from ...fakes.calls import called
from ...fakes.provider import Service, answer, said
from ...nightly import size
from ...running_kernel import DEADLINE, RunningKernel
from ...waiting import until

INTERRUPTS = size(20, nightly=200)
SLEEPER = """
import os, threading, time, nbchat
from nbchat import interrupts
interrupts.SECOND_INTERRUPT_SECONDS = 60.0  # a second press of a test is an impatient one
os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{url}/v1')
chat = nbchat.chat('tools')
ends = []

def sleeper(seconds: float) -> str:
    "Sleeps."
    print('asleep', flush=True)
    time.sleep(seconds)
    return 'slept'

def stubborn() -> str:
    "Goes on whatever happens."
    try:
        print('asleep', flush=True)
        time.sleep(10)
    except KeyboardInterrupt:
        ends.append('swallowed')
    return 'went on'

def thread() -> str:
    "Says where it runs."
    return repr(threading.current_thread() is threading.main_thread())
"""
TOLD = """
turn = chat.turns[-1]
print([(part.name, part.content) for part in turn.answer.parts if hasattr(part, 'content')],
      turn.answer.stop.reason, turn.answer.is_answered, end='')
"""


@pytest.fixture
def tooled(kernel: RunningKernel, service: Service) -> RunningKernel:
    """A kernel with functions that sleep, and a Kimi that says `Done.` unless it calls one."""
    service.always(answer(*said("Done.")))
    assert kernel.run(SLEEPER.format(url=service.url)).status == "ok"
    return kernel


def asks(service: Service, *calls: tuple[str, dict[str, Any]]) -> None:
    service.plays(answer(*called(*calls, round_=len(service.requests))))


def assert_valid(service: Service) -> None:
    """Of the last request every call has its result, right behind it, and a question is last."""
    messages = service.requests[-1].json["messages"]
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] == waiting.pop(0)
        else:
            assert not waiting
        waiting += [call["id"] for call in message.get("tool_calls") or ()]
    assert messages[-1]["role"] == "user"


def test_a_tool_runs_on_the_main_thread(tooled: RunningKernel, service: Service) -> None:
    asks(service, ("thread", {}))

    tooled.run("answer = chat.ask('Where?', 'kimi-k2.6', tools=[thread])")

    assert tooled.run(TOLD).text == "[('thread', 'True')] end True"


def test_handles_of_the_main_thread_work_in_a_tool(tooled: RunningKernel, service: Service) -> None:
    tooled.run(
        "import sqlite3; rows = sqlite3.connect(':memory:'); rows.execute('create table t (x)')\n"
        "def count() -> str:\n    'Counts.'\n    return str([*rows.execute('select 1 + 1')])"
    )
    asks(service, ("count", {}))

    tooled.run("answer = chat.ask('How many?', 'kimi-k2.6', tools=[count])")

    assert tooled.run(TOLD).text == "[('count', '[(2,)]')] end True"


def test_an_interrupt_reaches_the_tool_and_the_turn_is_valid(
    tooled: RunningKernel, service: Service
) -> None:
    """Many times: in the tool's sleep or right before it, sometimes with an impatient second."""
    dice = random.Random(7)
    for number in range(INTERRUPTS):
        asks(service, ("sleeper", {"seconds": 10}))
        started = tooled.start("answer = chat.ask('Sleep', 'kimi-k2.6', tools=[sleeper])")
        tooled.wait_for(started, "stream")
        time.sleep(dice.choice([0.0, dice.uniform(0.0, 0.02), 0.1]))
        tooled.interrupt()
        if number % 5 == 4:
            time.sleep(dice.uniform(0.0, 0.02))
            tooled.interrupt()
        ran = tooled.finish(started)

        assert ran.status == "error"
        assert "Interrupted" in ran.error, ran.error
        told = tooled.run(TOLD).text
        assert told == "[('sleeper', 'interrupted by the user')] interrupted True", told
        assert tooled.run("chat.ask('Go on', 'kimi-k2.6').text").text == "'Done.'"
        assert_valid(service)


def test_a_tool_that_swallows_it_still_ends_the_turn(
    tooled: RunningKernel, service: Service
) -> None:
    asks(service, ("stubborn", {}), ("sleeper", {"seconds": 10}))
    started = tooled.start("answer = chat.ask('Go', 'kimi-k2.6', tools=[stubborn, sleeper])")
    tooled.wait_for(started, "stream")
    tooled.interrupt()
    ran = tooled.finish(started)

    assert "Interrupted" in ran.error
    assert tooled.run("ends").text == "['swallowed']"
    assert tooled.run(TOLD).text == (
        "[('stubborn', 'went on'), ('sleeper', 'not run: stopped by the user')] interrupted True"
    )


def test_a_tool_that_makes_another_error_of_it_was_interrupted(
    tooled: RunningKernel, service: Service
) -> None:
    tooled.run(
        "def other() -> str:\n    'Fails.'\n"
        "    try:\n        print('asleep', flush=True)\n        time.sleep(10)\n"
        "    except KeyboardInterrupt:\n        raise OSError('broken')"
    )
    asks(service, ("other", {}))
    started = tooled.start("answer = chat.ask('Go', 'kimi-k2.6', tools=[other])")
    tooled.wait_for(started, "stream")
    time.sleep(0.05)
    tooled.interrupt()
    tooled.finish(started)

    assert tooled.run(TOLD).text == "[('other', 'interrupted by the user')] interrupted True"


def test_an_interrupt_between_two_tools_ends_the_turn(
    tooled: RunningKernel, service: Service
) -> None:
    """The next request hangs: nothing of ours runs but the wait for it."""
    asks(service, ("thread", {}))
    service.plays(answer(*said("never"), hold=60, gap=30))
    started = tooled.start("answer = chat.ask('Go', 'kimi-k2.6', tools=[thread])")
    until(lambda: len(service.requests) == 2)
    tooled.interrupt()
    ran = tooled.finish(started)

    assert "Interrupted" in ran.error
    assert tooled.run(TOLD).text == "[('thread', 'True')] interrupted True"


def test_an_interrupt_reaches_a_tool_in_a_cell_that_awaits(
    tooled: RunningKernel, service: Service
) -> None:
    asks(service, ("sleeper", {"seconds": 10}))
    started = tooled.start(
        "events = []\n"
        "async for event in nbchat.stream('kimi-k2.6', 'Sleep', tools=[sleeper]):\n"
        "    events.append(event)"
    )
    tooled.wait_for(started, "stream")
    time.sleep(0.05)
    tooled.interrupt()
    ran = tooled.finish(started)

    assert "Interrupted" in ran.error, ran.error
    assert tooled.run("events[-2].content, events[-1].reason").text == (
        "('interrupted by the user', 'interrupted')"
    )


def test_an_interrupt_reaches_a_tool_of_a_plain_python(service: Service) -> None:
    asks(service, ("sleeper", {"seconds": 10}))
    script = SLEEPER.format(url=service.url) + (
        "try:\n    chat.ask('Sleep', 'kimi-k2.6', tools=[sleeper])\n"
        "except nbchat.NbchatError as error:\n    print(type(error).__name__)\n" + TOLD
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert process.stdout
    assert process.stdout.readline() == "asleep\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said_then, _ = process.communicate(timeout=DEADLINE)

    assert process.returncode == 0
    assert said_then.splitlines() == [
        "Interrupted",
        "[('sleeper', 'interrupted by the user')] interrupted True",
    ]
