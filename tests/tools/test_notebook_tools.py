"""The ready tools `look` and `run`, called and asked for, in a real kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat.tools import notebook_tools

from ..fakes.calls import called
from ..fakes.provider import Service, answer, said
from ..running_kernel import RunningKernel

KEY = "sk-canary-0123456789abcdef"
CELLS = (
    "import os; os.environ['KIMI_API_KEY'] = '" + KEY + "'",
    "import json\nimport nbchat\nfrom nbchat.messages import Image\n"
    "def parts(told):\n"
    "    told = told if isinstance(told, list) else [told]\n"
    "    return ['image' if isinstance(part, Image) else part for part in told]\n"
    "def look(*given):\n"
    "    try:\n        return parts(nbchat.tools.look(*given))\n"
    "    except Exception as error:\n        return f'{type(error).__name__}: {error}'",
    "prices = [1.5, 2.5]\nrates = {'a': 1}\nname = 'Ada'\ntoken_of_mine = 'x' * 30",
    "leaked = os.environ['KIMI_API_KEY']",
    "import matplotlib.pyplot as plt\nfigure = plt.figure(); plt.plot([1, 2]);",
    "print('hidden words')",
    "%chat hide 7",
    "prices[0] * 2",
)


def files_in(folder: Path) -> None:
    for name, text in {
        "prices.csv": "day,price\n1,1.5\n2,2.5\n",
        "data/notes.md": f"# Notes\nThe key is {KEY}.",
        ".env": "SECRET=1",
        "secrets.toml": "a = 1",
        "credentials.json": "{}",
        "data/api_key.txt": "x",
        ".ssh/config.txt": "x",
        "server.pem": "x",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder.parent / "outside.txt").write_text("outside")
    (folder / "way").symlink_to(folder.parent, target_is_directory=True)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """A notebook with variables, cells and files, one cell of it hidden."""
    folder = tmp_path_factory.mktemp("notebook") / "here"
    folder.mkdir()
    files_in(folder)
    with RunningKernel(cwd=folder) as kernel:
        kernel.run("%load_ext nbchat")
        for cell in CELLS:
            ran = kernel.run(cell)
            assert ran.status == "ok", ran.error
        yield kernel


def look(kernel: RunningKernel, *given: Any) -> Any:
    ran = kernel.run(f"print(json.dumps(look(*{given!r})), end='')")
    assert ran.status == "ok", ran.error
    return json.loads(ran.text)


# --- look ----------------------------------------------------------------------------------------


def test_variables_are_told_with_their_kinds(notebook: RunningKernel) -> None:
    (told,) = look(notebook, "variables")
    lines = told.splitlines()

    assert "`prices`: list, 2 items, [1.5, 2.5]" in lines
    assert "`name`: str, 3 characters, 'Ada'" in lines
    assert "`rates`: dict, 1 key ('a': int)" in lines
    assert not [line for line in lines if line.startswith(("`_", "`In`", "`get_ipython`", "`os`"))]
    assert KEY not in told


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("pri*", ["prices"]), ("RATE", ["rates"]), ("*ure", ["figure"]), ("x?z", [])],
    ids=["start", "part", "end", "none"],
)
def test_variables_are_found_by_a_pattern(
    notebook: RunningKernel, pattern: str, names: list[str]
) -> None:
    (told,) = look(notebook, "variables", pattern)

    assert [line.split("`")[1] for line in told.splitlines() if "`" in line] == names
    assert bool(names) or told == "no variables whose names match 'x?z'"


def test_a_value_is_told_by_its_form(notebook: RunningKernel) -> None:
    assert look(notebook, "value", "prices") == [
        "`prices` (list, 2 items):\n```python\n[1.5, 2.5]\n```"
    ]
    assert look(notebook, "value", "prices", "schema") == ["`prices` (list, 2 items of float)"] or (
        "1.5" not in str(look(notebook, "value", "prices", "schema"))
    )
    assert "3.0" in str(look(notebook, "value", f"Out[{len(CELLS) + 1}]"))
    assert look(notebook, "value", "figure")[1:] == ["image"]


@pytest.mark.parametrize(
    "name", ["prices[0]", "prices.sort()", "__import__('os')", "os.environ", "1 + 1", ""]
)
def test_no_expression_is_evaluated(notebook: RunningKernel, name: str) -> None:
    assert look(notebook, "value", name).startswith("BadArguments: there is no variable")


def test_an_unknown_name_is_told_with_those_near_it(notebook: RunningKernel) -> None:
    assert "Near: prices." in look(notebook, "value", "price")
    assert "form is brief, schema, all" in look(notebook, "value", "prices", "everything")
    assert "Near: prices.csv." in look(notebook, "file", "price.csv")


def test_cells_are_told_as_they_ran_but_for_hidden_ones(notebook: RunningKernel) -> None:
    text, *images = look(notebook, "cells", "", "brief", 20)

    assert "prices[0] * 2" in text
    assert "3.0" in text
    assert "hidden words" not in text
    assert KEY not in text
    assert images == ["image"]
    assert "count is a number" in look(notebook, "cells", "", "brief", 0)


def test_files_are_told_but_for_those_that_hold_keys(notebook: RunningKernel) -> None:
    (told,) = look(notebook, "files")

    assert sorted(line.split(" (")[0] for line in told.splitlines()) == [
        "data/notes.md",
        "prices.csv",
    ]
    (text,) = look(notebook, "file", "data/notes.md")
    assert "# Notes" in text
    assert KEY not in text
    assert "1,1.5" in look(notebook, "file", "prices.csv")[0]


@pytest.mark.parametrize(
    "name",
    [
        *(".env", "secrets.toml", "credentials.json", "data/api_key.txt", ".ssh/config.txt"),
        *("server.pem", "../outside.txt", "way/outside.txt", "/etc/hostname", "~/x.txt", "data"),
    ],
)
def test_no_other_file_is_told(notebook: RunningKernel, name: str) -> None:
    assert look(notebook, "file", name).startswith(f"BadArguments: there is no file {name!r}")


def test_under_schema_no_value_is_told(notebook: RunningKernel) -> None:
    notebook.run(
        "open('../own.toml', 'w').write('data = \"schema\"\\n')\n"
        "os.environ['NBCHAT_CONFIG'] = os.path.abspath('../own.toml')"
    )
    try:
        told = {
            "variables": look(notebook, "variables"),
            "value": look(notebook, "value", "prices", "all"),
            "figure": look(notebook, "value", "figure"),
            "cells": look(notebook, "cells", "", "brief", 20),
            "files": look(notebook, "files"),
            "file": look(notebook, "file", "prices.csv", "all"),
            "near": look(notebook, "file", "price.csv"),
        }
        ran = notebook.run("nbchat.tools.run('print(prices)')")
    finally:
        notebook.run("del os.environ['NBCHAT_CONFIG']")

    words = json.dumps({**told, "cells": ""})
    for value in ("1.5", "Ada", "image", "prices.csv.", "notes"):
        assert value not in words.replace("no file 'price.csv'", ""), value
    assert "image" not in told["cells"]
    assert "showed" not in told["cells"][0]
    assert told["files"] == ["2 files"]
    assert "run is refused" in ran.error


# --- run -----------------------------------------------------------------------------------------

ASKING = """
import os, nbchat
from nbchat.messages import Image
os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{url}/v1')
def ask(**options):
    answer = nbchat.ask('kimi-k2.6', 'Do it.', tools=[nbchat.tools.run], **options)
    return [part for part in answer.parts if hasattr(part, 'error')]
