"""When a live cell paints, by a clock of the test's own."""

from __future__ import annotations

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from nbchat.events import Event, Notice
from nbchat.frontends.notebook.cell import LiveCell
from nbchat.messages import Text, Thought


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Painted:
    """A live cell at a clock that stands still until it is moved, and the pages it published."""

    def __init__(self, shell: InteractiveShell) -> None:
        shell.display_pub = self.published = CapturingDisplayPublisher()
        self.clock = Clock()
        self.cell = LiveCell(shell, "kimi-k2.6", self.clock)
        self.cell.tick()

    def after(self, seconds: float, *events: Event) -> None:
        self.clock.now += seconds
        self.cell.feed(events)
        self.cell.tick()

    @property
    def pages(self) -> list[str]:
        return [output["data"]["text/html"] for output in self.published.outputs]


@pytest.fixture
def painted(shell: InteractiveShell) -> Painted:
    return Painted(shell)


@pytest.mark.parametrize("first", [Text("Hello"), Thought("Hello")])
def test_the_first_words_do_not_wait_for_the_clock(painted: Painted, first: Event) -> None:
    painted.after(0.6)
    assert "waiting… 1 s" in painted.pages[-1]
    painted.after(0.001, first)
    assert "Hello" in painted.pages[-1]


def test_the_first_words_behind_a_thought_do_not_wait_either(painted: Painted) -> None:
    painted.after(0.6, Thought("Hm."))
    painted.after(0.001, Text("Hello"))
    assert any("Hello" in page for page in painted.pages[-2:])


def test_an_answer_that_keeps_changing_its_mind_is_painted_no_more_often(painted: Painted) -> None:
    before = len(painted.pages)
    for number in range(500):
        painted.after(
            0.002, Thought(f"hm {number} "), Notice(f"notice {number}"), Text(f"word {number} ")
        )
    outputs = 2  # that each repaint sends at most: the words, and the thinking above them
    assert 8 < len(painted.pages) - before <= outputs * (20 + 2)


def test_words_that_begin_anew_are_a_paragraph_of_their_own(painted: Painted) -> None:
    painted.after(0.6, Text("One."), Thought("hm", begins=True), Text("Two.", begins=True))

    assert "<p>One.</p>" in painted.pages[-2] + painted.pages[-1]
    assert "One.Two." not in "".join(painted.pages)
