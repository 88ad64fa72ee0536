"""Commands of a JupyterLab with the extension: in the palette and in a menu."""

from __future__ import annotations

import pytest

from .lab import Notebook
from .lab_extension import LOAD, InExtendedLab, wait_for_language

LABELS = [
    "Ask about this cell…",
    "Fix the last error",
    "Explain the last error",
    "Open the chat panel",
    "Ask from anywhere…",
    "Propose the next cell",
]


def choose(notebook: Notebook, label: str) -> None:
    notebook.page.locator(".lm-MenuBar-item", has_text="Chat").click()
    notebook.page.locator(".lm-Menu-item", has_text=label).click()


def select(notebook: Notebook, cell: int) -> None:
    notebook.page.evaluate(
        "n => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = n; }", cell
    )


def test_the_menu_and_the_palette_have_them(in_extended_lab: InExtendedLab) -> None:
    page = in_extended_lab("1").page
    page.locator(".lm-MenuBar-item", has_text="Chat").click()
    page.locator(".lm-Menu-item", has_text=LABELS[-1]).wait_for()
    offered = page.locator(".lm-Menu-item .lm-Menu-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.evaluate("window.jupyterapp.commands.execute('apputils:activate-command-palette')")
    page.locator(".lm-CommandPalette-input").fill("last error")
    page.locator(".lm-CommandPalette-itemLabel", has_text="Fix the last error").wait_for()
    found = page.locator(".lm-CommandPalette-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")

    assert offered == LABELS
    assert {"Fix the last error", "Explain the last error"} <= set(found)


@pytest.mark.parametrize("load", [LOAD, "import os\nos.environ['NBCHAT_MODEL'] = 'demo'"])
def test_a_question_about_a_cell_is_begun_below_it(
    in_extended_lab: InExtendedLab, load: str
) -> None:
    """Where nbchat is not loaded in the kernel, it is first."""
    notebook = in_extended_lab(load, "x = 1", "'the cell after'")
    notebook.run(0, 1)
    select(notebook, 1)
    choose(notebook, "Ask about this cell")
    notebook.page.wait_for_function(
        "document.activeElement.textContent.startsWith('%%chat --above 1')"
    )
    notebook.page.keyboard.type("What is it?")
    loading = [] if load == LOAD else ["%load_ext nbchat"]
    cell = 2 + len(loading)
    wait_for_language(notebook, cell, "markdown")

    assert notebook.sources() == [
        *(load, "x = 1", *loading),
        *("%%chat --above 1\nWhat is it?", "'the cell after'"),
    ]
