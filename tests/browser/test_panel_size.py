"""How the panel fits: scrolling, many turns, narrow pages, less motion, other languages."""

from __future__ import annotations

import pytest

from nbchat import render
from nbchat.frontends.panel.live_turn import splice

from .panel_page import NOW, OpenPanel, fill_transcript, row, rows, state


def test_the_end_stays_in_sight_until_a_person_scrolls_up(open_panel: OpenPanel) -> None:
    panel = open_panel()
    texts = ["word " * 40 * n for n in range(1, 14)]
    panel.stream("a", *texts[:11])
    panel.wait_at_end()

    panel.log.hover()
    panel.page.mouse.wheel(0, -200)
    panel.page.wait_for_selector(".nbp-jump:visible")
    panel.page.wait_for_timeout(400)
    top = panel.log.evaluate("log => log.scrollTop")
    panel.tell(
        {
            "kind": "delta",
            "id": "a",
            "seq": 12,
            "tail": splice(render.to_html(texts[10]), render.to_html(texts[11])),
        }
    )
    assert panel.log.evaluate("log => log.scrollTop") == top

    panel.page.locator(".nbp-jump").click()
    panel.wait_at_end()
    panel.tell(
        {
            "kind": "delta",
            "id": "a",
            "seq": 13,
            "tail": splice(render.to_html(texts[11]), render.to_html(texts[12])),
        }
    )
    panel.page.wait_for_function("document.querySelector('.nbp-jump').hidden")

    panel.wait_at_end()


def test_the_end_stays_in_sight_when_the_page_scrolls_by_itself(open_panel: OpenPanel) -> None:
    """A picture that is being read takes no room, and then more than before.

    In between the browser scrolls up.
    """
    panel = open_panel()
    panel.stream("a", "word " * 600)
    panel.wait_at_end()

    panel.log.evaluate(
        """log => {
            const turn = log.querySelector(".nbp-turn");
            turn.style.maxHeight = "100px";
            turn.style.overflow = "hidden";
            requestAnimationFrame(() => setTimeout(() => {
                turn.style.maxHeight = "";
                turn.style.paddingTop = "100px";
            }));
        }"""
    )
    panel.page.wait_for_function("document.querySelector('.nbp-turn').style.paddingTop === '100px'")
    panel.wait_at_end()
    panel.page.wait_for_timeout(300)

    panel.wait_at_end()
    assert not panel.page.locator(".nbp-jump").is_visible()


def test_the_keys_leave_the_end_as_the_wheel_does(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "word " * 600)

    panel.log.focus()
    panel.page.keyboard.press("PageUp")

    panel.page.wait_for_selector(".nbp-jump:visible")


def test_two_hundred_turns_are_pulled_in_pages_and_older_ones_folded(open_panel: OpenPanel) -> None:
    panel = open_panel()
    ids = [f"t{n}" for n in range(320)]
    panel.tell(state(*ids))
    for count in range(1, 6):
        wanted = panel.wait_sent("want", count)["ids"]
        assert wanted == ids[320 - 40 * count :][:40]
        panel.tell(rows(*(row(turn, turn) for turn in wanted)))
        panel.page.wait_for_function(
            "n => document.querySelectorAll('.nbp-foot').length === n", arg=40 * count
        )

    assert panel.page.locator(".nbp-turn").count() == 200
    panel.wait_at_end()
    panel.page.get_by_role("button", name="Show earlier turns").dispatch_event("click")
    assert panel.wait_sent("want", 6)["ids"] == ids[80:120]


@pytest.mark.parametrize("width", [320, 440])
def test_nothing_is_wider_than_a_narrow_panel(open_panel: OpenPanel, width: int) -> None:
    panel = open_panel(width=width)
    fill_transcript(panel)

    wide = panel.page.evaluate(
        "[document.documentElement, ...document.querySelectorAll('.nbp-root, .nbp-log, .nbp-comp')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
    )
    assert wide == []


