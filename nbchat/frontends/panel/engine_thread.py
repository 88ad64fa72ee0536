"""Everything of a panel happens on the engine's thread, so nothing there needs a lock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from nbchat import runtime


def run_on_engine(call: Callable[..., object], *args: Any) -> None:
    """Run on the engine's thread: now where this is it, else soon and in order."""
    thread = runtime.current().thread
    if thread.is_current:
        call(*args)
    else:
        thread.start().call_soon_threadsafe(partial(call, *args))
