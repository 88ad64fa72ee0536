"""Buttons under a traceback, in a JupyterLab with the extension."""

from __future__ import annotations

import pytest

from .glimpse import glimpsed
from .lab import Notebook
from .lab_extension import LOAD, InExtendedLab, warm_up

FAILS = "total = 1\ntotal / 0"


def press(notebook: Notebook, name: str, cell: int) -> None:
    warm_up(notebook)
    box = notebook.page.locator(".jp-Cell").nth(cell)
    box.get_by_role("group", name="The error").get_by_role("button", name=name).click()


def count(notebook: Notebook) -> int:
    found: int = notebook.page.locator(".nbchat-acts").count()
    return found


@pytest.mark.parametrize("name", ["Fix", "Explain"])
def test_a_line_of_ours_goes_below_and_runs(in_extended_lab: InExtendedLab, name: str) -> None:
    notebook = in_extended_lab(LOAD, FAILS, "'the cell after'")
    notebook.run(0, 1)
    press(notebook, name, 1)
    notebook.page.locator(".jp-Cell").nth(2).locator(".nbc-foot").wait_for()
    sources = notebook.sources()

    assert sources[:3] == [LOAD, FAILS, f"%chat {name.lower()}"]
    assert sources[-1] == "'the cell after'"


def test_they_are_there_only_while_nbchat_is_loaded(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(FAILS, LOAD, "%unload_ext nbchat")
    notebook.run(0)
    notebook.page.wait_for_selector(".jp-OutputArea-output")
    assert count(notebook) == 0

    notebook.run(1)
    notebook.page.wait_for_selector(".nbchat-acts")
    notebook.run(2)
    notebook.page.wait_for_function("!document.querySelector('.nbchat-acts')")


def test_an_error_that_is_not_the_last_one_says_so(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, FAILS, "missing")
    notebook.run()
    with glimpsed(notebook.page, "A later cell failed"):
        press(notebook, "Fix", 1)
    assert len(notebook.sources()) == 3

    notebook.run(1)
    press(notebook, "Fix", 1)
    notebook.page.locator(".jp-Cell").nth(2).locator(".nbc-foot").wait_for()
    assert notebook.sources()[2] == "%chat fix"


def test_a_question_that_failed_has_none(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, "%%chat nobody:nothing\nHi", FAILS)
    notebook.run()
    notebook.page.locator(".jp-Cell").nth(2).locator(".nbchat-acts").wait_for()

    assert notebook.page.locator(".jp-Cell").nth(1).locator(".nbchat-acts").count() == 0
    assert notebook.page.locator(".jp-Cell").nth(2).locator(".nbchat-acts").count() == 1
