"""Rows asked by the workers of a Dask cluster: a task for some 200 questions, never one for each.

Each batch is for one worker, which tells of what has come while it works. Should it be lost, what
has not come is asked by another. The client divides the rate and the budget, anew when a worker
comes or goes, and notes what was spent.
"""

from __future__ import annotations

import asyncio
import pickle
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import uuid4

from nbchat import runtime
from nbchat.dataframes import cluster_client
from nbchat.dataframes.asking import Job, Outcome, RowQuestion
from nbchat.dataframes.cluster_client import ClusterClient
from nbchat.dataframes.cluster_news import Desk, News, desk_of
from nbchat.dataframes.cluster_worker import Batch
from nbchat.dataframes.shared_budget import Share, SharedBudget
from nbchat.dataframes.shared_rate import SharedRate
from nbchat.dataframes.travelling import packed
from nbchat.dataframes.worker_pacing import Part
from nbchat.errors import BudgetReached, InvalidAnswer
from nbchat.events import Valued
from nbchat.middleware.spending import Spending
from nbchat.values.problems import InvalidValue
from nbchat.values.value_type import ValueType

BATCH = 200  # questions of a task at most; a task takes the scheduler 1.6 ms
BATCH_SECONDS = 20.0  # for which one is to last at most, by the speed of those before
ON_THEIR_WAY = 64  # questions of a batch at least where no rate holds them: they go together
BATCH_BYTES = 4 * 1024**2  # of the questions of one, unless a single one is larger
AHEAD = 2  # batches of each worker, so that none waits for the client
MOST_LOST = 3  # times that a question is lost with its worker, before it has failed
LOOK_SECONDS = 1.0  # between two looks at which workers there are
LATE_SECONDS = 10.0  # for which it is heard what stopped workers have spent


