"""Processes that write to one history, for tests that kill them.

Each says what was acknowledged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from nbchat.runtime import Runtime
from nbchat.store import database, store, turn_writer

DEADLINE = 300.0  # seconds; only so that a hang ends

# A server that has imported all of this forks each writer within milliseconds.
WRITERS = get_context("forkserver")
WRITERS.set_forkserver_preload(["tests.store.writers"])


def be_patient() -> None:
    """On a busy machine, too, a turn is acknowledged when it is on disk, or can never be."""
    turn_writer.PATIENCE_SECONDS = database.BUSY_SECONDS = store.CLOSING_SECONDS = DEADLINE


def write(history: Path, acknowledged: Path, name: str, turns: int, pace: float) -> None:
    """Ask the demo `turns` questions, each after the answer to the last."""
    be_patient()
    os.environ["NBCHAT_HISTORY"] = str(history)
    runtime = Runtime()
    runtime.open(static=False)
    runtime.engine.demo.pace = pace
    chat = runtime.chat(name)
    log = os.open(acknowledged, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for number in range(turns):
        answer = chat.ask(f"{'everything' if pace else 'table'} {number}", "demo")
        trouble = " ".join(notice for notice in answer.notices if notice.startswith("Not saved"))
        os.write(log, f"{name} {number} {chat.turns[-1].id} {trouble}\n".encode())
    runtime.close()


@contextmanager
def writing(
    history: Path, acknowledged: Path, names: list[str], turns: int, pace: float = 0.0
) -> Iterator[list[BaseProcess]]:
    """These writers at work; whoever is left at the end is killed."""
    writers = [
        WRITERS.Process(target=write, args=(history, acknowledged, name, turns, pace))
        for name in names
    ]
    for writer in writers:
        writer.start()
    try:
        yield list(writers)
    finally:
        for writer in writers:
            writer.kill()
            writer.join()
            writer.close()
