"""An answer in a terminal: styled text as it streams, and nothing of what a terminal would obey.

With rich (an optional library) blocks are drawn, and the one that is being typed
is repainted in place. Without it, or where the cursor cannot be moved, words are
printed as they come, wrapped; into a file or a pipe they go as they are.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nbchat.events import Event, Notice
from nbchat.frontends.notebook.footer import footer
from nbchat.messages import Text, Thought
from nbchat.render.page import ending_text
from nbchat.render.terminal import DIM, PLAIN, WIDEST, TerminalMarkdown, Wrapped, clean
from nbchat.turns import Turn

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from nbchat.frontends.notebook.cell import Display

GAP = 0.1  # seconds between two paints
BREATH = 4  # drawing may take one part in so many of the time, however hard the text is
ERASED = "\r\x1b[2K"  # this line


def display(model: str, *, static: bool) -> Display:
    """The best way to show an answer in this terminal."""
    if static or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return Printed()
    try:
        from nbchat.render.styled import console
    except ImportError:  # without rich
        return Typed(model)
    return Drawn(model, found) if (found := console()) else Typed(model)


class Printed:
    """The words alone, cleaned: for files, pipes and editors."""

    def feed(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Text():
                    sys.stdout.write(clean(event.spaced))
                case Notice(text):
                    sys.stdout.write(f"({clean(text)})\n")
        sys.stdout.flush()

    def tick(self) -> None: ...

    def finish(self, turn: Turn | None) -> None:
        sys.stdout.write("\n" + "".join(f"{line}\n" for line in (last_lines(turn) if turn else ())))
        sys.stdout.flush()


class Typed:
    """Prints an answer where it is: thinking dimmed, then the words, then one line about them."""

    def __init__(self, model: str) -> None:
        width = min(shutil.get_terminal_size().columns - 1, WIDEST)
        self._words = TerminalMarkdown(width)
        self._thought = Wrapped(width)
        self._open = ""  # what is being printed: thinking or answer
        sys.stdout.write(f"{DIM}{clean(model)} · waiting…{PLAIN}")
        sys.stdout.flush()
        self._waiting = True

    def feed(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Thought():
                    self._write(self._thought.feed(clean(event.spaced)), "thinking")
                case Text():
                    follows_thinking = self._open == "thinking"  # which stands apart anyway
                    words = event.text if follows_thinking else event.spaced
                    self._write(self._words.feed(words), "answer")
                case Notice(text):
                    self._write(f"{DIM}{clean(text)}{PLAIN}\n", self._open)
        sys.stdout.flush()

    def _write(self, text: str, part: str) -> None:
        if not text:
            return
        if self._waiting:
            sys.stdout.write(ERASED)
            self._waiting = False
        if part != self._open:
            sys.stdout.write(f"{self._thought.finish()}{PLAIN}\n\n" if self._open else "")
            sys.stdout.write(DIM if part == "thinking" else "")
            self._open = part
        sys.stdout.write(text)

    def tick(self) -> None: ...

    def finish(self, turn: Turn | None) -> None:
        rest = self._thought.finish() + PLAIN if self._open == "thinking" else self._words.finish()
        self._write(rest, self._open)
        sys.stdout.write(ERASED if self._waiting else "\n")
        for line in last_lines(turn) if turn else ():
            sys.stdout.write(f"{DIM}{line}{PLAIN}\n")
        sys.stdout.flush()


class Drawn:
    """Draws blocks by rich as they settle, and below them, again and again, the one that is open."""

    def __init__(
        self, model: str, console: Console, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from rich.live import Live

        from nbchat.render.styled import Sources

        self._model = clean(model)
        self._console = console
        self._clock = clock
        self._start = clock()
        self._next = 0.0
        self._answer, self._thought = Sources(), Sources()
        self._said = False  # whether the answer has begun
        self._printed = False  # whether anything has: blocks stand apart
        self._live = Live(
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
                    self._thought.feed(clean(event.spaced))
                    self._settle(self._thought.taken(), dim=True)
                case Text():
                    if not self._said:
                        self._said = True
                        self._end_thought()
                    self._answer.feed(clean(event.spaced))
                    self._settle(self._answer.taken())
                case Notice(text):
                    self._note(text)

    def _end_thought(self) -> None:
        self._thought.finish()
        self._settle(self._thought.taken(), dim=True)

    def _settle(self, sources: list[str], *, dim: bool = False) -> None:
        from nbchat.render.styled import page

        for source in sources:
            self._print(page(source, dim=dim))

    def _print(self, block: RenderableType) -> None:
        from nbchat.render.styled import Lines

        if self._printed:
            self._console.print()
        self._console.print(Lines(block))
        self._printed = True

    def _note(self, words: str) -> None:
        from rich.text import Text as Words

        self._print(Words(clean(words), style="dim"))

    def tick(self) -> None:
        now = self._clock()
        if now >= self._next:
            self._paint(now)
            self._next = now + max(GAP, BREATH * (self._clock() - now))

    def _paint(self, now: float) -> None:
        from rich.console import Group
        from rich.text import Text as Words

        from nbchat.render.styled import Lines, open_page

        source = self._answer.tail if self._said else self._thought.tail
        doing = "" if self._said else "thinking… " if self._thought.begun else "waiting… "
        status = Words(f"{self._model} · {doing}{now - self._start:.0f} s", style="dim")
        gap: list[RenderableType] = [Words("")] if self._printed else []
        room = max(self._console.height - 4, 1)
        tail: list[RenderableType] = (
            [Lines(open_page(source, dim=not self._said), most=room), Words("")]
            if source.strip()
            else []
        )
        self._live.update(Group(*gap, *tail, status), refresh=True)

    def finish(self, turn: Turn | None) -> None:
        self._live.stop()
        if not self._said:
            self._end_thought()
        self._answer.finish()
        self._settle(self._answer.taken())
        for line in last_lines(turn) if turn else ():
            self._note(line)


def last_lines(turn: Turn) -> list[str]:
    """What there is to say below an answer: tools it asked for, why it is not whole, and its footer."""
    answer = turn.answer
    tools = [
        f"asked for tool {call.name}({call.raw or json.dumps(call.arguments)}); not run"
        for call in answer.tool_calls
    ]
    # What broke off or was stopped is told by the error that follows.
    incomplete = (
        ending_text(answer.stop, len(answer.text))
        if answer.stop.reason in ("length", "filter")
        else ""
    )
    return [
        clean(line.replace("\n", " "))
        for line in (*tools, incomplete, " · ".join(footer(turn)))
        if line
    ]
