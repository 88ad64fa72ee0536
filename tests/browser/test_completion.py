"""Tab in JupyterLab's own completer: what it offers on lines of ours, and what it then types."""

from __future__ import annotations

import pytest

from .cells import Ask
from .lab import Notebook

VALUES = """
import nbchat
nbchat.chat("physics"); nbchat.chat("my trip")
city, cities = "Rome", 3
"""

# What is typed, what Tab offers, and what the cell then says: the first of them is taken.
OFFERED = [
    ("%%chat --name ph", ["physics"], "%%chat --name physics"),
    ("%chat switch my", ['"my trip"'], '%chat switch "my trip"'),
    ("%%chat demo --think h", ["high"], "%%chat demo --think high"),
    ("%%chat demo --think=h", ["high"], "%%chat demo --think=high"),
    ("%chat providers kim", ["kimi"], "%chat providers kimi"),
    ("%%chat demo\nIs {cit", ["cities", "city"], "%%chat demo\nIs {cities"),
]


def press_tab(notebook: Notebook, typed: str) -> list[str]:
    """Type into the last cell, press Tab, and read what is offered; one alone is typed at once."""
    page = notebook.page
    page.evaluate(
        """() => {
            const { content } = window.jupyterapp.shell.currentWidget;
            content.widgets.at(-1).model.sharedModel.setSource("");
        }"""
    )
    notebook.edit(notebook.count() - 1)
    page.keyboard.insert_text(typed)
    page.wait_for_function(
        """typed => {
            const { content } = window.jupyterapp.shell.currentWidget;
            return document.activeElement.closest('.jp-mod-completer-enabled')
                && content.activeCell.model.sharedModel.getSource() === typed
                && !document.querySelector(".jp-Completer:not(.lm-mod-hidden)");
        }""",
        arg=typed,
    )
    page.keyboard.press("Tab")
    page.wait_for_function(
        """typed => {
            const { content } = window.jupyterapp.shell.currentWidget;
            return document.querySelector(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item")
                || content.activeCell.model.sharedModel.getSource() !== typed;
        }""",
        arg=typed,
    )
    shown = page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-match")
    return [text.strip() for text in shown.all_inner_texts()]


@pytest.mark.field("P3")
def test_tab_offers_what_has_a_name_and_types_it(ask: Ask) -> None:
    notebook = ask(VALUES, "")
    notebook.run(1)
    for typed, names, whole in OFFERED:
        offered = press_tab(notebook, typed)
        if offered:
            notebook.page.keyboard.press("Enter")
        else:
            assert len(names) == 1

        assert offered in ([], names), typed
        assert notebook.sources()[-1] == whole
