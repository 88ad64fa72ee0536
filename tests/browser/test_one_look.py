"""An answer looks the same in a cell, in the panel beside it, and in the panel's saved copy."""

from __future__ import annotations

from typing import Any

import pytest

from ..fakes.provider import Service, answer, said
from ..nightly import by_day
from .cells import Ask
from .test_cell_look import TEXT, THOUGHT

PANEL = "import nbchat\nnbchat.ChatPanel()"
# What a reader sees of each kind of element; a colour may follow the ground it stands on.
LOOK = """page => Object.fromEntries(
    ["fieldset", "legend", "pre", "h2 ~ p", "h3", "li", "blockquote", "table",
     "th", "td", "details", ".nbc-thought", "h2", "p code"].map(name => {
        const found = page.querySelector(name);
        if (!found) return [name, null];
        const style = getComputedStyle(found);
        const shown = ["fontSize", "lineHeight", "paddingTop", "paddingLeft", "marginBottom",
            "borderTopWidth", "borderTopLeftRadius", "backgroundColor", "borderBottomWidth"];
        const height = name === "legend" ? found.offsetHeight : "";
        return [name, shown.map(one => style[one]).join(" ") + height];
    }))"""
RIGHT = "node => Math.round(node.getBoundingClientRect().right)"


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
def test_cell_and_panel_show_one_design(dark: bool, ask: Ask, service: Service) -> None:
    service.plays(answer(*said(TEXT, thought=[THOUGHT])))
    notebook = ask("%%chat kimi-k2-thinking\nTalk", PANEL, dark=dark, size=(1400, 1400))
    notebook.run(1, 2)
    notebook.page.wait_for_selector(".nbp-foot")
    cell = notebook.page.locator(".jp-Cell").nth(1).locator(".jp-OutputArea-output .nbc")
    panel = notebook.page.locator(".nbp-answer")

    in_cell, in_panel = cell.evaluate(LOOK), panel.evaluate(LOOK)

    assert None not in in_cell.values()
    assert in_cell == in_panel


LISTS = """\
- one
  - two
    - three
      1. first
         1. second

---

| a very wide table | second column | third column | fourth column | fifth column | sixth column |
|---|---|---|---|---|---|
| some_long_identifier_name | another_long_identifier | averyveryverylongword \
| more_and_more | another_one | the_last |
"""
# The marks of the items, and how far the line goes beyond the first list.
MARKS = """page => [
    ...[...page.querySelectorAll("li")].map(item => getComputedStyle(item).listStyleType),
    page.querySelector("hr").getBoundingClientRect().left
        - page.querySelector("ul").getBoundingClientRect().left]"""


def test_lists_and_lines_are_the_same_in_cell_and_panel(ask: Ask, service: Service) -> None:
    """A line stays at the left edge also beside a table that takes the whole output."""
    service.plays(answer(*said(LISTS)))
    notebook = ask("%%chat kimi-k2.6\nTalk", PANEL, size=(1400, 1400))
    notebook.run(1, 2)
    notebook.page.wait_for_selector(".nbp-foot")
    wanted = ["disc"] * 3 + ["decimal"] * 2 + [0]

    assert notebook.page.locator(".jp-OutputArea-output .nbc").first.evaluate(MARKS) == wanted
    assert notebook.page.locator(".nbp-answer").evaluate(MARKS) == wanted


def test_code_has_its_language_on_a_bar_of_its_own(ask: Ask, service: Service) -> None:
    """Not within the frame's border, as a group of fields."""
    service.plays(answer(*said(TEXT)))
    notebook = ask("%%chat kimi-k2.6\nTalk")
    notebook.run(1)

    bar, box, code = (place(notebook, name) for name in ("legend", "fieldset", "fieldset pre"))

    assert bar["y"] >= box["y"]
    assert bar["y"] + bar["height"] <= code["y"]
    assert bar["width"] == pytest.approx(box["width"], abs=2)


def test_answers_and_the_panel_end_at_the_same_right_edge(ask: Ask, service: Service) -> None:
    service.plays(answer(*said(TEXT)))
    notebook = ask("%%chat kimi-k2.6\nTalk", PANEL, size=(1400, 1000))
    notebook.run(1, 2)
    notebook.page.wait_for_selector(".nbp-foot")

    code = notebook.page.locator(".jp-OutputArea-output .nbc fieldset").first
    panel = notebook.page.locator(".nbp-root")

    assert code.evaluate(RIGHT) == panel.evaluate(RIGHT)


def place(notebook: Any, name: str) -> Any:
    return notebook.page.locator(f".jp-OutputArea-output .nbc {name}").first.bounding_box()


def test_the_list_of_models_has_one_line_for_each_where_there_is_room(ask: Ask) -> None:
    notebook = ask("%chat models", size=(1700, 1000))
    notebook.run(1)
    rows = notebook.page.locator(".nbc-lines tbody tr")

    heights = {round(row.bounding_box()["height"]) for row in rows.all()}
    table = notebook.page.locator(".nbc-lines")

    assert rows.count() > 10
    assert max(heights) < 30
    assert table.evaluate("node => node.scrollWidth - node.clientWidth") == 0


def test_the_list_of_models_has_no_part_out_of_sight_where_there_is_little_room(ask: Ask) -> None:
    notebook = ask("%chat models", size=(640, 1000))
    notebook.run(1)
    table = notebook.page.locator(".nbc-lines")
    names = table.locator("td:first-child")

    assert table.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    assert names.count() > 10
    assert names.first.bounding_box()["height"] < 30  # a line


def test_a_notice_has_a_sign_of_its_own(ask: Ask, service: Service) -> None:
    """It looked like the answer's first bullet."""
    service.plays(answer(*said("- one point", finish="length")))
    notebook = ask("%%chat kimi-k2.6\nTalk", PANEL)
    notebook.run(1, 2)
    notebook.page.wait_for_selector(".nbp-foot")

    for name in (".jp-OutputArea-output .nbc .nbc-note", ".nbp-answer .nbc-note"):
        notice = notebook.page.locator(name).first
        display = notice.evaluate("node => getComputedStyle(node).display")
        sign = notice.evaluate("node => getComputedStyle(node, '::before').content")
        assert "limit" in notice.inner_text()
        assert display == "block"
        assert sign.startswith('"i"')


FORMULA = r"""$$
\frac{x_i}{y_j} + \sqrt{\pi}
$$"""


def test_a_formula_has_room_and_never_a_vertical_scroll_bar(ask: Ask, service: Service) -> None:
    service.plays(answer(*said(FORMULA)))
    notebook = ask("%%chat kimi-k2.6\nTalk")
    notebook.run(1)
    line = notebook.page.locator(".jp-OutputArea-output .nbc p").first
    room = "node => parseFloat(getComputedStyle(node).paddingTop)"

    assert line.locator("mfrac > :first-child").evaluate(room) > 1
    assert line.locator("msqrt > :first-child").evaluate(room) > 1
    assert line.evaluate("node => getComputedStyle(node).overflowY") == "hidden"
