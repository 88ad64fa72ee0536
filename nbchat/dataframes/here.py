"""Rows asked from here: so many at once as are allowed, on the engine's loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from time import monotonic
from typing import Any, cast

from nbchat.bridge import bare
from nbchat.dataframes.asking import Job, Outcome, RowQuestion
from nbchat.errors import (
    ConnectionBroken,
    Filtered,
    Interrupted,
    NbchatError,
    ServiceError,
)
from nbchat.events import Answer
from nbchat.streams import AnswerSource, Pacing, SourceOptions, SpentBy

MOST_AT_ONCE = 256  # requests; below that the engine decides, by the rate that it finds


class Here:
    """A RowAsker of this process."""

    def __init__(self, source: Callable[[], AnswerSource], pacing: Pacing | None = None) -> None:
        self._source = source
        self._pacing = pacing  # of every job; else it is made of the job's rate

    async def outcomes(
        self, job: Job, questions: Sequence[RowQuestion], hear_rate: Callable[[float], None]
    ) -> AsyncGenerator[Outcome]:
        """Ask them all; see RowAsker."""
        options = request_options(job, hear_rate, self._pacing)
        work = _Work(self._source(), job, questions, options)
        try:
            work.start()
            for _ in questions:
                yield await work.next_outcome()
                work.room.release()
        finally:
            await work.stop()


class _Work:
    """Workers that take question after question, until there are none."""

    def __init__(
        self,
        source: AnswerSource,
        job: Job,
        questions: Sequence[RowQuestion],
        options: SourceOptions,
    ) -> None:
        self._source = source
        self._job = job
        self._options = options
        self._waiting = deque(questions)
        self._at_once = min(job.at_once or MOST_AT_ONCE, len(questions))
        self._workers: list[asyncio.Task[None]] = []
        # An answer that nobody has put on disk counts as on its way.
        self.room = asyncio.Semaphore(self._at_once)
        self._ended: asyncio.Queue[Outcome | NbchatError] = asyncio.Queue()

    def start(self) -> None:
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._at_once)]

    async def stop(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def next_outcome(self) -> Outcome:
        """What became of the question that ends next. Raises what no question can fail with."""
        ended = await self._ended.get()
        if isinstance(ended, NbchatError):
            raise ended
        return ended

    async def _work(self) -> None:
        try:
            while self._waiting:
                question = self._waiting.popleft()
                await self.room.acquire()
                outcome = await ask_row(self._source, self._job.model, question, self._options)
                self._ended.put_nowait(outcome)
        except BaseException as error:  # a validator of the user's may raise SystemExit, too
            if _is_stopped(error):
                raise
            self._ended.put_nowait(_told(error))


def _is_stopped(error: BaseException) -> bool:
    """Whether it is this task that somebody has cancelled, and nothing that was raised in it."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and bool(task and task.cancelling())


def _told(error: BaseException) -> NbchatError:
    """What ends a map, as an error that ends no thread: asyncio lets SystemExit do that."""
    words = " ".join(str(error).split())
    told = NbchatError(f"a row ended with {type(error).__name__}" + (words and f": {words}") + ".")
    told.__cause__ = error
    return told


def request_options(
    job: Job, hear_rate: Callable[[float], None], pacing: Pacing | None = None
) -> SourceOptions:
    """What a source is told with each question of a job."""
    own = Pacing(job.rate, job.at_once, is_patient=True, hear=hear_rate)
    return cast(
        SourceOptions,
        {
            **job.options,
            "cache_key": job.id,
            "shared_start": job.shared_start,
            "pacing": own if pacing is None else pacing,
            "spent_by": SpentBy(name=job.name, turn=job.id),
            **({} if job.purse is None else {"purse": job.purse}),
        },
    )


async def ask_row(
    source: AnswerSource, model: str, question: RowQuestion, options: SourceOptions
) -> Outcome:
    """Ask one question, and tell a failure as what became of it."""
    begun = monotonic()
    stream = source.stream(model, question.prompt, **options)
    error: Exception | None
    try:
        answer = await stream.answer()
        error = what_failed(answer)
    except Exception as failure:  # also what a validator of the user's raises
        answer, error = stream.result, bare(failure)
    return Outcome(question, answer, error, monotonic() - begun)


def what_failed(answer: Answer) -> Exception | None:
    """Why an answer is none that counts: cut short, broken, or not of its schema."""
    said: dict[str, Any] = {"provider": answer.provider, "model": answer.model}
    stop = answer.stop
    if answer.valued is not None and answer.valued.error is not None:
        return answer.valued.error
    if stop.reason == "length":
        return ServiceError(
            "the answer was cut off at its limit. Give a larger one with max_tokens=.", **said
        )
    if stop.reason == "filter":
        return Filtered(f"the provider's filter stopped the answer ({stop.detail}).", **said)
    if stop.reason == "interrupted":
        return Interrupted("the answer was stopped.")
    if stop.reason == "broken":
        return ConnectionBroken("the answer broke off: " + f"{stop.why}.")
    return None
