"""Processes that fork while nbchat is at work on their threads.

`main` tries each `KIND HOW MOMENT` of its arguments in a process of its own, forked from one that
has imported IPython and nothing of nbchat, and prints what came of each. A moment is a number of
seconds, or `#5`: when the thread of nbchat begins its fifth import.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

HANGS = 120.0  # seconds; a child that has not ended by then never will
FORK = get_context("fork")


# --- what is at work ------------------------------------------------------------------------


def load() -> None:
    """The cell of `%load_ext nbchat` has just ended."""
    InteractiveShell.instance().run_cell("%load_ext nbchat")


def ask() -> None:
    """A thread has just begun to ask its first question."""
    import nbchat

    threading.Thread(target=lambda: nbchat.ask("demo", "Hi"), daemon=True).start()


def stream() -> None:
    """An answer arrives, and is written to disk as it grows."""
    from nbchat import runtime

    opened = runtime.current()
    opened.open(static=False)
    opened.engine.demo.pace = 0.001
    talk = opened.chat("talk")

    def go_on_asking() -> None:
        while True:
            talk.ask("everything", "demo")

    threading.Thread(target=go_on_asking, daemon=True).start()


# --- how it forks ------------------------------------------------------------------------------


def use_everything(number: int = 0) -> int:
    """What a child does with nbchat: asks, remembers, draws, and imports what it has not yet."""
    import nbchat
    from nbchat import render, runtime

    if number == 0:
        import nbchat.frontends.panel
    runtime.current().engine.demo.pace = 0.0
    assert nbchat.ask("demo", "Hi").stop.reason == "end"
    assert nbchat.chat("talk").ask("Hi", "demo").stop.reason == "end"
    assert "<code>" in render.to_html("`x`")
    return number


def fork() -> None:
    child = os.fork()
    if child == 0:
        use_everything()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def pool() -> None:
    with FORK.Pool(2) as workers:
        assert workers.map(use_everything, range(4)) == [0, 1, 2, 3]


def executor() -> None:
    with ProcessPoolExecutor(2, mp_context=FORK) as workers:
        assert list(workers.map(use_everything, range(4))) == [0, 1, 2, 3]


KINDS: dict[str, Callable[[], None]] = {"load": load, "ask": ask, "stream": stream}
WAYS: dict[str, Callable[[], None]] = {"fork": fork, "pool": pool, "executor": executor}


# --- when ----------------------------------------------------------------------------------------


class NthImport:
    """The moment when another thread begins its n-th import; that thread waits for the fork."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._here = os.getpid()
        self._reached, self._forking = threading.Event(), threading.Event()
        sys.addaudithook(self._look)

    def _look(self, event: str, given: object) -> None:
        if event != "import" or threading.current_thread() is threading.main_thread():
            return
        self._left -= 1
        if self._left == 0 and os.getpid() == self._here:
            self._reached.set()
            self._forking.wait()

    def wait(self) -> None:
        os.register_at_fork(before=self._forking.set)  # the last that is registered comes first
        self._reached.wait(HANGS / 2)


# --- trying --------------------------------------------------------------------------------------


def attempt(kind: str, how: str, moment: str) -> str:
    """One process that forks: "ok", or what went wrong."""
    process = os.fork()
    if process == 0:
        os.setsid()
        _begin_and_fork(kind, how, moment)
        os._exit(0)
    deadline = time.monotonic() + HANGS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return f"ended with {code}" if code else "ok"
        time.sleep(0.01)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return "hung"


def _begin_and_fork(kind: str, how: str, moment: str) -> None:
    if kind != "load":
        import nbchat  # noqa: F401
    if moment.startswith("#"):
        nth = NthImport(int(moment[1:]))
        KINDS[kind]()
        nth.wait()
    else:
        KINDS[kind]()
        time.sleep(float(moment))
    WAYS[how]()


def main() -> None:
    for number, trial in enumerate(sys.argv[1:]):
        kind, how, moment = trial.split()
        os.environ["NBCHAT_HISTORY"] = str(Path.cwd() / f"{number}.sqlite")
        outcome = attempt(kind, how, moment)
        print(outcome, flush=True)
        if outcome == "hung":  # one is enough
            break
