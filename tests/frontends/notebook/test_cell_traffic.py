"""What a live cell sends grows with the answer and with the time, whatever is in the answer."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from nbchat.events import Event, Notice
from nbchat.frontends.notebook.cell_outputs import MOST_OUTPUTS
from nbchat.frontends.notebook.one_output import RESENT_IN_ONE_OUTPUT
from nbchat.frontends.notebook.repaint_clock import EARLY_SECONDS, RENDER_SHARE, RESENT_PER_SECOND
from nbchat.frontends.notebook.several_outputs import GROUP_GAP
from nbchat.messages import Text, Thought
from nbchat.render import LongBlocks

from ...benchmarks.answers import SHAPES, markdown
from ...render.streaming.test_incremental import LINES
from ...render.streaming.test_long_blocks import ENDLESS, ONE_LINE, TYPED
from .timed_cell import TICK, Wire, said, streamed

PACE = 2_000  # characters a second


def characters(wire: Wire) -> int:
    return sum(len(page) for _, _, page in wire.sent)


def repaints(wire: Wire) -> list[float]:
    """When something was published; several outputs at a time are one repaint."""
    return sorted({at for at, _, _ in wire.sent[1:]})


# What is around, what is repeated in it, and what stands between two of those.
openings = st.lists(
    st.sampled_from(["> ", "- ", "1. ", "  ", "    ", "# ", "| a | ", "```\n", "$$\n", "[^1]: "]),
    max_size=3,
)
words = st.sampled_from(
    [
        *filter(None, LINES),
        "words ",
        "字",
        "*a ",
        "$x_1^2$ ",
        "`c` ",
        "[a](b) ",
        "<b>&",
        "| c ",
        "😀",
    ]
)
structures = st.tuples(
    openings.map("".join),
    st.lists(words, min_size=1, max_size=4).map("".join),
    st.sampled_from(["", " ", "\n", "\n\n"]),
)


@settings(max_examples=20)
@given(structures)
@example(("", "#", "\n"))  # HTML of it is 27 times as long
def test_whatever_an_answer_is_made_of_its_pages_stay_small_and_few(
    shell: InteractiveShell, structure: tuple[str, str, str]
) -> None:
    opening, piece, between = structure
    size, seconds = 12_000, 12_000 / PACE
    text = opening + (piece + between) * (size // len(piece + between) + 1)
    wire = streamed(shell, said(text[:size], 20), seconds)
    longest = max(len(page) for _, _, page in wire.sent)
    page = LongBlocks()
    page.feed(text[:size])

    assert longest < 25_000
    assert characters(wire) < RESENT_PER_SECOND * seconds + longest + 2 * len(page.html)
    assert len({output for _, output, _ in wire.sent}) <= MOST_OUTPUTS + 2  # and the style


SHAPED = (
    {name: ENDLESS[name] for name in ("nested list", "loose", "quoted table", "table of an item")}
    | ONE_LINE
    | TYPED
)


@pytest.mark.parametrize("shape", SHAPED)
def test_four_times_the_answer_is_about_four_times_the_traffic(
    shell: InteractiveShell, shape: str
) -> None:
    text = SHAPED[shape] * 4
    short, long = (
        characters(streamed(shell, said(text[:size], 20), size / PACE)) for size in (8_000, 32_000)
    )

    assert long < 4.5 * short


@pytest.mark.parametrize("shape", sorted(set(SHAPES) - {"thinking", "hostile"}))
def test_an_ordinary_answer_is_painted_as_often_as_anyone_can_follow(
    shell: InteractiveShell, shape: str
) -> None:
    thought, text = SHAPES[shape](20_000)
    moments = repaints(streamed(shell, [Thought(thought), *said(text)], 10.0))
    start = moments[0]

    assert sum(at < start + EARLY_SECONDS for at in moments) >= 8 * EARLY_SECONDS
    for second in range(5, 9):
        assert sum(start + second <= at < start + second + 1 for at in moments) >= 2


@pytest.mark.field("look 14")
def test_an_answer_of_fifteen_seconds_does_not_change_gear(shell: InteractiveShell) -> None:
    """Nor is what is painted again much: its settled blocks soon have outputs of their own."""
    text = markdown(4_500)
    wire = streamed(shell, said(text), 15.0)
    moments = repaints(wire)
    start = moments[0]

    for second in range(14):
        assert sum(start + second <= at < start + second + 1 for at in moments) >= 6
    assert characters(wire) < 30 * len(text)
    assert len({output for _, output, _ in wire.sent}) < MOST_OUTPUTS // 2


def test_words_that_come_fast_make_no_output_at_every_repaint(shell: InteractiveShell) -> None:
    """JupyterLab takes longer to add one than to show it anew."""
    wire = streamed(shell, said(markdown(20_000)), 10.0)
    added = {output: at for at, output, _ in reversed(wire.sent)}

    gaps = [after - before for before, after in pairwise(sorted(added.values())[2:])]
    assert min(gaps) > 0.9 * GROUP_GAP


@pytest.mark.parametrize("seconds", [0.002, 0.02, 0.2, 1.0])
def test_painting_takes_no_more_than_its_part_of_the_time(
    shell: InteractiveShell, seconds: float
) -> None:
    wire = streamed(shell, said(SHAPES["paragraph"](40_000)[1]), 20.0, message=seconds)

    assert len(wire.sent) * seconds < 20.0 / RENDER_SHARE + 10 * seconds
    assert len(repaints(wire)) >= 4


def test_an_answer_that_changes_its_mind_pays_for_all_that_is_painted_again(
    shell: InteractiveShell,
) -> None:
    """Each time words follow a thought, the output of all thoughts is painted anew."""
    events: list[Event] = []
    for number in range(2_000):
        events += [Thought(f"hm {number} " * 10), Text(f"word {number} ")]
    wire = streamed(shell, events, 20.0)
    longest = max(len(page) for _, _, page in wire.sent)

    assert characters(wire) < RESENT_PER_SECOND * 20.0 + 2 * longest


# --- beside other things in its cell -------------------------------------------------------------


@pytest.mark.field("L1")
@pytest.mark.parametrize("shape", sorted(set(SHAPES) - {"thinking", "hostile"}))
def test_in_one_output_the_traffic_grows_with_the_time_and_the_first_words_are_painted_at_once(
    shell: InteractiveShell, shape: str
) -> None:
    thought, text = SHAPES[shape](20_000)
    wire = streamed(shell, [Thought(thought), *said(text)], 10.0, alone=False)
    longest = max(len(page) for _, _, page in wire.sent)
    moments = [at for at, _, _ in wire.sent]

    assert len({output for _, output, _ in wire.sent}) == 1
    assert characters(wire) < RESENT_IN_ONE_OUTPUT * 10.0 + 2 * longest
    assert moments[0] <= 100.0 + 2 * TICK
    assert len(moments) >= 10


@pytest.mark.field("L1")
def test_in_one_output_a_short_answer_is_painted_nearly_as_often(shell: InteractiveShell) -> None:
    moments = repaints(streamed(shell, said(SHAPES["answer"](1_000)[1]), 10.0, alone=False))

    assert len(moments) >= 5 * EARLY_SECONDS


@pytest.mark.field("L1")
def test_in_one_output_nothing_is_shown_before_the_first_word(shell: InteractiveShell) -> None:
    wire = streamed(shell, [Notice("busy"), Text("")], 2.0, alone=False)

    assert wire.sent == []
