"""Code of a model in a real kernel: as a cell runs it, and not a cell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ...running_kernel import RunningKernel
from .kept import cells

RUN = """
import json
import nbchat

def state():
    shell, manager = get_ipython(), get_ipython().history_manager
    return repr((len(In), sorted(Out), _, __, ___, _i, _ii, shell.execution_count,
                 [*manager.outputs], manager.input_hist_raw, shell.last_execution_result is last,
                 [s for *_, s in manager.get_range(session=0)]))

def told(code):
    try:
        result = nbchat.tools.run(code)
    except Exception as error:
        return f'{type(error).__name__}: {error}'
    return result if isinstance(result, str | None) else [str(type(part)) for part in result]
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A kernel that has only imported nbchat."""
    with RunningKernel(cwd=tmp_path_factory.mktemp("kernel")) as kernel:
        ran = kernel.run(RUN)
        assert ran.status == "ok", ran.error
        yield kernel


def told(kernel: RunningKernel, code: str) -> Any:
    """What `run` tells of this code; the cell shows nothing of it."""
    ran = kernel.run(f"print(json.dumps(told({code!r})), end='')")
    assert ran.status == "ok", ran.error
    assert len(ran.outputs) == 1, ran.outputs
    return json.loads(ran.text)


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("x = 5\nprint(x)\nx * 2", "5\n10"),
        ("x;", None),
        ("!echo hi", "hi"),
        ("%%capture said\nprint('x')", None),
        ("%%bash\necho there", "there"),
        ("%who_ls int", "['x']"),
        ("len?", "Signature: len(obj, /)\nDocstring: Return the number of items in a container.\n"
                 "Type:      builtin_function_or_method"),
        ("1/0", "ZeroDivisionError: division by zero"),
        ("raise ValueError('bad')", "ValueError: bad"),
        ("%nothing", "UsageError: Line magic function `%nothing` not found."),
        ("", None),
        ("  \n", None),
        ("input('name? ')", "EOFError: input() cannot be answered here: nobody is asked while a "
                            "tool runs."),
        ("import getpass; getpass.getpass()", "EOFError: input() cannot be answered here: nobody "
                                              "is asked while a tool runs."),
        ("exit()", "CodeEnded: a tool does not end the kernel: only the person at the notebook "
                   "does."),
        ("quit", "CodeEnded: a tool does not end the kernel: only the person at the notebook "
                 "does."),
    ],
    ids=["prints and value", "semicolon", "command", "captured", "script", "magic", "help",
         "error", "raise", "no magic", "empty", "blank", "input", "password", "exit", "quit"],
)  # fmt: skip
def test_it_runs_as_a_cell_would(notebook: RunningKernel, code: str, result: str | None) -> None:
    assert told(notebook, code) == result


def test_a_syntax_error_is_its_result(notebook: RunningKernel) -> None:
    assert told(notebook, "1 +").startswith("SyntaxError: invalid syntax")


def test_sys_exit_ends_the_code_alone(notebook: RunningKernel) -> None:
    assert "called exit(3) and ended there" in told(notebook, "import sys; sys.exit(3)")
    assert notebook.run("1 + 1").text == "2"


def test_it_cannot_await_at_top_level_and_says_what_to_do(notebook: RunningKernel) -> None:
    said = told(notebook, "import asyncio\nasync def main():\n    return 7\nawait main()")
    assert "`await` does not work at top level" in said

    way = (
        "import asyncio\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "async def main():\n    return 7\n"
        "ThreadPoolExecutor().submit(asyncio.run, main()).result()"
    )
    assert told(notebook, way) == "7"


def test_a_figure_is_an_image(notebook: RunningKernel) -> None:
    said = told(notebook, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")

    assert said == ["<class 'str'>", "<class 'nbchat.attachments.Image'>"]


def test_an_error_that_the_code_only_shows_is_an_output(notebook: RunningKernel) -> None:
    said = told(notebook, "get_ipython().run_line_magic('run', 'missing.py')\nprint('on')")
    assert "missing.py" in said

    said = told(notebook, "try:\n    1 / 0\nexcept Exception:\n"
                          "    get_ipython().showtraceback()\nprint('on')")  # fmt: skip
    assert said.endswith("on")
    assert "ZeroDivisionError: division by zero" in said


def test_the_history_of_the_notebook_is_as_before(notebook: RunningKernel) -> None:
    notebook.run("41 + 1\n")
    ran = notebook.run(
        "last = get_ipython().last_execution_result; import sys; before = state()\n"
        "told('y = 3\\nprint(y)\\ny + 1'); told('1/0'); told('1 +'); told('input()')\n"
        "print(state() == before, hasattr(sys, 'last_value'), _, end='')"
    )
    assert ran.text == "True False 42", ran.text
    assert notebook.run("y").text == "3"


def test_a_name_of_it_says_that_it_was_run(notebook: RunningKernel) -> None:
    told(notebook, "def broken():\n    return 1 / 0")

    assert "In[run]" in "".join(
        part.replace("\x1b", "") for part in notebook.run("broken()").error.split("[39m")
    ).replace("[32m", "")


def test_no_model_is_asked_by_a_magic(kernel: RunningKernel) -> None:
    kernel.run(RUN)
    for code in ("%%chat demo\nHi", "%chat undo", "%%chat\nHi"):
        assert told(kernel, code) == (
            "UsageError: %chat and %%chat do not work inside `run`: a model that is answering asks "
            "no other."
        )
    assert "demo" in kernel.run("%%chat demo\nHi").text.lower()


def test_the_extension_can_be_loaded_and_unloaded_by_it(kernel: RunningKernel) -> None:
    kernel.run(RUN)
    ask = "print(nbchat.ask('demo', 'What did I just ask?').text, end='')"
    for magic in ("%unload_ext nbchat", "%load_ext nbchat", "%reload_ext nbchat"):
        assert told(kernel, magic) is None
        assert kernel.run(ask).text == "This is the first question of our conversation."


def test_it_is_no_cell_of_its_own_and_fails_no_cell(kernel: RunningKernel) -> None:
    kernel.run(RUN)
    kernel.run("told('1/0'); told('print(5)'); print('mine')")

    (kept,) = cells(kernel, 1)
    assert kept.texts == [("stdout", "mine")]
    assert not kept.failed
