"""Processes that fork while nbchat is at work on its threads: the children do all of it anew."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from .fakes.provider import Service, answer, said
from .forking import KINDS, WAYS
from .nightly import size

FORKS = size(6, nightly=50)
IMPORTS = {"load": 250, "ask": 250, "stream": 10}  # about as many as its thread makes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")


def outcomes(trials: list[str], folder: Path) -> dict[str, str]:
    """What came of each trial, by the trial."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    code = "from tests.forking import main; main()"
    command = [sys.executable, "-W", "ignore", "-c", code, *trials]
    ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert ran.stderr == ""
    return dict(zip(trials, ran.stdout.splitlines(), strict=False))


@pytest.mark.field("L8")
@pytest.mark.parametrize("kind", KINDS)
def test_no_child_of_a_fork_hangs_whenever_it_comes(kind: str, tmp_path: Path) -> None:
    """After `%load_ext`, in a first `ask` on a thread, while an answer streams and is stored."""
    dice = random.Random(8)
    ways = [*WAYS]
    trials = []
    for number in range(FORKS // len(KINDS)):
        moment = "0" if number == 0 else f"{dice.uniform(0, 0.3):.3f}"
        trials.append(f"{kind} {ways[number % len(ways)]} {moment}")

    assert set(outcomes(trials, tmp_path).items()) == {(trial, "ok") for trial in trials}


@pytest.mark.field("L8")
@pytest.mark.parametrize("kind", ["load", "ask"])
def test_no_child_of_a_fork_in_the_middle_of_an_import_hangs(kind: str, tmp_path: Path) -> None:
    dice = random.Random(8)
    trials = [f"{kind} fork #1"]
    for _ in range(FORKS // 3 - 1):
        trials.append(f"{kind} fork #{dice.randint(2, IMPORTS[kind])}")

    assert set(outcomes(trials, tmp_path).items()) == {(trial, "ok") for trial in trials}


ASKER = """
import sys, threading
import IPython, nbchat

unguarded = []

def look(event, given):
    mine = threading.current_thread().name == "asks" and not nbchat._imports._is_owned()
    if event == "import" and mine:
        unguarded.append(given[0])

def ask():
    nbchat.ask("demo", "Hi")
    talk = nbchat.chat("talk")
    talk.ask("Hi", "demo")
    nbchat.models()

sys.addaudithook(look)
thread = threading.Thread(target=ask, name="asks")
thread.start()
thread.join()
print(unguarded)
"""


@pytest.mark.field("L8")
def test_a_first_question_on_a_thread_imports_nothing_that_a_fork_does_not_wait_for(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", ASKER]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"


FORKING_ASKER = """
import asyncio, os, sys
import nbchat

async def main():
    address = sys.argv[1]
    stream = nbchat.stream("openai:any", "Hi", wire="openai-chat", base_url=address)
    async with stream:
        async for event in stream:
            if isinstance(event, nbchat.Text):
                break
        child = os.fork()
        if child == 0:
            os.read(0, 1)  # lives on
            os._exit(0)

asyncio.run(main())
os.read(0, 1)
"""


@pytest.mark.field("L8")
def test_an_answer_that_is_left_is_hung_up_on_although_a_child_lives_on(
    service: Service, tmp_path: Path
) -> None:
    """The child has the socket, too, so that closing it is not enough."""
    service.plays(answer(*said(*["word "] * 5_000), gap=0.01))
    command = [sys.executable, "-W", "ignore", "-c", FORKING_ASKER, f"{service.url}/v1"]
    process = subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE)
    try:
        assert service.left(1, within=60)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(60)


FORKING_ROW = """
import asyncio, os, sys
import nbchat

asked = dict(wire="openai-chat", base_url=sys.argv[1])

async def ask():
    stream = nbchat.stream("openai:any", "Hi", **asked)
    async with stream:
        return [await anext(stream)]  # that it is tried again, in half a minute

async def ask_in_child():
    return [event async for event in nbchat.stream("openai:any", "Hi", **asked)]

asyncio.run(ask())
child = os.fork()
if child == 0:
    events = asyncio.run(ask_in_child())
    print(*(type(event).__name__ for event in events), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


def test_a_child_of_a_fork_does_not_wait_at_its_parents_gate(
    service: Service, tmp_path: Path
) -> None:
    service.answers(b"{}", status=429, headers={"retry-after": "30"})
    service.always(answer(*said("Yes")))
    command = [sys.executable, "-W", "ignore", "-c", FORKING_ROW, f"{service.url}/v1"]

    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert ran.stdout.split() == ["Text", "Usage", "Stop"]


FORKING_WRITER = """
import os
from nbchat import runtime

opened = runtime.current()
opened.open(static=False)
opened.engine.demo.pace = 0.0
talk = opened.chat("talk")
talk.ask("First", "demo")
child = os.fork()
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
talk.ask("Second", "demo")
opened.close()
"""


@pytest.mark.field("L8")
def test_the_parent_of_a_fork_goes_on_storing(tmp_path: Path) -> None:
    history = tmp_path / "history.sqlite"
    command = [sys.executable, "-W", "ignore", "-c", FORKING_WRITER]
    environment = {**os.environ, "NBCHAT_HISTORY": str(history)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=100)

    with closing(sqlite3.connect(history)) as database:
        rows = "\n".join(database.iterdump())
    assert "First" in rows
    assert "Second" in rows
