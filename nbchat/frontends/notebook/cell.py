"""An answer in a notebook cell: painted while it streams, and at the end exactly one output.

The open end of the answer is painted again on a timer and never per chunk, so that the
traffic grows with the answer and the time and not with its square (JupyterLab redraws a
whole output at every update). What is left at the end depends on the turn alone: live
and static give the same bytes. What the cell shows besides is left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from nbchat.events import Event
from nbchat.frontends.notebook.growing_answer import GrowingAnswer
from nbchat.frontends.notebook.one_output import RESENT_IN_ONE_OUTPUT, OneOutput
from nbchat.frontends.notebook.repaint_clock import RepaintClock
from nbchat.frontends.notebook.several_outputs import SeveralOutputs
from nbchat.frontends.notebook.surroundings import Surroundings
from nbchat.frontends.turn_output import turn_metadata, turn_output
from nbchat.messages import Text, Thought
from nbchat.turns import Turn

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class Display(Protocol):
    """Shows one answer. `feed` takes events, `tick` is called often, `finish` once."""

    def feed(self, events: Sequence[Event]) -> None: ...
    def tick(self) -> None: ...
    def finish(self, turn: Turn | None) -> None: ...


class StaticCell:
    """One output at the end and nothing before it: for nbclient, nbval and papermill."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell

    def feed(self, events: Sequence[Event]) -> None: ...
    def tick(self) -> None: ...

    def finish(self, turn: Turn | None) -> None:
        if turn is not None:
            self._shell.display_pub.publish(turn_output(turn), metadata=turn_metadata(turn))


class LiveCell:
    """Paints while the answer streams, then leaves what StaticCell would.

    An answer that is alone in its cell is painted over several outputs, which are taken away
    for the last one. Beside other things it is one output from its first word on.
    """

    def __init__(
        self,
        shell: InteractiveShell,
        model: str,
        clock: Callable[[], float] = time.monotonic,
        around: Surroundings | None = None,
    ) -> None:
        self._shell = shell
        self._clock = clock
        self._start = clock()
        self._around = around or Surroundings(shell)
        self._answer = GrowingAnswer(model, self._start)
        self._static = StaticCell(shell)
        self._painter: SeveralOutputs | OneOutput
        if self._around.enter():
            self._repaints = RepaintClock(self._start)
            self._painter = SeveralOutputs(shell, self._answer, self._repaints, self._around)
        else:
            self._go_on_in_one_output()

    def _go_on_in_one_output(self) -> None:
        self._repaints = RepaintClock(self._start, RESENT_IN_ONE_OUTPUT)
        self._painter = OneOutput(self._shell, self._answer, self._repaints, self._around)

    def feed(self, events: Sequence[Event]) -> None:
        start = self._clock()
        for event in events:
            if isinstance(event, Text | Thought) and event.text:
                self._hurry(thinks=isinstance(event, Thought))
            self._answer.take(event, self._clock())
        self._repaints.add_work(self._clock() - start)

    def _hurry(self, *, thinks: bool) -> None:
        """Paint soon what is new: the first words, or words after thinking."""
        progress = self._answer.progress
        if progress.is_first(thinks=thinks):
            self._repaints.skip_waiting(self._clock())
        elif progress.thinks != thinks:
            self._repaints.hurry(self._clock())

    def tick(self) -> None:
        if isinstance(self._painter, SeveralOutputs) and self._around.is_disturbed:
            self._around.take_painting_away(wait=True)
            self._go_on_in_one_output()
        now = self._clock()
        if self._repaints.is_due(now):
            self._painter.paint(now)
            self._repaints.add_work(self._clock() - now)
            self._repaints.plan_next(now, self._painter.size)

    def finish(self, turn: Turn | None) -> None:
        if isinstance(self._painter, OneOutput) and self._painter.is_there:
            if turn is not None:
                self._painter.end_with(turn_output(turn), turn_metadata(turn))
            if self._painter.is_there:  # nobody has cleared the cell meanwhile
                return
        if isinstance(self._painter, SeveralOutputs):
            self._painter.take_away(for_one=turn is not None)
        self._static.finish(turn)
