"""What a streaming cell costs the kernel and the wire, shape by shape, at a clock of its own.

    python -m tests.benchmarks.repaints [CHARACTERS]

An answer of 20,000 characters in 4,000 pieces over 10 s, without a network and without a
browser: kernel CPU as a part of those seconds, characters of HTML published for each of the
answer, and repaints a second in the first five seconds and after. Work takes no time by
that clock, so nothing is slowed down by what it costs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.core.interactiveshell import InteractiveShell

from nbchat.events import Event
from nbchat.messages import Text, Thought

from ..frontends.notebook.shell import shell_in
from ..frontends.notebook.timed_cell import streamed
from .answers import SHAPES

PIECE = 5  # characters
SECONDS = 10.0
FIRST = 5.0

MORE = {
    "*_[![": "*_[![",
    "stars": "*a ",
    "half links": "[a](",
    "references": "[a][b",
    "ticks": "`a",
    "deep quotes": ">" * 30 + " a\n" + "a\n" * 50,
    "lines of marks": "*_[![\n",
    "cells of marks": "| *_[![ ",
    "inline formulas": "$x_{n}^2$ and ",
}


def pieces(thought: str, text: str) -> list[Event]:
    def cut(words: str) -> list[str]:
        return [words[at : at + PIECE] for at in range(0, len(words), PIECE)]

    return [*map(Thought, cut(thought)), *map(Text, cut(text))]


def measure(shell: InteractiveShell, name: str, thought: str, text: str) -> None:
    size = len(thought) + len(text)
    before = time.process_time()
    wire = streamed(shell, pieces(thought, text), SECONDS)
    cpu = time.process_time() - before
    moments = sorted({at for at, _, _ in wire.sent[1:]})
    start = moments[0]
    early = sum(at < start + FIRST for at in moments)
    sent = sum(len(page) for _, _, page in wire.sent)
    print(
        f"  {name:16} {100 * cpu / SECONDS:5.1f} % of the kernel's time"
        f"  {sent / size:5.1f}x the answer"
        f"  {len(wire.sent):3} messages, longest {max(len(page) for _, _, page in wire.sent):6,}"
        f"  {early / FIRST:4.1f}/s, then {(len(moments) - early) / (SECONDS - FIRST):4.1f}",
        flush=True,
    )


def main(size: int) -> None:
    print(f"{size:,} characters over {SECONDS:g} s")
    with TemporaryDirectory() as folder, shell_in(Path(folder)) as shell:
        for name, shape in SHAPES.items():
            measure(shell, name, *shape(size))
        for name, piece in MORE.items():
            measure(shell, name, "", (piece * (size // len(piece) + 1))[:size])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
