"""Where the tools of one question run, and who is there to be asked.

A tool runs on the thread that reads the stream: for a cell and for `ask` that is the main
thread. Whoever carries a stream to its reader sets the workplace; the rounds look it up.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Protocol

from nbchat.tools.consent import ConsentQuestion
from nbchat.tools.place import hearing
from nbchat.tools.running import Heard, Job, Outcome


class Workplace(Protocol):
    """As the rounds use it, on the engine's loop."""

    async def perform(self, job: Job) -> Outcome:
        """Have it run where tools run, and wait."""

    def hearing(self) -> AbstractContextManager[Heard | None]:
        """Around an `async def` of the engine's loop, in its own task: what it shows is heard."""

    async def ask(self, question: ConsentQuestion) -> None:
        """Ask the person here, where there is one: it takes the question, or returns at once.

        Returns when the question is answered, by whomever.
        """


class Attendant(Protocol):
    """What a front-end adds. `perform` and `ask` are on the thread that reads, and block."""

    def perform(self, job: Job) -> Outcome:
        """Run it: with its output captured and shown, say."""

    def hearing(self) -> AbstractContextManager[Heard | None]:
        """See `Workplace.hearing`; on the engine's thread, and it does not block."""

    def ask(self, question: ConsentQuestion) -> None:
        """Ask the person; return when it is answered, here or elsewhere, or nobody can be asked.

        An interrupt while it waits is the answer `Decision(False, stopped=True)`.
        """


class Nobody:
    """The attendant where no front-end is: tools run, and nobody is asked.

    What a function prints is seen as from any other call. What code of a model prints is for it.
    """

    def perform(self, job: Job) -> Outcome:
        if not job.tool.code:
            return job.perform()
        with hearing() as heard:
            return job.perform(heard)

    def hearing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def ask(self, question: ConsentQuestion) -> None: ...


class OtherThread:
    """The workplace of a stream that is read on the engine's own loop: a thread of the pool."""

    async def perform(self, job: Job) -> Outcome:
        return await asyncio.to_thread(job.perform)

    def hearing(self) -> AbstractContextManager[None]:
        return nullcontext()

    async def ask(self, question: ConsentQuestion) -> None:
        asking = await asyncio.to_thread(question.ask_function)
        if asking is not None:
            await asking


_workplace: ContextVar[Workplace | None] = ContextVar("workplace", default=None)


def set_workplace(workplace: Workplace) -> None:
    """From now on the tools of what this task reads run there."""
    _workplace.set(workplace)


def workplace() -> Workplace:
    """Where the tools of the stream that is being read run."""
    return _workplace.get() or OtherThread()
