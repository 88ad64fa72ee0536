"""What a worker of a cluster does for a map: it asks a batch of questions, by its own engine.

A task brings the questions and how they are asked, and never a key: that comes from the worker's
own environment. Answers go back as they come; their values are read again by whoever asked, who
also notes what was spent.
"""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, NamedTuple
from uuid import uuid4

from nbchat import __version__, runtime
from nbchat.bridge import bare
from nbchat.catalog.amounts import Amounts
from nbchat.conversation.rounds import Rounds
from nbchat.conversation.valid_answers import ValidAnswers
from nbchat.dataframes.asking import Job, Outcome, RowQuestion
from nbchat.dataframes.cluster_news import News, Teller
from nbchat.dataframes.here import Here
from nbchat.dataframes.shared_budget import Share
from nbchat.dataframes.worker_pacing import Part, WorkerPacing
from nbchat.errors import BudgetReached, NbchatError, SetupError
from nbchat.middleware.budget import Budget, Scope
from nbchat.middleware.ledger import Ledger
from nbchat.settings import Settings
from nbchat.settings_values import Budgets
from nbchat.streams import AnswerSource, wrap

MOST_RUNS = 1_000  # maps that a process remembers, of those that it has seen


class Greeting(NamedTuple):
    """Who a worker is."""

    version: str  # of nbchat
    process: str  # another after each start, also at the same address


@dataclass(slots=True, frozen=True)
class Batch:
    """Some questions of a map, for one worker."""

    run: str  # of the map; another each time it runs
    id: str
    process: str  # that it is for
    topic: str  # under which the client is told
    job: bytes  # a Job without its purse
    questions: Sequence[RowQuestion]
    unpriced: str = "refuse"  # what a budget does without a price
    share: Share | None = None  # where there is a budget


class _Runs:
    """What runs in this process, so that it can be paced and stopped, and what was stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, set[asyncio.Task[Any]]] = {}
        self._stopped: dict[str, None] = {}  # in the order of stopping
        self._pacings: dict[str, WorkerPacing] = {}
        self._hearers: dict[str, list[Callable[[float], None]]] = {}

    def pace(self, run: str, part: Part) -> None:
        """This process has this part of a run's rate from now on."""
        self.pacing(run).change(part)

    def pacing(self, run: str) -> WorkerPacing:
        with self._lock:
            if run not in self._pacings:
                hearers = self._hearers[run] = []
                self._pacings[run] = WorkerPacing(is_patient=True, hear=_teller_of_all(hearers))
                _keep_few(self._pacings)
                _keep_few(self._hearers)
            return self._pacings[run]

    @contextmanager
    def hearing(self, run: str, hear: Callable[[float], None]) -> Iterator[WorkerPacing]:
        """The pacing of a run; `hear` is told its rate meanwhile."""
        pacing = self.pacing(run)
        hearers = self._hearers[run]
        hearers.append(hear)
        try:
            yield pacing
        finally:
            hearers.remove(hear)

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
            _keep_few(self._stopped)
            tasks = [*self._tasks.get(run, ())]
        for task in tasks:
            with suppress(RuntimeError):  # its loop has been closed
                task.get_loop().call_soon_threadsafe(task.cancel)


def _teller_of_all(hearers: list[Callable[[float], None]]) -> Callable[[float], None]:
    def hear(rate: float) -> None:
        for one in [*hearers]:
            one(rate)

    return hear


def _keep_few(kept: dict[str, Any]) -> None:
    """Forget the oldest of too many."""
    while len(kept) > MOST_RUNS:
        del kept[next(iter(kept))]


_runs = _Runs()
_process = uuid4().hex


# --- called by the client ----------------------------------------------------------------------


def meet(run: str, part: Part) -> Greeting:
    """Take this part of a run's rate, and say who this worker is. Runs on a worker's loop."""
    _runs.pace(run, part)
    return Greeting(__version__, _process)


def wake() -> None:
    """Do nothing; a cluster that starts its workers for tasks starts one for this."""


def stop_run(run: str) -> None:
    """Stop what this process asks for a run, and ask nothing more for it. Runs on a worker."""
    _runs.stop(run)


def ask_batch(batch: Batch) -> News:
    """Ask the questions of a batch, and return all that came of it. Runs on a worker.

    What was sent to a process that is gone asks nothing: its client knows what is left of it.
    """
    from distributed import get_worker

    worker = get_worker()
    teller = Teller(batch.run, batch.id, lambda news: worker.log_event(batch.topic, news))
    if batch.process == _process:
        job = _unpacked(batch.job)
        runtime.current().bridge.run(_ask(batch, job, teller, _worker_name()))
    teller.all.is_last = True
    return teller.all


def _unpacked(packed: bytes) -> Job:
    try:
        job: Job = pickle.loads(packed)
    except Exception as error:  # of a module that is not there, or is another
        raise SetupError(
            f"the worker {_worker_name()} cannot load what schema= or tools= is made of "
            f"({type(error).__name__}: {error}).\n"
            "Define it in the notebook, or bring its module there with client.upload_file(...)."
        ) from None
    return job


async def _ask(batch: Batch, job: Job, teller: Teller, worker: str) -> None:
    task = asyncio.current_task()
    if task is None or not _runs.begin(batch.run, task):
        return
    begun = monotonic()
    purse = batch.share.purse() if batch.share else None
    source = _source(teller, batch.unpriced)
    with _runs.hearing(batch.run, teller.hear) as pacing:
        here = Here(lambda: source, pacing)
        outcomes = here.outcomes(replace(job, purse=purse), batch.questions, _hear_nothing)
        try:
            async with aclosing(outcomes):
                async for outcome in outcomes:
                    teller.all.seconds = monotonic() - begun
                    teller.note(_to_send(outcome, worker))
        except asyncio.CancelledError:  # stopped: what has come by now is told
            task.uncancel()
        finally:
            _runs.end(batch.run, task)
            teller.tell(is_last=True)


def _source(teller: Teller, unpriced: str) -> AnswerSource:
    """The engine of this process; what it spends is noted by the client, in its own ledger.

    Budgets of this process do not count: the client has put a share aside.
    """
    current = runtime.current()
    ledger = Ledger(current.engine, current.usable_settings, teller.pay)

    def settings() -> Settings:
        return replace(current.settings(), budgets=Budgets(unpriced=unpriced))  # type: ignore[arg-type]

    one = wrap(Budget(ledger, settings, _NoAccount()), current.wrappers)
    return ValidAnswers(lambda: Rounds(lambda: one, current.settings), current.settings)


def _hear_nothing(rate: float) -> None:
    """The pacing tells of the rate."""


class _NoAccount:
    """Nothing is asked of it: no budget of the settings counts here."""

    async def refresh(self) -> None: ...

    def spent(self, scope: Scope) -> Amounts:
        return {}


# --- what travels ------------------------------------------------------------------------------


def _to_send(outcome: Outcome, worker: str) -> Outcome:
    """The outcome as another process can read it, with the worker's name where that helps."""
    if outcome.answer is not None:
        outcome.answer.valued = None
    if isinstance(outcome.error, SetupError):
        outcome.error = _with_worker(outcome.error, worker)
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
        is_setup = isinstance(error, SetupError)
        told = _with_worker(error, _worker_name()) if is_setup else _picklable(error)
        raise told from None
    except Exception as error:
        raise _picklable(error) from None


def _with_worker(error: NbchatError, worker: str) -> NbchatError:
    if isinstance(error, BudgetReached):  # of a budget of the client
        return error
    happened, _, advice = str(error).partition("\n")
    where = f"on the worker {worker}, whose own environment and settings count"
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
