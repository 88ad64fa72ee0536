"""What a person sees of a map: a bar that fills, and at the end a table below one line."""

from __future__ import annotations

from typing import Any

import pytest

from ..fakes.provider import Service, answer, said
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
def slow(service: Service) -> Service:
    """Each row takes a moment."""
    service.always(answer(*said("Rather ", "*nice*.", usage=(1000, 200)), gap=0.05))
    return service


@pytest.mark.parametrize("dark", THEMES, ids=lambda dark: "dark" if dark else "light")
def test_a_bar_fills_and_a_safe_table_stays(ask: Ask, slow: Service, dark: bool) -> None:
    notebook = ask(FRAME, EACH, dark=dark)
    notebook.run(1)
    notebook.page.evaluate(WATCH, 2)

    notebook.run(2)

    seen: list[Any] = notebook.page.evaluate("window.seen_")
    shares = [share for share, _, _ in seen]
    assert shares == sorted(shares)
    assert 0 < shares[len(shares) // 2] < 1
    assert {height for _, height, _ in seen} == {4}
    assert any("of 150 rows" in words and "rows/s" in words for _, _, words in seen)
    (shown,) = outputs(notebook, 2)
    assert "150 rows, 150 answered" in shown
    assert "<img src=x onerror=window.hit=1>" in shown
    assert "a\\u202eb" in shown
    assert notebook.page.evaluate("window.hit") is None
    assert notebook.page.locator(".nbc [role=progressbar]").count() == 0


def test_the_stop_button_leaves_what_is_done(ask: Ask, slow: Service) -> None:
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