def test_long_names_stay_within_a_narrow_panel(open_panel: OpenPanel) -> None:
    name = "customers_and_their_orders_of_the_year_2024_and_more"
    panel = open_panel(width=320)
    panel.page.add_style_tag(content="body pre { word-break: break-all }")  # as JupyterLab has it
    panel.tell({**NOW, "error": f"{name}_Error".title(), "cells": 2})
    panel.area.click()
    panel.page.keyboard.type("Why @cu")
    panel.wait_sent("names", 3)
    panel.tell({"kind": "names", "text": "cu", "rows": [[name, "DataFrame 5 × 2"], ["cu", "int"]]})
    option = panel.page.get_by_role("option", name=name)
    option.wait_for()
    offered = option.bounding_box(), option.locator("span").first.bounding_box()
    panel.page.keyboard.press("Enter")
    panel.wait_sent("peek")
    facts = {"label": f"{name} (5 × 2, ~54 tokens)", "text": "a,b", "mark": ""}
    panel.tell({"kind": "peek", "of": "variable", "name": name, **facts})
    panel.page.locator(".nbp-comp summary").wait_for()

    row, words = offered
    assert words["width"] > 0.8 * row["width"]  # not squeezed beside what is said of it
    wide = panel.page.evaluate(
        "[...document.querySelectorAll('.nbp-offer, .nbp-chip, .nbp-comp')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
    )
    assert wide == []
    value = panel.page.locator(".nbp-chip pre")
    assert value.evaluate("pre => getComputedStyle(pre).wordBreak") == "normal"


def test_nothing_moves_for_those_who_asked_for_less_motion(open_panel: OpenPanel) -> None:
    panel = open_panel(reduced_motion="reduce")
    panel.stream("a")

    assert panel.page.evaluate("document.getAnimations().length") == 0


def test_the_panel_speaks_chinese(open_panel: OpenPanel) -> None:
    panel = open_panel(locale="zh-CN")

    assert panel.page.get_by_role("button", name="发送").is_visible()


def test_nothing_is_cut_off_at_twice_the_size(open_panel: OpenPanel) -> None:
    """A page of 520 pixels at 200 % has 260; the buttons keep their words on one line."""
    panel = open_panel(width=260)
    fill_transcript(panel)
    panel.stream("d", "One", after="b")
    panel.tell({**NOW, "model": "provider:a-rather-long-name-of-a-model"})
    stop = panel.page.get_by_role("button", name="Stop").bounding_box()

    assert stop["x"] + stop["width"] <= 260
    assert stop["height"] < 40
    assert panel.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_everything_to_be_seen(open_panel: OpenPanel, scheme: str) -> None:
    """Backgrounds are the system's then, so a chosen row and a bubble need lines."""
    panel = open_panel(forced_colors="active", color_scheme=scheme)
    fill_transcript(panel)
    panel.page.locator("button.nbp-pick").click()
    panel.tell(
        {"kind": "models", "rows": [["demo", "demo", "", ""], ["kimi-k2.6", "Kimi", "", ""]]}
    )
    style = "(e, name) => getComputedStyle(e)[name]"

    assert panel.page.locator("[aria-selected=true]").evaluate(style, "outlineStyle") == "solid"
    assert panel.page.locator(".nbp-bubble").first.evaluate(style, "borderTopStyle") == "solid"
    send = panel.page.locator(".nbp-send")
    assert send.evaluate(style, "color") != send.evaluate(style, "backgroundColor")
    assert send.evaluate(style, "borderTopStyle") == "solid"
    colours = "note => [getComputedStyle(note).color, getComputedStyle(note, '::before').color]"
    words, sign = panel.page.locator(".nbc-note").first.evaluate(colours)
    assert sign == words


