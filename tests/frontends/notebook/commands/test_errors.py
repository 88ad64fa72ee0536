"""`%chat fix`, `%chat explain` and `%%chat --error`, in a real kernel against a real service."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbchat.context.tokens import estimate

from ....fakes.provider import Service, said
from ....running_kernel import Ran, RunningKernel
from ..conftest import KEY, plain
from .broken_notebooks import NOTEBOOKS, PANDAS, Broken

MOST_TOKENS = 6000
CANARY = "open('canary', 'w').close()"
OPEN = """
def _open():
    import nbchat
    from nbchat.frontends.cells.recorder import recorder_of
    shell = get_ipython()
    recorder_of(shell)._runs.clear()  # `%reset` forgets no cells, and takes longer
    for name in set(shell.user_ns) - set(shell.user_ns_hidden):
        del shell.user_ns[name]
    nbchat.chat().reset()
_open()
"""


@pytest.fixture(scope="module")
def services() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken")


@pytest.fixture(scope="module")
def one_kernel(services: Service, folder: Path) -> Iterator[RunningKernel]:
    """A kernel for all these notebooks, with a file that is read as theirs."""
    env = {
        "KIMI_API_KEY": KEY,
        "KIMI_BASE_URL": f"{services.url}/v1",
        "NBCHAT_HISTORY": "off",
        "JPY_SESSION_NAME": str(folder / "broken.ipynb"),
    }
    with RunningKernel(folder, env) as kernel:
        kernel.run("%load_ext nbchat")
        kernel.run("%xmode Minimal\nimport pandas, numpy")
        yield kernel


@pytest.fixture
def broken(one_kernel: RunningKernel, services: Service, folder: Path) -> Iterator[RunningKernel]:
    """The kernel as it is when a notebook is opened."""
    (folder / "broken.ipynb").unlink(missing_ok=True)
    assert one_kernel.run(OPEN).status == "ok"
    services.requests.clear()
    yield one_kernel
    assert not (folder / "canary").exists(), "what an answer said was run"


def save(folder: Path, cells: tuple[str, ...]) -> None:
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    (folder / "broken.ipynb").write_text(json.dumps({"cells": code}))


def number(ran: Ran) -> int:
    return int(ran.reply["content"]["execution_count"])


def asked(service: Service) -> str:
    """The text of the last question, as it was sent."""
    content = service.requests[-1].json["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def repaired(code: str, words: str = "It was a slip.") -> list[bytes]:
    return said(f"{words}\n\n", "```python\n", code, "\n```\n")


def shown_diff(ran: Ran) -> str:
    """The diff that a cell shows."""
    match = re.search(r"^```diff\n(.*?)^```$", ran.outputs[-1]["data"]["text/plain"], re.S | re.M)
    assert match
    return match[1]


def patched(folder: Path, before: str, diff: str) -> str:
    """What `patch` makes of a cell in a file, whose last line ends like the others."""
    (name,) = re.findall(r"^--- (\S+)$", diff, re.M)
    (folder / name).write_text(f"{before}\n", newline="")
    subprocess.run(["patch", "-p0"], cwd=folder, input=diff.encode(), check=True, timeout=60)
    return (folder / name).read_bytes().decode().removesuffix("\n")


def inserted(ran: Ran) -> list[str]:
    """What a front end is asked to put below."""
    payload = ran.reply["content"].get("payload", [])
    return [item["text"] for item in payload if item["source"] == "set_next_input"]


# --- forty notebooks -----------------------------------------------------------------------------


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[broken.name for broken in NOTEBOOKS])
def test_a_broken_notebook_is_told_and_its_repair_is_a_patch(
    notebook: Broken, broken: RunningKernel, services: Service, folder: Path
) -> None:
    save(folder, notebook.cells)
    runs = [broken.run(notebook.cells[place]) for place in notebook.order]
    services.answers(*repaired(f"{notebook.failing}\n{CANARY}"))

    ran = broken.run("%chat fix")

    assert runs[-1].status == "error"
    assert ran.status == "ok", ran.error
    text = asked(services)
    assert f" failed:\n```\n{notebook.line}\n" in text
    assert f"```python\n{notebook.failing.rstrip()}\n```" in text
    for told in (notebook.error, *notebook.told):
        assert told in text
    numbers = [number(run) for run in runs]
    states = [", failed" if run.status == "error" else "" for run in runs[:-1]]
    order = [f"[{n}{state}]" for n, state in zip(numbers, states, strict=False)]
    order.append(f"[{numbers[-1]}, failed: this cell]")
    assert f"Cells ran in this order: {' '.join(order)}." in text
    places = dict(zip(notebook.order, numbers, strict=True))
    document = re.sub(r"\{(\d)\}", lambda match: str(places[int(match[1])]), notebook.document)
    assert ("In the notebook they stand in this order: " in text) == bool(document)
    assert document in text
    assert estimate(text) <= MOST_TOKENS
    assert patched(folder, notebook.failing, shown_diff(ran)) == f"{notebook.failing}\n{CANARY}"
    assert inserted(ran) == [f"{notebook.failing}\n{CANARY}"]


# --- the question --------------------------------------------------------------------------------


TOLD_BY_MAGICS = {
    "%run": (
        "%run part.py",
        "In part.py, line 2 failed:\n```\nprint(data[5])\n",
        "- `data`: list, 1 item, [7]",
    ),
    "%%time": (
        "%%time\nx = [1]\nx[3]",
        "\nLine 3 failed:\n```\nx[3]\n",
        "- `x`: list, 1 item, [1]",
    ),
    "%%timeit": ("%%timeit -n 1\nxs[3]", "\nLine 2 failed:\n```\nxs[3]\n", "- `xs`: list"),
    "%time": ("y = 1\n%time z = xs[3]", "\nLine 2 failed:\n```\n%time z = xs[3]", "- `xs`: list"),
    "%%bash": ("%%bash\necho why >&2\nexit 3", "CalledProcessError", "It had printed:\n```\nwhy\n"),
    "a cell in it": (
        "get_ipython().run_cell('1 / 0')",
        "1 / 0\nZeroDivisionError",
        "[{}, failed: ",
    ),
}


@pytest.mark.parametrize("name", TOLD_BY_MAGICS)
def test_what_failed_in_a_magic_is_told_as_its_line(
    name: str, broken: RunningKernel, services: Service, folder: Path
) -> None:
    cell, line, told = TOLD_BY_MAGICS[name]
    (folder / "part.py").write_text("data = [7]\nprint(data[5])\n")
    broken.run("xs = [1, 2]")
    failed = number(broken.run(cell))
    services.answers(*repaired(cell))

    broken.run("%chat fix")

    text = asked(services)
    assert f"This cell [{failed}] " in text
    assert line in text
    assert told.format(failed) in text
    assert "```\n\n```" not in text
    assert "given by" not in text or "given by [" in text


def test_a_cell_that_ends_in_blank_lines_is_patched_as_it_stands(
    broken: RunningKernel, services: Service, folder: Path
) -> None:
    cell = "x = [1]\nx[3]\n\n"
    broken.run(cell)
    services.answers(*repaired("x = [1]\nx[0]"))

    ran = broken.run("%chat fix")

    assert patched(folder, cell, shown_diff(ran)) == "x = [1]\nx[0]\n\n"


def test_what_a_person_adds_stands_first_and_its_values_are_put_in(
    broken: RunningKernel, services: Service
) -> None:
    broken.run("limit = 3\nlimt + 1")
    services.answers(*repaired("limit + 1"))

    broken.run("%chat fix Keep {limit} as it is.")

    text = asked(services)
    assert text.startswith("Keep 3 as it is.\n\nRepair the notebook cell below")
    assert "This cell [" in text
    assert "tools" not in services.requests[-1].json


def test_an_error_is_explained_and_nothing_goes_below(
    broken: RunningKernel, services: Service
) -> None:
    broken.run("1 / 0")
    services.answers(*said("One cannot divide by zero:\n\n```python\n1 / 1\n```"))

    ran = broken.run("%chat explain Auf Deutsch.")

    assert asked(services).startswith("Auf Deutsch.\n\nExplain the error below")
    assert "ZeroDivisionError: division by zero" in asked(services)
    assert inserted(ran) == []
    assert "the last error of [" in plain(ran.html)


def test_the_last_error_goes_along_with_a_question_of_ones_own(
    broken: RunningKernel, services: Service
) -> None:
    broken.run("n = 2\n[1][n]")
    services.answers(*said("Because it is short."))

    ran = broken.run("%%chat --error\nWhy is {n} too much?")

    assert asked(services).startswith("Why is 2 too much?\n\nThis cell [")
    assert "IndexError: list index out of range" in asked(services)
    assert re.search(r"the last error of \[\d+\] \(~\d+ tokens\)", plain(ran.html))


@pytest.mark.parametrize("line", ["%chat fix --show Be brief.", "%chat explain --show"])
def test_the_question_is_shown_and_not_sent(
    line: str, broken: RunningKernel, services: Service
) -> None:
    broken.run("undefined_name + 1")

    ran = broken.run(line)

    assert services.requests == []
    assert "`undefined_name` is not defined." in ran.text
    assert "Cells ran in this order" in ran.text
    assert inserted(ran) == []


def test_nothing_but_what_is_shown_is_sent(broken: RunningKernel, services: Service) -> None:
    broken.run("undefined_name + 1")
    shown = broken.run("%chat fix --show").text
    services.answers(*repaired("1"))

    broken.run("%chat fix")

    for paragraph in asked(services).split("\n\n"):
        assert paragraph.strip() in shown


def test_where_nothing_has_failed_it_says_so(broken: RunningKernel, services: Service) -> None:
    broken.run("x = 1 / 0", cell="a")
    broken.run("x = 1 / 1", cell="a")

    for line in ("%chat fix", "%chat explain", "%%chat --error\nWhy?"):
        ran = broken.run(line)
        assert "nothing has failed in this kernel since nbchat was loaded" in ran.error
    assert services.requests == []


def test_other_options_belong_on_the_line_of_a_cell(broken: RunningKernel) -> None:
    broken.run("1 / 0")

    ran = broken.run("%chat fix --think high Please")

    assert "%%chat --error --think high" in ran.error


def test_a_hidden_cell_is_not_sent(broken: RunningKernel, services: Service) -> None:
    failed = number(broken.run("secret_thing = 1 / 0"))
    broken.run(f"%chat hide {failed}")

    ran = broken.run("%chat fix")

    assert f"%chat hide --forget {failed}" in ran.error
    assert services.requests == []
    broken.run(f"%chat hide --forget {failed}")


# --- the answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "remark"),
    [
        (["Run the cell above first."], "The answer holds no repaired cell."),
        (["Nothing to do.\n```python\n1 / 0\n```"], "is the same as the one that failed"),
        (["So:\n```python\nx = 1"], "breaks off within the repaired cell"),
    ],
    ids=["none", "the same", "not whole"],
)
def test_an_answer_without_a_repaired_cell_is_told_as_such(
    words: list[str], remark: str, broken: RunningKernel, services: Service
) -> None:
    broken.run("1 / 0")
    services.answers(*said(*words))

    ran = broken.run("%chat fix")

    assert remark in ran.outputs[-1]["data"]["text/plain"]
    assert inserted(ran) == []


def test_what_is_no_python_is_shown_with_a_word(broken: RunningKernel, services: Service) -> None:
    broken.run("1 / 0")
    services.answers(*repaired("1 / / 0"))

    ran = broken.run("%chat fix")

    assert "it is no valid Python" in ran.outputs[-1]["data"]["text/plain"]
    assert inserted(ran) == ["1 / / 0"]


def test_what_nobody_sees_in_the_repaired_cell_is_told(
    broken: RunningKernel, services: Service
) -> None:
    broken.run("1 / 0")
    services.answers(*repaired("1 / 1  # \u2066user\u200b"))

    ran = broken.run("%chat fix")

    told = "Nobody sees all of it: U+2066 LEFT-TO-RIGHT ISOLATE, U+200B ZERO WIDTH SPACE."
    assert told in ran.outputs[-1]["data"]["text/plain"]
    assert inserted(ran) == ["1 / 1  # \u2066user\u200b"]


def test_what_a_model_writes_stays_text_in_the_diff(
    broken: RunningKernel, services: Service
) -> None:
    broken.run("1 / 0")
    services.answers(*repaired("'<img src=x onerror=alert(1)>'\n'![](http://a.example/p.png)'"))

    ran = broken.run("%chat fix")

    page = ran.outputs[-1]["data"]["text/html"]
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_magic_stays_where_the_answer_leaves_it_out(
    broken: RunningKernel, services: Service, folder: Path
) -> None:
    cell = "# counts\n%%time\nx = [1]\nx[3]"
    broken.run(cell)
    services.answers(*repaired("x = [1]\nx[0]"))

    ran = broken.run("%chat fix")

    assert inserted(ran) == ["# counts\n%%time\nx = [1]\nx[0]"]
    assert patched(folder, cell, shown_diff(ran)) == "# counts\n%%time\nx = [1]\nx[0]"


def test_a_cell_that_is_run_again_asks_in_its_old_place(
    broken: RunningKernel, services: Service
) -> None:
    broken.run("1 / 0")
    for _ in range(2):
        services.answers(*repaired("1 / 1"))
        broken.run("%chat fix", cell="fixing")

    assert len(services.requests[-1].json["messages"]) == 1
    assert broken.run("import nbchat\nprint(len(nbchat.chat().turns))").text.strip() == "1"


def test_watched_or_not_the_notebook_keeps_the_same(
    broken: RunningKernel, services: Service
) -> None:
    broken.run("1 / 0")
    kept = []
    for watched in (True, False):
        services.answers(*repaired("1 / 1"))
        ran = broken.run("%chat fix", cell="fixing", watched=watched)
        kept.append([output["data"] for output in ran.outputs])

    assert kept[0] == kept[1]
    assert len(kept[0]) == 2


# --- without a key -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "cell", "after"),
    [
        ("total = 12", "print(totl)", "print(total)"),
        ("x = 1", "for i in range(3)\n    x += i", "for i in range(3):\n    x += i"),
        ("x = 1", "print(max(x, 2)", "print(max(x, 2))"),
        ("x = 1", "np.zeros(3)", "import numpy as np\n\nnp.zeros(3)"),
        (PANDAS, "df['pirce'].sum()", "df['price'].sum()"),
        (PANDAS, "df.sort_valeus('price')", "df.sort_values('price')"),
        ("x = 1", "import numpyy as np", "import numpy as np"),
    ],
)
def test_the_demo_mends_what_is_simple(
    before: str, cell: str, after: str, broken: RunningKernel
) -> None:
    broken.run("%chat use demo")
    broken.run(before)
    broken.run(cell)

    ran = broken.run("%chat fix")
    explained = broken.run("%chat explain")

    assert inserted(ran) == [after]
    assert "The cell failed with" in explained.text
    broken.run("%chat use --default")
