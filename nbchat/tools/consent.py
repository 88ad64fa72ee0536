"""The question to a person whether a call may run, and the answer.

It may be asked in several places at once, in the cell and in a panel. Whoever answers first is
heard. No answer is no consent.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from nbchat.messages import ToolCall
from nbchat.tools.plan import Step as Step  # spoken of as a part of a question
from nbchat.tools.tool import FunctionTool


@dataclass(slots=True, frozen=True)
class Decision:
    """What a person has said to a call."""

    approved: bool
    reason: str = ""  # of a refusal, in the person's own words
    arguments: Mapping[str, Any] | None = None  # as the person has edited them
    for_rest: bool = False  # this tool need not ask again during this answer
    stopped: bool = False  # the person pressed stop in place of an answer


@dataclass(slots=True, eq=False)
class ConsentQuestion:
    """Whether this call may run. `arguments` are what would run, checked; it can be answered once.

    With `steps` it is asked about a whole plan, and a consent is to each of them as it is shown.
    With `approve` that function is asked, and no person.

    A place that shows it to a person says so with `take`, and with `leave` when the person has
    gone. Where nobody has taken it, it is refused.
    """

    call: ToolCall
    tool: FunctionTool
    arguments: Mapping[str, Any]
    steps: tuple[Step, ...] = ()
    approve: Callable[[ToolCall], Any] | None = None
    id: str = field(default_factory=lambda: uuid4().hex)
    answered_by: str = ""  # "the cell", "the panel", ""
    _answer: Future[Decision] = field(default_factory=Future)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _takers: int = 0
    _places: list[Callable[[], None]] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The Python that would run; empty for other tools."""
        return str(self.arguments.get(self.tool.code, "")) if self.tool.code else ""

    @property
    def can_be_edited(self) -> bool:
        """Whether a person may change the code before it runs."""
        return bool(self.tool.code) and not self.steps

    @property
    def decision(self) -> Decision | None:
        """The answer, once there is one."""
        return self._answer.result() if self._answer.done() else None

    @property
    def is_taken(self) -> bool:
        """Whether any place shows it to a person."""
        return self._takers > 0

    def take(self) -> None:
        """A person sees it here."""
        with self._lock:
            self._takers += 1

    def leave(self) -> None:
        """A place that had taken it shows it no longer."""
        with self._lock:
            self._takers -= 1

    def answer(self, decision: Decision, by: str) -> bool:
        """Answer it, from any thread. False where another place has been first."""
        with self._lock:
            if self._answer.done():
                return False
            self.answered_by = by
            self._answer.set_result(decision)
        for call in self._places:
            call()
        return True

    def when_answered(self, call: Callable[[], None]) -> None:
        """Call this once it is answered, on whatever thread that happens; now, if it has been."""
        with self._lock:
            is_late = self._answer.done()
            if not is_late:
                self._places.append(call)
        if is_late:
            call()

    async def wait(self) -> Decision:
        """The answer, on the engine's loop."""
        # Who stops to wait does not take the question back: the places where it is shown are told.
        return await asyncio.shield(asyncio.wrap_future(self._answer))

    def ask_function(self) -> Coroutine[Any, Any, None] | None:
        """Have `approve` answer, on this thread; what is returned still has to be awaited.

        What it raises is no consent.
        """
        if self.approve is None:
            return None
        said: Any = False
        with self._refused_where_it_fails():
            said = self.approve(self.call)
        if inspect.isawaitable(said):
            return self._await_function(said)
        self._answer_as_said(said)
        return None

    async def _await_function(self, saying: Awaitable[Any]) -> None:
        said: Any = False
        with self._refused_where_it_fails():
            said = await saying
        self._answer_as_said(said)

    @contextmanager
    def _refused_where_it_fails(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            self.answer(Decision(False, stopped=True), by="")
        except Exception as error:
            failed = f"approve failed with {type(error).__name__}: {error}"
            self.answer(Decision(False, failed), by="")

    def _answer_as_said(self, said: Any) -> None:
        """True is a consent, and nothing else is: a text is the reason of a refusal."""
        reason = said if isinstance(said, str) else ""
        self.answer(Decision(said is True, reason), by="")
