"""What is left of a panel: after a reload, in a second view, in a notebook that was saved."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .lab import Lab
from .panel_lab import InLab, ask, wait_for_answers, wait_for_copy, wait_for_text

READABLE = """() => {
    const copy = document.querySelector('.nbc-snapshot');
    const text = copy?.offsetParent ? copy.innerText : "";
    return text.includes("petal length") && text.includes("show me a table");
}"""


def test_a_reload_brings_everything_back_and_a_second_view_shows_the_same(in_lab: InLab) -> None:
    notebook = in_lab("panel", size=(1100, 2000))
    ask(notebook, "show me a table")
    wait_for_answers(notebook, 1)
    notebook.run(2)
    wait_for_answers(notebook, 2)
    wait_for_text(notebook, "petal length", 2)
    notebook.save()
    notebook.load()
    notebook.page.wait_for_selector(".nbp-root textarea")
    wait_for_text(notebook, "petal length", 2)
    ask(notebook, "what did I just ask?", view=1)

    wait_for_text(notebook, 'you asked: "show me a table"', 2)


def test_a_view_beside_the_notebook_fills_its_place(in_lab: InLab) -> None:
    notebook = in_lab()
    notebook.execute("notebook:create-output-view")
    beside = notebook.page.locator(".jp-LinkedOutputView .nbp-root")
    beside.wait_for()
    ask(notebook, "show me a table", view=1)
    wait_for_answers(notebook, 2)
    box, place = beside.bounding_box(), notebook.page.locator(".jp-LinkedOutputView").bounding_box()

    assert place["height"] - box["height"] < 10
    assert beside.locator(".nbp-comp").is_visible()


@pytest.fixture
def saved(lab: Lab, in_lab: InLab) -> Path:
    """A notebook in which a panel was asked, loaded again, and asked once more.

    Its kernel is gone.
    """
    notebook = in_lab()
    ask(notebook, "show me a table")
    wait_for_answers(notebook, 1)
    notebook.save()
    notebook.load()  # after which the updates of the kernel find nothing in the notebook
    wait_for_answers(notebook, 1)
    ask(notebook, "show me some code")
    wait_for_answers(notebook, 2)
    wait_for_copy(notebook, 1, "show me some code")
    notebook.save()
    notebook.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    return lab.folder / "notebooks" / notebook.path


# Where the last question and the last code end.
RIGHTS = """copy => [".nbc-asked", "fieldset"].map((name) =>
    Math.round([...copy.querySelectorAll(name)].at(-1).getBoundingClientRect().right))"""


def test_a_saved_notebook_is_readable_in_three_ways(lab: Lab, saved: Path) -> None:
    """With a fresh kernel, without one, and as a page of nbconvert."""
    assert "<script" not in saved.read_text()

    fresh = lab.open(path=saved.name)
    fresh.page.wait_for_function(READABLE)
    copy = fresh.page.locator(".nbc-snapshot")
    assert "def mean" in copy.inner_text()
    # JupyterLab says of the panel that its model is not there, above the copy that is.
    lost = fresh.page.get_by_text("Error displaying widget")
    assert not any(one.is_visible() for one in lost.all())
    asked, code = copy.evaluate(RIGHTS)
    assert asked == code
    fresh.close()

    page = without_kernel(lab, saved)
    page.wait_for_function(READABLE)
    assert "def mean" in page.locator(".nbc-snapshot").inner_text()
    page.close()

    convert = [sys.executable, "-m", "nbconvert", "--to", "html", str(saved)]
    subprocess.run(
        convert, check=True, capture_output=True, env={**os.environ, "JUPYTER_PATH": sys.prefix}
    )
    page = lab.page()
    page.goto(saved.with_suffix(".html").as_uri())
    page.wait_for_function(READABLE)
    assert page.locator(".nbc-snapshot", has_text="def mean").count() == 1
    assert page.locator(".nbc-snapshot script").count() == 0
    page.close()


def without_kernel(lab: Lab, saved: Path) -> Any:
    """The notebook in JupyterLab, on a server that starts no kernel."""
    page = lab.page()

    def refuse(route: Any) -> None:
        if route.request.method == "POST":
            route.fulfill(status=503, body="{}")
        else:
            route.continue_()

    page.route(re.compile("/api/(sessions|kernels)"), refuse)
    page.goto(f"{lab.url}/lab/workspaces/gone-{saved.stem}/tree/{saved.name}?token=t")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    assert not page.evaluate(
        "window.jupyterapp.shell.currentWidget?.sessionContext.session?.kernel"
    )
    return page
