"""What the extension needs for a question about an output or an error, from a real notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbchat.context.question import Composed
from nbchat.errors import NotThere
from nbchat.frontends import open_panels
from nbchat.frontends.cells.recorder import record, record_no_more
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.jupyterlab.asking import ask_about_error, question_about
from nbchat.frontends.open_panels import note_closed, note_open


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """One without cells, and without a panel."""
    monkeypatch.setattr(open_panels, "_open", [])
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    record(made)
    yield made
    record_no_more(made)
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, source: str, cell: str) -> None:
    run_cell: Any = shell.run_cell  # has no types
    run_cell(source, store_history=True, cell_id=cell)


def test_an_output_is_named_by_its_number_and_a_display_by_its_place(
    shell: InteractiveShell,
) -> None:
    run(shell, "6 * 7", "c1")
    run(shell, "x = 1", "c2")
    notebook = IPythonNotebook(shell)

    assert question_about(notebook, "c1", 1) == "%%chat\n{Out[1]} "
    assert question_about(notebook, "c2", None) == "%%chat --above 1\n"


@pytest.mark.parametrize(("cell", "number"), [("c9", 1), ("c9", None), ("c1", 7), ("c2", 2)])
def test_what_this_kernel_has_not_shown_has_no_name(
    shell: InteractiveShell, cell: str, number: int | None
) -> None:
    run(shell, "6 * 7", "c1")
    run(shell, "x = 1", "c2")

    assert question_about(IPythonNotebook(shell), cell, number) == ""


class Panel:
    """A panel that writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Composed, str]] = []

    def take_question(self, question: Composed, words: str) -> None:
        self.asked.append((question, words))


@pytest.mark.parametrize(("wish", "begins"), [("fix", "Repair"), ("explain", "Explain")])
def test_an_error_goes_into_the_panel_that_is_open(
    shell: InteractiveShell, wish: str, begins: str
) -> None:
    run(shell, "1 / 0", "c1")
    notebook, panel = IPythonNotebook(shell), Panel()
    before = ask_about_error(notebook, wish)
    note_open(panel)
    is_asked = ask_about_error(notebook, wish)
    note_closed(panel)

    assert (before, is_asked) == (False, True)
    [(question, words)] = panel.asked
    assert words.startswith(begins)
    assert "ZeroDivisionError" in str(question.content)


def test_where_nothing_failed_nothing_is_asked(shell: InteractiveShell) -> None:
    panel = Panel()
    note_open(panel)
    with pytest.raises(NotThere):
        ask_about_error(IPythonNotebook(shell), "fix")
    note_closed(panel)

    assert panel.asked == []
