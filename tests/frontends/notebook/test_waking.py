"""A wait for a person that somebody else ends."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import suppress

import pytest

from nbchat.frontends.main_thread import interrupt_main
from nbchat.frontends.notebook import waking
from nbchat.frontends.notebook.waking import Waking, Woken

from ...waiting import until


def test_a_wait_that_is_ended_at_its_very_end_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The signal comes when the main thread is already about to put back what was there."""
    wait, before = Waking(), signal.getsignal(signal.SIGINT)
    main = threading.get_ident()

    def interrupt_late() -> None:
        until(lambda: sys._current_frames()[main].f_code is Waking._end.__code__)
        time.sleep(0.05)  # so that it waits for this thread; were it quicker, all is well, too
        interrupt_main()

    monkeypatch.setattr(waking, "interrupt_main", interrupt_late)
    other = threading.Thread(target=wait.wake)
    with suppress(Woken), wait.wait():
        other.start()
        until(lambda: wait._is_sent)
    other.join()

    assert signal.getsignal(signal.SIGINT) is before