class Cluster:
    """A RowAsker by the workers of a `dask.distributed.Client`."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._rate: SharedRate | None = None  # found out by one call, and used by the next
        self._speed = Speed()

    async def outcomes(
        self, job: Job, questions: Sequence[RowQuestion], hear_rate: Callable[[float], None]
    ) -> AsyncGenerator[Outcome]:
        """Ask them all; see RowAsker. Raises what is wrong with the cluster itself."""
        if self._rate is None:
            self._rate = SharedRate(job.rate)
        running = _Running(self._client, job, questions, hear_rate, self._rate, self._speed)
        try:
            await running.begin()
            while not running.is_at_end:
                await running.look()
                await running.submit_more()
                for outcome in await running.next_outcomes():
                    yield outcome
        finally:
            running.stop()


@dataclass(slots=True)
class Speed:
    """How many questions a worker answers in a second, by the last batch."""

    per_second: float | None = None

    def most(self, rate: float | None = None) -> int:
        """How many questions a batch may have; `rate` is what its worker may send in a second.

        >>> Speed().most(), Speed(5.0).most(), Speed(0.1).most(), Speed().most(rate=0.5)
        (200, 100, 64, 10)
        """
        most, fewest = float(BATCH), 1
        if self.per_second is not None:
            most, fewest = self.per_second * BATCH_SECONDS, ON_THEIR_WAY
        if rate is not None:
            most, fewest = min(most, rate * BATCH_SECONDS), 1
        return max(fewest, min(BATCH, int(most)))

    def note(self, answered: int, seconds: float) -> None:
        if answered and seconds > 0:
            self.per_second = answered / seconds


@dataclass(slots=True)
class _Sent:
    """A batch on its way."""

    worker: str
    process: str
    left: dict[str, RowQuestion]  # those of which nothing has come, by their key
    workers: int  # there were when it was sent
    has_all: bool  # that is left of the budget
    share: Share | None = None
    future: Any = None  # of distributed
    asked: int = 0  # questions
    last: News | None = None  # when it has ended
    spendings: list[Spending] = field(default_factory=list)


class _Running:
    """The batches of one run. All but the hand-over of news is on the engine's loop."""

    def __init__(
        self,
        client: Any,
        job: Job,
        questions: Sequence[RowQuestion],
        hear_rate: Callable[[float], None],
        rate: SharedRate,
        speed: Speed,
    ) -> None:
        self._client = ClusterClient(client)
        self._desk: Desk = desk_of(client)
        self._account = runtime.current().account
        self._settings = runtime.current().usable_settings()
        self._job = job
        self._packed = packed(replace(job, purse=None, rate=None, at_once=None))
        self._wanted = ValueType.of(job.options["schema"]) if "schema" in job.options else None
        self._hear_rate = hear_rate
        self._rate = rate
        self._speed = speed
        self._run = uuid4().hex
        self._waiting = deque(questions)
        self._sent: dict[str, _Sent] = {}  # by the batch
        self._news: asyncio.Queue[News | str] = asyncio.Queue()  # of a batch, or that it has ended
        self._loop = asyncio.get_running_loop()
        self._processes: dict[str, str] = {}  # of the workers that have their part, by address
        self._slow: Set[str] = set()  # workers that have not said that they have their part
        self._divided: float | None = None  # the rate that was divided last
        self._lost: Counter[str] = Counter()  # how often a question was lost
        self._one_by_one = False  # a batch has used up its share of the budget
        self._looked_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._is_stopped = False
        self._budget = SharedBudget([])

    @property
    def is_at_end(self) -> bool:
        return not self._waiting and not self._sent

    async def begin(self) -> None:
        """Find out what may be spent. Raises what is wrong with the cluster."""
        current = runtime.current()
        self._client.check()
        self._desk.open(self._run, self._hand_over)
        purses = current.account.purses.of(self._settings)
        if purses:
            await current.account.refresh()
        self._budget = SharedBudget([*purses, *([self._job.purse] if self._job.purse else [])])

    # --- workers ---------------------------------------------------------------------------------

    async def look(self) -> None:
        """Once a second, see which workers there are; what comes meanwhile is not held up."""
        looking = self._looking
        if looking is None and self._loop.time() - self._looked_at >= LOOK_SECONDS:
            looking = self._looking = asyncio.create_task(self._look())
        if looking is not None and (looking.done() or not self._processes):
            await looking
            self._looking, self._looked_at = None, self._loop.time()

    async def _look(self) -> None:
        """Divide the rate where the workers have changed, and give up what is lost."""
        there = await self._client.workers()
        there = sorted(there, key=lambda address: address not in self._processes)
        there = there[: self._job.at_once]  # each of them has one at least
        is_divided = set(there) == set(self._processes) and self._rate.total == self._divided
        if self._slow or not is_divided:
            await self._divide(there)
        for id, sent in [*self._sent.items()]:
            if self._processes.get(sent.worker) != sent.process:
                self._lose(id)

    async def _divide(self, workers: Sequence[str]) -> None:
        """Give each its part; those that are new are sent something when the others have theirs."""
        self._divided = self._rate.total
        at_once = _divided(self._job.at_once, len(workers))
        rate = self._rate.share(len(workers))
        parts = {address: Part(rate, most) for address, most in zip(workers, at_once, strict=True)}
        met = await self._client.meet(self._run, parts)
        # One that has only been slow to answer still works on its batch: that is paid for.
        before = {at: process for at, process in self._processes.items() if at in parts}
        self._processes, self._slow = before | met, parts.keys() - met.keys()

    def _lose(self, id: str) -> None:
        """A worker is gone: what has not come of its batch is asked again, by another."""
        sent = self._sent.pop(id)
        if sent.future is not None:
            self._client.drop([sent.future])
        self._budget.settle(sent.share, sent.spendings)
        for key, question in reversed(sent.left.items()):
            self._lost[key] += 1
            self._waiting.appendleft(question)

    # --- out -------------------------------------------------------------------------------------

    async def submit_more(self) -> None:
        """Send as many batches as keep each worker busy."""
        busy = Counter(sent.worker for sent in self._sent.values())
        most = 1 if self._one_by_one else len(self._processes) * AHEAD
        while self._waiting and len(self._sent) < most:
            worker = min(self._processes, key=lambda address: busy[address])
            if busy[worker] >= AHEAD:
                return
            busy[worker] += 1
            await self._submit(worker, most - len(self._sent))

    async def _submit(self, worker: str, parts: int) -> None:
        """Send a batch; it has one of so many parts of the budget that is left."""
        workers = len(self._processes)
        questions = self._next_questions(workers)
        has_all = parts == 1 and not self._sent
        share = self._budget.share(parts)
        left = {question.key: question for question in questions}
        id, process = uuid4().hex, self._processes[worker]
        self._sent[id] = sent = _Sent(worker, process, left, workers, has_all, share)
        sent.asked = len(left)
        unpriced = self._settings.budgets.unpriced
        topic = self._client.topic
        batch = Batch(self._run, id, process, topic, self._packed, questions, unpriced, share)
        sent.future = await self._client.submit(batch, worker, partial(self._tell_end, id))

    def _next_questions(self, workers: int) -> list[RowQuestion]:
        spread = -(-len(self._waiting) // workers)  # a few are spread over all
        most, size = min(self._speed.most(self._rate.share(workers)), spread), 0
        questions: list[RowQuestion] = []
        while self._waiting and len(questions) < most:
            size += _bytes_of(self._waiting[0])
            if questions and size > BATCH_BYTES:
                break
            questions.append(self._waiting.popleft())
        return questions

    # --- back ------------------------------------------------------------------------------------

    def _hand_over(self, news: News | str) -> None:
        """Called on a thread of the client."""
        with suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._receive, news)

    def _receive(self, news: News | str) -> None:
        if not self._is_stopped:
            self._news.put_nowait(news)
        elif isinstance(news, News):
            self._take(news)

    def _tell_end(self, id: str) -> None:
        self._hand_over(id)

    async def next_outcomes(self) -> list[Outcome]:
        """What has come by the next news, if any comes before the next look at the workers."""
        outcomes = self._failed_too_often()
        if outcomes:
            return outcomes
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                news = await self._news.get()
        except TimeoutError:
            return []
        if isinstance(news, News):
            return self._take(news)
        return await self._end(news)

    def _failed_too_often(self) -> list[Outcome]:
        lost = [one for one in self._waiting if self._lost[one.key] >= MOST_LOST]
        for question in lost:
            self._waiting.remove(question)
        return [Outcome(one, error=cluster_client.lost(MOST_LOST)) for one in lost]

    async def _end(self, id: str) -> list[Outcome]:
        """A batch has ended: take what has not come by its news."""
        sent = self._sent.get(id)
        if sent is None:
            return []
        outcomes: list[Outcome] = []
        report = sent.last
        if report is None or sent.left:  # what was too long for the news
            report = await self._client.result(sent.future, sent.worker)
            if id not in self._sent:
                return []
            if report is None:
                self._lose(id)
                return []
            outcomes = self._take(report)
        answered = sent.asked - len(sent.left)
        self._speed.note(answered, report.seconds)
        self._rate.note(report.rate, was_refused=report.was_refused, workers=sent.workers)
        if self._rate.total is not None:
            self._hear_rate(self._rate.total)
        del self._sent[id]
        self._budget.settle(sent.share, sent.spendings)
        self._waiting.extend(sent.left.values())
        return outcomes

    def _take(self, news: News) -> list[Outcome]:
        """What is new of a batch; values are read here.

        Those for which a part of the budget was not enough are asked again, with all of it.
        """
        sent = self._sent.get(news.batch)
        if sent is None:  # of a worker that was given up, or told again by the end of its batch
            return []
        if news.is_last:
            sent.last = news
        spendings = news.spendings[max(0, len(sent.spendings) - news.first) :]
        sent.spendings += spendings
        self._pay(spendings)
        outcomes = []
        for outcome in news.outcomes:
            question = sent.left.pop(outcome.question.key, None)
            if question is None:
                continue
            if isinstance(outcome.error, BudgetReached) and not sent.has_all:
                self._waiting.append(question)
                self._one_by_one = True
            else:
                outcomes.append(self._with_value(outcome))
        return outcomes

    def _pay(self, spendings: Sequence[Spending]) -> None:
        """Note them in the ledger of this process, and in no other."""
        for spending in spendings:
            self._account.note(spending, self._settings)

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
            outcome.error = InvalidAnswer("the answer is not valid here: " + f"{error}.")
        return outcome

    # --- the end ---------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ask nothing more. Does not wait: what workers have spent is noted when they say it."""
        self._is_stopped = True
        if self._looking is not None:
            self._looking.cancel()
        for sent in self._sent.values():
            self._budget.settle(sent.share, sent.spendings)
        while not self._news.empty():
            self._receive(self._news.get_nowait())
        futures = [sent.future for sent in self._sent.values() if sent.future is not None]
        self._client.stop(self._run, futures)
        seconds = LATE_SECONDS if self._sent else 0.0
        self._loop.call_later(seconds, self._desk.close, self._run)


def _divided(at_once: int | None, workers: int) -> list[int | None]:
    """What each worker has of the requests on their way.

    >>> _divided(7, 3), _divided(None, 2)
    ([3, 2, 2], [None, None])
    """
    if at_once is None:
        return [None] * workers
    least, more = divmod(at_once, workers)
    return [least + (at < more) for at in range(workers)]


def _bytes_of(question: RowQuestion) -> int:
    prompt = question.prompt
    if isinstance(prompt, str):
        return len(prompt.encode("utf-8", "surrogatepass"))
    return len(pickle.dumps(prompt))
