"""axe-core has no complaint about any state of the panel, in light and dark pages."""

from __future__ import annotations

import pytest

from nbchat.tools.consent import Step

from .consent_cards import asked_card
from .panel_page import NOW, OpenPanel, fill_transcript

THEMES = {  # JupyterLab's own values, and a page that has none
    "light": "--jp-mirror-editor-keyword-color:#008000;--jp-mirror-editor-string-color:#ba2121;"
    "--jp-mirror-editor-def-color:#00f",
    "dark": "--jp-layout-color1:#111;--jp-content-font-color1:#fffc;--jp-border-color1:#616161;"
    "--jp-border-color2:#424242;--jp-brand-color1:#2196f3;--jp-error-color1:#ef5350;--jp-ui-font-color1:#fff;"
    "--jp-content-link-color:#64b5f6;--jp-mirror-editor-keyword-color:#4caf50;"
    "--jp-mirror-editor-string-color:#ff7070;--jp-mirror-editor-def-color:#64b5f6",
    "no variables": "",
}
AXE = """async (outside) => {
    const result = await axe.run({ include: document, exclude: outside });
    const describe = (node) => node.html + node.failureSummary;
    return result.violations.map(({ id, nodes }) => [id, nodes.map(describe)]);
}"""


VIEWS = (
    "transcript",
    "streaming",
    "models",
    "settings",
    "names",
    "empty",
    "history",
    "more",
    "editing",
    "along",
    "consent",
)
SEEN = [
    (view, theme)
    for view in VIEWS
    for theme in THEMES
    if theme != "no variables" or view in VIEWS[:2]
]


@pytest.mark.parametrize(("view", "theme"), SEEN)
def test_axe_finds_nothing(open_panel: OpenPanel, axe: str, theme: str, view: str) -> None:
    panel = open_panel(color_scheme="dark" if theme == "dark" else "light")
    ground = ";background:#111;color:#eee" if theme == "dark" else ""
    panel.page.evaluate(
        "style => document.documentElement.style.cssText = style", f"{THEMES[theme]}{ground}"
    )
    if view != "empty":
        fill_transcript(panel)
    if view == "streaming":
        panel.stream("d", "One *two*", after="b")
        panel.tell(
            {"kind": "delta", "id": "d", "seq": 2, "thought": "Hm."}, {**NOW, "queued": "next"}
        )
    if view == "models":
        panel.page.locator("button.nbp-pick").click()
        panel.tell(
            {
                "kind": "models",
                "rows": [["demo", "demo", "", ""], ["kimi-k2.6", "Kimi", "needs", "KIMI_API_KEY"]],
            }
        )
        panel.page.wait_for_selector(".nbp-pop")
    if view == "settings":
        panel.page.get_by_role("button", name="More").click()
        panel.page.get_by_role("button", name="Settings").click()
    if view == "names":
        panel.area.click()
        panel.page.keyboard.type("@d")
        panel.wait_sent("names", 2)
        panel.tell({"kind": "names", "text": "d", "rows": [["df", "DataFrame 150 × 5"]]})
        panel.wait_sent("cells")
        panel.tell({"kind": "cells", "text": "d", "rows": [["3", "df.sum()", "1 output"]]})
        panel.page.get_by_role("option", name="cell").wait_for()
    if view == "along":
        panel.tell({**NOW, "error": "KeyError", "cells": 3})
        panel.page.locator(".nbp-offer").first.click()
        panel.wait_sent("peek")
        shown = {"label": "the last error", "text": "KeyError: 'specie'", "mark": "a1"}
        panel.tell({"kind": "peek", "of": "error", "name": "", **shown})
        panel.page.locator(".nbp-comp summary").click()
    if view == "history":
        panel.page.get_by_role("button", name="History").click()
        panel.tell(
            {
                "kind": "talks",
                "rows": [["main", "", "Iris", 2, 0], ["", "x1", "An older one", 5, 1.7e9]],
            }
        )
        panel.page.wait_for_selector(".nbp-pop")
    if view == "more":
        panel.tell({"kind": "note", "error": "UnknownModel", "text": "no model is called 'x'."})
        panel.page.get_by_role("button", name="More").click()
    if view == "consent":
        steps = (Step("Look at the means.", "run", {"code": "df.mean()"}),)
        panel.tell({"kind": "consents", "cards": [asked_card(), asked_card("", *steps)]})
        panel.page.get_by_role("button", name="Edit", exact=True).last.click()
    if view == "editing":
        panel.page.locator(".nbp-asked").first.hover()
        panel.page.get_by_role("button", name="Edit").first.click()
    panel.page.evaluate(axe)
    # Without the host's colours for code, those of render/ are a compromise between light and
    # dark pages.
    outside = [["fieldset pre"]] if theme == "no variables" else []
    violations = panel.page.evaluate(AXE, outside)

    assert violations == []
