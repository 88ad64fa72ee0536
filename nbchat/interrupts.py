"""Ctrl-C and the stop button, as something to look at while a cell waits."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

SECOND_INTERRUPT_SECONDS = 1.0  # from here on a second interrupt means: stop whatever you do


class Interrupts:
    """SIGINT as a fact to look at, in place of an exception that may strike anywhere.

    Inside the block no KeyboardInterrupt is raised, so nothing is torn in the
    middle; only a second interrupt, a second later, is let through: whatever runs
    then does not look.

    `lingers`: after an interrupt the block's end is not the end, since what shows
    the error is as easily torn by an impatient second press: ipykernel loses the
    cell's reply. Presses of the same second are still swallowed, later ones go where
    they went before. For a host that sets the handler back itself, as ipykernel does
    after every request.
    """

    _inside: ClassVar[int] = 0  # blocks of the main thread, also where others handle for a while

    def __init__(self, *, lingers: bool = False) -> None:
        self._lingers = lingers
        self._before: Any = None
        self._at: float | None = None
        self._tell: Callable[[], None] = lambda: None
        self._reaches = False

    @property
    def seen(self) -> bool:
        return self._at is not None

    @classmethod
    def active(cls) -> bool:
        """Whether the main thread is inside such a block now."""
        return cls._inside > 0

    def tell(self, tell: Callable[[], None]) -> None:
        """Call this at the first interrupt, or now if it has come.

        It runs inside a signal handler.
        """
        self._tell = tell
        if self.seen:
            tell()

    @contextmanager
    def reaching(self) -> Iterator[None]:
        """Inside, the first interrupt is raised as KeyboardInterrupt: for a tool that runs.

        It counts as seen, and whoever waits to be told is not.
        """
        self._reaches = True
        try:
            yield
        finally:
            self._reaches = False

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = _innermost(signal.signal(signal.SIGINT, self._interrupt))
            Interrupts._inside += 1
        return self

    def _interrupt(self, number: int, frame: Any) -> None:
        now = time.monotonic()
        if self._at is None:
            self._at = now
            if self._reaches:
                self._reaches = False
                raise KeyboardInterrupt
            self._tell()
        elif now - self._at > SECOND_INTERRUPT_SECONDS:
            raise KeyboardInterrupt

    def _linger(self, number: int, frame: Any) -> None:
        """After the block's end: swallow a press of the same second, hand on a later one."""
        is_late = self._at is None or time.monotonic() - self._at > SECOND_INTERRUPT_SECONDS
        if is_late and callable(self._before):
            self._before(number, frame)

    def __exit__(self, *error: object) -> None:
        if self._before is None:
            return
        Interrupts._inside -= 1
        if self._lingers and self.seen:
            signal.signal(signal.SIGINT, self._linger)
        else:
            signal.signal(signal.SIGINT, self._before)


def _innermost(before: Any) -> Any:
    """The handler that was there before any block, where an earlier block still lingers.

    Each block would otherwise hand a late press on to the one before it.
    """
    block = getattr(before, "__self__", None)
    if isinstance(block, Interrupts) and before == block._linger:
        return block._before
    return before
