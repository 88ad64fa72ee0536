"""What goes along with a question, and what holds for it: variables, images, models, settings."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from .panel_page import NOW, OpenPanel, Page, asked, row, rows, state


def test_a_variable_is_offered_attached_looked_at_and_removed(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.click()
    panel.page.keyboard.type("What is in @d")
    assert panel.wait_sent("names", 2)["text"] == "d"
    panel.tell(
        {"kind": "names", "text": "d", "rows": [["df", "DataFrame 150 × 5"], ["d", "dict, 2"]]}
    )
    panel.page.wait_for_selector("[role=option]")
    panel.page.keyboard.press("ArrowDown")
    panel.page.keyboard.press("ArrowUp")
    panel.page.keyboard.press("Enter")

    assert panel.area.input_value() == "What is in df"

    panel.wait_sent("peek")
    panel.tell(peek("variable", "df", "df (150 × 5, ~620 tokens)", "a,b\n1,2"))
    panel.page.locator(".nbp-comp summary", has_text="df (150 × 5, ~620 tokens)").click()
    assert "a,b" in panel.page.locator(".nbp-comp pre").inner_text()

    panel.area.press("Enter")
    assert panel.wait_sent("send")["variables"] == ["df"]
    assert panel.page.locator(".nbp-comp .nbp-chip").count() == 0


def peek(of: str, name: str, label: str, text: str, **more: Any) -> dict[str, Any]:
    """What Python says of something that may go along."""
    facts = {"label": label, "text": text, "mark": "", **more}
    return {"kind": "peek", "of": of, "name": name, **facts}


def test_cells_and_files_are_offered_below_the_variables(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.click()
    panel.page.keyboard.type("Why @da")
    panel.wait_sent("names", 3)
    panel.tell({"kind": "names", "text": "da", "rows": [["data", "list, 1"]]})
    panel.page.wait_for_selector("[role=option]")
    panel.wait_sent("cells")
    panel.tell({"kind": "cells", "text": "da", "rows": [["3", "data.sum()", "1 output"]]})
    panel.wait_sent("files")
    panel.tell({"kind": "files", "text": "da", "rows": [["a/data.csv", "12 kB"]]})
    panel.page.get_by_role("option", name="a/data.csv").wait_for()
    texts = panel.page.locator(".nbp-comp li").all_inner_texts()
    offered = [" ".join(text.split()) for text in texts]
    for key in ("ArrowDown", "Enter"):
        panel.page.keyboard.press(key)
    panel.wait_sent("peek")
    panel.tell(peek("cell", "3", "In[3] (~9 tokens)", "In[3]: 6", mark="c3"))
    panel.page.keyboard.press("Enter")

    assert offered == [
        "data list, 1 var",
        "In[3] data.sum() 1 output cell",
        "a/data.csv 12 kB file",
    ]
    sent = panel.wait_sent("send")
    assert sent["text"] == "Why In[3]"
    assert sent["along"] == [{"of": "cell", "name": "3", "mark": "c3"}]


def test_the_last_error_is_taken_along_as_it_is_seen(open_panel: OpenPanel) -> None:
    panel = open_panel()
    assert panel.page.locator(".nbp-offer").count() == 0
    panel.tell({**NOW, "error": "KeyError", "cells": 2})
    offers = panel.page.locator(".nbp-offer")
    assert offers.all_inner_texts() == ["Last error: KeyError", "Cells above"]

    panel.page.get_by_role("button", name="Attach: Last error: KeyError").focus()
    panel.page.keyboard.press("Enter")
    assert panel.wait_sent("peek")["of"] == "error"
    panel.tell(peek("error", "", "the last error", "KeyError: 'specie'", mark="a1"))
    summary = panel.page.locator(".nbp-comp summary", has_text="the last error")
    summary.focus()
    panel.page.keyboard.press("Enter")
    shown = panel.page.locator(".nbp-comp pre")
    assert shown.inner_text() == "KeyError: 'specie'"
    assert offers.all_inner_texts() == ["Cells above"]

    panel.tell({**NOW, "error": "NameError", "cells": 3, "runs": 1})  # another cell has run
    panel.wait_sent("peek", 2)
    panel.tell(peek("error", "", "the last error", "NameError: df", mark="b2"))
    panel.page.get_by_text("NameError: df").wait_for()  # and is still unfolded
    panel.area.fill("Why?")
    panel.area.press("Enter")
    assert panel.wait_sent("send")["along"] == [{"of": "error", "name": "", "mark": "b2"}]

    panel.tell({"kind": "ack", "request_id": panel.sent("send")[0]["request_id"]})
    offers.last.click()
    panel.wait_sent("peek", 3)
    panel.tell(peek("cells", "", "2 cells above", "In[1]", mark="c3"))
    panel.page.get_by_role("button", name="Remove 2 cells above").click()
    assert offers.count() == 2
    assert panel.page.locator(".nbp-chip").count() == 0


def test_nothing_of_the_notebook_is_sent_before_it_has_been_shown(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell({**NOW, "cells": 2})
    panel.page.locator(".nbp-offer").click()
    panel.area.fill("Why?")
    panel.area.press("Enter")
    assert panel.sent("send") == []
    panel.tell(peek("cells", "", "2 cells above", "In[1]", mark="c3"))

    assert panel.wait_sent("send")["along"] == [{"of": "cells", "name": "", "mark": "c3"}]


def test_an_email_address_offers_nothing(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.click()
    panel.page.keyboard.type("me@home.org ")

    assert panel.sent("names") == []


def test_a_pasted_image_goes_along_as_bytes(open_panel: OpenPanel) -> None:
    png = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
        "awAAAABJRU5ErkJggg=="
    )
    panel = open_panel()
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

    assert sent["images"] == ["dot.png"]
    assert sent["bytes"] == [len(base64.b64decode(png))]


def test_models_are_searched_and_others_can_be_named(open_panel: OpenPanel) -> None:
    panel = open_panel()
    rows = [
        ["demo", "demo", "", ""],
        ["kimi-k2.6", "Kimi", "needs", "KIMI_API_KEY"],
        ["gpt-5.6-sol", "OpenAI", "", ""],
    ]
    for typed, wanted in (
        ("kimi", "kimi-k2.6"),
        ("openai", "gpt-5.6-sol"),
        ("ollama:qwen3", "ollama:qwen3"),
    ):
        panel.page.locator("button.nbp-pick").click()
        panel.tell({"kind": "models", "rows": rows})
        panel.page.get_by_role("combobox", name="Search").fill(typed)
        panel.page.keyboard.press("Enter")

        assert panel.wait_sent("choose")["model"] == wanted
        panel.page.wait_for_selector(".nbp-pop", state="detached")


LISTED = [
    ["ollama:qwen3:4b", "Ollama", "", ""],
    ["vertex:gemini-3.8-flash-with-a-long-name", "Google Vertex AI", "", ""],
    ["kimi-k3", "Moonshot AI (Kimi)", "", ""],
    ["kimi-k2.6", "Moonshot AI (Kimi)", "", ""],
    ["gpt-5.6-sol", "OpenAI", "needs", "OPENAI_API_KEY"],
]


def open_picker(panel: Page, model: str) -> Any:
    """The picker's list, where this model is in use."""
    panel.tell({**NOW, "model": model})
    panel.page.locator("button.nbp-pick").click()
    panel.tell({"kind": "models", "rows": LISTED})
    return panel.page.locator(".nbp-pop [role=listbox]")


