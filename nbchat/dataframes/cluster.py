"""Rows asked by the workers of a Dask cluster: a task for some 200 questions, never one for each.

The client divides the rate and the budget, and is told of each batch when it has ended. Should a
worker be lost, the scheduler gives its batch to another.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

from nbchat.dataframes.asking import Job, Outcome, RowQuestion
from nbchat.dataframes.cluster_worker import Batch, BatchReport, ask_batch, stop_run
from nbchat.dataframes.shared_rate import SharedRate
from nbchat.errors import BadOption, BudgetReached, ConnectionBroken, InvalidAnswer
from nbchat.events import Valued
from nbchat.settings import Settings
from nbchat.values.problems import InvalidValue
from nbchat.values.value_type import ValueType

BATCH = 200  # questions of a task; a task takes the scheduler 1.6 ms
AHEAD = 2  # batches of each worker, so that none waits for the client
LOST = "the workers that asked it were lost, one after the other."
STAYS_HERE = {  # options that mean something in this process alone
    "api_key": "a key is never sent to a worker: it comes from the worker's own environment",
    "approve": "nobody can be asked on a worker",
}


class Cluster:
    """A RowAsker by the workers of a `dask.distributed.Client`."""

    def __init__(self, client: Any, settings: Callable[[], Settings]) -> None:
        self._client = client
        self._settings = settings

    async def outcomes(
        self, job: Job, questions: Sequence[RowQuestion], hear_rate: Callable[[float], None]
    ) -> AsyncGenerator[Outcome]:
        """Ask them all; see RowAsker."""
        running = _Running(self._client, self._settings(), job, questions, hear_rate)
        try:
            while not running.is_at_end:
                await running.submit_more()
                for outcome in await running.next_outcomes():
                    yield outcome
        finally:
            running.stop()


def check_options(job: Job) -> None:
    """Raise BadOption for an option that cannot go to a worker."""
    for name, why in STAYS_HERE.items():
        if job.options.get(name) is not None:
            raise BadOption(f"{name}= is not possible with where=: {why}.")


@dataclass(slots=True)
class _Sent:
    """A batch on its way."""

    batch: Batch
    future: Any  # of distributed
    workers: int  # there were when it was sent
    has_all: bool  # that is left of the budget


class _Running:
    """The batches of one run. All but the hand-over of results is on the engine's loop."""

    def __init__(
        self,
        client: Any,
        settings: Settings,
        job: Job,
        questions: Sequence[RowQuestion],
        hear_rate: Callable[[float], None],
    ) -> None:
        self._client = client
        self._settings = settings
        self._job = job
        self._purse = job.purse
        self._wanted = ValueType.of(job.options["schema"]) if "schema" in job.options else None
        self._hear_rate = hear_rate
        self._run = uuid4().hex
        self._rate = SharedRate(job.rate)
        self._waiting = deque(questions)
        self._sent: dict[str, _Sent] = {}  # by the key of its task
        self._ended: asyncio.Queue[str] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._one_by_one = False  # a batch has used up its share of the budget

    @property
    def is_at_end(self) -> bool:
        return not self._waiting and not self._sent

    # --- out -------------------------------------------------------------------------------------

    async def submit_more(self) -> None:
        """Send as many batches as keep each worker busy."""
        threads = await self._loop.run_in_executor(None, self._client.nthreads)
        workers = max(1, len(threads))
        most = 1 if self._one_by_one else workers * AHEAD
        while self._waiting and len(self._sent) < most:
            self._submit(workers, most)

    def _submit(self, workers: int, most: int) -> None:
        size = min(BATCH, -(-len(self._waiting) // workers))  # a few are spread over all
        questions = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
        at_once = self._job.at_once and max(1, self._job.at_once // workers)
        rate = self._rate.share(workers)
        job = replace(self._job, purse=None, rate=rate, at_once=at_once)
        parts = most - len(self._sent)
        share = self._share(parts) if self._purse else None
        has_all = parts == 1 and not self._sent
        batch = Batch(self._run, job, questions, share)
        future = self._client.submit(ask_batch, batch, pure=False, key=f"nbchat-rows-{uuid4().hex}")
        self._sent[future.key] = _Sent(batch, future, workers, has_all)
        future.add_done_callback(self._hand_over)

    def _share(self, parts: int) -> dict[str, float]:
        """What of the budget one batch may spend, which is spoken for from now on."""
        assert self._purse is not None
        share = {name: max(0.0, self._purse.left(name)) / parts for name in self._purse.limit}
        for name, amount in share.items():
            self._purse.put_aside(amount, name)
        return share

    def _hand_over(self, future: Any) -> None:
        """Called on a thread of the client."""
        with suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._ended.put_nowait, future.key)

    # --- back ------------------------------------------------------------------------------------

    async def next_outcomes(self) -> list[Outcome]:
        """What became of the next batch that ends."""
        sent = self._sent.pop(await self._ended.get(), None)
        if sent is None:
            return []
        try:
            report: BatchReport = await self._loop.run_in_executor(None, sent.future.result)
        except Exception:  # distributed's: no worker has outlived it
            report = BatchReport([_lost(question) for question in sent.batch.questions])
        self._rate.note(report.rate, was_refused=report.was_refused, workers=sent.workers)
        if self._rate.total is not None:
            self._hear_rate(self._rate.total)
        self._settle(sent.batch, report)
        return self._read(sent, report)

    def _settle(self, batch: Batch, report: BatchReport) -> None:
        if self._purse is None or batch.share is None:
            return
        answers = [one.answer for one in report.outcomes if one.answer is not None]
        spent = self._settings.cost_of(answers).amounts
        for name, amount in batch.share.items():
            self._purse.settle(amount, name, {name: spent.get(name, 0.0)})

    def _read(self, sent: _Sent, report: BatchReport) -> list[Outcome]:
        """What became of questions; their values are read here.

        Those for which a part of the budget was not enough are asked again, with all of it.
        """
        outcomes = []
        for outcome in report.outcomes:
            if isinstance(outcome.error, BudgetReached) and not sent.has_all:
                self._waiting.append(outcome.question)
                self._one_by_one = True
            else:
                outcomes.append(self._with_value(outcome))
        return outcomes

    def _with_value(self, outcome: Outcome) -> Outcome:
        answer = outcome.answer
        if self._wanted is None or answer is None:
            return outcome
        if outcome.error is not None:
            error = outcome.error
            answer.valued = Valued(error=error if isinstance(error, InvalidAnswer) else None)
            return outcome
        try:
            answer.valued = Valued(self._wanted.read(answer.text))
        except InvalidValue as error:  # of a type that is another here than on the worker
            outcome.error = InvalidAnswer(f"the answer is not valid here: {error}.")
        return outcome

    # --- the end ---------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ask nothing more. Does not wait: workers stop in their own time."""
        if not self._sent:
            return
        for sent in self._sent.values():
            if self._purse is not None and sent.batch.share is not None:
                for name, amount in sent.batch.share.items():
                    self._purse.settle(amount, name, {})
        futures = [sent.future for sent in self._sent.values()]
        self._sent.clear()
        self._loop.run_in_executor(None, partial(_stop, self._client, self._run, futures))


def _stop(client: Any, run: str, futures: list[Any]) -> None:
    with suppress(Exception):  # the cluster may be gone, and then nothing of it runs
        client.run(stop_run, run)
        client.cancel(futures)


def _lost(question: RowQuestion) -> Outcome:
    return Outcome(question, error=ConnectionBroken(LOST))
