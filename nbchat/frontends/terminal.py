"""An answer in a terminal: styled text as it streams, and nothing of what a terminal would obey."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from nbchat.conversation import Turn
from nbchat.frontends.footer import footer
from nbchat.messages import Event, Notice, Text, Thought
from nbchat.render.terminal import TerminalMarkdown, clean

DIM, PLAIN = "\x1b[2m", "\x1b[0m"


class Terminal:
    """Prints an answer where it is: thinking dimmed, then the words, then one line about them."""

    def __init__(self) -> None:
        self._words = TerminalMarkdown()
        self._thinking = False

    def feed(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Thought(text):
                    self._write(clean(text), thinking=True)
                case Text(text):
                    self._write(self._words.feed(text), thinking=False)
                case Notice(text):
                    self._write(f"{DIM}{clean(text)}{PLAIN}\n", thinking=False)
        sys.stdout.flush()

    def _write(self, text: str, *, thinking: bool) -> None:
        if text and thinking != self._thinking:
            text = f"{DIM}{text}" if thinking else f"{PLAIN}\n\n{text}"
            self._thinking = thinking
        sys.stdout.write(text)

    def tick(self) -> None: ...

    def finish(self, turn: Turn | None) -> None:
        sys.stdout.write(self._words.finish() + (PLAIN if self._thinking else ""))
        sys.stdout.write(f"\n{DIM}{clean(' · '.join(footer(turn)))}{PLAIN}\n" if turn else "\n")
        sys.stdout.flush()
