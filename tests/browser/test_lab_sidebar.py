"""The panel beside the notebook, in a JupyterLab with the extension."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest

from ..nightly import by_day
from ..waiting import until
from .glimpse import glimpsed
from .lab import Lab, Notebook
from .lab_extension import LOAD, InExtendedLab
from .panel_lab import ask, wait_for_answers
from .test_lab_commands import choose
from .test_panel_axe import AXE

SHOW = "%chat panel"
IDLE = """(path) => {
    const { context, sessionContext } = window.jupyterapp.shell.currentWidget ?? {};
    return context?.path === path && sessionContext.session?.kernel?.status === "idle";
}"""
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


def stays(page: Any, was_open: bool) -> bool:
    """Whether the panel is in sight once the page has come to rest."""
    if was_open:
        page.locator(PANEL).wait_for()
    page.wait_for_timeout(500)
    seen: bool = page.locator(PANEL).is_visible()
    return seen


LAYOUT = """() => {
    const { rightArea, relativeSizes } = window.jupyterapp.shell.saveLayout();
    return [rightArea.collapsed, relativeSizes];
}"""


def wait_for_layout(lab: Lab, notebook: Notebook) -> None:
    """JupyterLab keeps its layout by and by: until it has kept what is seen."""
    workspace = notebook.page.url.partition("/workspaces/")[2].partition("/")[0]

    def is_kept() -> bool:
        collapsed, sizes = notebook.page.evaluate(LAYOUT)
        with suppress(ValueError, LookupError):  # it is being written, or there is none yet
            (path,) = (lab.folder / "workspaces").glob(f"{workspace}-*")
            kept = json.loads(path.read_text("utf-8"))["data"]["layout-restorer:data"]
            right = kept["right"]
            has_it = "nbchat-beside" in right["widgets"] and right["collapsed"] == collapsed
            return has_it and kept["relativeSizes"] == pytest.approx(sizes, abs=0.001)
        return False

    until(is_kept)


def note(notebook: Notebook) -> Any:
    return notebook.page.locator("#nbchat-beside > .nbchat-note")


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


def test_two_notebooks_have_one_each_and_it_follows_the_one_that_is_worked_in(
    in_extended_lab: InExtendedLab, extended_lab: Lab
) -> None:
    notebook = opened(in_extended_lab, "1")
    page = notebook.page
    ask(notebook, "the first notebook's question")
    wait_for_answers(notebook, 1)
    extended_lab.write("beside-2.ipynb", [LOAD, SHOW])
    notebook.execute("docmanager:open", path="beside-2.ipynb")
    page.wait_for_function(IDLE, arg="beside-2.ipynb")
    note(notebook).get_by_text("No chat panel is open").wait_for()
    notebook.run(0)
    page.locator(PANEL).nth(1).wait_for()
    before = shown(notebook)
    notebook.run(1)
    page.locator(f"{PANEL}:visible").fill("the second's")
    page.keyboard.press("Enter")
    page.locator(".nbp-words:visible", has_text="the second's").wait_for()
    second = shown(notebook)
    notebook.execute("docmanager:open", path=notebook.path)
    page.locator(".nbp-words:visible", has_text="the first notebook's question").wait_for()

    assert before == []
    assert second == ["the second's"]
    assert shown(notebook) == ["the first notebook's question"]
    assert page.locator("#nbchat-beside .nbp-root").count() == 2
    page.evaluate(
        """async () => {
            for (const one of [...window.jupyterapp.shell.widgets("main")])
                if (one.context?.path === "beside-2.ipynb") {
                    await one.sessionContext.shutdown();
                    one.dispose();
                }
        }"""
    )
    page.wait_for_function("document.querySelectorAll('#nbchat-beside .nbp-root').length === 1")


def test_after_a_restart_it_says_so_and_comes_back_with_nbchat(
    in_extended_lab: InExtendedLab,
) -> None:
    notebook = opened(in_extended_lab, "1")
    page = notebook.page
    ask(notebook, "before")
    wait_for_answers(notebook, 1)
    notebook.restart()
    note(notebook).get_by_text("The kernel has restarted").wait_for()
    dead = page.locator(".nbp-root").count()
    copy = page.locator(".jp-Cell").nth(1).locator(".nbc-snapshot")
    copy.wait_for()
    notebook.ready()
    notebook.run(0)
    page.locator(PANEL).wait_for()
    ask(notebook, "after")
    wait_for_answers(notebook, 1)

    assert dead == 0
    assert shown(notebook) == ["after"]
    note(notebook).wait_for(state="hidden")


@pytest.mark.parametrize("was_open", by_day(1, [True, False]))
def test_it_is_there_when_the_page_is_loaded_again(
    in_extended_lab: InExtendedLab, extended_lab: Lab, was_open: bool
) -> None:
    notebook = opened(in_extended_lab, "1")
    page = notebook.page
    ask(notebook, "before")
    wait_for_answers(notebook, 1)
    notebook.save()
    if not was_open:
        page.evaluate("window.jupyterapp.shell.collapseRight()")
    wait_for_layout(extended_lab, notebook)
    page.reload()
    notebook.ready()
    page.locator("#nbchat-beside .nbp-root").wait_for(state="attached")
    seen = stays(page, was_open)
    page.locator(".jp-Cell").nth(1).get_by_role("button", name="Show it").click()
    page.locator(".nbp-words:visible").wait_for()

    assert seen == was_open
    assert shown(notebook) == ["before"]


def test_the_saved_copy_in_the_cell_follows_after_a_reload(in_extended_lab: InExtendedLab) -> None:
    notebook = opened(in_extended_lab, "1")
    ask(notebook, "before")
    wait_for_answers(notebook, 1)
    notebook.save()
    notebook.page.reload()
    notebook.ready()
    notebook.page.locator(".jp-Cell").nth(1).get_by_role("button", name="Show it").click()
    notebook.page.locator(".nbp-words:visible", has_text="before").wait_for()
    ask(notebook, "after it was loaded again")
    notebook.page.wait_for_function(
        """() => {
            const { cells } = window.jupyterapp.shell.currentWidget.content.model;
            const outputs = JSON.stringify(cells.get(1).outputs.toJSON());
            return /nbc-snapshot.*before.*after it was loaded again/.test(outputs);
        }"""
    )


def test_code_goes_into_the_notebook_whose_panel_it_is(
    in_extended_lab: InExtendedLab, extended_lab: Lab
) -> None:
    """Though another one is in sight, too."""
    notebook = opened(in_extended_lab, "1")
    page = notebook.page
    extended_lab.write("beside-3.ipynb", [LOAD, SHOW, "a = 1", "b = 2"])
    notebook.execute("docmanager:open", path="beside-3.ipynb", options={"mode": "split-right"})
    page.wait_for_function(IDLE, arg="beside-3.ipynb")
    notebook.run(0, 1, 2)
    page.locator(f"{PANEL}:visible").fill("show me some code")
    page.keyboard.press("Enter")
    with glimpsed(page, "Inserted"):
        page.locator("#nbchat-beside").get_by_role("button", name="Insert below").click()
    sources = notebook.sources()
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    starts = [source.split("(")[0] for source in sources]
    assert starts == [LOAD, SHOW, "a = 1", "def mean", "b = 2"]


def test_there_is_no_sidebar_before_nbchat_is_loaded(in_extended_lab: InExtendedLab) -> None:
    page = in_extended_lab("1", own_page=True).page
    page.locator(".lm-MenuBar-item", has_text="Chat").wait_for()

    assert page.locator("#nbchat-beside, .nbchat-icon").count() == 0


def test_the_command_opens_it_without_a_cell(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, "1", own_page=True)
    notebook.run(0)
    choose(notebook, "Open the chat panel")
    page = notebook.page
    page.locator(PANEL).wait_for()
    page.wait_for_function(f"document.activeElement === document.querySelector('{PANEL}')")
    page.keyboard.type("show me a table")
    page.keyboard.press("Enter")
    wait_for_answers(notebook, 1)

    assert notebook.sources() == [LOAD, "1"]


def test_a_card_makes_a_notebook_with_the_panel(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab("1", own_page=True)
    page = notebook.page
    notebook.execute("launcher:create")
    page.locator(".jp-LauncherCard", has_text="Chat").click()
    page.locator(PANEL).wait_for()
    sources = notebook.sources()
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    assert sources == ["%load_ext nbchat"]


WIDTH = "Math.round(document.querySelector('#nbchat-beside').getBoundingClientRect().width)"
# JupyterLab lays out what was dragged with the next frame.
SETTLED = f"""async () => {{
    const frame = () => new Promise(requestAnimationFrame);
    const before = {WIDTH};
    for (let number = 0; number < 5; number++) await frame();
    return {WIDTH} === before;
}}"""


def drag(notebook: Notebook, right: int) -> None:
    """Drag the edge of the right sidebar, so many pixels to the right."""
    page = notebook.page
    edge = page.locator("#nbchat-beside").bounding_box()["x"] - 1
    page.mouse.move(edge, 500)
    page.mouse.down()
    page.mouse.move(edge + right, 500, steps=5)
    page.mouse.up()
    page.wait_for_function(SETTLED)


def test_it_opens_wide_enough_to_read_in(in_extended_lab: InExtendedLab) -> None:
    notebook = opened(in_extended_lab, "1", size=(1300, 900))
    notebook.page.wait_for_function(f"{WIDTH} >= 360 && {WIDTH} <= 400")


@pytest.mark.parametrize("right", by_day(1, [-150, 90, 500]))
def test_a_width_that_a_person_has_dragged_stays(
    in_extended_lab: InExtendedLab, extended_lab: Lab, right: int
) -> None:
    notebook = opened(in_extended_lab, "1", size=(1300, 900))
    page = notebook.page
    page.wait_for_function(f"{WIDTH} >= 360")
    page.wait_for_function(SETTLED)
    before = page.evaluate(WIDTH)
    drag(notebook, right)
    dragged = page.evaluate(WIDTH)
    page.evaluate("window.jupyterapp.shell.collapseRight()")
    page.locator(PANEL).wait_for(state="hidden")
    page.locator(".jp-Cell").nth(1).get_by_role("button", name="Show it").click()
    page.locator(PANEL).wait_for()
    is_so = f"Math.abs({WIDTH} - {dragged}) <= 2"
    page.wait_for_function(is_so)
    page.wait_for_timeout(300)
    shown_again = page.evaluate(is_so)
    wait_for_layout(extended_lab, notebook)
    notebook.save()
    page.reload()
    notebook.ready()
    page.locator(PANEL).wait_for()
    page.wait_for_function(is_so)
    page.wait_for_timeout(500)
    loaded_again = page.evaluate(is_so)

    assert (dragged < before) == (right > 0)
    assert shown_again
    assert loaded_again


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
def test_axe_finds_nothing_in_it(in_extended_lab: InExtendedLab, axe: str, dark: bool) -> None:
    notebook = opened(in_extended_lab, "1", dark=dark)
    page = notebook.page
    ask(notebook, "show me some code")
    wait_for_answers(notebook, 1)
    page.evaluate(axe)
    found = []
    look = AXE.replace("include: document", "include: document.querySelector(SELECTOR)")
    for selector in ("#nbchat-beside", ".nbchat-note"):
        found += page.evaluate(look.replace("SELECTOR", f"'{selector}'"), [])
    notebook.restart()
    note(notebook).get_by_text("The kernel has restarted").wait_for()
    found += page.evaluate(look.replace("SELECTOR", "'#nbchat-beside'"), [])

    assert found == []
