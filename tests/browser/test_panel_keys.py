"""What the keys do: Enter, input methods, Escape, the arrows; and none of them leaves the panel."""

from __future__ import annotations

from .panel_page import OpenPanel, row, rows, state


def test_enter_sends_and_shift_enter_breaks_the_line(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.click()
    panel.page.keyboard.type("one")
    panel.page.keyboard.press("Shift+Enter")
    panel.page.keyboard.type("two")

    assert panel.sent("send") == []

    panel.page.keyboard.press("Enter")

    assert panel.wait_sent("send")["text"] == "one\ntwo"
    assert panel.area.input_value() == ""


def test_the_enter_of_an_input_method_does_not_send(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.click()
    cdp = panel.page.context.new_cdp_session(panel.page)
    cdp.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    panel.page.keyboard.press("Enter")

    assert panel.sent("send") == []

    cdp.send("Input.insertText", {"text": "你好"})
    panel.page.wait_for_timeout(50)
    panel.page.keyboard.press("Enter")

    assert panel.wait_sent("send")["text"].strip() == "你好"


def test_safaris_keydown_229_after_the_composition_does_not_send(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.fill("你好")
    panel.area.evaluate(
        """area => {
            area.dispatchEvent(new CompositionEvent("compositionstart"));
            area.dispatchEvent(new CompositionEvent("compositionend"));
            const enter = { key: "Enter", keyCode: 229, bubbles: true };
            area.dispatchEvent(new KeyboardEvent("keydown", enter));
        }"""
    )

    assert panel.sent("send") == []


def test_with_the_setting_ctrl_enter_sends_and_enter_breaks_the_line(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.page.evaluate(
        "Object.defineProperty(window, 'localStorage', { value: { nbchatCtrl: '1' } })"
    )
    panel.area.click()
    panel.page.keyboard.type("one")
    panel.page.keyboard.press("Enter")
    panel.page.keyboard.press("Control+Enter")

    assert panel.wait_sent("send")["text"] == "one\n"


def test_escape_stops_and_stop_is_there_from_the_moment_of_sending(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.fill("Why?")
    panel.area.press("Enter")

    assert panel.page.get_by_role("button", name="Stop").is_visible()

    panel.area.press("Escape")

    assert panel.wait_sent("stop")
    assert panel.page.get_by_role("button", name="Send").is_visible()


def test_up_in_an_empty_field_recalls_the_questions(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell(state("a", "b"), rows(row("a", "first"), row("b", "second")))
    panel.area.click()

    seen = []
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"):
        panel.page.keyboard.press(key)
        seen.append(panel.area.input_value())

    assert seen == ["second", "first", "first", "second", ""]

    panel.page.keyboard.type("own words")
    panel.page.keyboard.press("ArrowUp")

    assert panel.area.input_value() == "own words"


def test_no_key_leaves_the_panel(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.click()
    for key in ("d", "d", "a", "Escape", "Shift+Enter", "Control+z", "ArrowUp"):
        panel.page.keyboard.press(key)
    panel.log.focus()
    panel.page.keyboard.press("x")

    assert panel.page.evaluate("outside") == []
