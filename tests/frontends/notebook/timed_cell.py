"""A live cell at a clock of the test's own, and all that it publishes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from nbchat.events import Event
from nbchat.frontends.notebook.cell import LiveCell
from nbchat.frontends.notebook.surroundings import Surroundings
from nbchat.messages import Text

TICK = 0.02  # seconds


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Wire(DisplayPublisher):
    """Notes what is published; each message takes so many `seconds`."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__()
        self._clock = clock
        self._seconds = seconds
        self.sent: list[tuple[float, str, str]] = []  # when, which output, its HTML

    def publish(self, data: dict[str, Any], metadata: Any = None, **more: Any) -> None:
        output = more.get("transient", {}).get("display_id", "")
        self.sent.append((self._clock.now, output, data["text/html"]))
        self._clock.now += self._seconds


def streamed(
    shell: InteractiveShell,
    events: Sequence[Event],
    seconds: float,
    message: float = 0.0,
    *,
    alone: bool = True,
) -> Wire:
    """The events, evenly over so many seconds of the test's own clock.

    Into a cell that shows nothing else where the answer is `alone`.
    """
    clock = Clock()
    shell.display_pub = wire = Wire(clock, message)
    cell = LiveCell(shell, "kimi-k2.6", clock, Surroundings(shell, is_alone=alone))
    start, done = clock.now, 0
    while clock.now < start + seconds:
        clock.now += TICK
        upto = min(len(events), int(len(events) * (clock.now - start) / seconds))
        cell.feed(events[done:upto])
        done = upto
        cell.tick()
    return wire


def said(text: str, size: int = 5) -> list[Event]:
    return [Text(text[at : at + size]) for at in range(0, len(text), size)]
