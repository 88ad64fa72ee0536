"""Names that are missing, and where they may come from."""

from __future__ import annotations

import pandas as pd
import pytest

from nbchat.context.failing_line import place_in_cell
from nbchat.context.missing_names import missing_names

from .paper_notebook import PaperNotebook


def missing(notebook: PaperNotebook, *, with_values: bool = True) -> str:
    assert notebook.failure
    place = place_in_cell(notebook.failure)
    assert place
    return "\n".join(missing_names(notebook.failure, notebook, place, with_values=with_values))


def test_a_name_is_told_with_those_that_are_like_it() -> None:
    notebook = PaperNotebook()
    notebook.run("total = 1\n_hidden = 2")
    notebook.run("totl + unheard_of")

    assert missing(notebook).splitlines() == [
        "`totl` is not defined. Did you mean `total`?",
        "`unheard_of` is not defined.",
    ]


def test_a_cell_that_would_define_it_is_quoted() -> None:
    cell = "print(rate)"
    notebook = PaperNotebook(["# the rate\nrate = 0.5", cell])
    notebook.run("rates = [1, 2]")  # like it, and not what was meant
    notebook.run(cell)

    assert missing(notebook) == (
        "`rate` is not defined; cell 1 of the notebook, above this one, defines it and has not "
        "run: `rate = 0.5`."
    )


def test_a_hidden_cell_is_never_quoted() -> None:
    notebook = PaperNotebook(["token = 'abc-topsecret'", "print(token)"])
    notebook.run("token = 'abc-topsecreT'")
    notebook.variables.pop("token")
    notebook.hidden_cells = [1]
    notebook.run("print(token)")

    assert missing(notebook) == "`token` is not defined."


@pytest.mark.parametrize(
    "said",
    [
        "Label(s) ['prise'] do not exist",
        "Column(s) ['prise'] do not exist",
        "Column not found: prise",
        "Columns not found: 'prise'",
        "['prise'] not in index",
        "['prise'] not found in axis",
    ],
)
def test_a_column_is_found_in_what_pandas_says(said: str) -> None:
    notebook = PaperNotebook()
    notebook.variables["df"] = pd.DataFrame({"price": [1]})
    notebook.run(f"if len(df): raise KeyError({said!r})")

    assert missing(notebook) == "`df` has no column 'prise'. Near: `price`. Its column: 'price'."


def test_lines_are_counted_from_the_first_of_the_cell() -> None:
    notebook = PaperNotebook()
    notebook.run("\n\nprint(later)\nlater = 1")

    assert "only in line 4: `later = 1`" in missing(notebook)


def test_without_values_keys_are_not_told_and_columns_are() -> None:
    notebook = PaperNotebook()
    notebook.variables |= {"df": pd.DataFrame({"price": [1]}), "keys": {"topsecret": 1}}
    notebook.run("df['pirce'] or keys")
    of_table = missing(notebook, with_values=False)
    notebook.run("keys['topsecre']")

    assert "Its column: 'price'." in of_table
    assert missing(notebook) == (
        "`keys` has no key 'topsecre'. Near: `topsecret`. Its key: 'topsecret'."
    )
    assert missing(notebook, with_values=False) == ""


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("import pandass", "no module `pandass` is installed. Did you mean `pandas`"),
        ("import json.nothing", "no module `json.nothing` in the package `json`"),
        ("from json import dmups", "`json` has no `dmups`. Near: `dumps`"),
        ("'abc'.uper()", "`str` has no `uper`. Near: `upper`"),
        ("int.form_bytes", "`type` has no `form_bytes`. Near: `from_bytes`"),
    ],
)
def test_modules_and_attributes_are_told_with_those_that_are_there(cell: str, told: str) -> None:
    notebook = PaperNotebook()
    notebook.run(cell)

    assert told in missing(notebook)


def test_an_error_that_lies_about_itself_is_not_asked() -> None:
    notebook = PaperNotebook()
    notebook.run(
        "class Odd(NameError):\n"
        "    name = property(lambda self: 1 / 0)\n"
        "    args = property(lambda self: 1 / 0)\n"
        "    def __str__(self): raise SystemExit\n"
        "raise Odd('no')"
    )

    assert missing(notebook) == ""
