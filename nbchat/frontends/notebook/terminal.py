"""An answer in a terminal: drawn by rich as it streams, with nothing of what a terminal would obey.

A block is printed once, when nothing can change it any more. Below it the one that
is being typed is repainted in place. Where that cannot be, into a file or a pipe
or a terminal that cannot move its cursor, the words go as they come.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.text import Text as Words

from nbchat.events import Event, Notice
from nbchat.frontends.footer import footer
from nbchat.messages import Image, Text, Thought, is_picture
from nbchat.picture_words import picture_words
from nbchat.render.answer_body import has_results
from nbchat.render.characters import InPieces, readable
from nbchat.render.page import ending_text
from nbchat.render.sources import numbered, source_lines
from nbchat.render.streaming.blocks import SourceBlocks
from nbchat.render.terminal.clean import clean, clean_words
from nbchat.render.terminal.rich_page import Page, make_console, open_page, page, remark
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


class Printed:
    """The words alone, cleaned: for files, pipes and editors."""

    def __init__(self) -> None:
        self._words = InPieces(clean_words)
        self._line_is_open = False

    def feed(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Text():
                    self._print(self._words.feed(event.spaced))
                case Image() if is_picture(event):
                    self._print(self._words.finish())
                    gap = "\n\n" if self._line_is_open else ""
                    self._print(f"{gap}{picture_words(event)}")
                case Notice(text):
                    self._end_line()
                    self._print(f"({clean_words(text)})\n")

    def tick(self) -> None: ...

    def finish(self, turn: Turn | None) -> None:
        self._print(self._words.finish())
        self._end_line()
        for line in last_lines(turn) if turn else ():
            self._print(f"{line}\n")

    def _end_line(self) -> None:
        if self._line_is_open:
            self._print("\n")

    def _print(self, text: str) -> None:
        print(text, end="", flush=True)
        if text:
            self._line_is_open = not text.endswith("\n")


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
        self._below = _Below()
        self._live = Live(
            self._below,
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def feed(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Thought():
                    self._settle(self._thought.feed(self._thoughts.feed(event.spaced)), dim=True)
                case Text():
                    self._begin_answer()
                    self._settle(self._answer.feed(self._words.feed(event.spaced)))
                case Image() if is_picture(event):
                    self._begin_answer()
                    self._end_answer()
                    self._settle([picture_words(event)])
                case Notice(text):
                    self._print(remark(text))

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

    def _print(self, block: Page) -> None:
        above = self._gap()
        self._printed = True
        # The open end has just become this block, and printing draws again what is below.
        self._below.parts = [*self._gap(), self._status()]
        self._console.print(Group(*above, block))

    def tick(self) -> None:
        now = self._clock()
        if now >= self._next:
            self._paint()
            self._next = now + max(GAP, DRAWING_SHARE * (self._clock() - now))

    def _paint(self) -> None:
        source = self._answer.open if self._said else self._thought.open
        room = max(self._console.height - BELOW, 1)
        tail: list[RenderableType] = []
        if source.strip():
            tail = [open_page(source, dim=not self._said, most_lines=room), Words("")]
        self._below.parts = [*self._gap(), *tail, self._status()]
        self._live.refresh()

    def _gap(self) -> list[Words]:
        return [Words("")] if self._printed else []

    def _status(self) -> Words:
        doing = "waiting… "
        if self._said:
            doing = ""
        elif self._thought.size:
            doing = "thinking… "
        return Words(f"{self._model} · {doing}{self._clock() - self._start:.0f} s", style="dim")

    def finish(self, turn: Turn | None) -> None:
        self._below.parts = [self._status()]
        self._live.stop()
        if not self._said:
            self._end_thought()
        self._end_answer()
        for line in last_lines(turn) if turn else ():
            self._print(remark(line))


class _Below:
    """What is repainted below the blocks, and drawn again under each of them."""

    def __init__(self) -> None:
        self.parts: list[RenderableType] = []

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.parts


def last_lines(turn: Turn) -> list[str]:
    """What there is to say below an answer: its sources, tools that nobody ran, its footer.

    And why it is not whole. All sources are one piece, a line each.
    """
    answer = turn.answer
    sources = [_on_one_line(line) for line in source_lines(numbered(answer.sources))]
    lines = []
    for call in [] if has_results(answer) else answer.tool_calls:
        arguments = call.raw or json.dumps(call.arguments)
        lines.append(f"asked for tool {call.name}({arguments}); not run")
    # What broke off or was stopped is told by the error that follows.
    ending = ending_text(answer.stop, len(answer.text))
    if ending and answer.stop.reason not in ("broken", "interrupted"):
        lines.append(ending)
    lines.append(" · ".join(footer(turn)))
    below = ["\n".join(sources), *map(_on_one_line, lines)]
    return [line for line in below if line]


def _on_one_line(words: str) -> str:
    return clean_words(words.replace("\n", " "))
