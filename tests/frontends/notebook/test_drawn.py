"""What is on the screen of a terminal while an answer streams, and how often it is drawn."""

from __future__ import annotations

import io
import itertools
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from nbchat.events import Notice
from nbchat.frontends.notebook.printed import Printed
from nbchat.frontends.notebook.terminal import DRAWING_SHARE, GAP, Drawn
from nbchat.messages import Image, Text, Thought
from nbchat.render.terminal.rich_page import THEME

from ...nightly import examples
from ...pictures import png
from ...render.sequences import CONTROLS, SEQUENCES
from ...render.streaming.test_incremental import plain_documents
from ...render.terminal.drawing import CONTROL, PAGE

pyte: Any = pytest.importorskip("pyte", reason="no terminal to look at")

STEP = 0.02  # seconds


@pytest.mark.field("E17")
def test_a_terminal_tells_a_picture_in_words() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=20, theme=THEME)
    shown = Drawn("m", console)
    shown.feed([Text("Here:"), Image(png()), Text("Like it?", begins=True)])
    shown.finish(None)
    words = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", file.getvalue())

    assert re.search(r"(?s)Here:\n.*\n\[picture, 3 × 2, 86 bytes\]\n.*\nLike it\?\n", words)


@pytest.mark.field("E17")
def test_what_is_printed_tells_a_picture_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Printed()
    shown.feed([Text("Here:"), Image(png()), Text("Like it?", begins=True)])
    shown.finish(None)

    assert capsys.readouterr().out == "Here:\n\n[picture, 3 × 2, 86 bytes]\n\nLike it?\n"


OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[1A|\x1b\[2K|\x1b\[\?25[lh]|\r(?=\x1b\[)")


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
    paper = Console(file=terminal, force_terminal=True, width=80, height=40)
    page = Drawn("kimi-k2.6", paper, terminal.clock)
    start, terminal.spent = terminal.now, 0.0
    while terminal.now < start + 20:
        terminal.now += STEP
        page.feed([Text("some words ")])
        page.tick()

    assert terminal.spent <= (terminal.now - start) / DRAWING_SHARE + 5 * seconds
    least = min(20 / (GAP + STEP), 20 / (seconds or GAP) / DRAWING_SHARE / 4)
    assert terminal.getvalue().count("kimi-k2.6") >= least


class Terminal:
    """A terminal of 60 columns with a page that is being drawn; `sent` is all it was sent."""

    def __init__(self, lines: int = 40) -> None:
        self.now = 100.0
        self._file = io.StringIO()
        self._size = 60, lines
        paper = Console(
            file=self._file,
            theme=THEME,
            force_terminal=True,
            color_system="standard",
            width=60,
            height=lines,
            highlight=False,
            emoji=False,
            markup=False,
        )
        self.page = Drawn("kimi-k2.6", paper, lambda: self.now)

    def feed(self, *pieces: str) -> None:
        self.page.feed([Text(piece) for piece in pieces])

    def tick(self) -> None:
        self.now += 60
        self.page.tick()

    @property
    def sent(self) -> str:
        return self._file.getvalue()

    @property
    def shown(self) -> list[str]:
        """The lines on the screen, and those that have left it above."""
        screen = pyte.HistoryScreen(*self._size, history=10_000)
        pyte.Stream(screen).feed(self.sent.replace("\n", "\r\n"))
        rows = [*screen.history.top, *(screen.buffer[y] for y in range(self._size[1]))]
        lines = ["".join(row[x].data for x in range(self._size[0])).rstrip() for row in rows]
        while lines and not lines[-1]:
            lines.pop()
        return lines


def test_words_are_shown_before_their_block_ends() -> None:
    terminal = Terminal()
    seen = []
    for piece in ("# Ti", "tle\n\nHe", "llo, **wor", "ld", "** `a"):
        terminal.feed(piece)
        terminal.tick()
        seen.append(terminal.shown[:-2])

    assert seen == [
        ["Ti"],
        ["Title", "", "He"],
        ["Title", "", "Hello, wor"],
        ["Title", "", "Hello, world"],
        ["Title", "", "Hello, world a"],
    ]
    assert terminal.shown[-1] == "kimi-k2.6 · 300 s"


def test_a_block_is_never_on_the_screen_twice() -> None:
    """When it settles it is printed above what is repainted, where it had been until then."""
    terminal = Terminal()
    terminal.feed("one two three")
    terminal.tick()
    terminal.feed("\n\nfour")

    assert terminal.shown == ["one two three", "", "kimi-k2.6 · 60 s"]


def test_what_has_settled_is_drawn_once() -> None:
    terminal = Terminal(lines=10)
    for number in range(50):
        terminal.feed(f"block{number}\n\n")
        terminal.tick()
    terminal.page.finish(None)

    assert terminal.shown == "\n\n".join(f"block{number}" for number in range(50)).split("\n")
    assert all(terminal.sent.count(f"block{number}\n") == 1 for number in range(50))


def test_a_style_is_ended_when_the_answer_breaks() -> None:
    terminal = Terminal()
    terminal.feed("# **Tit")
    terminal.tick()
    terminal.page.finish(None)

    assert terminal.shown == ["**Tit"]
    assert terminal.sent.rstrip().endswith("\x1b[0m")
    assert terminal.sent.rindex("\x1b[?25h") > terminal.sent.rindex("\x1b[?25l")


def test_thoughts_notices_and_words_stand_apart_in_their_order() -> None:
    terminal = Terminal()
    terminal.page.feed([Notice("tried again"), Thought("so *so"), Thought("*"), Text("Hi")])
    terminal.page.finish(None)

    assert terminal.shown == ["tried again", "", "so so", "", "Hi"]
    assert "\x1b[2mtried again\x1b[0m" in terminal.sent
    assert "\x1b[2mso \x1b[0m\x1b[2;3mso\x1b[0m" in terminal.sent


def test_what_rich_reads_as_its_own_is_words() -> None:
    words = "[bold]a[/bold] [link=https://a.example]b[/link] :smile: [/]"
    terminal = Terminal()
    terminal.page.feed([Notice(words), Thought(words), Text(words)])
    terminal.tick()
    terminal.page.finish(None)

    assert terminal.shown == [words, "", words, "", words]


@settings(max_examples=examples(150))
@given(
    st.just(PAGE) | plain_documents,
    st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), max_size=20),
)
def test_any_cutting_leaves_the_same(text: str, cuts: list[tuple[int, bool]]) -> None:
    """However an answer was cut, and whenever it was painted."""
    whole = Terminal(lines=200)
    whole.feed(text)
    whole.page.finish(None)

    terminal = Terminal(lines=200)
    places = sorted((place % (len(text) + 1), ticks) for place, ticks in cuts)
    for (start, ticks), (end, _) in itertools.pairwise([(0, False), *places, (len(text), False)]):
        terminal.feed(text[start:end])
        if ticks:
            terminal.tick()
    terminal.page.finish(None)

    assert terminal.shown == whole.shown


@pytest.mark.parametrize("sequence", [*SEQUENCES, *CONTROLS])
def test_a_sequence_cut_anywhere_leaves_no_control(sequence: str) -> None:
    halves = [(sequence[:cut], f"{sequence[cut:]} ") for cut in range(1, len(sequence) + 1)]
    pieces = list(itertools.chain.from_iterable(halves))
    terminal = Terminal()
    terminal.page.feed([Thought(piece) for piece in pieces])
    terminal.tick()
    terminal.page.feed([Notice(piece) for piece in pieces[:4]])
    for before in ("# ", "\n\n```\n", "\n```\n\n- ", "\n\n| a |\n|---|\n| ", " |\n\n[a](b"):
        terminal.feed(before, *pieces)
        terminal.tick()
    terminal.page.finish(None)

    assert not CONTROL.search(OURS.sub("", terminal.sent))
