"""Where the tools of a panel's own question run: the kernel's main thread, between two cells.

While a cell runs a tool waits, and that is told. A cell that is started while a tool runs waits
in the kernel's queue, as behind another cell. What a tool shows is heard and not sent, since no
cell is there whose output it would be.
"""

from __future__ import annotations

import _thread
import asyncio
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from nbchat.errands import perform_stoppable
from nbchat.frontends.cells.tool_output import ToolOutput, task_output, tool_output
from nbchat.interrupts import Interrupts
from nbchat.tools.consent import ConsentQuestion
from nbchat.tools.running import NOT_RUN, Job, Outcome

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

STOPPED = f"{NOT_RUN}: stopped by the user"
SOON = 0.3  # seconds after which a tool that has not begun is said to wait

Stage: TypeAlias = Literal["waits", "runs", "ended"]
# Told the job, what it does, and what it has shown so far; always on the engine's thread.
Tell: TypeAlias = "Callable[[Job, Stage, ToolOutput], None]"


class KernelWorkplace:
    """The workplace of a question that no cell has asked. The cards are where a person is asked."""

    def __init__(self, shell: InteractiveShell | None, tell: Tell) -> None:
        self._shell = shell
        self._tell = tell

    async def perform(self, job: Job) -> Outcome:
        """Have it run, and wait; to be cancelled is to take it back, or to interrupt it."""
        errand = _BetweenCells(self._shell, job, self._tell)
        kernel = getattr(self._shell, "kernel", None)
        loop = getattr(kernel, "io_loop", None)
        if loop is None:  # a host of another kind
            return await asyncio.to_thread(errand.perform_here)
        loop.add_callback(errand.perform_alone, kernel)
        try:
            return await errand.wait()
        except asyncio.CancelledError:
            errand.stop()
            raise
        finally:
            self._tell(job, "ended", errand.heard)

    def hearing(self) -> AbstractContextManager[ToolOutput]:
        """Hear an `async def` of the engine's loop."""
        return task_output(self._shell)

    async def ask(self, question: ConsentQuestion) -> None:
        """Nobody is asked here."""


class _BetweenCells:
    """One tool on its way to the main thread, and back."""

    def __init__(self, shell: InteractiveShell | None, job: Job, tell: Tell) -> None:
        self._shell = shell
        self._job = job
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._begun = asyncio.Event()
        self._outcome: asyncio.Future[Outcome] = self._loop.create_future()
        self._order = threading.Lock()
        self._is_taken_back = False
        self._runs = False
        self.heard = ToolOutput()

    # --- on the engine's thread ------------------------------------------------------------------

    async def wait(self) -> Outcome:
        """What came of it; meanwhile it is told whether it waits."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON):
                await self._begun.wait()
        if not self._begun.is_set():
            self._tell(self._job, "waits", self.heard)
        return await self._outcome

    def stop(self) -> None:
        """Take it back where it has not begun; else interrupt it, and nothing but it."""
        with self._order:
            self._is_taken_back = True
            if self._runs:
                _interrupt_main_thread()

    def _settle(self, outcome: Outcome) -> None:
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    def _tell_running(self) -> None:
        self._begun.set()
        if not self._outcome.done():
            self._tell(self._job, "runs", self.heard)

    def _on_engine(self, work: Callable[..., None], *given: object) -> None:
        with suppress(RuntimeError):  # its loop has been closed
            self._loop.call_soon_threadsafe(work, *given)

    # --- on the kernel's thread ------------------------------------------------------------------

    async def perform_alone(self, kernel: Any) -> None:
        """Perform it when no cell runs, and let none begin meanwhile."""
        # Held while ipykernel 7 handles a request, also while a cell of it awaits something.
        lock = getattr(kernel, "_main_asyncio_lock", None) or nullcontext()
        async with lock:
            outcome = _stopped()
            with suppress(KeyboardInterrupt):  # a second press: the kernel's loop goes on
                outcome = self.perform_here()
            self._runs = False
            self._on_engine(self._settle, outcome)

    def perform_here(self) -> Outcome:
        """Perform it on this thread, unless it was taken back."""
        with Interrupts() as interrupts:
            with self._order:
                self._runs = not self._is_taken_back
            try:
                return perform_stoppable(interrupts, self._perform) if self._runs else _stopped()
            finally:
                with self._order:
                    self._runs = False

    def _perform(self) -> Outcome:
        def listen(heard: ToolOutput) -> None:
            self._on_engine(self._tell_running)

        self._on_engine(self._tell_running)
        with tool_output(self._shell, listen, self.heard) as heard:
            return self._job.perform(heard)


def _stopped() -> Outcome:
    return Outcome(STOPPED, error=True, interrupted=True)


def _interrupt_main_thread() -> None:
    main = threading.main_thread()
    if hasattr(signal, "pthread_kill") and main.ident is not None:
        signal.pthread_kill(main.ident, signal.SIGINT)  # wakes it where it sleeps
    else:
        _thread.interrupt_main(signal.SIGINT)
