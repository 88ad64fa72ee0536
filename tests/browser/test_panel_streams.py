"""What the panel shows while an answer comes: how fast, where the next word stands."""

from __future__ import annotations

from typing import Any

from nbchat import render
from nbchat.frontends.panel.live_turn import splice

from .panel_page import OpenPanel, Page, row, rows, state

CODE = "So:\n\n```python\nx = 1\ny = 2"


def opens(panel: Page) -> None:
    facts = {"request_id": "", "after": "", "question": {"text": "Why?"}}
    nothing: dict[str, list[Any]] = {"attachments": [], "images": [], "files": []}
    facts["question"] = {"text": "Why?", **nothing}
    panel.tell({"kind": "open", "id": "a", "model": "kimi-k2.6", **facts})


def grows(panel: Page, html: str, tokens: int, seq: int = 1, before: str = "") -> None:
    facts = {"seq": seq, "tokens": tokens, "tail": splice(before, html)}
    panel.tell({"kind": "delta", "id": "a", **facts})


def test_it_says_how_long_an_answer_takes_and_how_fast_it_comes(open_panel: OpenPanel) -> None:
    """It was silent once text flowed, so a stalled answer looked like a slow one."""
    panel = open_panel()
    opens(panel)
    grows(panel, "<p>One</p>", 1)
    panel.page.wait_for_selector("text=/^kimi-k2.6 · \\d+ s$/")
    grows(panel, "<p>One two</p>", 60, seq=2, before="<p>One</p>")

    panel.page.wait_for_selector("text=/^kimi-k2.6 · \\d+ s · \\d+ tok\\/s$/")
    status = panel.page.locator(".nbp-wait").bounding_box()
    words = panel.page.locator(".nbp-answer p", has_text="One two").bounding_box()
    panel.end("a", 2)

    assert status["y"] >= words["y"] + words["height"]
    assert panel.page.locator(".nbp-wait").is_hidden()


def test_the_caret_stands_in_code_that_comes_and_its_bar_does_not_jump(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel()
    panel.stream("a", CODE)
    bar = panel.page.locator(".nbp-answer legend")
    caret = panel.page.locator(".nbc-caret")

    in_code = caret.evaluate("caret => Boolean(caret.closest('pre'))")
    open_bar = bar.bounding_box()
    left = bar.locator("span").bounding_box()
    panel.tell(
        {"kind": "delta", "id": "a", "seq": 2, "settled": render.to_html(f"{CODE}\n```"),
         "tail": splice(render.to_html(CODE), "")}
    )  # fmt: skip
    panel.page.get_by_role("button", name="Copy").wait_for()

    assert in_code
    assert bar.bounding_box() == open_bar
    assert bar.locator("span").bounding_box()["x"] == left["x"]


def test_the_bar_above_code_is_low_and_its_buttons_are_easy_to_hit(open_panel: OpenPanel) -> None:
    """As high as in a cell, where it has no buttons, also where there is little room."""
    panel = open_panel(width=700)
    panel.page.evaluate("window.Jupyter = { notebook: { insert_cell_above() {} } }")
    panel.tell(state("a"), rows(row("a", text=f"{CODE}\n```")))
    bar = panel.page.locator(".nbp-answer legend")
    boxes = [button.bounding_box() for button in bar.get_by_role("button").all()]

    assert round(bar.bounding_box()["height"]) == 24
    assert len(boxes) == 4
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24

    for width in (340, 260):
        panel.page.set_viewport_size({"width": width, "height": 800})
        tops = {button.bounding_box()["y"] for button in bar.get_by_role("button").all()}
        assert round(bar.bounding_box()["height"]) == 24
        assert len(tops) == 1


def test_where_the_bar_has_no_room_a_menu_has_all_places(open_panel: OpenPanel) -> None:
    panel = open_panel(width=340)
    panel.page.evaluate(
        """window.Jupyter = { notebook: {
            insert_cell_above: () => ({ set_text: (text) => (window.inserted = text) }),
        } }"""
    )
    panel.tell(state("a"), rows(row("a", text=f"{CODE}\n```")))
    bar = panel.page.locator(".nbp-answer legend")

    assert not bar.get_by_role("button", name="Insert above").is_visible()
    bar.get_by_role("button", name="Insert elsewhere").click()
    menu = panel.page.get_by_role("dialog", name="Insert elsewhere")
    assert menu.get_by_role("button").all_inner_texts() == ["Insert below", "Insert above"]
    menu.get_by_role("button", name="Insert above").click()

    assert panel.page.evaluate("inserted") == "x = 1\ny = 2"


def test_the_caret_stands_in_the_cell_of_a_table_that_is_written(open_panel: OpenPanel) -> None:
    """Not in the last cell of the row, which is there and empty."""
    panel = open_panel()
    panel.stream("a", "| a | b |\n|---|---|\n| one", "| a | b |\n|---|---|\n| one | two")
    cell = panel.page.locator("td:has(.nbc-caret)")

    assert cell.inner_text() == "two"
    panel.stream("b", "| a | b |\n|---|---|\n| one", after="a")
    assert cell.all_inner_texts()[-1] == "one"


def test_one_word_of_thinking_is_not_called_words(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell(state("a"), rows(row("a", thought=["<p>Hm.</p>", 1])))

    assert panel.page.locator(".nbp-answer summary").inner_text() == "Thinking"


def test_the_box_of_the_first_action_is_not_cut_off(open_panel: OpenPanel) -> None:
    """What is outside of a turn is not painted."""
    panel = open_panel()
    panel.stream("a", "One.")
    panel.end("a", 1)
    action = panel.page.get_by_role("button", name="Copy").bounding_box()
    turn = panel.page.locator(".nbp-turn").bounding_box()
    words = panel.page.locator(".nbp-answer p", has_text="One").bounding_box()

    assert action["x"] >= turn["x"]
    assert action["x"] < words["x"]
