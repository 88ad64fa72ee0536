"""A question for consent in a cell, as a person sees it: what would run stands above the input."""

from __future__ import annotations

from .lab import Lab

INPUT = ".jp-Stdin-input"


def test_what_would_run_is_seen_above_the_question_and_while_it_runs(lab: Lab) -> None:
    notebook = lab.open(
        "%load_ext nbchat\nnumbers = [1, 2]\nimport time",
        "%%chat demo --tools look,run\nPlease run `time.sleep(2); len(numbers)`",
    )
    notebook.run(0)
    notebook.run(1, wait=False)
    page = notebook.page

    code = page.get_by_text("time.sleep(2); len(numbers)").last
    page.wait_for_selector(INPUT)
    code.wait_for(state="visible")
    assert code.bounding_box()["y"] < page.locator(INPUT).bounding_box()["y"]

    page.locator(INPUT).fill("y")
    page.locator(INPUT).press("Enter")
    page.wait_for_selector("text=run runs", state="visible")
    page.wait_for_selector(".jp-OutputArea-output .nbc-foot")
    assert "gave 2" in page.locator(".jp-OutputArea").last.inner_text()
    notebook.close()
