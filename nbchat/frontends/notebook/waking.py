"""Ends a wait for a person's input when somebody else has answered meanwhile.

`input` looks at nothing but its own input and at signals. So whoever answers elsewhere sends the
main thread the one that a stop button sends, and says before that it is no stop.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbchat.frontends.main_thread import interrupt_main

ARRIVAL_SECONDS = 1.0  # that a signal which was sent is waited for


class Woken(BaseException):
    """Raised where the main thread waits. No Exception: a kernel would take it for a bad reply."""


class Waking:
    """One wait of the main thread, which `wake` ends from any thread."""

    def __init__(self) -> None:
        self._order = threading.Lock()
        self._waits = False
        self._is_sent = False
        self._has_arrived = False
        self._before: Any = None

    def wake(self) -> None:
        """End the wait, if it goes on; from any thread."""
        with self._order:
            if not self._waits or self._is_sent:
                return
            self._is_sent = True
            interrupt_main()

    @contextmanager
    def wait(self) -> Iterator[None]:
        """Inside, `wake` raises Woken. Elsewhere than on the main thread it does nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._before = signal.signal(signal.SIGINT, self._interrupt)
        self._waits = True
        try:
            yield
        finally:
            try:
                self._end()
            except Woken:  # it came while the end waited for whoever sent it
                self._end()
                raise

    def _end(self) -> None:
        """Take no signal of ours with us: it would be a stop there."""
        with self._order:
            self._waits = False
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while self._is_sent and not self._has_arrived and time.monotonic() < deadline:
            time.sleep(0.001)
        signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, number: int, frame: Any) -> None:
        if self._is_sent and not self._has_arrived:
            self._has_arrived = True
            if self._waits:
                raise Woken
        elif callable(self._before):
            self._before(number, frame)
