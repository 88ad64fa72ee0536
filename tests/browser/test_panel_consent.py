"""The card that asks whether a tool may run: what answers it, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat import render
from nbchat.tools.consent import Step

from .consent_cards import asked_card
from .panel_page import OpenPanel, Page, state


def show(panel: Page, *cards: dict[str, Any]) -> None:
    panel.tell({"kind": "consents", "cards": cards})


def decided(panel: Page) -> dict[str, Any]:
    """The answer that was sent, without who gave it."""
    message = panel.wait_sent("decide")
    del message["view"], message["bytes"]
    return message


def test_what_would_run_is_shown_whole_and_nothing_in_it_is_hidden(open_panel: OpenPanel) -> None:
    panel = open_panel()
    show(panel, asked_card())
    box = panel.page.get_by_role("alertdialog", name="The model asks to use run")

    assert "df.groupby('species').mean()\\u200b" in box.inner_text()
    assert panel.page.get_by_role("status").inner_text() == "The model asks to use run"


def test_run_consents_to_what_is_shown(open_panel: OpenPanel) -> None:
    panel = open_panel()
    one = asked_card()
    show(panel, one)
    panel.page.get_by_role("button", name="Run", exact=True).click()

    assert decided(panel) == {
        "kind": "decide",
        "id": one["id"],
        "how": "run",
        "reason": "",
        "rest": False,
    }


def test_the_choice_for_the_rest_of_the_answer_goes_along(open_panel: OpenPanel) -> None:
    panel = open_panel()
    show(panel, asked_card())
    panel.page.get_by_label("Do not ask again").check()
    panel.page.get_by_role("button", name="Run", exact=True).click()

    assert decided(panel)["rest"] is True


def test_edited_code_runs_in_place_of_what_was_shown(open_panel: OpenPanel) -> None:
    panel = open_panel()
    show(panel, asked_card())
    panel.page.get_by_role("button", name="Edit", exact=True).click()
    area = panel.page.get_by_label("Code to edit")
    assert area.input_value() == "df.groupby('species').mean()\\u200b"
    area.fill("df.mean()")
    area.press("Enter")
    assert panel.sent("decide") == []
    panel.page.get_by_role("button", name="Run", exact=True).click()

    assert decided(panel)["code"] == "df.mean()\n"


def test_code_that_was_to_be_edited_and_was_not_runs_as_it_was(open_panel: OpenPanel) -> None:
    panel = open_panel()
    show(panel, asked_card())
    panel.page.get_by_role("button", name="Edit", exact=True).click()
    panel.page.get_by_label("Code to edit").fill("df.mean()")
    panel.page.get_by_role("button", name="As it was").click()
    panel.page.get_by_role("button", name="Run", exact=True).click()

    assert "code" not in decided(panel)


def test_enter_in_the_reason_refuses(open_panel: OpenPanel) -> None:
    panel = open_panel()
    show(panel, asked_card())
    field = panel.page.get_by_label("Reason for a refusal")
    field.fill("not here")
    field.press("Enter")

    message = decided(panel)
    assert (message["how"], message["reason"]) == ("refuse", "not here")


def test_keys_that_are_typed_when_a_card_comes_answer_nothing(open_panel: OpenPanel) -> None:
    """The focus stays where it was; Esc stops, as always, and that is no consent."""
    panel = open_panel()
    panel.area.focus()
    show(panel, asked_card())
    for key in ("Enter", "Space", "Control+Enter", "y", "Tab", "Escape"):
        panel.page.keyboard.press(key)
    panel.page.get_by_label("Reason for a refusal").focus()
    panel.page.keyboard.press("Escape")

    assert panel.sent("decide") == []
    assert panel.area.evaluate("area => area === document.activeElement")
    assert panel.page.evaluate("outside") == []


def test_a_click_for_the_card_before_is_none_for_the_next(open_panel: OpenPanel) -> None:
    panel = open_panel()
    show(panel, asked_card("first"))
    panel.page.get_by_role("button", name="Run", exact=True).click()
    pressed = """cards => {
        tell([{ kind: "consents", cards }, ""]);
        document.querySelector(".nbp-card button").click();
        return sent.filter((message) => message.kind === "decide").length;
    }"""

    assert panel.page.evaluate(pressed, [asked_card("second")]) == 1


def test_a_plan_is_a_numbered_list_with_all_of_its_code(open_panel: OpenPanel) -> None:
    panel = open_panel()
    steps = (
        Step("Look at the means.", "run", {"code": "df.mean()"}),
        Step("Drop <b>rows</b>.", "run", {"code": "df = df.dropna()"}),
    )
    show(panel, asked_card("", *steps))
    items = panel.page.locator(".nbp-card li")

    assert [item.split("\n")[0] for item in items.all_inner_texts()] == [
        "Look at the means. (run)",
        "Drop <b>rows</b>. (run)",
    ]
    assert "df = df.dropna()" in items.nth(1).inner_text()
    assert not panel.page.get_by_role("button", name="Edit", exact=True).is_visible()
    assert not panel.page.get_by_label("Do not ask again").is_visible()
    panel.page.get_by_role("button", name="Run the plan").click()
    assert decided(panel)["how"] == "run"


def test_what_is_too_long_to_be_read_can_only_be_refused(open_panel: OpenPanel) -> None:
    panel = open_panel()
    show(panel, asked_card("x" * 100_001))

    assert "too many to be read" in panel.page.get_by_role("alertdialog").inner_text()
    panel.page.wait_for_timeout(700)
    assert panel.page.get_by_role("button", name="Run", exact=True).is_disabled()


@pytest.mark.parametrize(
    ("by", "approved", "words"),
    [
        ("the cell", True, "Answered in the cell: it runs."),
        ("the panel", False, "Answered in another view: refused."),
    ],
    ids=["cell", "panel"],
)
def test_a_card_that_is_answered_elsewhere_closes_and_says_so(
    open_panel: OpenPanel, by: str, approved: bool, words: str
) -> None:
    panel = open_panel()
    one = asked_card()
    show(panel, one)
    panel.page.get_by_role("button", name="Edit", exact=True).click()
    panel.tell(
        {"kind": "answered", "id": one["id"], "by": by, "view": "", "approved": approved},
        {"kind": "consents", "cards": []},
    )

    assert panel.page.locator(".nbp-card").count() == 0
    assert panel.page.get_by_role("alert").inner_text().startswith(words)
    assert panel.area.evaluate("area => area === document.activeElement")


def test_a_card_stays_as_it_is_while_others_come_and_go(open_panel: OpenPanel) -> None:
    panel = open_panel()
    one = asked_card("first")
    show(panel, one)
    panel.page.get_by_label("Reason for a refusal").fill("because")
    show(panel, one, asked_card("second"))
    show(panel, one)

    assert panel.page.get_by_label("Reason for a refusal").input_value() == "because"


@pytest.mark.parametrize("width", [320, 440])
def test_a_card_is_no_wider_than_a_narrow_panel(open_panel: OpenPanel, width: int) -> None:
    panel = open_panel(width=width)
    show(panel, asked_card("x = '" + "long" * 100 + "'"))

    wide = panel.page.evaluate(
        "[...document.querySelectorAll('.nbp-root, .nbp-card, .nbp-what, .nbp-what pre')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
    )
    assert wide == []


def test_code_of_an_answer_is_run_by_asking_the_model_to(open_panel: OpenPanel) -> None:
    panel = open_panel()
    text = "So:\n\n````python\nprint('```')\n````\n\n```bash\nls\n```"
    panel.stream("a", text)
    panel.tell({"kind": "delta", "id": "a", "seq": 2, "settled": render.to_html(text)})
    panel.end("a", 2)
    panel.page.get_by_role("button", name="Run it").click()
    message = panel.wait_sent("send")

    assert message["run"] is True
    assert message["text"].endswith("\n\n````python\nprint('```')\n````")


def test_tools_are_chosen_in_the_settings(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell(state("a"))
    panel.page.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Settings").click()
    panel.page.get_by_label("Look at the notebook").check()
    panel.page.get_by_label("Plan first").check()

    message = panel.wait_sent("choose", 2)
    assert (message["tools"], message["plan"]) == (["look"], True)
