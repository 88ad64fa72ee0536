"""What a worker of a cluster does for a map: it asks a batch of questions, by its own engine.

A task brings the questions and how they are asked, and never a key: that comes from the worker's
own environment. Answers go back as they came; their values are read again by whoever asked.
"""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from nbchat import runtime
from nbchat.bridge import bare
from nbchat.dataframes.asking import Job, Outcome, RowQuestion
from nbchat.dataframes.here import Here
from nbchat.errors import NbchatError, SetupError
from nbchat.middleware.purse import Purse

MOST_STOPPED = 1_000  # maps that are remembered as stopped, of those that this process has seen


@dataclass(slots=True, frozen=True)
class Batch:
    """Some questions of a map, for one worker."""

    run: str  # of the map; another each time it runs
    job: Job  # without its purse
    questions: Sequence[RowQuestion]
    share: Mapping[str, float] | None = None  # money by currency, where there is a budget


@dataclass(slots=True)
class BatchReport:
    """What became of a batch."""

    outcomes: list[Outcome]
    rate: float | None = None  # requests a second that this worker has come to
    was_refused: bool = False  # it went too fast


class _Runs:
    """What runs in this process, so that it can be stopped, and what was stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, set[asyncio.Task[Any]]] = {}
        self._stopped: dict[str, None] = {}  # in the order of stopping

    def begin(self, run: str, task: asyncio.Task[Any]) -> bool:
        """Note a task of a run; False where the run was stopped before."""
        with self._lock:
            if run in self._stopped:
                return False
            self._tasks.setdefault(run, set()).add(task)
            return True

    def end(self, run: str, task: asyncio.Task[Any]) -> None:
        with self._lock:
            tasks = self._tasks.get(run, set())
            tasks.discard(task)
            if not tasks:
                self._tasks.pop(run, None)

    def stop(self, run: str) -> None:
        with self._lock:
            self._stopped[run] = None
            while len(self._stopped) > MOST_STOPPED:
                del self._stopped[next(iter(self._stopped))]
            tasks = [*self._tasks.get(run, ())]
        for task in tasks:
            with suppress(RuntimeError):  # its loop has been closed
                task.get_loop().call_soon_threadsafe(task.cancel)


_runs = _Runs()


def ask_batch(batch: Batch) -> BatchReport:
    """Ask the questions of a batch. Runs on a worker."""
    report = runtime.current().bridge.run(_ask(batch))
    report.outcomes = [_to_send(outcome) for outcome in report.outcomes]
    return report


def stop_run(run: str) -> None:
    """Stop what this process asks for a run, and ask nothing more for it. Runs on a worker."""
    _runs.stop(run)


async def _ask(batch: Batch) -> BatchReport:
    report = BatchReport([])
    task = asyncio.current_task()
    if task is None or not _runs.begin(batch.run, task):
        return report

    def hear(rate: float) -> None:
        report.was_refused = report.was_refused or (report.rate is not None and rate < report.rate)
        report.rate = rate

    purse = None if batch.share is None else Purse(batch.share)
    job = replace(batch.job, purse=purse)
    outcomes = Here(lambda: runtime.current().source).outcomes(job, batch.questions, hear)
    try:
        async with aclosing(outcomes):
            async for outcome in outcomes:
                report.outcomes.append(outcome)
    except asyncio.CancelledError:  # stopped: what has come by now is told
        task.uncancel()
    finally:
        _runs.end(batch.run, task)
    return report


def _to_send(outcome: Outcome) -> Outcome:
    """The outcome as another process can read it, with the worker's name where that helps."""
    if outcome.answer is not None:
        outcome.answer.valued = None
    if isinstance(outcome.error, SetupError):
        outcome.error = _with_worker(outcome.error)
    elif outcome.error is not None:
        outcome.error = _picklable(outcome.error)
    return outcome


@contextmanager
def told_where() -> Iterator[None]:
    """Raise what ends a map as another process can read it, with the worker's name in it."""
    try:
        yield
    except NbchatError as error:
        error.result = None  # it holds what cannot travel
        told = _with_worker(error) if isinstance(error, SetupError) else _picklable(error)
        raise told from None


def _with_worker(error: SetupError) -> SetupError:
    happened, _, advice = str(error).partition("\n")
    where = f"on the worker {_worker_name()}, whose own environment and settings count"
    return type(error)("\n".join(filter(None, [f"{where}: {happened}", advice])))


def _picklable(error: Exception) -> Exception:
    """The error, or its words where it cannot travel; a validator may raise anything."""
    error = bare(error)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return NbchatError(f"{type(error).__name__}: {error}")
    return error


def _worker_name() -> str:
    """The address of this worker."""
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return "of this cluster"
