"""How often an answer is drawn in a terminal, by a clock of the test's own."""

from __future__ import annotations

import io

import pytest

pytest.importorskip("rich", reason="drawn by rich")
from rich.console import Console

from nbchat.frontends.notebook.terminal import BREATH, GAP, Drawn
from nbchat.messages import Text

STEP = 0.02  # seconds


class Slow(io.StringIO):
    """A terminal that takes so many seconds for whatever is written at once."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.now = 100.0
        self.spent = 0.0
        self._seconds = seconds

    def clock(self) -> float:
        return self.now

    def write(self, text: str) -> int:
        self.now += self._seconds
        self.spent += self._seconds
        return super().write(text)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1, 1.0])
def test_drawing_takes_no_more_than_its_part_of_the_time(seconds: float) -> None:
    terminal = Slow(seconds)
    page = Drawn(
        "kimi-k2.6",
        Console(file=terminal, force_terminal=True, width=80, height=40),
        terminal.clock,
    )
    start, terminal.spent = terminal.now, 0.0
    while terminal.now < start + 20:
        terminal.now += STEP
        page.feed([Text("some words ")])
        page.tick()

    assert terminal.spent <= (terminal.now - start) / BREATH + 5 * seconds
    assert terminal.getvalue().count("kimi-k2.6") >= min(
        20 / (GAP + STEP), 20 / (seconds or GAP) / BREATH / 4
    )
