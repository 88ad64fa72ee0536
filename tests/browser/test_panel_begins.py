"""A conversation in which nothing was asked, menus, and questions that are long."""

from __future__ import annotations

import pytest

from .panel_page import NOW, OpenPanel, Page, row, rows, state

EMPTY = {"name": "main", "title": "main"}


def starters(panel: Page) -> list[str]:
    texts: list[str] = panel.page.locator(".nbp-starter").all_inner_texts()
    return texts


def test_an_empty_panel_says_what_it_is_and_what_to_begin_with(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell({**NOW, "frames": ["df"]}, state(**EMPTY))

    assert panel.page.locator("header h2").inner_text() == "New chat"
    assert "%%chat" in panel.page.locator(".nbp-empty p").inner_text()
    assert starters(panel) == ["Describe df", "Plot df", "What is missing in df?"]

    panel.tell({**NOW, "frames": ["b", "a"]})
    assert starters(panel) == ["Describe b", "Describe a"]
    panel.tell({**NOW, "frames": []})
    assert starters(panel) == []


def test_a_starter_is_written_with_its_data_and_sent_by_the_person(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell({**NOW, "frames": ["df"]}, state(**EMPTY))
    panel.page.get_by_role("button", name="Describe df").click()

    assert panel.area.input_value() == "Describe df"
    assert panel.wait_sent("peek")["name"] == "df"
    assert panel.sent("send") == []
    assert panel.page.evaluate("document.activeElement.tagName") == "TEXTAREA"


@pytest.mark.parametrize(
    ("name", "title", "shown"), [("notes", "notes", "notes"), ("main", "Iris", "Iris")]
)
def test_a_name_that_a_person_gave_stays_the_title(
    name: str, title: str, shown: str, open_panel: OpenPanel
) -> None:
    panel = open_panel()
    panel.tell(state(name=name, title=title))

    assert panel.page.locator("header h2").inner_text() == shown


def test_the_menu_sets_what_deletes_apart(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.page.get_by_role("button", name="More").click()

    kinds = panel.page.locator(".nbp-pop > *").evaluate_all(
        "all => all.map((one) => one.tagName === 'HR' ? '-' : one.innerText.split(' ')[0])"
    )

    assert kinds == [
        *("Settings", "-", "Take", "Put", "Start", "-", "Export", "Export", "Export", "Export"),
        *("-", "Delete"),
    ]


def test_the_settings_have_a_title_and_names_on_one_line(open_panel: OpenPanel) -> None:
    panel = open_panel(width=900)
    panel.page.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Settings").click()
    label = panel.page.locator(".nbp-pop label", has_text="Ctrl+Enter")

    assert panel.page.locator(".nbp-pop h3").inner_text() == "Settings"
    assert label.bounding_box()["height"] < 36


@pytest.mark.parametrize("question", ["word " * 200, "line\n" * 30], ids=["words", "lines"])
def test_a_long_question_fades_out_until_all_of_it_is_wanted(
    question: str, open_panel: OpenPanel
) -> None:
    panel = open_panel()
    panel.tell(state("a", "b"), rows(row("a", question), row("b", "Short?")))
    words = panel.page.locator(".nbp-words").first
    before = words.bounding_box()["height"]
    fades = words.evaluate("node => getComputedStyle(node).maskImage")
    button = panel.page.get_by_role("button", name="Show all")

    assert button.count() == 1
    assert "gradient" in fades
    button.click()
    assert words.bounding_box()["height"] > 1.5 * before
    assert words.evaluate("node => getComputedStyle(node).maskImage") == "none"
    assert button.count() == 0


def test_a_third_question_is_told_that_one_waits_already(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "One.")
    panel.tell({**NOW, "queued": "next"})
    panel.area.fill("And?")
    panel.area.press("Enter")

    assert "One question waits already" in panel.page.get_by_role("alert").inner_text()


def test_what_a_program_printed_is_copied_and_not_put_into_cells(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.page.evaluate("window.Jupyter = { notebook: { insert_cell_above() {} } }")
    text = "```\n   a  b\n0  1  2\n```\n\n```\nx = load(1)\n```"
    panel.tell(state("a"), rows(row("a", text=text)))
    bars = panel.page.locator(".nbp-answer legend")

    assert "Insert" not in bars.nth(0).inner_text()
    assert "Copy" in bars.nth(0).inner_text()
    assert "Insert" in bars.nth(1).inner_text()


def test_on_touch_the_signs_below_the_field_have_words(open_panel: OpenPanel) -> None:
    panel = open_panel(has_touch=True, is_mobile=True)
    adds = panel.page.get_by_role("button", name="Attach an image")

    after = adds.evaluate("node => getComputedStyle(node, '::after').content")

    assert "Image" in after or after == '" " attr(data-touch)'
