"""A question from anywhere in a JupyterLab with the extension: a field over the notebook."""

from __future__ import annotations

from typing import Any

import pytest

from ..nightly import by_day
from .lab import Notebook
from .lab_extension import LOAD, InExtendedLab
from .panel_lab import wait_for_answers
from .test_lab_sidebar import PANEL
from .test_panel_axe import AXE

KEYS = "Control+Shift+Space"
# What has the focus: the notebook's cell in command mode, or an editor in it.
FOCUS = """() => {
    const { content } = window.jupyterapp.shell.currentWidget;
    return [content.activeCellIndex, content.mode, content.node.contains(document.activeElement)];
}"""


def dialog(notebook: Notebook) -> Any:
    return notebook.page.get_by_role("dialog", name="Ask the model")


def begin(notebook: Notebook, *, editing: bool) -> Any:
    """Open the field by its keys, from the second cell. What had the focus."""
    notebook.page.evaluate(
        """([command]) => {
            const { content } = window.jupyterapp.shell.currentWidget;
            content.activeCellIndex = 1;
            return window.jupyterapp.commands.execute(command);
        }""",
        ["notebook:enter-edit-mode" if editing else "notebook:enter-command-mode"],
    )
    before = notebook.page.evaluate(FOCUS)
    notebook.page.keyboard.press(KEYS)
    dialog(notebook).wait_for()
    return before


@pytest.mark.parametrize("editing", by_day(1, [True, False]))
def test_escape_leaves_and_the_focus_is_where_it_was(
    in_extended_lab: InExtendedLab, editing: bool
) -> None:
    notebook = in_extended_lab(LOAD, "x = 1")
    before = begin(notebook, editing=editing)
    notebook.page.keyboard.type("dd not to be asked")
    notebook.page.keyboard.press("Escape")
    dialog(notebook).wait_for(state="detached")

    assert notebook.page.evaluate(FOCUS) == before == [1, "edit" if editing else "command", True]
    assert notebook.sources() == [LOAD, "x = 1"]


def test_enter_asks_in_a_cell_below_and_work_goes_on_in_the_one_before(
    in_extended_lab: InExtendedLab,
) -> None:
    notebook = in_extended_lab(LOAD, "x = 1", "'after'")
    notebook.run(0)
    begin(notebook, editing=True)
    notebook.page.keyboard.type("show me some code")
    notebook.page.keyboard.press("Enter")
    notebook.page.locator(".jp-Cell").nth(2).locator(".nbc-foot").wait_for()
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.type(" + 1")

    assert notebook.sources() == [LOAD, "x = 1 + 1", "%%chat\nshow me some code", "'after'"]
    assert notebook.page.evaluate(FOCUS) == [1, "edit", True]


def test_enter_loads_nbchat_first_where_it_is_not(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab("import os\nos.environ['NBCHAT_MODEL'] = 'demo'", "x = 1")
    notebook.run(0)
    begin(notebook, editing=False)
    notebook.page.keyboard.type("show me some code")
    notebook.page.keyboard.press("Enter")
    notebook.page.locator(".nbc-foot").wait_for()

    assert notebook.sources()[1:] == ["x = 1", "%load_ext nbchat", "%%chat\nshow me some code"]


def test_enter_asks_in_the_panel_where_that_is_in_sight(in_extended_lab: InExtendedLab) -> None:
    """What is half written there stays."""
    notebook = in_extended_lab(LOAD, "x = 1", own_page=True)
    notebook.run(0)
    notebook.execute("nbchat:panel")
    notebook.page.locator(PANEL).fill("half a thought")
    before = begin(notebook, editing=True)
    notebook.page.keyboard.type("show me some code")
    notebook.page.keyboard.press("Enter")
    wait_for_answers(notebook, 1)
    focus = notebook.page.evaluate(FOCUS)
    notebook.page.evaluate("window.jupyterapp.shell.collapseRight()")
    begin(notebook, editing=False)
    notebook.page.keyboard.type("show me a table")
    notebook.page.keyboard.press("Enter")
    notebook.page.locator(".jp-Cell").nth(2).locator(".nbc-foot").wait_for()

    assert notebook.page.locator(PANEL).input_value() == "half a thought"
    assert focus == before
    assert notebook.sources() == [LOAD, "x = 1", "%%chat\nshow me a table"]


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
def test_axe_finds_nothing_in_the_field(
    in_extended_lab: InExtendedLab, axe: str, dark: bool
) -> None:
    notebook = in_extended_lab(LOAD, "x = 1", dark=dark)
    begin(notebook, editing=False)
    notebook.page.keyboard.type("Why?")
    notebook.page.evaluate(axe)
    look = AXE.replace("include: document", "include: document.querySelector('dialog')")
    found = notebook.page.evaluate(look, [])
    notebook.page.keyboard.press("Escape")

    assert found == []
