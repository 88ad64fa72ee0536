"""The tools of a panel's own question: on the main thread, between cells, and stopped alone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ... import waiting
from ...running_kernel import RunningKernel

BESIDE = """
import asyncio, json, pathlib, signal, threading, time
import nbchat
from nbchat import runtime
from nbchat.frontends.panel.workplace import KernelWorkplace
from nbchat.messages import ToolCall
from nbchat.tools.running import Job

stages, started = [], threading.Event()

def tell(job, stage, heard):
    if (job.tool.name, stage) not in stages:
        stages.append((job.tool.name, stage))

workplace = KernelWorkplace(get_ipython(), tell)

def perform(function, **arguments):
    '''As a panel does: from the engine's loop, while no cell waits for it.'''
    job = Job(ToolCall('1', function.__name__, {}), nbchat.tool(function), arguments)
    async def work():
        task = asyncio.ensure_future(workplace.perform(job))
        tasks.append(task)
        return await task
    return runtime.current().thread.submit(work())

tasks = []

def stop():
    runtime.current().thread.loop.call_soon_threadsafe(tasks[-1].cancel)

def where() -> str:
    print('printed')
    pathlib.Path('where').touch()
    is_main = threading.current_thread() is threading.main_thread()
    return f'{is_main}, {signal.getsignal(signal.SIGINT)}'

def sleeper() -> str:
    started.set()
    pathlib.Path('sleeper').touch()
    time.sleep(30)
    return 'slept'

def until(true):
    while not true():
        time.sleep(0.005)

def cell_runs():
    lock = getattr(get_ipython().kernel, '_main_asyncio_lock', None)  # ipykernel 6 has none
    return lock is not None and lock.locked()

def later(true, work):
    '''Do it when that is so.'''
    threading.Thread(target=lambda: (until(true), work())).start()

def after_this_cell(work):
    later(lambda: not cell_runs(), work)
"""


@pytest.fixture
def beside(kernel: RunningKernel) -> RunningKernel:
    """A kernel in which a panel's workplace is used from the engine's loop."""
    ran = kernel.run(BESIDE)
    assert ran.status == "ok", ran.error
    return kernel


def told(kernel: RunningKernel, code: str) -> Any:
    """What a cell says, once the kernel has been idle for a moment."""
    ran = kernel.run(f"print(json.dumps({code}), end='')")
    assert ran.status == "ok", ran.error
    return json.loads(ran.text)


def until(kernel: RunningKernel, code: str) -> None:
    deadline = time.monotonic() + waiting.SECONDS
    while not told(kernel, code):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_runs_on_the_main_thread_once_the_cell_has_ended(beside: RunningKernel) -> None:
    ran = beside.run("done = perform(where)\nuntil(lambda: stages)\ntime.sleep(0.2)")
    until(beside, "done.done()")

    assert ran.text == ""
    printed, _, returned = told(beside, "done.result().content.split('\\n\\n')")
    assert printed == "printed"
    assert returned.startswith("True, <bound method Interrupts")
    assert told(beside, "stages") == [["where", "waits"], ["where", "runs"], ["where", "ended"]]


def test_it_waits_for_a_cell_that_awaits(beside: RunningKernel) -> None:
    beside.run(
        "done = perform(where)\nwhile not stages:\n    await asyncio.sleep(0.01)\n"
        "await asyncio.sleep(0.2)\nheld = not done.done()"
    )
    until(beside, "done.done()")

    assert told(beside, "held")
    assert told(beside, "stages")[0] == ["where", "waits"]


def test_without_a_cell_it_does_not_wait(beside: RunningKernel, tmp_path: Path) -> None:
    beside.run("after_this_cell(lambda: globals().update(done=perform(where)))")
    waiting.until((tmp_path / "where").exists)
    until(beside, "done.done()")

    assert told(beside, "done.done()")
    assert told(beside, "stages") == [["where", "runs"], ["where", "ended"]]


def test_a_cell_that_is_started_meanwhile_waits_and_runs(
    beside: RunningKernel, tmp_path: Path
) -> None:
    beside.run(
        "slept = []\n"
        "def short() -> str:\n"
        "    started.set(); pathlib.Path('short').touch()\n"
        "    time.sleep(0.5); slept.append('yes'); return 'slept'\n"
        "after_this_cell(lambda: globals().update(done=perform(short)))"
    )
    waiting.until((tmp_path / "short").exists)

    assert told(beside, "[started.is_set(), slept]") == [True, ["yes"]]


def test_what_it_prints_is_heard_and_not_sent(beside: RunningKernel) -> None:
    beside.run(
        "heard = []\n"
        "def tell(job, stage, now):\n    heard.append(now)\n"
        "workplace = KernelWorkplace(get_ipython(), tell)\n"
        "after_this_cell(lambda: globals().update(done=perform(where)))"
    )
    until(beside, "'done' in globals() and done.done()")

    assert told(beside, "[output.text for output in heard[-1].outputs]") == ["printed"]
    while True:  # all that the kernel has sent
        try:
            message = beside.client.get_iopub_msg(timeout=0.2)
        except Exception:
            break
        assert message["msg_type"] != "stream"


def test_stop_before_it_begins_takes_it_back(beside: RunningKernel) -> None:
    beside.run("done = perform(sleeper)\nuntil(lambda: stages)\nstop()\nuntil(done.done)")
    until(beside, "done.done()")

    assert told(beside, "[started.is_set(), done.cancelled()]") == [False, True]


def test_stop_while_it_runs_interrupts_it(beside: RunningKernel) -> None:
    beside.run("done = perform(sleeper)\nlater(started.is_set, stop)")
    until(beside, "done.done()")

    assert told(beside, "[started.is_set(), done.cancelled()]") == [True, True]
    assert told(beside, "str(signal.getsignal(signal.SIGINT))").startswith("<built-in")


def test_the_interrupt_button_reaches_it(beside: RunningKernel, tmp_path: Path) -> None:
    beside.run("done = perform(sleeper)")
    waiting.until((tmp_path / "sleeper").exists)
    beside.interrupt()
    until(beside, "done.done()")

    assert told(beside, "[done.result().content, done.result().interrupted]") == [
        "interrupted by the user",
        True,
    ]


def test_no_interrupt_hits_the_cell_behind_it(beside: RunningKernel) -> None:
    """Stop comes at any moment around the end of the tool; a cell waits right behind it."""
    beside.run("def short() -> str:\n    started.set(); time.sleep(0.01)\n    return 'slept'\n")
    for number in range(40):
        beside.run(
            "started.clear(); done = perform(short)\n"
            f"later(started.is_set, lambda: (time.sleep({number * 0.0005}), stop()))"
        )
        ran = beside.run("for _ in range(50):\n    time.sleep(0.001)")
        assert ran.status == "ok", ran.error
    assert beside.run("1 + 1").text == "2"


def test_it_asks_nobody(beside: RunningKernel) -> None:
    """The cards take the question."""
    assert told(beside, "asyncio.iscoroutinefunction(workplace.ask)")
    beside.run("asked = runtime.current().thread.submit(workplace.ask(None))")
    until(beside, "asked.done()")
