"""What belongs to an output alone, in a JupyterLab with the extension.

A question about a figure or a table, and an error that goes into the panel.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..fakes.provider import Service, answer, said
from ..nightly import by_day
from ..waiting import until
from .glimpse import glimpsed
from .lab import Lab, Notebook
from .lab_extension import LOAD, InExtendedLab, warm_up
from .test_lab_blocks import using
from .test_lab_errors import FAILS, press
from .test_lab_proposal import settings

ABOUT = ".jp-OutputArea-output > .nbchat-corner"
TABLE = """
class Table:
    def _repr_html_(self): return '<table><tr><td>4711</td></tr></table>'
Table()"""
PNG = (
    "import base64\nfrom IPython.display import Image, display\n"
    "png = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')\n"
)
SVG = "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')"


def ask_about(notebook: Notebook, cell: int, output: int = 0) -> None:
    warm_up(notebook)
    shown = notebook.page.locator(".jp-Cell").nth(cell).locator(".jp-OutputArea-output").nth(output)
    shown.hover()
    shown.get_by_role("button", name="Ask about this").click()


def buttons(notebook: Notebook, cell: int) -> int:
    found: int = notebook.page.locator(".jp-Cell").nth(cell).locator(ABOUT).count()
    return found


def type_when_begun(notebook: Notebook, text: str) -> None:
    notebook.page.wait_for_function("document.activeElement.textContent.startsWith('%%chat')")
    notebook.page.keyboard.type(text)


@pytest.mark.parametrize(
    ("source", "begun"),
    by_day(
        2,
        [
            (TABLE, "%%chat\n{Out[2]} Why?"),
            (f"{PNG}display(Image(png))", "%%chat --above 1\nWhy?"),
            (f"{PNG}Image(png)", "%%chat\n{Out[2]} Why?"),
            (SVG, "%%chat\n{Out[2]} Why?"),
        ],
    ),
)
def test_a_question_about_it_is_begun_below(
    in_extended_lab: InExtendedLab, source: str, begun: str
) -> None:
    notebook = in_extended_lab(LOAD, source, "'the cell after'")
    notebook.run(0, 1)
    ask_about(notebook, 1)
    type_when_begun(notebook, "Why?")

    assert notebook.sources() == [LOAD, source, begun, "'the cell after'"]


def test_what_was_shown_goes_along_also_where_other_cells_are_below(
    in_extended_lab: InExtendedLab, extended_lab: Lab, service: Service
) -> None:
    service.always(answer(*said("Seen.")))
    shows = "from IPython.display import HTML, display\ndisplay(HTML('<table><td>4711</table>'))"
    notebook = in_extended_lab(using(service), shows, "print('below', 1 + 1)")
    notebook.run(0, 1, 2)
    ask_about(notebook, 1)
    saved = extended_lab.folder / "notebooks" / notebook.path
    until(lambda: "--above 1" in saved.read_text("utf-8"))  # while a person thinks of a question
    type_when_begun(notebook, "Why?")
    notebook.run(2)
    sent = json.dumps(service.requests[-1].json)

    assert "4711" in sent
    assert "below" not in sent


def test_plain_outputs_and_answers_have_no_button(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, "6 * 7", "%%chat demo\na table, please", TABLE, "%chat models")
    notebook.run()
    notebook.page.wait_for_selector(ABOUT, state="attached")

    assert [buttons(notebook, cell) for cell in range(5)] == [0, 0, 0, 1, 0]


def test_what_this_kernel_has_not_shown_says_so(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, TABLE, own_page=True)
    notebook.run()
    notebook.page.wait_for_selector(ABOUT, state="attached")
    notebook.restart()
    notebook.run(0)
    with glimpsed(notebook.page, "Run the cell first"):
        ask_about(notebook, 1)

    assert len(notebook.sources()) == 2


@pytest.mark.parametrize("opened", by_day(1, [False, True]))
def test_an_error_goes_into_the_panel_where_the_settings_say_so(
    in_extended_lab: InExtendedLab, service: Service, tmp_path: Any, opened: bool
) -> None:
    service.always(answer(*said("It divides by zero.")))
    own = settings(tmp_path / "own.toml", '[jupyterlab]\nerrors = "panel"\n')
    open_panel = ["%chat panel"] if opened else []
    notebook = in_extended_lab(own + using(service), FAILS, *open_panel)
    notebook.run()
    if opened:
        notebook.page.wait_for_selector(".nbp-root textarea")
    press(notebook, "Explain", 1)
    notebook.page.locator(".nbp-root").get_by_text("It divides by zero.").wait_for()

    assert notebook.sources()[2:] == ["%chat panel"]
    assert len(service.requests) == 1
    assert "ZeroDivisionError" in json.dumps(service.requests[0].json)


def test_a_file_that_cannot_be_written_is_left_alone(extended_lab: Lab) -> None:
    extended_lab.write("fixed.ipynb", [LOAD, TABLE])
    page = extended_lab.page()
    page.route("**/api/contents/fixed.ipynb*", fixed)
    notebook = Notebook(extended_lab, page, "fixed.ipynb", own_page=True)
    notebook.load()
    notebook.run()
    ask_about(notebook, 1)
    type_when_begun(notebook, "Why?")
    sources = notebook.sources()
    said = page.locator(".jp-Dialog").all_inner_texts()
    notebook.close()

    assert sources[2] == "%%chat\n{Out[2]} Why?"
    assert (said, notebook.errors) == ([], [])


def fixed(route: Any) -> None:
    """As a server answers for a file that this user may only read."""
    if route.request.method == "PUT":
        route.fulfill(status=403, body='{"message": "Permission denied"}')
        return
    answered = route.fetch()
    route.fulfill(response=answered, json={**answered.json(), "writable": False})
