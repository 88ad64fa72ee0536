"""The order in which cells ran, beside that of the file."""

from __future__ import annotations

from nbchat.context.cell_order import order_lines

from .paper_notebook import PaperNotebook


def lines(notebook: PaperNotebook) -> list[str]:
    assert notebook.failure
    return order_lines(notebook, notebook.failure)


def test_cells_that_ran_as_they_stand_are_one_line() -> None:
    notebook = PaperNotebook(["x = 1", "y = x / 0"])
    notebook.run("x = 1")
    notebook.run("y = x / 0")

    assert lines(notebook) == ["Cells ran in this order: [1] [2, failed: this cell]."]


def test_a_cell_that_has_not_run_and_another_order_are_told() -> None:
    notebook = PaperNotebook(["x = 1", "# the sum\ntotal = 3", "z = 2", "x / 0"])
    for cell in ("z = 2", "x = 1", "x / 0"):
        notebook.run(cell)

    assert lines(notebook) == [
        "Cells ran in this order: [1] [2] [3, failed: this cell].",
        "In the notebook they stand in this order: [2] [not run: `total = 3`] [1] "
        "[3, failed: this cell].",
    ]


def test_a_cell_that_was_changed_since_it_ran_is_told() -> None:
    notebook = PaperNotebook(["prices = [1, 2, 3, 4]", "prices[5]"])
    notebook.run("prices = [1, 2, 3]")
    notebook.run("prices[5]")

    assert "[1] has been changed since it ran." in lines(notebook)


def test_runs_of_one_cell_and_a_cell_that_is_gone_are_told() -> None:
    notebook = PaperNotebook(["x = 2", "x / 0"])
    notebook.run("x = 1", id="a")
    notebook.run("unrelated_thing = 'something else'", id="b")
    notebook.run("x = 2", id="a")
    notebook.run("x / 0", id="c")

    told = lines(notebook)

    assert "[1] and [3] are one cell, which was changed in between." in told
    assert "Ran, and not in the saved notebook: [2]." in told


def test_questions_to_a_model_are_no_cells_of_it() -> None:
    notebook = PaperNotebook(["%load_ext nbchat", "x = 1", "%%chat\nWhy?", "x / 0"])
    notebook.cells += [notebook.run("x = 1")]
    notebook.cells.pop()
    notebook.run("x / 0")

    assert lines(notebook) == ["Cells ran in this order: [1] [2, failed: this cell]."]


def test_a_failure_of_long_ago_stands_where_it_ran() -> None:
    notebook = PaperNotebook()
    notebook.run("1 / 0")
    notebook.run("x = 1")
    assert notebook.failure
    del notebook.cells[0]

    lines = order_lines(notebook, notebook.failure)

    assert lines == ["Cells ran in this order: [1, failed: this cell] [2]."]


def test_many_cells_are_cut() -> None:
    notebook = PaperNotebook()
    for number in range(200):
        notebook.run(f"x = {number}")
    notebook.run("x / 0")

    (told,) = lines(notebook)

    assert told.startswith("Cells ran in this order: … [142] ")
    assert told.endswith("[200] [201, failed: this cell].")