def yes(call):
    return True
"""


@pytest.fixture
def asking(kernel: RunningKernel, service: Service) -> RunningKernel:
    service.always(answer(*said("Done.")))
    assert kernel.run(ASKING.format(url=service.url)).status == "ok"
    return kernel


def run(service: Service, code: str) -> None:
    service.plays(answer(*called(("run", {"code": code}), round_=len(service.requests))))


def test_it_runs_with_consent_and_its_result_is_told(
    asking: RunningKernel, service: Service
) -> None:
    run(service, "total = 2 + 3\nprint('printed')\ntotal")
    ran = asking.run("[(r.content, r.error) for r in ask(approve=yes)]")

    assert ran.text == "[('printed\\n5', False)]"
    assert not ran.of("stream")
    assert service.requests[-1].json["messages"][-1]["content"] == "printed\n5"
    assert asking.run("total").text == "5"


def test_it_never_runs_without_consent(asking: RunningKernel, service: Service) -> None:
    run(service, "total = 1")
    assert "refused" in asking.run("ask()[0].content").text
    run(service, "total = 1")
    assert "no thanks" in asking.run("ask(approve=lambda call: 'no thanks')[0].content").text
    assert "NameError" in asking.run("total").error


def test_an_error_is_a_result_with_its_traceback(asking: RunningKernel, service: Service) -> None:
    run(service, "print('so far')\nvalues = []\nvalues[0]")
    ran = asking.run("result = ask(approve=yes)[0]; print(result.error, result.content)")

    assert ran.text.startswith("True so far\n")
    assert "values[0]" in ran.text
    assert "IndexError: list index out of range" in ran.text
    assert "nbchat" not in ran.text
    assert asking.run("1 + 1").text == "2"


def test_words_of_it_are_told_without_a_traceback(asking: RunningKernel, service: Service) -> None:
    run(service, "import asyncio\nawait asyncio.sleep(0)")
    told = asking.run("print(ask(approve=yes)[0].content, end='')").text

    assert told.startswith("SyntaxError: `await` does not work at top level here")


def test_a_figure_comes_back_as_an_image(asking: RunningKernel, service: Service) -> None:
    run(service, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    ran = asking.run("[isinstance(p, Image) for p in ask(approve=yes)[0].content][-1]")

    assert ran.text == "True"
    assert ran.of("display_data") == []


def test_the_extension_unloads_in_the_middle_of_a_turn(
    asking: RunningKernel, service: Service
) -> None:
    """The turn may end there; the cell does, and all works afterwards."""
    for magic in ("%unload_ext nbchat", "%load_ext nbchat"):
        run(service, magic)
        asking.run("ask(approve=yes)")
    run(service, "1 + 1")
    assert asking.run("ask(approve=yes)[0].content").text == "'2'"


def test_without_a_notebook_it_says_so(service: Service) -> None:
    """In a plain Python there is nothing to look at and no kernel to run in."""
    run(service, "1 + 1")
    service.always(answer(*said("Done.")))
    script = ASKING.format(url=service.url) + "print(ask(approve=yes)[0].content)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ}
    )

    assert done.stdout == (
        "there is no notebook here: run works in IPython and Jupyter alone.\n"
    ), done.stderr


def test_both_are_found_as_nbchat_tools() -> None:
    assert nbchat.tools.look is notebook_tools.look
    assert nbchat.tools.run is notebook_tools.run
    assert not nbchat.tools.look.approve
    assert nbchat.tools.run.approve
    assert nbchat.tools.run.code == "code"
