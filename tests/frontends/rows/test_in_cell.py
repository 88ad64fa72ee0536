"""A map in a cell: few bytes however long it takes, and at its end one safe output."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from nbchat.frontends.rows.update_clock import LONGEST_GAP, SHORTEST_GAP, UpdateClock

from ...running_kernel import RunningKernel

TEN_MINUTES = """
from nbchat.dataframes.progress import Progress
from nbchat.frontends.notebook.surroundings import surroundings
from nbchat.frontends.rows.in_cell import CellBar

class Clock:
    now = 0.0
    def __call__(self):
        return self.now

clock = Clock()
bar = CellBar(get_ipython(), surroundings(get_ipython()), clock)
progress = Progress("kimi-k2.6", 50_000, 50_000, rate=90.0)
progress.lines.append("50,000 rows, 48,210 different: 12.1 M tokens, $4.20 ± 0.31, 9 min")
while clock.now < 600:
    progress.done += 4
    progress.per_second = 80 + clock.now / 100
    progress.seconds_left = 600 - clock.now
    bar.show(progress)
    clock.now += 0.05
bar.end(progress)
"""
SHOW = """
from nbchat.dataframes.progress import Progress
from nbchat.frontends.rows.here import display_here
progress = Progress({model!r}, 100, 100)
progress.lines.append({told!r})
display = display_here()
display.show(progress)
progress.done, progress.failed, progress.skipped = 90, 3, 7
progress.per_second, progress.seconds_left = 12.5, 1.0
display.show(progress)
display.end(progress)
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """One for all of them."""
    with RunningKernel(cwd=tmp_path_factory.mktemp("kernel")) as kernel:
        kernel.run("%load_ext nbchat")
        yield kernel


def bytes_on_iopub(kernel: RunningKernel, code: str) -> int:
    """All frames of all messages of a cell."""
    socket = kernel.client.iopub_channel.socket
    started = kernel.start(code).encode()
    size, is_over = 0, False
    while not is_over:
        frames = socket.recv_multipart()
        size += sum(map(len, frames))
        is_over = b'"idle"' in frames[-1] and any(started in frame for frame in frames)
    kernel.client.get_shell_msg(timeout=60)
    return size


def test_ten_minutes_of_a_map_send_less_than_200_kb(kernel: RunningKernel) -> None:
    assert 20_000 < bytes_on_iopub(kernel, TEN_MINUTES) < 200_000


def test_it_is_painted_four_times_a_second_at_most_and_never_seldom() -> None:
    clock, moments = UpdateClock(0.0), []
    for tick in range(100_000):
        now = tick / 100
        if clock.is_due(now):
            moments.append(now)
            clock.note_painted(now, 500)
    gaps = [later - earlier for earlier, later in pairwise(moments)]

    assert min(gaps) >= SHORTEST_GAP
    assert max(gaps) <= LONGEST_GAP + 0.02
    assert sum(moment < 3 for moment in moments) >= 11


def test_what_stays_is_one_output_whether_it_was_watched_or_not(kernel: RunningKernel) -> None:
    code = SHOW.format(model="kimi-k2.6", told="7 rows have nothing in them.")
    live, static = kernel.run(code), kernel.run(code, watched=False)

    assert live.repaints > static.repaints == 1
    assert data_of(live) == data_of(static)
    assert len(data_of(live)) == 1
    assert live.text == (
        "kimi-k2.6 · 100 rows · 3 failed · 7 skipped\n7 rows have nothing in them."
    )


def test_a_name_that_would_act_or_hide_is_written_out(kernel: RunningKernel) -> None:
    ran = kernel.run(SHOW.format(model="a<img src=x onerror=alert(1)>", told="b\u202ec<script>"))
    pages = [content["data"] for content in ran.of("display_data") + ran.of("update_display_data")]

    assert len(pages) == 2
    for page in pages:
        assert "<img" not in page["text/html"]
        assert "<script" not in page["text/html"]
        assert "\u202e" not in page["text/html"] + page["text/plain"]


def test_a_cell_that_is_cleared_meanwhile_shows_it_again(kernel: RunningKernel) -> None:
    code = SHOW.format(model="kimi-k2.6", told="").replace(
        "display.end", "from IPython.display import clear_output; clear_output(); display.end"
    )
    ran = kernel.run(code)

    assert ran.text.strip() == "kimi-k2.6 · 100 rows · 3 failed · 7 skipped"


def data_of(ran: Any) -> list[dict[str, Any]]:
    return [output["data"] for output in ran.outputs]
