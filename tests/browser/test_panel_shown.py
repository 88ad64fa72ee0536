"""What a view shows of what it is told.

An answer that grows, ends, fails, has branches, or misses a piece.
"""

from __future__ import annotations

import pytest

from nbchat import render
from nbchat.frontends.panel.live_turn import splice

from .glimpse import glimpsed
from .panel_page import MISSING, NOW, OpenPanel, asked, fill_transcript, row, rows, state


def test_a_tail_grows_by_pieces_and_only_what_differs_is_touched(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "One 🎉", "One 🎉 *two*")
    first = panel.page.evaluate_handle(
        "[...document.querySelectorAll('.nbp-answer p')].find(p => p.textContent.includes('One'))"
    )
    panel.tell(
        {
            "kind": "delta",
            "id": "a",
            "seq": 3,
            "tail": splice(render.to_html("One 🎉 *two*"), render.to_html("One 🎉 *two* 三")),
        }
    )

    assert panel.page.locator(".nbp-answer p", has_text="One").inner_text() == "One 🎉 two 三"
    assert first.evaluate("node => node.isConnected")


def test_a_missing_piece_is_asked_for(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "One")
    panel.tell({"kind": "delta", "id": "a", "seq": 3, "settled": "<p>three</p>"})

    assert panel.wait_sent("want")["ids"] == ["a"]

    panel.tell(
        {
            "kind": "open",
            "id": "a",
            "after": "",
            "question": asked(),
            "html": "<p>one two</p>",
            "tail": "",
            "seq": 3,
        }
    )

    assert "one two" in panel.log.inner_text()


def test_what_people_and_errors_say_is_text(open_panel: OpenPanel) -> None:
    bad = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
    panel = open_panel()
    panel.tell(
        {**NOW, "model": bad, "queued": bad},
        state("a", title=bad),
        rows(
            row(
                "a",
                bad,
                bad,
                notes=[bad],
                calls=[[bad, bad]],
                stop=["broken", bad, 1],
                footer=[bad, bad],
            )
            | {"question": asked(bad, attachments=[[bad, bad], [bad, ""]], files=[bad])}
        ),
        {"kind": "open", "id": "b", "request_id": "", "after": "a", "question": asked(bad)},
        {"kind": "delta", "id": "b", "seq": 1, "thought": bad, "notes": [bad]},
        {"kind": "refusal", "id": "b", "error": bad, "text": bad},
        {"kind": "note", "error": bad, "text": bad},
    )
    panel.page.get_by_role("button", name="History").click()
    panel.wait_sent("talks")
    panel.tell({"kind": "talks", "rows": [[bad, "", bad, bad, 0]]})
    panel.page.wait_for_selector(".nbp-pop")
    panel.page.wait_for_timeout(100)

    assert panel.page.evaluate("window.ran") is None
    assert panel.page.locator("#host img, #host script").count() == 0


def test_an_answer_ends_with_its_buttons_and_is_announced_once(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "Because")
    panel.end("a", 1)

    assert panel.page.get_by_role("status").inner_text() == "Answer complete, 2 words"
    assert panel.log.get_attribute("aria-live") == "off"
    assert panel.page.locator(".nbp-acts").inner_text().split("\n")[:2] == ["Copy", "Ask again"]


def test_thinking_folds_when_the_answer_has_begun_unless_it_was_touched(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel()
    for turn, touch in (("a", False), ("b", True)):
        panel.stream(turn, after="a" if turn == "b" else "")
        panel.tell({"kind": "delta", "id": turn, "seq": 1, "thought": "Let me see. "})
        details = panel.page.locator(".nbp-turn").last.locator("details")
        assert details.get_attribute("open") is not None
        if touch:
            details.locator("summary").click()
            details.locator("summary").click()
        panel.tell({"kind": "delta", "id": turn, "seq": 2, "tail": [0, "<p>Yes</p>", 0]})
        if not touch:
            panel.page.wait_for_selector(".nbp-answer details:not([open])")
        panel.page.wait_for_timeout(900)

        assert (details.get_attribute("open") is None) is not touch


@pytest.mark.field("look 11")
def test_an_error_says_in_words_what_to_do_and_offers_another_model(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fill_transcript(panel)
    alert = panel.page.locator(".nbp-err[role=alert]")
    command = MISSING.rpartition("\n")[2]

    assert "MissingKey" not in panel.page.locator("body").inner_text()
    assert alert.locator("p").first.inner_text() == MISSING.splitlines()[0]
    assert alert.locator("code").inner_text() == command
    with glimpsed(panel.page, "Copied"):
        alert.get_by_role("button", name="Copy").click()

    alert.get_by_role("button", name="Retry").focus()
    panel.page.keyboard.press("Tab")
    panel.page.keyboard.press("Enter")
    panel.wait_sent("models")
    panel.tell(
        {"kind": "models", "rows": [["demo", "demo", "", ""], ["kimi-k2.6", "Kimi", "", ""]]}
    )
    panel.page.get_by_role("option", name="demo").wait_for()
    panel.page.keyboard.press("Enter")
    assert panel.wait_sent("choose")["model"]
    assert alert.get_by_role("button", name="Retry").is_visible()


@pytest.mark.field("look 11")
def test_another_model_is_not_offered_where_it_does_not_help(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a")
    text = "temperature should be a number from 0 to 2, not 99."
    refusal = {"kind": "refusal", "id": "a", "error": "BadOption", "text": text}
    panel.tell({**refusal, "copy": "", "other": False}, state(failed=["a"]))
    alert = panel.page.locator(".nbp-err[role=alert]")

    assert alert.inner_text().splitlines()[0] == text
    assert alert.get_by_role("button").all_inner_texts() == ["Retry"]


def test_a_failed_question_is_an_alert_with_retry(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a")
    panel.tell(
        {"kind": "refusal", "id": "a", "error": "MissingKey", "text": "kimi needs a key."},
        state(failed=["a"]),
    )

    assert "kimi needs a key." in panel.page.locator(".nbp-err[role=alert]").inner_text()

    panel.page.get_by_role("button", name="Retry").click()

    assert panel.wait_sent("again")["id"] == "a"


def test_branches_are_picked_and_a_question_is_asked_anew(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell(state("a", places={"a": [1, 3]}), rows(row("a")))

    assert "2/3" in panel.page.locator(".nbp-acts").inner_text()

    panel.page.get_by_role("button", name="Next answer").click()
    assert panel.wait_sent("branch") == {"kind": "branch", "id": "a", "number": 2, "bytes": []}

    panel.page.get_by_role("button", name="Edit").click()
    assert panel.area.input_value() == "Why?"
    panel.area.fill("Why not?")
    panel.area.press("Enter")
    sent = panel.wait_sent("again")

    assert (sent["id"], sent["text"]) == ("a", "Why not?")


def test_one_question_waits_and_can_be_taken_back(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.stream("a", "Be")
    panel.area.fill("And then?")
    panel.area.press("Enter")
    panel.tell({**NOW, "queued": "And then?"})
    panel.area.fill("third")
    panel.area.press("Enter")

    (sent,) = panel.sent("send")
    assert panel.area.input_value() == "third"

    panel.area.fill("")
    panel.page.get_by_role("button", name="Remove And then?").click()
    assert panel.wait_sent("unqueue")
    panel.tell(NOW, {"kind": "back", "request_id": sent["request_id"], "text": "And then?"})

    assert panel.area.input_value() == "And then?"
