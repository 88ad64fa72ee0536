"""An answer in a notebook cell: painted while it streams, and at the end exactly one output.

The open end of the answer is painted again on a timer and never per chunk, so that the
traffic grows with the answer and the time and not with its square (JupyterLab redraws a
whole output at every update). What is left at the end depends on the turn alone: live
and static give the same bytes. What the cell shows besides is left alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from nbchat import render
from nbchat.context.cells import Output
from nbchat.events import Event, Partial
from nbchat.frontends.notebook.growing_answer import GrowingAnswer
from nbchat.frontends.notebook.growing_calls import question_html
from nbchat.frontends.notebook.one_output import RESENT_IN_ONE_OUTPUT, OneOutput
from nbchat.frontends.notebook.repaint_clock import RepaintClock
from nbchat.frontends.notebook.several_outputs import SeveralOutputs
from nbchat.frontends.notebook.surroundings import Surroundings
from nbchat.frontends.turn_output import turn_metadata, turn_output
from nbchat.languages import translated
from nbchat.messages import Text, Thought, ToolCall, ToolResult
from nbchat.render.page import styled_page
from nbchat.tools.consent import ConsentQuestion
from nbchat.tools.running import Job
from nbchat.turns import Turn

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class Display(Protocol):
    """Shows one answer. `feed` takes events, `tick` is called often, `finish` once.

    A tool of it is shown while it is asked about (`ask`, and None when that is over), from when it
    begins (`run`), and with what it prints (`hear`, on any thread). `say` shows a remark. While
    `keep_boxes` says so, nothing may be taken away: an input box in the cell would go along.
    """

    def feed(self, events: Sequence[Event]) -> None: ...
    def tick(self) -> None: ...
    def finish(self, turn: Turn | None) -> None: ...
    def ask(self, question: ConsentQuestion | None) -> None: ...
    def run(self, job: Job) -> None: ...
    def hear(self, job: Job, outputs: Sequence[Output]) -> None: ...
    def say(self, words: str) -> None: ...
    def keep_boxes(self, are_open: bool) -> None: ...


class StaticCell:
    """One output at the end and nothing before it: for nbclient, nbval and papermill."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._id = ""  # of the output, where a question was shown in it before

    def feed(self, events: Sequence[Event]) -> None: ...
    def tick(self) -> None: ...
    def run(self, job: Job) -> None: ...
    def hear(self, job: Job, outputs: Sequence[Output]) -> None: ...
    def say(self, words: str) -> None: ...
    def keep_boxes(self, are_open: bool) -> None: ...

    def ask(self, question: ConsentQuestion | None) -> None:
        """Show it where the answer will stand."""
        if question is not None:
            html = styled_page(question_html(question))
            self._publish({"text/html": html, "text/plain": translated(render.STILL_ARRIVING)}, {})

    def finish(self, turn: Turn | None) -> None:
        if turn is None:
            return
        if self._id:
            self._publish(turn_output(turn), turn_metadata(turn))
        else:
            self._shell.display_pub.publish(turn_output(turn), metadata=turn_metadata(turn))

    def _publish(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        is_update = bool(self._id)
        self._id = self._id or f"nbchat-{uuid4().hex}"
        self._shell.display_pub.publish(
            data, metadata, transient={"display_id": self._id}, update=is_update
        )


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
        self._order = threading.RLock()  # what a tool prints is heard on a thread of its own
        self._keeps_boxes = False
        self._next_look = 0.0  # when what a tool prints is painted again
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
        with self._order:
            start = self._clock()
            for event in events:
                if isinstance(event, Text | Thought) and event.text:
                    self._hurry(thinks=isinstance(event, Thought))
                elif isinstance(event, Partial):
                    self._hurry(thinks=False)
                elif isinstance(event, ToolCall | ToolResult):
                    self._repaints.hurry(self._clock())
                self._answer.take(event, self._clock())
            self._repaints.add_work(self._clock() - start)

    def _hurry(self, *, thinks: bool) -> None:
        """Paint soon what is new: the first words, or words after thinking."""
        progress = self._answer.progress
        if progress.is_first(thinks=thinks):
            self._repaints.skip_waiting(self._clock())
        elif progress.thinks != thinks:
            self._repaints.hurry(self._clock())

    # --- tools -----------------------------------------------------------------------------------

    def ask(self, question: ConsentQuestion | None) -> None:
        with self._order:
            self._answer.ask(question)
            self._paint_now()

    def run(self, job: Job) -> None:
        with self._order:
            self._answer.run(job, self._clock())
            self._next_look = self._clock()  # painted by the thread that hears: no stop tears that

    def hear(self, job: Job, outputs: Sequence[Output]) -> None:
        with self._order:
            now = self._clock()
            if self._answer.is_running and now >= self._next_look:
                self._answer.hear(job, outputs)
                self._next_look = now + self._answer.gap(now)
                self._repaints.hurry(now)
                self.tick()

    def say(self, words: str) -> None:
        with self._order:
            self._answer.remarks.append(translated(words))

    def keep_boxes(self, are_open: bool) -> None:
        self._keeps_boxes = are_open

    def _paint_now(self) -> None:
        self._repaints.skip_waiting(self._clock())
        self.tick()

    # --- painting --------------------------------------------------------------------------------

    def tick(self) -> None:
        with self._order:
            is_free = isinstance(self._painter, SeveralOutputs) and not self._keeps_boxes
            if is_free and self._around.is_disturbed:
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
        if isinstance(self._painter, SeveralOutputs) and self._keeps_boxes and turn is not None:
            self._painter.end_with(turn_output(turn), turn_metadata(turn))
            return
        if isinstance(self._painter, SeveralOutputs):
            self._painter.take_away(for_one=turn is not None)
        self._static.finish(turn)
