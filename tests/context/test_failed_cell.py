"""The last error as it goes along with a question."""

from __future__ import annotations

import pandas as pd
import pytest

from nbchat.context.error_questions import error_excerpt, explain_question, fix_question
from nbchat.context.failed_cell import failed_cell
from nbchat.context.frames import cell_number
from nbchat.context.tokens import estimate
from nbchat.engine.demo.repairs import ASKED, EXPLAINED
from nbchat.errors import NotThere

from .paper_notebook import PaperNotebook

MOST_TOKENS = 6000


def test_nothing_that_failed_is_said() -> None:
    with pytest.raises(NotThere, match="nothing has failed in this kernel"):
        error_excerpt(PaperNotebook())


@pytest.mark.parametrize("letter", ["x", "天", "\t", "`"])
def test_however_long_everything_is_the_excerpt_is_bounded(letter: str) -> None:
    long = letter * 100_000
    saved = [f"name_{number} = 1  # {letter * 500}" for number in range(300)]
    notebook = PaperNotebook(saved)
    names = [f"value_{number}" for number in range(100)]
    for name in names:
        notebook.variables[name] = pd.DataFrame({f"{letter * 70}{n}": [1] for n in range(100)})
    for number in range(300):
        notebook.run(f"x_{number} = 1")
    others = ", ".join(f"n_{number}" for number in range(99))
    filler = "\n".join(f"# {letter * 100}" for _ in range(500))
    notebook.run(
        f"{filler}\nfriend = 1\nlong = {long!r}\n"
        f"def f({', '.join(names)}):\n    raise KeyError(long, {', '.join(names)}, 1 / 1)\n"
        f"f({', '.join(names)})\n{filler}\nlist(name_1, name_2, {others})"
    )

    excerpt = error_excerpt(notebook)

    assert estimate(excerpt.text) <= MOST_TOKENS
    assert "the others are left out" in excerpt.text
    assert "failed:" in excerpt.text


def test_under_schema_no_value_leaves() -> None:
    notebook = PaperNotebook()
    notebook.variables["secret"] = "topsecret"
    notebook.variables["count"] = 41357
    notebook.variables["keys"] = {"topsecret": 1}
    notebook.variables["df"] = pd.DataFrame({"price": ["topsecret"]}, index=["topsecret"])
    notebook.run("def f(what):\n    return keys[what + 'x']")
    for cell in (
        "f(secret)",
        "raise ValueError(secret, count)",
        "df.loc[secret + 'y']",
        "exec(secret + ' x ' + str(count))",
        "raise KeyError(secret) from ValueError(count)",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    int(secret)",
        "getattr(df, secret)",
        "import importlib; importlib.import_module(secret)",
        "eval(secret)",
        "exec(compile('1 / 0', secret, 'exec'))",
        "compile('1 +', secret, 'exec')",
    ):
        notebook.run(cell)
        text = failed_cell(notebook, "schema").excerpt.text

        assert cell.split("\n")[-1] in text
        assert "topsecret" not in text, cell
        assert "41357" not in text, cell


def test_of_a_hidden_cell_no_line_goes_along_with_the_error_of_another() -> None:
    notebook = PaperNotebook()
    notebook.run("def f(x):\n    # secret\n    return x / 0  # secret")
    notebook.run("def g(x):\n    return f(x + 0)")
    number = cell_number(notebook.variables["f"].__code__.co_filename)
    assert number
    notebook.hidden_cells = [number]
    for cell in ("g(1)", "try:\n    f(1)\nexcept ZeroDivisionError:\n    {}[0]"):
        notebook.run(cell)
        text = failed_cell(notebook).excerpt.text

        assert "secret" not in text
        assert "ZeroDivisionError" in text
    notebook.run("g(1)")
    assert "In g(), line 2 failed:" in failed_cell(notebook).excerpt.text


def test_of_an_error_that_is_not_held_any_more_the_cell_is_left() -> None:
    notebook = PaperNotebook()
    notebook.run("1 / 0")
    assert notebook.failure
    notebook.failure.error = None

    text = error_excerpt(notebook).text

    assert "```python\n1 / 0\n```" in text
    assert "Its traceback is not known any more." in text


def test_the_demo_knows_these_questions() -> None:
    notebook = PaperNotebook()
    notebook.run("1 / 0")

    assert ASKED in fix_question("", failed_cell(notebook))
    assert EXPLAINED in explain_question("")
