"""What a person sees of a map: a bar that fills, and at the end a table below one line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from ..fakes.provider import Request, Service, answer, said
from ..nightly import IS_NIGHT
from .cells import Ask, outputs

FRAME = """\
import pandas as pd
hostile = ["<img src=x onerror=window.hit=1>", "a\\u202eb", "<script>window.hit=1</script>"]
df = pd.DataFrame({"text": hostile + [f"guest {n}" for n in range(147)]})"""
EACH = "%%chat kimi-k2.6 --each df --into out\nWhat of {text}?"
THEMES = [False, True] if IS_NIGHT else [True]

# How full the bar was, and the words below it, whenever either has changed.
WATCH = """n => {
  const cell = [...document.querySelectorAll('.jp-Cell')][n];
  const seen = window.seen_ = [];
  new MutationObserver(() => {
    const bar = cell.querySelector('[role=progressbar]');
    if (!bar) return;
    const full = bar.firstElementChild.getBoundingClientRect().width / bar.clientWidth;
    seen.push([full, bar.clientHeight, cell.querySelector('.nbc-foot').innerText]);
  }).observe(cell, {childList: true, subtree: true});
}"""


@pytest.fixture
def go_on(service: Service) -> Callable[[], None]:
    """Each row takes a moment, and after 75 of them none is answered until this is called."""
    is_let_go = Event()
    play = answer(*said("Rather ", "*nice*.", usage=(1000, 200)), gap=0.05)

    async def half(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        waits = len(service.requests) > 75
        while waits and not is_let_go.is_set():
            await asyncio.sleep(0.02)
        return await play(request, writer)

    service.always(half)
    return is_let_go.set


@pytest.mark.parametrize("dark", THEMES, ids=lambda dark: "dark" if dark else "light")
def test_a_bar_fills_and_a_safe_table_stays(
    ask: Ask, go_on: Callable[[], None], dark: bool
) -> None:
    notebook = ask(FRAME, EACH, dark=dark)
    notebook.run(1)
    notebook.page.evaluate(WATCH, 2)

    notebook.run(2, wait=False)
    notebook.page.wait_for_selector("text=/75 of 150 rows.* rows\\/s/")
    go_on()
    notebook.ready()

    seen: list[Any] = notebook.page.evaluate("window.seen_")
    shares = [share for share, _, _ in seen]
    assert shares == sorted(shares)
    assert any(0 < share < 1 for share in shares)
    assert {height for _, height, _ in seen} == {4}
    assert any("of 150 rows" in words and "rows/s" in words for _, _, words in seen)
    (shown,) = outputs(notebook, 2)
    assert "150 rows, 150 answered" in shown
    assert "<img src=x onerror=window.hit=1>" in shown
    assert "a\\u202eb" in shown
    assert notebook.page.evaluate("window.hit") is None
    assert notebook.page.locator(".nbc [role=progressbar]").count() == 0


@pytest.mark.usefixtures("go_on")
def test_the_stop_button_leaves_what_is_done(ask: Ask) -> None:
    notebook = ask(FRAME, EACH, "out.answered")
    notebook.run(1)
    notebook.run(2, wait=False)
    notebook.page.wait_for_selector("text=rows/s")

    notebook.interrupt()
    notebook.ready()
    notebook.run(3)

    table, stopped = outputs(notebook, 2)
    (done,) = outputs(notebook, 3)
    assert 0 < int(done) < 150
    assert f"{done} answered" in table
    assert "What is done is in out." in table
    assert f"Interrupted: stopped after {done} of 150 rows." in stopped
