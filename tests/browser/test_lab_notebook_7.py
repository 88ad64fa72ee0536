"""The extension in Notebook 7, which is made of the parts of JupyterLab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ..fakes.provider import Service
from ..nightly import by_day
from .lab import DEADLINE, Lab, wait_for_notebook_7
from .lab_extension import LOAD
from .test_lab_blocks import BLOCK, using
from .test_lab_proposal import CODE, GHOST, proposed
from .test_lab_sidebar import PANEL, SHOW, WIDTH, stays

QUESTION = "%%chat demo\nIt's *one*"

Open7 = Callable[..., Any]


@pytest.fixture
def open_7(extended_lab: Lab) -> Iterator[Open7]:
    """Opens a notebook of these cells, and runs them."""
    pages: list[Any] = []
    errors: list[str] = []

    def open_and_run(path: str, *cells: str) -> Any:
        extended_lab.write(path, cells)
        page = extended_lab.page()
        pages.append(page)
        page.set_default_timeout(DEADLINE)
        page.on("pageerror", lambda error: errors.append(str(error.stack)))
        page.goto(f"{extended_lab.url}/notebooks/{path}?token=t")
        wait_for_notebook_7(page)
        page.locator(".jp-Cell .jp-InputArea-editor").first.click()
        choose(page, "Run", "[data-command='runmenu:run-all']")
        return page

    yield open_and_run
    for page in pages:
        page.close()
    assert [error for error in errors if "nbchat" in error] == []  # it has some of its own


def choose(page: Any, menu: str, item: str) -> None:
    page.locator(".lm-MenuBar-item", has_text=menu).click()
    page.locator(f".lm-Menu-item{item}").click()


def save(page: Any, path: Path) -> None:
    """With the copy of the panel that follows what is asked in it."""
    page.locator(".jp-Cell .jp-InputArea-editor").first.click()  # the panel's keys are its own
    for _ in range(100):
        page.keyboard.press("Control+s")
        page.wait_for_timeout(300)
        if "nbc-snapshot" in path.read_text("utf-8"):
            return
    raise AssertionError("the notebook was not saved")


def test_the_panel_is_beside_the_notebook(open_7: Open7) -> None:
    page = open_7("beside-7.ipynb", LOAD, SHOW)
    page.locator(PANEL).fill("show me some code")
    page.keyboard.press("Enter")
    page.locator("#nbchat-beside .nbp-foot").wait_for()
    line = page.locator(".jp-Cell .nbchat-note").inner_text()
    in_cells = page.locator(".jp-Cell .nbp-root").count()

    assert (line, in_cells) == ("The chat panel is beside the notebook. Show it", 0)
    page.wait_for_function(f"{WIDTH} >= 360 && {WIDTH} <= 400")


@pytest.mark.parametrize("was_open", by_day(1, [True, False]))
def test_it_is_there_when_the_page_is_loaded_again(
    open_7: Open7, extended_lab: Lab, was_open: bool
) -> None:
    path = f"again-{was_open}.ipynb"
    page = open_7(path, LOAD, SHOW)
    page.locator(PANEL).fill("before")
    page.keyboard.press("Enter")
    page.locator("#nbchat-beside .nbp-foot").wait_for()
    if not was_open:
        page.locator("#jp-right-stack .jp-SidePanel-collapse").click()
        page.locator(PANEL).wait_for(state="hidden")
    save(page, extended_lab.folder / "notebooks" / path)
    page.reload()
    wait_for_notebook_7(page)
    page.locator("#nbchat-beside .nbp-root").wait_for(state="attached")
    seen = stays(page, was_open)
    page.locator(".jp-Cell").nth(1).get_by_role("button", name="Show it").click()
    page.locator(".nbp-words:visible", has_text="before").wait_for()

    assert seen == was_open


def test_questions_blocks_and_errors_have_what_is_theirs(open_7: Open7) -> None:
    page = open_7("seven.ipynb", LOAD, QUESTION, "%%chat demo\nshow me some code", "1/0")
    page.wait_for_function(
        "document.querySelectorAll('.cm-content')[1]?.dataset.language === 'markdown'"
    )
    page.locator(BLOCK).hover()
    page.get_by_role("button", name="Insert below").click()
    page.get_by_role("button", name="Fix").wait_for()
    page.locator(".jp-Cell .cm-content").nth(4).wait_for()
    sources = page.locator(".jp-Cell .cm-content").all_inner_texts()

    assert [source.split("(")[0] for source in sources[3:]] == ["def mean", "1/0"]


@pytest.mark.parametrize("how", by_day(1, ["keys", "menu"]))
def test_the_next_cell_is_proposed_and_taken(open_7: Open7, service: Service, how: str) -> None:
    proposed(service)
    page = open_7(f"next-{how}.ipynb", using(service), "numbers = [1, 2, 3]\nnumbers")
    page.locator(".jp-OutputArea-output").get_by_text("[1, 2, 3]").wait_for()
    if how == "menu":
        choose(page, "Chat", ":has-text('Propose the next cell')")
    else:
        page.keyboard.press("Control+Alt+Enter")
    page.locator(f".cm-focused {GHOST}").get_by_text("Tab: take").wait_for()
    shown = page.locator(GHOST).text_content()
    page.keyboard.press("Tab")
    page.locator(GHOST).wait_for(state="detached")
    cells = page.locator(".jp-Cell .cm-content").all_inner_texts()

    assert shown.startswith(CODE)
    assert [cell.split() for cell in cells[2:]] == [CODE.split()]
    assert page.locator(".jp-Cell").nth(2).locator(".jp-OutputArea-output").count() == 0
