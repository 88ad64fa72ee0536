"""What goes along with a question, and what holds for it: variables, images, models, settings."""

from __future__ import annotations

import base64

from .panel_page import Opened, row, rows, state


def test_a_variable_is_offered_attached_looked_at_and_removed(opened: Opened) -> None:
    panel = opened()
    panel.area.click()
    panel.page.keyboard.type("What is in @d")
    assert panel.wait_sent("names", 2)["s"] == "d"
    panel.tell({"k": "names", "s": "d", "rows": [["df", "DataFrame 150 × 5"], ["d", "dict, 2"]]})
    panel.page.wait_for_selector("[role=option]")
    panel.page.keyboard.press("ArrowDown")
    panel.page.keyboard.press("ArrowUp")
    panel.page.keyboard.press("Enter")

    assert panel.area.input_value() == "What is in df"

    panel.wait_sent("peek")
    panel.tell({"k": "peek", "name": "df", "label": "df (150 × 5, 1.1 kB)", "s": "a,b\n1,2"})
    panel.page.get_by_text("df (150 × 5, 1.1 kB)").click()
    assert "a,b" in panel.page.locator(".nbp-comp pre").inner_text()

    panel.area.press("Enter")
    assert panel.wait_sent("send")["att"] == ["df"]
    assert panel.page.locator(".nbp-comp .nbp-chip").count() == 0


def test_an_email_address_offers_nothing(opened: Opened) -> None:
    panel = opened()
    panel.area.click()
    panel.page.keyboard.type("me@home.org ")

    assert panel.sent("names") == []


def test_a_pasted_image_goes_along_as_bytes(opened: Opened) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    panel = opened()
    panel.area.evaluate(
        """async (area, data) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([bytes], "dot.png", { type: "image/png" }));
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        png,
    )
    panel.page.wait_for_selector(".nbp-comp .nbp-chip img")
    panel.area.fill("What is this?")
    panel.area.press("Enter")
    sent = panel.wait_sent("send")

    assert sent["img"] == ["dot.png"]
    assert sent["bytes"] == [len(base64.b64decode(png))]


def test_models_are_searched_and_others_can_be_named(opened: Opened) -> None:
    panel = opened()
    rows = [["demo", "demo", ""], ["kimi-k2.6", "Kimi", "needs KIMI_API_KEY"], ["gpt-5.6-sol", "OpenAI", ""]]
    for typed, wanted in (("kimi", "kimi-k2.6"), ("openai", "gpt-5.6-sol"), ("ollama:qwen3", "ollama:qwen3")):
        panel.page.locator("button.nbp-pick").click()
        panel.tell({"k": "models", "rows": rows})
        panel.page.get_by_role("combobox", name="Search").fill(typed)
        panel.page.keyboard.press("Enter")

        assert panel.wait_sent("choose")["model"] == wanted
        panel.page.wait_for_selector(".nbp-pop", state="detached")


def test_settings_are_sent_when_they_change(opened: Opened) -> None:
    panel = opened()
    panel.page.get_by_role("combobox", name="Thinking").select_option("high")
    assert panel.wait_sent("choose")["thinking"] == "high"

    panel.page.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Settings").click()
    panel.page.get_by_label("Temperature").fill("0.3")
    panel.page.get_by_label("System prompt").fill("Be brief.")
    panel.page.keyboard.press("Escape")
    sent = panel.wait_sent("choose", 2)

    assert {**sent, "bytes": 0} == {
        "k": "choose",
        "system": "Be brief.",
        "temperature": 0.3,
        "max_tokens": None,
        "bytes": 0,
    }


def test_code_is_copied_and_where_no_cell_can_be_made_insert_copies_too(opened: Opened) -> None:
    panel = opened(permissions=["clipboard-read", "clipboard-write"])
    panel.tell(state("a"), rows(row("a", text="```python\nx = 1\n```")))
    block = panel.page.locator(".nbc-code")
    for name in ("Copy", "Insert below"):
        block.get_by_role("button", name=name).click()
        panel.page.wait_for_function("navigator.clipboard.readText().then(t => t.trim() === 'x = 1')")

    panel.page.locator(".nbp-acts").get_by_role("button", name="Copy").click()
    panel.page.wait_for_function("navigator.clipboard.readText().then(t => t.includes('```python'))")
