"""What the extension needs for a question about an output or an error, from a real notebook."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbchat.context.question import Composed
from nbchat.frontends import open_panels
from nbchat.frontends.cells.recorder import record, record_no_more
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.jupyterlab import asking
from nbchat.frontends.jupyterlab.asking import about_error, about_output
from nbchat.frontends.open_panels import note_closed, note_open

from ...waiting import SECONDS


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

    begun = {"run": "", "said": ""}
    assert about_output(notebook, "c1", 1) == {**begun, "begin": "%%chat\n{Out[1]} "}
    assert about_output(notebook, "c2", None) == {**begun, "begin": "%%chat --above 1\n"}


@pytest.mark.parametrize(("cell", "number"), [("c9", 1), ("c9", None), ("c1", 7), ("c2", 2)])
def test_what_this_kernel_has_not_shown_has_no_name(
    shell: InteractiveShell, cell: str, number: int | None
) -> None:
    run(shell, "6 * 7", "c1")
    run(shell, "x = 1", "c2")

    reply = about_output(IPythonNotebook(shell), cell, number)
    assert reply == {"run": "", "begin": "", "said": "runFirst"}


class Panel:
    """A panel that writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Composed, str]] = []
        self.is_asked = Event()

    def take_question(self, question: Composed, words: str) -> None:
        self.asked.append((question, words))
        self.is_asked.set()


@pytest.fixture
def into_panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own settings say so."""
    own = tmp_path / "own.toml"
    own.write_text('[jupyterlab]\nerrors = "panel"\n')
    monkeypatch.setenv("NBCHAT_CONFIG", str(own))


@pytest.mark.usefixtures("into_panel")
@pytest.mark.parametrize(("wish", "begins"), [("fix", "Repair"), ("explain", "Explain")])
def test_an_error_goes_into_the_panel_that_is_open(
    shell: InteractiveShell, wish: str, begins: str
) -> None:
    run(shell, "1 / 0", "c1")
    panel = Panel()
    note_open(panel)
    reply = about_error(IPythonNotebook(shell), "c1", wish)
    note_closed(panel)

    assert reply == {"run": "", "begin": "", "said": "asked"}
    [(question, words)] = panel.asked
    assert words.startswith(begins)
    assert "ZeroDivisionError" in str(question.content)


@pytest.mark.usefixtures("into_panel")
def test_a_panel_is_asked_once_when_it_has_been_opened(shell: InteractiveShell) -> None:
    run(shell, "1 / 0", "c1")
    panel = Panel()
    reply = about_error(IPythonNotebook(shell), "c1", "fix")
    note_open(panel)
    assert panel.is_asked.wait(SECONDS)
    note_closed(panel)

    assert reply == {"run": "%chat panel", "begin": "", "said": "asked"}
    assert len(panel.asked) == 1


@pytest.mark.usefixtures("into_panel")
def test_a_cell_that_runs_long_before_the_panel_opens_costs_no_question(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LOOKS", 3)
    monkeypatch.setattr(asking, "BETWEEN", 0.001)
    panel = Panel()

    def long_cell() -> None:
        about_error(IPythonNotebook(shell), "c1", "fix")
        time.sleep(0.5)
        note_open(panel)
        assert panel.is_asked.wait(SECONDS)

    shell.user_ns["long_cell"] = long_cell
    run(shell, "1 / 0", "c1")
    run(shell, "long_cell()", "c2")
    note_closed(panel)

    assert len(panel.asked) == 1


@pytest.mark.usefixtures("into_panel")
def test_of_what_did_not_fail_last_nothing_is_asked(shell: InteractiveShell) -> None:
    panel = Panel()
    note_open(panel)
    before = about_error(IPythonNotebook(shell), "c1", "fix")
    run(shell, "1 / 0", "c1")
    other = about_error(IPythonNotebook(shell), "c2", "fix")
    note_closed(panel)

    assert before == other == {"run": "", "begin": "", "said": "notLast"}
    assert panel.asked == []
