"""A call on its way to the thread where it runs, and what came of it."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from types import CoroutineType
from typing import Any, Protocol

from nbchat.context.cells import Output
from nbchat.context.classes import member_of
from nbchat.errors import Interrupted
from nbchat.messages import INTERRUPTED as INTERRUPTED
from nbchat.messages import NOT_RUN as NOT_RUN
from nbchat.messages import REFUSED as REFUSED
from nbchat.messages import Content, ToolCall
from nbchat.settings_values import Data
from nbchat.tools.arguments import BadArguments
from nbchat.tools.tool import FunctionTool

LONGEST_TELLING = 20.0  # seconds for what an async tool gave to say what it is
MOST_ITEMS = 1_000  # that are taken of a generator, which may have no end

_runs: ContextVar[bool] = ContextVar("runs", default=False)


def is_in_tool() -> bool:
    """Whether this is asked from inside a tool, for which an answer waits."""
    return _runs.get()


@contextmanager
def _in_tool() -> Iterator[None]:
    token = _runs.set(True)
    try:
        yield
    finally:
        _runs.reset(token)


@dataclass(slots=True)
class Outcome:
    """What a tool gave back, as the model is told it."""

    content: Content
    error: bool = False
    seconds: float = 0.0
    interrupted: bool = False  # the person pressed stop while it ran


class Heard(Protocol):
    """What a tool prints and displays while it runs: a front-end captures and shows it."""

    @property
    def outputs(self) -> Sequence[Output]:
        """What it has printed and displayed, in order; what is kept is bounded."""


@dataclass(slots=True, eq=False)
class Job:
    """One call that may run. `arguments` are checked, and what a person has made of them.

    Whatever a tool does, its outcome is a result: an error with its traceback, a call of
    `sys.exit`, an interrupt. What it printed is told before what it returned or raised.
    """

    call: ToolCall
    tool: FunctionTool
    arguments: Mapping[str, Any]
    data: Data = "brief"  # how much a result may say of the notebook's values
    hidden: Collection[int] = ()  # cells of which no line is told
    _start: float = field(default_factory=time.monotonic)

    def perform(self, heard: Heard | None = None) -> Outcome:
        """Run it, on this thread. What it raises is its outcome, an interrupt too."""
        self._start = time.monotonic()
        try:
            with _in_tool():
                value = _gather(self.tool.called_with(self.arguments))
            return self._gave(value, heard)
        except (KeyboardInterrupt, Interrupted):
            return self._interrupted()
        except BaseException as error:
            return self._failed(error, heard)

    async def perform_async(self, heard: Heard | None = None) -> Outcome:
        """The same for an `async def`, on the engine's loop; cancelling it stops the tool."""
        self._start = time.monotonic()
        try:
            with _in_tool():
                value = self.tool.called_with(self.arguments)
                if hasattr(value, "__aiter__"):
                    value = await _gather_async(value)
                elif inspect.isawaitable(value):
                    value = await value
            return await self._tell(self._gave, _gather(value), heard)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Something that the tool itself waited for was cancelled.
            return await self._tell(self._failed, error, heard)
        except Interrupted:
            return self._interrupted()
        except BaseException as error:
            return await self._tell(self._failed, error, heard)

    async def _tell(
        self, tell: Callable[[Any, Heard | None], Outcome], what: object, heard: Heard | None
    ) -> Outcome:
        """What came of it. A value that takes long to say what it is does not stop the loop."""
        seconds = self._seconds
        try:
            return await asyncio.wait_for(asyncio.to_thread(tell, what, heard), LONGEST_TELLING)
        except TimeoutError:
            words = f"what it gave took more than {LONGEST_TELLING:g} s to say what it is"
            return Outcome(words, True, seconds)

    def _gave(self, value: object, heard: Heard | None = None) -> Outcome:
        from nbchat.tools.result import own_content, result_content

        seconds = self._seconds
        if type(value) is CoroutineType:
            value.close()
            words = f"{self.tool.name} returned a coroutine; its function should be an async def."
            return Outcome(words, True, seconds)
        longest = self.tool.longest
        if self.tool.minds_data:
            return Outcome(own_content(value, longest), False, seconds)
        content = result_content(value, _outputs(heard), longest, self.data)
        return Outcome(content, False, seconds)

    def _failed(self, error: BaseException, heard: Heard | None = None) -> Outcome:
        from nbchat.tools.result import error_content, own_content

        seconds = self._seconds
        if isinstance(error, BadArguments) and (self.tool.minds_data or self.tool.code):
            return Outcome(own_content(str(error), self.tool.longest), True, seconds)
        try:
            content = error_content(
                error, _outputs(heard), self.tool.longest, self.data, self.hidden
            )
        except (KeyboardInterrupt, Interrupted):
            return self._interrupted()
        return Outcome(content, True, seconds)

    def _interrupted(self) -> Outcome:
        return Outcome(INTERRUPTED, True, self._seconds, interrupted=True)

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._start


def _outputs(heard: Heard | None) -> Sequence[Output]:
    return () if heard is None else heard.outputs


# --- what comes one by one -----------------------------------------------------------------------


def _gather(value: Any) -> Any:
    """The items of a generator, which run the person's code; any other value as it is."""
    return _as_result([*islice(value, MOST_ITEMS + 1)]) if _is_iterator(value) else value


async def _gather_async(value: AsyncIterator[Any]) -> Any:
    items: list[Any] = []
    async for item in value:
        items.append(item)
        if len(items) > MOST_ITEMS:
            break
    return _as_result(items)


def _as_result(items: list[Any]) -> Any:
    """Texts one below the other; other items as a list."""
    if len(items) > MOST_ITEMS:
        items[MOST_ITEMS:] = [f"… (the first {MOST_ITEMS:,} items)"]
    is_text = bool(items) and all(isinstance(item, str) for item in items)
    return "\n".join(items) if is_text else items


def _is_iterator(value: object) -> bool:
    """Whether its class is one that gives its items once. An open file is none of these."""
    steps = all(member_of(value, name) is not None for name in ("__next__", "__iter__"))
    return steps and member_of(value, "read") is None