def test_formulas_are_drawn_and_what_is_hidden_is_not(open_panel: OpenPanel) -> None:
    panel = open_panel()
    fill_transcript(panel)
    panel.log.evaluate("log => (log.scrollTop = 0)")

    assert panel.page.locator(".nbp-answer math").bounding_box()["width"] > 5
    assert panel.page.locator(".nbp-toast").bounding_box() is None


def test_words_go_in_the_direction_of_their_script(open_panel: OpenPanel) -> None:
    panel = open_panel()
    direction = "e => getComputedStyle(e).direction"
    panel.tell(
        state("a", title="شكرا"),
        rows(row("a", "ما هو الأفضل؟", "الطول هو الأفضل.\n\nAnd English.")),
    )
    panel.area.fill("ما هو")

    assert panel.area.evaluate(direction) == "rtl"
    assert panel.page.locator(".nbp-words").evaluate(direction) == "rtl"
    paragraphs = panel.page.locator(".nbp-answer p:not(.nbp-wait)")
    assert [paragraphs.nth(n).evaluate(direction) for n in (0, 1)] == ["rtl", "ltr"]


def test_a_long_heading_is_read_to_its_end_in_a_narrow_panel(open_panel: OpenPanel) -> None:
    """The panel's own title is cut there, with three dots."""
    panel = open_panel(width=260)
    panel.tell(state("a"), rows(row("a", text="## A heading of an answer that goes on and on")))
    heading = panel.page.locator(".nbp-answer h2")

    assert heading.bounding_box()["height"] > 40
    assert heading.evaluate("node => node.scrollWidth <= node.clientWidth")


@pytest.mark.parametrize("width", [260, 376])
def test_a_narrow_panel_says_who_is_asked_and_how_much_is_thought(
    open_panel: OpenPanel, width: int
) -> None:
    """Thinking and Send have a line of their own there; nothing of their words is cut."""
    panel = open_panel(width=width)
    panel.tell({**NOW, "model": "kimi-k2-thinking"})
    model, thinking = (panel.page.locator(f"{tag}.nbp-pick") for tag in ("button", "select"))
    send = panel.page.locator(".nbp-send")
    boxes = [one.bounding_box() for one in (model, thinking, send)]

    for pick in (model, thinking):
        assert pick.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert thinking.bounding_box()["width"] > 100  # a list is cut without a sign of it
    assert boxes[0]["y"] + boxes[0]["height"] < boxes[1]["y"]
    middles = [box["y"] + box["height"] / 2 for box in boxes[1:]]
    assert middles[0] == pytest.approx(middles[1], abs=1)
    assert boxes[2]["x"] + boxes[2]["width"] <= width - 8


@pytest.mark.parametrize("width", [340, 440])
def test_what_stands_side_by_side_is_in_line(open_panel: OpenPanel, width: int) -> None:
    """The title and its buttons, the models and the thinking, an error's command and its Copy."""
    panel = open_panel(width=width)
    fill_transcript(panel)

    pairs = [("header h2", "header button >> nth=0"), ("select.nbp-pick", ".nbp-send")]
    if width == 440:
        pairs.append(("button.nbp-pick", "select.nbp-pick"))
    for names in pairs:
        boxes = [panel.page.locator(name).bounding_box() for name in names]
        one, other = (box["y"] + box["height"] / 2 for box in boxes)
        assert one == pytest.approx(other, abs=1)
    model, thinking = (panel.page.locator(f"{tag}.nbp-pick") for tag in ("button", "select"))
    assert model.bounding_box()["height"] == thinking.bounding_box()["height"]
    assert model.evaluate("node => node.scrollWidth <= node.clientWidth")  # its name is read
    alert = panel.page.locator(".nbp-err")
    command = alert.locator("code").bounding_box()
    copy = alert.get_by_role("button", name="Copy").bounding_box()
    assert command["x"] + command["width"] <= copy["x"]
    assert command["y"] <= copy["y"] <= command["y"] + command["height"]
