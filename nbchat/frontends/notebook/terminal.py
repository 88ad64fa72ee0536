"""An answer in a terminal: drawn by rich as it streams, with nothing of what a terminal would obey.

A block is printed once, when nothing can change it any more. Below it the one that
is being typed is repainted in place. Where that cannot be, into a file or a pipe
or a terminal that cannot move its cursor, the words go as they come.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.text import Text as Words

from nbchat.context.cells import Output
from nbchat.context.shown import fenced
from nbchat.events import Event, Notice, Partial
from nbchat.frontends.asked_about import asked_about
from nbchat.frontends.notebook.growing_calls import first_lines
from nbchat.frontends.notebook.printed import Printed
from nbchat.frontends.notebook.terminal_words import last_lines, result_words
from nbchat.languages import translated
from nbchat.messages import Image, Text, Thought, ToolCall, ToolResult, is_picture
from nbchat.picture_words import picture_words
from nbchat.render.characters import InPieces, readable
from nbchat.render.streaming.blocks import SourceBlocks
from nbchat.render.terminal.clean import clean, clean_words
from nbchat.render.terminal.rich_page import make_console, open_page, page, remark
from nbchat.render.terminal.value_page import growing_page, value_page
from nbchat.render.would_run import would_run_words
from nbchat.tools.consent import ConsentQuestion
from nbchat.tools.running import Job
from nbchat.turns import Turn

if TYPE_CHECKING:
    from nbchat.frontends.notebook.cell import Display

Clock = Callable[[], float]  # seconds

GAP = 0.1  # seconds between two paints
DRAWING_SHARE = 4  # drawing may take one part in so many of the time, however hard the text is
BELOW = 4  # lines that stay free of what is repainted: the status, and where the cursor goes


def display(model: str, *, static: bool) -> Display:
    """The best way to show an answer in this terminal."""
    found = None if static else _console()
    return Drawn(model, found) if found else Printed()


def show_below(markdown: str) -> None:
    """Show what belongs to an answer below it, drawn as it is."""
    words = clean_words(readable(markdown))
    if found := _console():
        found.print(Group(Words(""), page(words)))
    else:
        print(f"\n{words}")


def _console() -> Console | None:
    """Where to draw; None where the words alone can go."""
    is_terminal = getattr(sys.stdout, "isatty", bool)()  # whatever stands in its place
    if not is_terminal or os.environ.get("TERM") == "dumb":
        return None
    return make_console()


class Drawn:
    """Draws blocks as they settle, and below them, again and again, the one that is open."""

    def __init__(self, model: str, console: Console, clock: Clock = time.monotonic) -> None:
        self._model = clean(model)
        self._console = console
        self._clock = clock
        self._start = clock()
        self._next = 0.0
        self._answer, self._thought = SourceBlocks(), SourceBlocks()
        self._words, self._thoughts = InPieces(clean_words), InPieces(clean_words)
        self._said = False  # whether the answer has begun
        self._printed = False  # whether anything has: blocks stand apart
        self._value: Partial | None = None  # so far, in place of the words that are its JSON
        self._value_words: list[str] = []
        self._below = _Below()
        self._calls: dict[str, ToolCall] = {}  # without a result, by their ids
        self._running: _Running | None = None
        self._order = threading.RLock()  # what a tool prints is heard on a thread of its own
        self._live = self._begin_live()

    def _begin_live(self) -> Live:
        live = Live(
            self._below,
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        live.start()
        return live

    def feed(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Partial():
                    self._begin_answer()
                    self._value = event
                case Text() if self._value is not None:
                    self._value_words.append(event.spaced)
                case Thought():
                    self._settle(self._thought.feed(self._thoughts.feed(event.spaced)), dim=True)
                case Text():
                    self._begin_answer()
                    self._settle(self._answer.feed(self._words.feed(event.spaced)))
                case Image() if is_picture(event):
                    self._begin_answer()
                    self._end_answer()
                    self._settle([translated(picture_words(event))])
                case Notice(text):
                    self._print(remark(translated(text)))
                case ToolCall():
                    self._end_words()
                    self._calls[event.id] = event
                case ToolResult():
                    self._print_result(event)

    # --- tools -----------------------------------------------------------------------------------

    def ask(self, question: ConsentQuestion | None) -> None:
        if question is None:
            self._live = self._begin_live()
            return
        self._end_words()
        self._below.parts = []
        self._live.stop()
        for heading, code in would_run_words(asked_about(question)):
            self._console.print(Group(*self._gap(), remark(heading), page(fenced(code, "python"))))
            self._printed = True

    def keep_boxes(self, are_open: bool) -> None: ...

    def say(self, words: str) -> None:
        self._print(remark(translated(words)))

    def run(self, job: Job) -> None:
        with self._order:
            self._console.file = sys.stdout  # while a tool runs, another is in its place
            self._running = _Running(job.tool.name, self._clock())
            self._paint()

    def hear(self, job: Job, outputs: Sequence[Output]) -> None:
        with self._order:
            if self._running is not None:
                self._running.lines = first_lines(outputs)
                self.tick()

    def _print_result(self, result: ToolResult) -> None:
        with self._order:
            self._running = None
        call = self._calls.pop(result.id, None)
        if call is not None:
            self._end_words()
            self._print(remark(result_words(call, result)))

    def _end_words(self) -> None:
        """What has been said or thought is whole: something else comes below it."""
        self._value = None
        self._print_value_words()
        if self._said:
            self._end_answer()
            self._answer, self._words = SourceBlocks(), InPieces(clean_words)
        else:
            self._end_thought()
            self._thought, self._thoughts = SourceBlocks(), InPieces(clean_words)

    def _print_value(self, turn: Turn | None) -> None:
        """The value as a table; words that are none as they were said."""
        valued = turn.answer.valued if turn else None
        if valued is not None and valued.error is None:
            self._print(value_page(valued.value))
            self._value_words.clear()
        self._print_value_words()

    def _print_value_words(self) -> None:
        if self._value_words:
            self._print(page(fenced(clean_words("".join(self._value_words)), "json")))
            self._value_words.clear()

    # --- drawing ---------------------------------------------------------------------------------

    def _begin_answer(self) -> None:
        if not self._said:
            self._said = True
            self._end_thought()

    def _end_thought(self) -> None:
        last = self._thought.feed(self._thoughts.finish())
        self._settle([*last, *self._thought.finish()], dim=True)

    def _end_answer(self) -> None:
        last = self._answer.feed(self._words.finish())
        self._settle([*last, *self._answer.finish()])

    def _settle(self, sources: list[str], *, dim: bool = False) -> None:
        for source in sources:
            if source.strip():
                self._print(page(source, dim=dim))

    def _print(self, block: RenderableType) -> None:
        above = self._gap()
        self._printed = True
        # The open end has just become this block, and printing draws again what is below.
        self._below.parts = [*self._gap(), self._status()]
        self._console.print(Group(*above, block))

    def tick(self) -> None:
        with self._order:
            now = self._clock()
            if now >= self._next:
                self._paint()
                self._next = now + max(GAP, DRAWING_SHARE * (self._clock() - now))

    def _paint(self) -> None:
        source = self._answer.open if self._said else self._thought.open
        room = max(self._console.height - BELOW, 1)
        tail: list[RenderableType] = []
        if self._value is not None:
            tail = [growing_page(self._value.value, max(room - BELOW, 1)), Words("")]
        if self._running is not None and self._running.lines:
            source = fenced(self._running.lines)
        if source.strip():
            tail = [open_page(source, dim=not self._said, most_lines=room), Words("")]
        self._below.parts = [*self._gap(), *tail, self._status()]
        self._live.refresh()

    def _gap(self) -> list[Words]:
        return [Words("")] if self._printed else []

    def _status(self) -> Words:
        doing = "waiting…"
        if self._running is not None:
            seconds = f"{self._clock() - self._running.since:.0f} s"
            return Words(clean(f"{self._running.name} · {seconds}"), style="dim")
        if self._said:
            doing = ""
        elif self._thought.size:
            doing = "thinking…"
        seconds = f"{self._clock() - self._start:.0f} s"
        since = f"{translated(doing)} {seconds}" if doing else seconds
        return Words(f"{self._model} · {since}", style="dim")

    def finish(self, turn: Turn | None) -> None:
        self._below.parts = [self._status()]
        self._live.stop()
        if not self._said:
            self._end_thought()
        self._end_answer()
        self._print_value(turn)
        for line in last_lines(turn) if turn else ():
            self._print(remark(line))


@dataclass(slots=True)
class _Running:
    """A tool that runs, since when, and what it has printed so far."""

    name: str
    since: float
    lines: str = ""


class _Below:
    """What is repainted below the blocks, and drawn again under each of them."""

    def __init__(self) -> None:
        self.parts: list[RenderableType] = []

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.parts
