"""The notebook's interrupt button stops a panel's answer, too.

An idle kernel ignores the signal. While a panel is there, it stops what panels ask;
while a cell runs, the signal is the cell's.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Any

from nbchat import runtime
from nbchat.frontends.panel.questions import stop_all


def stop_on_interrupt(ipykernel: Any) -> None:
    """Have the interrupt of an idle kernel stop the answers of panels.

    A handler can be set on the main thread alone, and has to be set between two
    cells: in a cell ipykernel has put the one of idle times aside.
    """
    loop = getattr(ipykernel, "io_loop", None)
    if loop:
        loop.add_callback(_set_handler)


def _set_handler() -> None:
    with suppress(ValueError):  # not the main thread
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, _on_interrupt)


def _on_interrupt(number: int, frame: Any) -> None:
    loop = runtime.current().thread.loop
    if loop is not None:
        loop.call_soon_threadsafe(stop_all)
