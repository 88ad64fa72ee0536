"""The panel beside the notebook, in a JupyterLab with the extension."""

from __future__ import annotations

from typing import Any

import pytest

from .lab import Notebook
from .lab_extension import LOAD, InExtendedLab
from .panel_lab import ask, wait_for_answers
from .test_lab_commands import choose
from .test_panel_axe import AXE

SHOW = "%chat panel"
PANEL = "#nbchat-beside .nbp-root textarea"


def opened(in_extended_lab: InExtendedLab, *cells: str, **options: Any) -> Notebook:
    """A notebook with its panel beside it."""
    notebook = in_extended_lab(LOAD, SHOW, *cells, own_page=True, **options)
    notebook.run(0, 1)
    notebook.page.locator(PANEL).wait_for()
    return notebook


def shown(notebook: Notebook) -> list[str]:
    """The questions in the panel that is in sight."""
    words: list[str] = notebook.page.locator("#nbchat-beside .nbp-words:visible").all_inner_texts()
    return words


def note(notebook: Notebook) -> Any:
    return notebook.page.locator(".nbchat-note")


def test_the_cell_keeps_a_line_and_its_link_brings_the_panel_back(
    in_extended_lab: InExtendedLab,
) -> None:
    notebook = opened(in_extended_lab, "1")
    page = notebook.page
    cell = page.locator(".jp-Cell").nth(1)
    ask(notebook, "show me some code")
    wait_for_answers(notebook, 1)
    words = cell.locator(".jp-OutputArea").inner_text().split("\n")
    in_cell = cell.locator(".nbp-root").count()
    page.evaluate("window.jupyterapp.shell.collapseRight()")
    page.locator(PANEL).wait_for(state="hidden")
    cell.get_by_role("button", name="Show it").click()
    page.locator(PANEL).wait_for()
    page.wait_for_function(f"document.activeElement === document.querySelector('{PANEL}')")

    assert [line.strip() for line in words if line.strip()] == [
        "The chat panel is beside the notebook. Show it"
    ]
    assert in_cell == 0
    assert shown(notebook) == ["show me some code"]
