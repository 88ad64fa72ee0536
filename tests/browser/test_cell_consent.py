"""A question for consent in a cell, as a person sees it: what would run stands above the input."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..nightly import by_day
from .lab import Lab
from .panel_lab import InLab

INPUT = ".jp-Stdin-input"
RUN = "%%chat demo --tools look,run\nPlease run `result = 40 + 2`"


def test_what_would_run_is_seen_above_the_question_and_while_it_runs(
    lab: Lab, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    wait = f"def wait():\n    while not os.path.exists({str(go)!r}):\n        time.sleep(0.05)"
    notebook = lab.open(
        f"%load_ext nbchat\nnumbers = [1, 2]\nimport os, time\n{wait}",
        "%%chat demo --tools look,run\nPlease run `wait(); len(numbers)`",
    )
    notebook.run(0)
    notebook.run(1, wait=False)
    page = notebook.page

    code = page.get_by_text("wait(); len(numbers)").last
    page.wait_for_selector(INPUT)
    code.wait_for(state="visible")
    assert code.bounding_box()["y"] < page.locator(INPUT).bounding_box()["y"]

    page.locator(INPUT).fill("y")
    page.locator(INPUT).press("Enter")
    page.wait_for_selector("text=run runs", state="visible")
    go.touch()
    notebook.ready()
    assert "gave 2" in page.locator(".jp-OutputArea").last.inner_text()
    notebook.close()


def test_what_can_be_typed_is_on_one_line_in_a_narrow_notebook(lab: Lab) -> None:
    notebook = lab.open("%load_ext nbchat", RUN, size=(860, 800), own_page=True)
    notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    notebook.run(0)
    notebook.run(1, wait=False)
    prompt = notebook.page.locator(".jp-Stdin-prompt")
    prompt.wait_for()
    lines = prompt.evaluate(
        """(prompt) => {
            const range = document.createRange();
            range.setStart(prompt.firstChild, 0);
            range.setEnd(prompt.firstChild, prompt.textContent.trimEnd().length);
            return range.getClientRects().length;
        }"""
    )

    assert prompt.inner_text().rstrip().endswith("[n] no, and why:")
    assert lines == 1
    notebook.interrupt()
    notebook.close()


@pytest.mark.parametrize("button", by_day(1, ["Run", "Refuse"]))
def test_an_answer_in_the_panel_leaves_no_box_that_keeps_other_cells_from_running(
    in_lab: InLab, button: str
) -> None:
    notebook = in_lab(RUN, "print('next', 'result' in globals())")
    page = notebook.page
    notebook.run(2, wait=False)
    page.wait_for_selector(INPUT)
    page.locator(".nbp-card").get_by_role("button", name=button, exact=True).click()
    page.locator(INPUT).wait_for(state="detached")
    page.wait_for_selector(".nbp-foot")
    notebook.run(3)

    assert page.locator(".jp-Dialog").count() == 0
    page.get_by_text(f"next {button == 'Run'}", exact=True).wait_for()
    assert "had answered" not in page.locator(".jp-Notebook").inner_text()


def test_stop_in_the_panel_leaves_no_box_either(in_lab: InLab) -> None:
    notebook = in_lab(RUN, "print('next', 'result' in globals())")
    page = notebook.page
    notebook.run(2, wait=False)
    page.wait_for_selector(INPUT)
    page.wait_for_selector(".nbp-card")
    page.locator(".nbp-comp").get_by_role("button", name="Stop").click()
    page.locator(INPUT).wait_for(state="detached")
    page.wait_for_selector("text=Interrupted")
    notebook.ready()
    notebook.run(3)

    assert page.locator(".jp-Dialog").count() == 0
    page.get_by_text("next False", exact=True).wait_for()


def test_an_answer_in_the_cell_closes_the_card_and_says_so(in_lab: InLab) -> None:
    notebook = in_lab(RUN)
    page = notebook.page
    notebook.run(2, wait=False)
    page.wait_for_selector(".nbp-card")
    page.locator(INPUT).fill("y")
    page.locator(INPUT).press("Enter")
    page.locator(".nbp-card").wait_for(state="detached")

    page.get_by_text("Answered in the cell: it runs.").first.wait_for()
    page.wait_for_selector(".nbp-foot")
