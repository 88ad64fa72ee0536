"""A conversation that was exported as a page: on paper, and where colours are the system's."""

from __future__ import annotations

from typing import Any

from nbchat.frontends.panel.download import make_file
from nbchat.messages import Message, Text
from nbchat.turns import Turn

from ..frontends.panel.hostile import Talk
from ..render.acted import answer_of
from .test_cell_look import TEXT


def exported() -> str:
    talk: Any = Talk([Turn(Message("user", "Which feature?"), answer_of(Text(TEXT)))], title="Iris")
    return make_file(talk, "html")["text"]


def test_nothing_of_it_is_cut_off_on_paper(chromium: Any) -> None:
    """There is no way to scroll there."""
    page = chromium.new_context(viewport={"width": 700, "height": 900}).new_page()
    page.set_content(exported())
    boxes = "[...document.querySelectorAll('pre, .nbc-wide')]"
    cut = f"{boxes}.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.nodeName)"

    assert sorted(page.evaluate(cut)) == ["DIV", "PRE"]
    page.emulate_media(media="print")
    assert page.evaluate(cut) == []
    page.context.close()


def test_a_question_has_a_frame_where_the_system_takes_its_ground_away(chromium: Any) -> None:
    page = chromium.new_context(forced_colors="active").new_page()
    page.set_content(exported())
    frame = page.locator(".nbc-asked").evaluate(
        "node => [getComputedStyle(node).borderTopStyle, getComputedStyle(node).borderTopColor]"
    )

    assert frame[0] == "solid"
    assert frame[1] == "rgb(0, 0, 0)"  # where it is not seen, rgba(0, 0, 0, 0)
    page.context.close()
