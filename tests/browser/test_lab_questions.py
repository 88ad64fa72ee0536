"""A question in a JupyterLab with the extension looks and types like prose, and Python like Python.

The words that an editor has coloured are read from the page.
"""

from __future__ import annotations

from typing import Any

import pytest

from ..nightly import by_day
from .lab import Notebook, let_go_on
from .lab_extension import (
    LOAD,
    InExtendedLab,
    edit,
    tokens,
    wait_for_language,
    wait_for_tokens,
)

PROSE = "It's *one* and for is"
QUESTION = f"%%chat demo\n{PROSE}"
MARKDOWN_WORDS = ["*", "one", "*"]


def type_cell(notebook: Notebook, text: str, cell: int = 0) -> None:
    edit(notebook, cell)
    notebook.page.keyboard.type(text)


def test_words_are_markdown_before_nbchat_is_loaded(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(QUESTION, f"x = 1  # {PROSE}")
    wait_for_tokens(notebook, 0, "markdown", MARKDOWN_WORDS)
    wait_for_tokens(notebook, 1, "python", ["=", "1", f"# {PROSE}"])


def test_it_changes_with_the_first_line_while_it_is_typed(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab("")
    wait_for_language(notebook, 0, "python")
    type_cell(notebook, "%%cha")
    assert tokens(notebook, 0)[0] == "python"

    type_cell(notebook, "t")
    wait_for_language(notebook, 0, "markdown")
    type_cell(notebook, f" demo\n{PROSE}")
    wait_for_tokens(notebook, 0, "markdown", MARKDOWN_WORDS)

    notebook.page.evaluate(
        "window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel"
        ".undoManager.stopCapturing()"
    )
    notebook.page.keyboard.press("Control+Home")
    notebook.page.keyboard.press("Delete")
    wait_for_tokens(notebook, 0, "python", [PROSE.removeprefix("It")])  # a string without an end

    notebook.page.keyboard.press("Control+z")
    wait_for_tokens(notebook, 0, "markdown", MARKDOWN_WORDS)
    assert notebook.sources() == [QUESTION]


def test_a_comment_may_stand_above_and_a_longer_name_is_no_question(
    in_extended_lab: InExtendedLab,
) -> None:
    notebook = in_extended_lab(f"# why\n\n{QUESTION}", "%%chatter\nIt's", f"x = 1\n{QUESTION}")
    for cell, language in enumerate(["markdown", "python", "python"]):
        wait_for_language(notebook, cell, language)


def test_it_is_so_after_a_reload_and_when_the_kernel_says_its_language(
    in_extended_lab: InExtendedLab,
) -> None:
    notebook = in_extended_lab(QUESTION, "1", own_page=True)
    wait_for_language(notebook, 0, "markdown")
    notebook.load()
    wait_for_language(notebook, 0, "markdown")
    notebook.page.evaluate(
        """async () => {
            const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
            await sessionContext.changeKernel({ name: 'python3' });
            await sessionContext.session.kernel.info;
            for (const cell of content.widgets) cell.model.mimeType = content.codeMimetype;
        }"""
    )
    wait_for_language(notebook, 1, "python")
    wait_for_tokens(notebook, 0, "markdown", MARKDOWN_WORDS)


@pytest.mark.parametrize(
    "commands",
    by_day(
        2,
        [
            ["notebook:cut-cell", "notebook:paste-cell-below"],
            ["notebook:change-cell-to-markdown", "notebook:change-cell-to-code"],
            ["notebook:insert-cell-below"],
            ["notebook:copy-cell", "notebook:paste-cell-below"],
            ["notebook:move-cell-down"],
        ],
    ),
)
def test_it_is_so_for_cells_that_come_later(
    in_extended_lab: InExtendedLab, commands: list[str]
) -> None:
    notebook = in_extended_lab(QUESTION, "1")
    wait_for_language(notebook, 0, "markdown")
    notebook.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    for command in commands:
        notebook.execute(command)
    sources = notebook.sources()
    if "" in sources:
        type_cell(notebook, QUESTION, sources.index(""))
    for place, source in enumerate(notebook.sources()):
        if source == QUESTION:
            wait_for_tokens(notebook, place, "markdown", MARKDOWN_WORDS)
        else:
            wait_for_language(notebook, place, "python")
            assert tokens(notebook, place)[1] != MARKDOWN_WORDS


def test_it_is_so_in_a_notebook_that_was_there_first(extended_lab: Any) -> None:
    """The scripts of the extension arrive only when a notebook has been opened for a while."""
    extended_lab.write("early.ipynb", [QUESTION, "1"])
    page = extended_lab.page()
    page.route("**/nbchat/static/prose.js*", hold := Held())
    notebook = Notebook(extended_lab, page, "early.ipynb", own_page=True)
    page.goto(extended_lab.address("early.ipynb"))
    hold.let_go(page)
    notebook.ready()
    wait_for_tokens(notebook, 0, "markdown", MARKDOWN_WORDS)
    notebook.close()

    assert notebook.errors == []


class Held:
    """Holds a file back."""

    def __init__(self) -> None:
        self._routes: list[Any] = []

    def __call__(self, route: Any) -> None:
        self._routes.append(route)

    def let_go(self, page: Any) -> None:
        let_go_on(page, lambda: self._routes)  # it is asked for
        page.wait_for_timeout(500)
        for route in self._routes:
            route.continue_()


def test_typing_is_not_helped_as_python_is(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab("", "")
    notebook.page.evaluate(
        """() => {
            for (const cell of window.jupyterapp.shell.currentWidget.content.widgets) {
                cell.editor.setOption('autoClosingBrackets', true);
            }
        }"""
    )
    type_cell(notebook, "%%chat")
    wait_for_language(notebook, 0, "markdown")
    notebook.page.locator(".jp-Cell .nbchat-line").wait_for()
    type_cell(notebook, "\nA list (of")
    type_cell(notebook, '\n"two" {x} [if so:\nand')
    type_cell(notebook, "f(x", cell=1)

    assert notebook.sources() == ['%%chat\nA list (of\n"two" {x} [if so:\nand', "f(x)"]


def test_tab_among_words_is_a_tab_and_long_lines_wrap(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, "", f"# {'word ' * 60}")
    notebook.run(0)
    type_cell(notebook, f"%%chat\n{'word ' * 60}pri", cell=1)
    wait_for_language(notebook, 1, "markdown")
    notebook.page.locator(".cm-content.nbchat-words").wait_for()
    notebook.page.keyboard.press("Tab")
    notebook.page.keyboard.type("nt")
    heights = notebook.page.evaluate(
        """[...document.querySelectorAll('.jp-Cell .cm-content')].map(
            (content) => content.lastElementChild.getBoundingClientRect().height
        )"""
    )

    assert notebook.sources()[1].endswith("word pri    nt")
    assert not notebook.page.locator(".jp-Completer:not(.lm-mod-hidden)").count()
    assert heights[1] >= 2 * heights[2]
