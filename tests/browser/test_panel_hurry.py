"""Things that happen at once.

Typing while it streams, sending twice, messages that are lost or come again.
"""

from __future__ import annotations

import pytest

from nbchat import render
from nbchat.frontends.panel.live_turn import splice

from .panel_page import NOW, OpenPanel, asked, row, rows, state


def test_typing_while_an_answer_streams_loses_no_letter(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "One")
    panel.area.click()
    before = render.to_html("One")
    words = "fast typing 你好 🎉 "
    for seq, letter in enumerate(words, 2):
        panel.page.keyboard.type(letter)
        html = render.to_html("One " + "word " * seq)
        panel.tell({"kind": "delta", "id": "a", "seq": seq, "tail": splice(before, html)}, NOW)
        before = html

    assert panel.area.input_value() == words
    assert panel.page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    panel.wait_at_end()


def test_a_question_is_sent_once_however_often_enter_is_pressed(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.fill("Why?")
    for _ in range(3):
        panel.area.press("Enter")
    panel.page.get_by_role(
        "button", name="Stop"
    ).dblclick()  # the second click meets what is Send by then

    assert len(panel.sent("send")) == 1
    assert panel.area.input_value() == "Why?"


def test_stop_is_shown_until_the_kernel_has_heard_and_then_as_long_as_it_answers(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel()
    stop = panel.page.get_by_role("button", name="Stop")
    panel.area.fill("Why?")
    panel.area.press("Enter")
    rid = panel.wait_sent("send")["request_id"]
    panel.tell({"kind": "ack", "request_id": "another view's"})
    assert stop.is_visible()

    panel.tell(
        {"kind": "open", "id": "a", "request_id": rid, "after": "", "question": asked()},
        {"kind": "ack", "request_id": rid},
    )
    assert stop.is_visible()

    panel.end("a", 0)
    assert panel.page.get_by_role("button", name="Send").is_visible()


def test_a_question_comes_back_to_the_view_that_asked_and_only_to_it(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell({"kind": "back", "request_id": "another view's", "text": "theirs"})
    assert panel.area.input_value() == ""

    panel.area.fill("mine")
    panel.area.press("Enter")
    panel.tell(
        {"kind": "back", "request_id": panel.wait_sent("send")["request_id"], "text": "mine"}
    )
    assert panel.area.input_value() == "mine"


def test_a_question_that_comes_back_while_another_is_typed_is_recalled_with_up(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel()
    panel.tell(state("a"), rows(row("a", "first")))
    panel.area.fill("stopped")
    panel.area.press("Enter")
    rid = panel.wait_sent("send")["request_id"]
    panel.tell({"kind": "ack", "request_id": rid})
    panel.area.fill("being typed")
    panel.tell({"kind": "back", "request_id": rid, "text": "stopped"})
    assert panel.area.input_value() == "being typed"

    panel.area.fill("")
    panel.area.press("ArrowUp")
    assert panel.area.input_value() == "stopped"
    panel.area.press("ArrowUp")
    assert panel.area.input_value() == "first"


def test_what_went_along_comes_back_too(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.click()
    panel.page.keyboard.type("What is @d")
    panel.wait_sent("names", 2)
    panel.tell({"kind": "names", "text": "d", "rows": [["df", "DataFrame"]]})
    panel.page.get_by_role("option", name="df").click()
    panel.area.press("Enter")
    panel.area.press("Escape")

    assert panel.area.input_value() == "What is df"
    assert panel.page.locator(".nbp-comp .nbp-chip").count() == 1


def test_a_gap_is_asked_about_once_and_then_filled(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "One")
    for seq in range(3, 9):
        panel.tell({"kind": "delta", "id": "a", "seq": seq, "settled": f"<p>{seq}</p>"})
    assert len(panel.sent("want")) == 1

    whole = {"html": "<p>all of it</p>", "tail": "", "seq": 8}
    panel.tell(
        {"kind": "open", "id": "a", "request_id": "", "after": "", "question": asked(), **whole}
    )
    panel.tell(
        {"kind": "delta", "id": "a", "seq": 8, "settled": "<p>again</p>"},
        {"kind": "delta", "id": "a", "seq": 9, "settled": "<p>9</p>"},
    )

    assert panel.page.locator(".nbp-answer p:not(.nbp-wait)").all_text_contents() == [
        "all of it",
        "9",
    ]


def test_an_end_that_was_lost_is_made_up_for_by_the_state(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "One")
    panel.tell(state("a"))
    assert panel.wait_sent("want")["ids"] == ["a"]
    panel.tell(rows(row("a", text="One and all.")))

    assert "One and all." in panel.log.text_content()
    assert panel.page.get_by_role("button", name="Send").is_visible()


@pytest.mark.field("L3")
def test_a_refusal_that_comes_late_has_its_question_above_it(open_panel: OpenPanel) -> None:
    """After a state that no longer has the turn, or to a view that has missed all of it."""
    panel = open_panel()
    question = asked("precious")
    opened = {"kind": "open", "id": "b", "request_id": "", "after": "a", "question": question}
    refusal = {"kind": "refusal", "id": "b", "request_id": "", "error": "KeyRefused", "text": "no"}
    panel.tell(state("a"), rows(row("a")))
    panel.tell(opened, state("a"), refusal, state("a", failed=["b"]))
    bubbles = panel.page.locator(".nbp-words")
    assert bubbles.all_text_contents() == ["Why?", "precious"]

    panel.tell(state("a"))
    assert bubbles.all_text_contents() == ["Why?"]

    panel.tell(state("a", failed=["c"]))
    assert panel.wait_sent("want")["ids"] == ["c"]
    panel.tell({**refusal, "id": "c", "question": asked("missed")})
    assert bubbles.all_text_contents() == ["Why?", "missed"]
    assert panel.page.locator(".nbp-err").count() == 1


def test_turns_that_another_view_asked_for_change_nothing_here(open_panel: OpenPanel) -> None:
    panel = open_panel()
    thought = [render.to_html("A thought."), 2]
    panel.tell(state("a"), rows(row("a", thought=thought)))
    panel.page.locator(".nbp-answer summary").click()
    panel.tell(state("a"), rows(row("a", thought=thought)))
    panel.page.wait_for_timeout(200)

    assert panel.page.locator(".nbp-answer details").get_attribute("open") is not None


def test_a_kernel_that_is_gone_is_noticed_at_once_and_when_something_is_sent(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel()
    panel.stream("a", "One")
    panel.page.evaluate("window.dead = true; happens('comm_live_update')")
    panel.page.get_by_role("alert").get_by_text("The kernel was restarted").wait_for()
    assert panel.page.get_by_role("button", name="Send").is_visible()

    other = open_panel()
    other.page.evaluate("window.dead = true")
    other.area.fill("Why?")
    other.area.press("Enter")
    other.page.get_by_role("alert").get_by_text("The kernel was restarted").wait_for()
    assert other.area.input_value() == "Why?"


def test_going_to_another_conversation_while_one_streams_shows_that_and_comes_back(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel()
    panel.stream("a", "One")
    panel.tell(state("x", name="other", title="Other"), rows(row("x", text="elsewhere")))
    panel.tell({"kind": "delta", "id": "a", "seq": 2, "settled": "<p>late</p>"})
    assert "late" not in panel.log.text_content()
    assert panel.page.get_by_role("button", name="Send").is_visible()

    panel.tell(state(live=["a"]))
    panel.tell(
        {
            "kind": "open",
            "id": "a",
            "request_id": "",
            "after": "",
            "question": asked(),
            "html": "<p>One</p>",
            "tail": "",
            "seq": 4,
        }
    )
    assert "One" in panel.log.text_content()
    assert panel.page.get_by_role("button", name="Stop").is_visible()


def test_the_focus_stays_where_a_person_works(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell(state("a", places={"a": [0, 2]}), rows(row("a")))
    focused = "document.activeElement.dataset.step ?? document.activeElement.tagName"
    panel.page.get_by_role("button", name="Next answer").focus()
    panel.page.keyboard.press("Enter")
    panel.tell(state("b", places={"b": [1, 2]}), rows(row("b")))
    panel.page.wait_for_function("document.activeElement.dataset.step")
    assert panel.page.evaluate(focused) == "previous"  # there is no next one any more

    panel.page.get_by_role("button", name="Copy").focus()
    panel.tell(state("b", places={"b": [1, 2]}))
    assert panel.page.evaluate("document.activeElement.textContent") == "Copy"

    panel.page.get_by_role("button", name="Ask again").click()
    assert panel.page.evaluate(focused) == "TEXTAREA"
    panel.page.get_by_role("button", name="Stop").click()
    assert panel.page.evaluate(focused) == "TEXTAREA"
