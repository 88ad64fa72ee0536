"""How the panel fits: scrolling, many turns, narrow pages, less motion, other languages."""

from __future__ import annotations

import pytest

from nbchat import render
from nbchat.frontends.panel.live import splice

from .panel_page import Opened, filled, row, rows, state


def test_the_end_stays_in_sight_until_a_person_scrolls_up(opened: Opened) -> None:
    panel = opened()
    texts = ["word " * 40 * n for n in range(1, 14)]
    panel.stream("a", *texts[:11])
    assert panel.gap() < 24

    panel.log.hover()
    panel.page.mouse.wheel(0, -200)
    panel.page.wait_for_selector(".nbp-jump:visible")
    panel.page.wait_for_timeout(400)
    top = panel.log.evaluate("log => log.scrollTop")
    panel.tell({"k": "d", "id": "a", "seq": 12, "tail": splice(render.to_html(texts[10]), render.to_html(texts[11]))})
    assert panel.log.evaluate("log => log.scrollTop") == top

    panel.page.locator(".nbp-jump").click()
    assert panel.gap() < 24
    panel.tell({"k": "d", "id": "a", "seq": 13, "tail": splice(render.to_html(texts[11]), render.to_html(texts[12]))})
    panel.page.wait_for_function("document.querySelector('.nbp-jump').hidden")

    assert panel.gap() < 24


def test_two_hundred_turns_are_pulled_in_pages_and_older_ones_folded(opened: Opened) -> None:
    panel = opened()
    ids = [f"t{n}" for n in range(320)]
    panel.tell(state(*ids))
    for count in range(1, 6):
        wanted = panel.wait_sent("want", count)["ids"]
        assert wanted == ids[320 - 40 * count :][:40]
        panel.tell(rows(*(row(turn, turn) for turn in wanted)))

    assert panel.page.locator(".nbp-turn").count() == 200
    assert panel.gap() < 24
    panel.page.get_by_role("button", name="Show earlier turns").dispatch_event("click")
    assert panel.wait_sent("want", 6)["ids"] == ids[80:120]


@pytest.mark.parametrize("width", [320, 440])
def test_nothing_is_wider_than_a_narrow_panel(opened: Opened, width: int) -> None:
    panel = opened(width=width)
    filled(panel)

    wide = panel.page.evaluate(
        "[document.documentElement, ...document.querySelectorAll('.nbp-root, .nbp-log, .nbp-comp')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
    )
    assert wide == []


def test_nothing_moves_for_those_who_asked_for_less_motion(opened: Opened) -> None:
    panel = opened(reduced_motion="reduce")
    panel.stream("a")

    assert panel.page.evaluate("document.getAnimations().length") == 0


def test_the_panel_speaks_chinese(opened: Opened) -> None:
    panel = opened(locale="zh-CN")

    assert panel.page.get_by_role("button", name="发送").is_visible()