def test_models_stand_below_their_provider_each_name_on_one_line(open_panel: OpenPanel) -> None:
    panel = open_panel(width=360)
    listed = open_picker(panel, "kimi-k2.6")

    groups = listed.get_by_role("group").evaluate_all(
        "all => all.map((one) => [one.ariaLabel, one.querySelectorAll('[role=option]').length])"
    )
    names = listed.locator("[role=option] > span")
    used = listed.locator("[aria-current]")

    assert groups == [
        ["Ollama", 1], ["Google Vertex AI", 1], ["Moonshot AI (Kimi)", 2], ["OpenAI", 1]
    ]  # fmt: skip
    assert {round(name.bounding_box()["height"]) for name in names.all()} == {21}
    assert used.locator("span").inner_text() == "kimi-k2.6"
    assert "✓" in used.locator("span").evaluate("it => getComputedStyle(it, '::before').content")
    note, name = (listed.get_by_text(text).bounding_box() for text in ("OPENAI_API", "gpt-5.6"))
    assert note["y"] >= name["y"] + name["height"] - 1


def test_the_mark_of_the_model_in_use_scrolls_with_its_name(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell({**NOW, "model": "m59"})
    panel.page.locator("button.nbp-pick").click()
    panel.tell({"kind": "models", "rows": [[f"m{n}", "Maker", "", ""] for n in range(60)]})
    name = panel.page.locator("[role=option][aria-current] > span")

    assert name.inner_text() == "m59"
    # A mark scrolls with what it is placed in.
    assert name.evaluate("name => name.offsetParent.role") == "option"


def test_the_model_in_use_is_listed_though_no_table_has_it(open_panel: OpenPanel) -> None:
    listed = open_picker(open_panel(), "llamacpp:gemma")

    assert listed.locator("[aria-current]").inner_text() == "llamacpp:gemma"


def test_the_newest_model_of_a_name_comes_first(open_panel: OpenPanel) -> None:
    panel = open_panel()
    listed = open_picker(panel, "demo")
    panel.page.keyboard.type("kimi")

    assert listed.locator("[role=option] > span").all_inner_texts() == ["kimi-k3", "kimi-k2.6"]


def test_settings_are_sent_when_they_change(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.page.get_by_role("combobox", name="Thinking").select_option("high")
    assert panel.wait_sent("choose")["thinking"] == "high"

    panel.page.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Settings").click()
    panel.page.get_by_label("Temperature").fill("0.3")
    panel.page.get_by_label("System prompt").fill("Be brief.")
    panel.page.keyboard.press("Escape")
    sent = panel.wait_sent("choose", 2)

    assert {**sent, "bytes": 0} == {
        "kind": "choose",
        "system": "Be brief.",
        "temperature": 0.3,
        "max_tokens": None,
        "bytes": 0,
    }


def test_a_search_is_switched_on_and_off_in_the_settings(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.page.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Settings").click()
    search = panel.page.get_by_role("checkbox", name="Search the web")
    assert not search.is_checked()

    search.check()
    sent = panel.wait_sent("choose")
    assert {**sent, "bytes": 0} == {"kind": "choose", "search": True, "bytes": 0}

    panel.page.keyboard.press("Escape")
    panel.tell({**NOW, "search": True})
    panel.page.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Settings").click()
    assert search.is_checked()
    search.uncheck()
    assert panel.wait_sent("choose", 2)["search"] is False


def test_code_is_copied_and_run_by_asking_where_there_are_no_cells(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel(permissions=["clipboard-read", "clipboard-write"])
    panel.tell(state("a"), rows(row("a", text="```python\nx = 1\n```")))
    block = panel.page.locator("fieldset")
    assert block.get_by_role("button").all_inner_texts() == ["Copy", "Run it"]
    block.get_by_role("button", name="Copy").click()
    panel.page.wait_for_function("navigator.clipboard.readText().then(t => t.trim() === 'x = 1')")

    panel.page.locator(".nbp-acts").get_by_role("button", name="Copy").click()
    panel.page.wait_for_function(
        "navigator.clipboard.readText().then(t => t.includes('```python'))"
    )


MANY = [
    [f"model-{n}", "Provider", "" if n < 90 else "needs", "" if n < 90 else "KEY"]
    for n in range(170)
]


def chosen(panel: Page) -> str:
    """The model that Enter would choose; it is in sight."""
    option = panel.page.locator("[aria-selected=true]")
    field = panel.page.get_by_role("combobox", name="Search")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert panel.page.evaluate(
        """() => { const [item, list] = ["[aria-selected=true]", ".nbp-pop .nbp-choices"]
            .map((name) => document.querySelector(name).getBoundingClientRect());
            return item.top >= list.top - 1 && item.bottom <= list.bottom + 1; }"""
    )
    return str(option.locator("span").inner_text())


def test_a_hundred_and_seventy_models_are_gone_through_by_keyboard(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.tell({**NOW, "model": "model-42"})
    panel.page.locator("button.nbp-pick").focus()
    panel.page.keyboard.press("Enter")
    panel.tell({"kind": "models", "rows": MANY})
    panel.page.wait_for_selector(".nbp-pop")
    seen = [chosen(panel)]
    for key in (
        "ArrowDown",
        "PageDown",
        "PageUp",
        "ArrowUp",
        *["PageUp"] * 6,
        "ArrowUp",
        "ArrowDown",
    ):
        panel.page.keyboard.press(key)
        seen.append(chosen(panel))

    assert seen[:5] == ["model-42", "model-43", "model-51", "model-43", "model-42"]
    assert seen[-3:] == ["model-0", "model-169", "model-0"]

    panel.page.keyboard.type("model-9")
    # The name itself, then those that can be used, then the others.
    offered = panel.page.locator(".nbp-pop [role=option] span").all_inner_texts()
    assert offered == ["model-9", *(f"model-{n}" for n in range(90, 100))]

    panel.page.keyboard.press("Escape")
    panel.page.wait_for_selector(".nbp-pop", state="detached")
    assert panel.page.evaluate("document.activeElement.className") == "nbp-pick"


def test_menus_are_gone_through_with_arrows(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.page.get_by_role("button", name="More").focus()
    panel.page.keyboard.press("Enter")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        panel.page.keyboard.press(key)

    assert panel.wait_sent("move")["how"] == "undo"


def test_deleting_is_asked_about_first(open_panel: OpenPanel) -> None:
    panel = open_panel()
    for press in ("Dismiss", "Delete"):
        panel.page.get_by_role("button", name="More").click()
        panel.page.locator(".nbp-entry", has_text="Delete").click()
        alert = panel.page.get_by_role("alert")
        assert "for good" in alert.inner_text()
        assert panel.sent("move") == []
        alert.get_by_role("button", name=press).click()
        assert not alert.is_visible()

    assert panel.wait_sent("move")["how"] == "delete"


DROP = """(area, [type, name, size, kind]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(size)], name, { type }));
    const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
    area.dispatchEvent(event);
    return event.defaultPrevented;
}"""


def test_a_file_that_is_no_image_is_refused_and_does_not_replace_the_page(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel()

    assert panel.area.evaluate(DROP, ["text/csv", "table.csv", 10, "drop"])
    panel.page.get_by_role("alert").get_by_text("Only images can be attached").wait_for()
    assert panel.area.evaluate(DROP, ["image/png", "broken.png", 10, "drop"])
    assert panel.page.locator(".nbp-chip").count() == 0


def test_an_image_of_ten_megabytes_is_made_small_enough_and_waited_for(
    open_panel: OpenPanel,
) -> None:
    panel = open_panel()
    size = panel.area.evaluate(
        """async (area) => {
            const size = { width: 2400, height: 1800 };
            const canvas = Object.assign(document.createElement("canvas"), size);
            const pen = canvas.getContext("2d");
            const noise = pen.createImageData(2400, 1800);
            for (let i = 0; i < noise.data.length; i++) {
                const opaque = i % 4 === 3;
                noise.data[i] = opaque ? 255 : Math.random() * 256;
            }
            pen.putImageData(noise, 0, 0);
            const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([blob], "noise.png", { type: "image/png" }));
            area.value = "What is this?";
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
            area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
            return blob.size;
        }"""
    )
    sent = panel.wait_sent("send")

    assert size > 10_000_000
    assert 0 < sent["bytes"][0] < 7_000_000
    assert sent["text"] == "What is this?"


def test_a_question_takes_no_more_images_than_a_message_can_carry(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.evaluate(
        """async (area) => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 4, height: 4 });
            const blob = await new Promise((done) => canvas.toBlob(done));
            const clipboardData = new DataTransfer();
            for (let n = 0; n < 9; n++) {
                const file = new File([blob], `${n}.png`, { type: "image/png" });
                clipboardData.items.add(file);
            }
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }"""
    )
    panel.page.get_by_role("alert").get_by_text("8 images").wait_for()

    assert panel.page.locator(".nbp-chip").count() == 8


@pytest.mark.field("P11")
def test_a_long_value_is_shown_whole_when_a_person_asks_for_it(open_panel: OpenPanel) -> None:
    panel = open_panel()
    sign = "a\n… (the first 2,000 of 9,000 characters)"
    question = asked("Q", attachments=[["x (1 B)", "7"], ["df (9.0 kB)", sign, True]])
    panel.tell(state("a"), rows(row("a") | {"question": question}))
    panel.page.get_by_text("x (1 B)").click()
    panel.page.get_by_text("df (9.0 kB)").click()
    show_all = panel.page.get_by_role("button", name="Show all")
    show_all.click()
    wanted = panel.wait_sent("value")
    assert (wanted["id"], wanted["number"]) == ("a", 1)
    panel.tell({"kind": "value", "id": "a", "number": 1, "text": "<b>all of it</b>"})
    panel.page.get_by_text("<b>all of it</b>").wait_for()
    assert show_all.count() == 0

    panel.area.click()
    panel.page.keyboard.type("@d")
    panel.wait_sent("names", 2)
    panel.tell({"kind": "names", "text": "d", "rows": [["df", "DataFrame 150 × 5"]]})
    panel.page.wait_for_selector("[role=option]")
    panel.page.keyboard.press("Enter")
    panel.wait_sent("peek")
    panel.tell(peek("variable", "df", "df (9 B)", sign, cut=True))
    panel.page.locator(".nbp-comp summary").click()
    panel.page.get_by_text("the first 2,000 of 9,000").last.wait_for()
    show_all.click()
    assert panel.wait_sent("whole")["name"] == "df"
    panel.tell({"kind": "whole", "of": "variable", "name": "df", "text": "the rest"})
    panel.page.get_by_text("the rest").wait_for()


@pytest.mark.field("C7")
def test_the_history_says_when_and_where_each_conversation_was(open_panel: OpenPanel) -> None:
    panel = open_panel(timezone_id="UTC")
    panel.page.get_by_role("button", name="History").click()
    panel.wait_sent("talks")
    titles = ["Which feature separates the classes best?", "Sales in the north", "main"]
    panel.tell(
        {
            "kind": "talks",
            "rows": [
                ["main", "", titles[0], 3, 1_764_424_980, "iris.ipynb"],
                ["", "1f", titles[1], 1, 1_700_000_000.5, "a-long-name-of-an-analysis.ipynb"],
                ["new", "", titles[2], 0, 0, ""],
            ],
        }
    )
    entries = panel.page.locator(".nbp-entry")
    entries.first.wait_for()

    lines = [" ".join(text.split()) for text in entries.all_inner_texts()]
    assert lines == [
        f"{titles[0][:40]}… 11/29/25, 2:03 PM ✓ 3 turns · iris.ipynb",
        f"{titles[1]} 11/14/23, 10:13 PM 1 turn · a-long-name-of-an-analysis.ipynb",
        f"{titles[2]} 0 turns",
    ]
    boxes = [entry.locator("small").first.bounding_box() for entry in entries.all()[:2]]
    assert len({round(box["x"] + box["width"]) for box in boxes}) == 1  # the times are one column
    assert panel.page.locator(".nbp-pop").evaluate("box => box.scrollWidth <= box.clientWidth")
