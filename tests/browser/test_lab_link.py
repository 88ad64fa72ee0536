"""What passes between a kernel and a JupyterLab with the extension, also from a hostile kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ..fakes.provider import Service
from ..nightly import by_day
from .lab import Lab, Notebook
from .lab_extension import LOAD, InExtendedLab, edit
from .test_lab_blocks import using
from .test_lab_commands import choose
from .test_lab_errors import FAILS, count
from .test_lab_errors import press as press_on_error
from .test_lab_names import QUESTION, wait_for_marks
from .test_lab_proposal import CODE, LABEL, held, proposed, wait_for_ghost, wait_for_none

SAYS = """
import comm
ours = comm.get_comm_manager().comms['nbchat.lab']

def answer(message):
    data = message['content']['data']
    said = ANSWERS.get(data['kind'], {})
    for _ in range(2):
        if said is not None:
            ours.send({'kind': data['kind'], 'request': data['request'], **said})

ours.on_msg(answer)
"""
UNASKED = """
for data in (None, 1, 'x', [], {}, {'kind': 'panel'}, {'kind': 'panel', 'model': 5},
             {'kind': 'panel', 'model': {'a': 1}}, {'request': ['1']}, {'kind': 'x' * 1_000_000}):
    ours.send(data)
"""
NOT_IN_THE_TEXT = [[[0, 10**9, True]], [[0, 7, True], [7, 99, False]]]


def saying(answers: str) -> str:
    """A cell after which the kernel answers messages so, by their kind."""
    return SAYS + f"ANSWERS = {answers}"


@pytest.mark.parametrize("places", by_day(1, NOT_IN_THE_TEXT))
def test_marks_beyond_the_text_leave_it_as_it_is_typed(
    in_extended_lab: InExtendedLab, places: Any
) -> None:
    notebook = in_extended_lab(
        LOAD, saying(f"{{'names': {{'places': {places}}}}}"), "%%chat\nIs {x} here?", own_page=True
    )
    notebook.run(0, 1)
    edit(notebook, 2)
    for letter in " or {y}?":
        notebook.page.keyboard.type(letter)
        notebook.page.wait_for_timeout(400)  # after which the kernel is asked

    assert notebook.sources()[2] == "%%chat\nIs {x} here? or {y}?"


@pytest.mark.parametrize(
    "wish",
    by_day(1, ["{'run': 5, 'begin': '', 'said': ''}", "{'run': '', 'begin': '', 'said': {}}"]),
)
def test_what_is_not_a_message_is_no_answer(in_extended_lab: InExtendedLab, wish: str) -> None:
    """It is as if the kernel had not answered: the line waits for it in a cell."""
    answers = f"{{'wish': {wish}, 'proposal': {{'code': 5, 'said': []}}}}"
    notebook = in_extended_lab(LOAD, FAILS, saying(answers) + UNASKED, "'after'", own_page=True)
    notebook.run(0, 1, 2)
    press_on_error(notebook, "Fix", 1)
    notebook.page.locator(".jp-Cell").nth(2).locator(".nbc-foot").wait_for()
    choose(notebook, LABEL)
    wait_for_ghost(notebook, "The kernel does not answer")

    assert notebook.sources()[2] == "%chat fix"
    assert notebook.page.locator("#nbchat-beside").count() == 0


def test_a_kernel_that_ends_ends_the_wait_for_it(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    held(service)
    notebook = in_extended_lab(using(service), "", own_page=True)
    notebook.run(0)
    choose(notebook, LABEL)
    wait_for_ghost(notebook, "Asking for the next cell")
    notebook.restart()
    wait_for_ghost(notebook, "The kernel does not answer")
    notebook.page.keyboard.press("Escape")
    wait_for_none(notebook)


def test_nothing_comes_of_a_wish_whose_cell_is_gone(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, FAILS, saying("{'wish': None}"), "'after'", own_page=True)
    notebook.run(0, 1, 2)
    press_on_error(notebook, "Fix", 1)
    notebook.page.evaluate(
        """() => {
            const { content } = window.jupyterapp.shell.currentWidget;
            content.model.sharedModel.deleteCell(1);
        }"""
    )
    before = notebook.sources()
    notebook.page.wait_for_timeout(4000)  # longer than the kernel is waited for

    assert len(before) == 3
    assert notebook.sources() == before


@pytest.fixture
def second_page(extended_lab: Lab) -> Iterator[Any]:
    pages: list[Notebook] = []

    def open_again(path: str) -> Notebook:
        pages.append(Notebook(extended_lab, extended_lab.page(), path, own_page=True))
        pages[-1].load()
        return pages[-1]

    yield open_again
    for notebook in pages:
        notebook.page.close()


def test_two_pages_of_one_kernel_do_not_take_each_others_answers(
    in_extended_lab: InExtendedLab, service: Service, second_page: Any
) -> None:
    held(service)
    notebook = in_extended_lab(
        f"{using(service)}\nx = df = 1", QUESTION, FAILS, "'last'", own_page=True
    )
    notebook.run(0, 2)
    wait_for_marks(notebook, 1, ["{x}", "{df:schema}"], ["{nothing}"])
    notebook.save()
    other = second_page(notebook.path)
    wait_for_marks(other, 1, ["{x}", "{df:schema}"], ["{nothing}"])
    choose(notebook, LABEL)
    wait_for_ghost(notebook, "Asking for the next cell")
    for name in "abcdefgh":  # each is asked about
        edit(other, 1)
        other.page.keyboard.type(f" {{{name}}}")
        other.page.wait_for_function(
            "(name) => [...document.querySelectorAll('.nbchat-no-name')].some("
            "(mark) => mark.textContent === name)",
            arg=f"{{{name}}}",
        )
    waits = notebook.page.locator(".nbchat-ghost").text_content()

    assert waits.startswith("Asking for the next cell")
    assert count(other) == 1
    proposed(service)
    choose(notebook, LABEL)
    wait_for_ghost(notebook, CODE)
    notebook.page.keyboard.press("Escape")


ALIVE = """async () => {
    await new Promise((done) => setTimeout(done, 200));
    return window.cells.filter((cell) => cell.deref()).length;
}"""


def test_cells_are_let_go_when_their_notebook_is_closed(
    in_extended_lab: InExtendedLab, extended_lab: Lab
) -> None:
    """But for the active one, which JupyterLab keeps without the extension, too."""
    notebook = in_extended_lab(LOAD, own_page=True)
    page = notebook.page
    extended_lab.write("closed.ipynb", [QUESTION, FAILS] * 5)
    notebook.execute("docmanager:open", path="closed.ipynb")
    page.locator(".jp-Cell .nbchat-line").first.wait_for()
    page.evaluate(
        """async () => {
            const panel = window.jupyterapp.shell.currentWidget;
            window.cells = panel.content.widgets.map((cell) => new WeakRef(cell));
            await panel.sessionContext.ready;
            await panel.sessionContext.shutdown();
            panel.dispose();
        }"""
    )
    developer = page.context.new_cdp_session(page)
    alive = len("0123456789")
    for _ in range(100):
        developer.send("HeapProfiler.collectGarbage")
        alive = page.evaluate(ALIVE)
        if alive <= 1:
            break

    assert alive <= 1
