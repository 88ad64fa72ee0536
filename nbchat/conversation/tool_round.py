"""The calls of one answer, round after round: each is run, or not, and told as a result.

Every call has its result, also where the answer is stopped before it can run: a history in which
one is missing is refused by every provider.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from textwrap import indent

from nbchat.conversation.permits import STOPPED, Permits, Permitted
from nbchat.messages import CAME_OF_IT, EDITED, Content, ToolCall, ToolResult
from nbchat.streams import Keep
from nbchat.tools.running import INTERRUPTED, NOT_RUN, Job, Outcome
from nbchat.tools.workplace import workplace

LIMIT = f"{NOT_RUN}: the limit of one question is reached"
CUT_OFF = f"{NOT_RUN}: the answer was cut off at its limit of length, and the arguments with it"
CANCEL_SECONDS = 1.0  # that an `async def` has to end in when it is cancelled


@dataclass(slots=True)
class ToolRounds:
    """`tell` hears of each result first, also of those that nobody waits for any more."""

    permits: Permits
    most: int  # calls
    tell: Callable[[ToolResult], None]
    keep: Keep | None = None
    is_stopped: bool = False  # by a person, who pressed stop
    is_at_limit: bool = False  # calls were left that could not run
    _count: int = 0

    async def run(self, calls: Sequence[ToolCall]) -> AsyncGenerator[ToolResult]:
        """The results of one round, in the order of its calls."""
        waiting = deque(calls)
        running = 0
        try:
            await self._keep()
            while waiting:
                together = self._together(waiting)
                permits = [await self._permit(call) for call in together]
                running = len(together)
                outcomes = await self._perform(permits)
                running = 0
                for outcome in outcomes:
                    result = _result(waiting.popleft(), outcome)
                    self.is_stopped = self.is_stopped or outcome.interrupted
                    self.tell(result)
                    await self._keep()
                    yield result
        except (asyncio.CancelledError, GeneratorExit):
            self._give_up(waiting, running)
            raise

    async def leave(self, calls: Sequence[ToolCall], why: str) -> AsyncGenerator[ToolResult]:
        """The results of calls that do not run, and why they do not."""
        for call in calls:
            result = _result(call, Outcome(why, error=True))
            self.tell(result)
            yield result

    def _together(self, waiting: Sequence[ToolCall]) -> list[ToolCall]:
        """The next call; all that are left, where all are `async def` and none has to ask."""
        has_room = self._count + len(waiting) <= self.most and not self.is_stopped
        if has_room and all(map(self._may_run_beside_others, waiting)):
            return [*waiting]
        return [waiting[0]]

    def _may_run_beside_others(self, call: ToolCall) -> bool:
        return self.permits.may_run_unasked(call) and self.permits.tools[call.name].is_async

    async def _permit(self, call: ToolCall) -> Permitted | Outcome:
        if self.is_stopped:
            return Outcome(STOPPED, error=True)
        if self._count >= self.most:
            self.is_at_limit = True
            return Outcome(LIMIT, error=True)
        self._count += 1
        return await self.permits.permit(call)

    async def _perform(self, permits: Sequence[Permitted | Outcome]) -> list[Outcome]:
        if len(permits) > 1:
            return await asyncio.gather(*map(_perform_permitted, permits))
        return [await _perform_permitted(one) for one in permits]

    async def _keep(self) -> None:
        if self.keep is not None:
            await self.keep()

    def _give_up(self, waiting: Sequence[ToolCall], running: int) -> None:
        """Tell the results of calls that have run for a while, and of those that have not."""
        for number, call in enumerate(waiting):
            words = INTERRUPTED if number < running else STOPPED
            self.tell(_result(call, Outcome(words, error=True)))


def _result(call: ToolCall, outcome: Outcome) -> ToolResult:
    return ToolResult(call.id, call.name, outcome.content, outcome.error, outcome.seconds)


async def _perform_permitted(permit: Permitted | Outcome) -> Outcome:
    if isinstance(permit, Outcome):
        return permit
    job = permit.job
    try:
        outcome = await (_cancellable(job) if job.tool.is_async else workplace().perform(job))
    except Exception as error:  # of the place where it runs
        outcome = Outcome(f"it failed with {type(error).__name__}: {error}", error=True)
    if permit.is_edited:
        outcome.content = _with_edit(job, outcome.content)
    elif _first_words(outcome.content).startswith(EDITED):  # no tool says so
        outcome.content = _behind(f"{CAME_OF_IT}\n\n", outcome.content)
    return outcome


async def _cancellable(job: Job) -> Outcome:
    """Run an `async def` on the engine's loop, in a task of its own."""
    task = asyncio.ensure_future(_heard(job))
    try:
        await asyncio.wait([task])
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_SECONDS)
    if task.cancelled():
        return Outcome("the tool cancelled itself", error=True)
    return task.result()


async def _heard(job: Job) -> Outcome:
    """Run it, with what it prints told as its result."""
    with workplace().hearing() as heard:
        return await job.perform_async(heard)


def _with_edit(job: Job, content: Content) -> Content:
    """What came of it, behind what has really run."""
    ran = job.arguments.get(job.tool.code) if job.tool.code else None
    if not isinstance(ran, str):
        ran = json.dumps(dict(job.arguments), ensure_ascii=False, default=repr)
    return _behind(f"{EDITED}\n\n{indent(ran, '    ')}\n\n{CAME_OF_IT}\n\n", content)


def _first_words(content: Content) -> str:
    parts = [content] if isinstance(content, str) else [*content][:1]
    return parts[0] if parts and isinstance(parts[0], str) else ""


def _behind(words: str, content: Content) -> Content:
    return f"{words}{content}" if isinstance(content, str) else [words, *content]
