"""The last error as it goes along with a question."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from nbchat.context.cells import Output
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


GIVEN = {
    "by another": (("x = 'abc'", "y = 1"), "x ** 2", "; given by [1]: `x = 'abc'`"),
    "by its last line": (("x = 1\nx = 'abc'",), "x ** 2", "; given by [1]: `x = 'abc'`"),
    "by an earlier run": (("x = [{}]", "x = x[0]"), "x = x[0]", "; given by [2]: `x = x[0]`"),
    "by a cell that failed": (("x = 'abc'; 1 / 0",), "x ** 2", "; given by [1], which failed: `x "),
    "to a function": (("x = 'a'", "def f(): return x ** 2"), "f()", "'a'; given by [1]: `x = 'a'`"),
    "by itself": (("x = 1",), "x = 'abc'\nx ** 2", "'abc'\n"),
    "in its function": (("x = 1", "def f(x): return x ** 2"), "f('abc')", "'abc'\n"),
    "to a file": (("x = 1",), "import json; json.x", "Python 3."),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_variable_is_told_with_the_cell_that_gave_it(name: str) -> None:
    before, failing, told = GIVEN[name]
    notebook = PaperNotebook()
    for cell in (*before, failing):
        notebook.run(cell)

    text = error_excerpt(notebook).text

    assert told in text
    assert ("; given by" in told) == ("; given by" in text)
    assert "; given by" not in told or "`x =" not in error_excerpt(notebook, data="schema").text


def test_what_a_hidden_cell_gave_is_not_quoted() -> None:
    notebook = PaperNotebook()
    notebook.run("x = [41357][0:]")
    notebook.hidden_cells = [1]
    notebook.run("x.foo")

    assert "given by" not in error_excerpt(notebook).text


def test_what_a_cell_had_printed_goes_along_where_values_may() -> None:
    notebook = PaperNotebook()
    cell = notebook.run("1 / 0")
    cell.outputs = [Output("stderr", "ls: no such file\n"), Output("result", "3")]

    assert "It had printed:\n```\nls: no such file\n```\n" in error_excerpt(notebook).text
    assert "no such file" not in error_excerpt(notebook, data="schema").text


def test_a_line_of_a_file_is_told_with_the_variables_of_that_file(tmp_path: Path) -> None:
    file = tmp_path / "load.py"
    file.write_text("rate = 0\ndef read(row):\n    return row / rate\n")
    notebook = PaperNotebook()
    notebook.run("rate = 41357")
    notebook.run(f"import runpy\nread = runpy.run_path({str(file)!r})['read']\nread(2)")

    text = error_excerpt(notebook).text

    assert (
        f"In read() of …/{tmp_path.name}/load.py, line 3 failed:\n```\n    return row / rate"
        in text
    )
    assert "- `row`: int, 2\n- `rate`: int, 0\n" in text
    assert "is not defined" not in text
    assert "41357" not in text


def test_a_cell_that_holds_a_fence_is_asked_for_in_a_longer_one() -> None:
    notebook = PaperNotebook()
    notebook.run("x = '''\n```\n'''\nx.foo")

    assert "in one ````python fence" in fix_question("", failed_cell(notebook))


def test_an_error_that_says_it_is_false_has_the_place_of_its_function() -> None:
    notebook = PaperNotebook()
    notebook.run(
        "class Empty(Exception):\n    def __len__(self):\n        return 0\n"
        "def total(rows):\n    raise Empty"
    )
    notebook.run("total([1, 2])")

    assert "In total(), line 5 failed:" in error_excerpt(notebook).text
