"""Notebooks without a person: executed, validated, converted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from markdown_it import MarkdownIt

from . import lab_only
from .fakes.provider import Service, answer, said
from .frontends.notebook.calling import calls
from .nightly import by_day
from .running_kernel import RunningKernel

EXECUTE = (str(Path(sys.executable).with_name("jupyter")), "execute")
PAPERMILL = (sys.executable, "-m", "papermill", "a.ipynb", "b.ipynb")
CONVERT = (sys.executable, "-m", "nbconvert", "--execute", "--to")
NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def notebook(path: Path, *cells: str) -> Path:
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(nb, path)
    return path


def take_parameters(path: Path) -> None:
    """Let papermill change what the first cell sets."""
    written = nbformat.read(path, as_version=4)
    written.cells[0].metadata["tags"] = ["parameters"]
    written.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(written, path)


def run(*command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, timeout=600
    )


def test_a_refused_key_fails_the_notebook_in_two_lines(service: Service, tmp_path: Path) -> None:
    service.answers(b'{"error":{"message":"bad key sk-canary-12345678"}}', status=401)
    path = notebook(
        tmp_path / "a.ipynb", "%load_ext nbchat", "%%chat kimi-k2.6\nHi", "print('never')"
    )

    ran = run(
        *EXECUTE,
        path.name,
        cwd=tmp_path,
        KIMI_API_KEY="sk-canary-12345678",
        KIMI_BASE_URL=f"{service.url}/v1",
    )

    assert ran.returncode != 0
    assert "KIMI_API_KEY" in ran.stderr
    assert "sk-canary" not in ran.stderr + ran.stdout
    assert "frontends/magic.py" not in ran.stderr
    message = ran.stderr[ran.stderr.index("KeyRefused") :].strip()
    assert len(message.split("\n")) == 2


ACT = """\
import dataclasses, nbchat
def execute(code: str) -> str:
    "Run Python."
    exec(code, globals())
    return "ran"
act = dataclasses.replace(nbchat.tool(approve=True, name="act")(execute), code="code")"""


@pytest.mark.parametrize("yes", [False, True], ids=["asks", "yes"])
def test_a_tool_that_asks_fails_the_notebook_unless_it_is_allowed(
    service: Service, tmp_path: Path, yes: bool
) -> None:
    service.answers(calls(("act", {"code": "done = 1"})))
    service.answers(*said("All is done."))
    option = " --yes" if yes else ""
    cell = f"%%chat kimi-k2.6 --tools act{option}\nDo it."
    path = notebook(tmp_path / "a.ipynb", "%load_ext nbchat", ACT, cell, "print(done)")

    ran = run(
        *EXECUTE, path.name, cwd=tmp_path, KIMI_API_KEY="k", KIMI_BASE_URL=f"{service.url}/v1"
    )

    assert (ran.returncode == 0) == yes
    if not yes:
        message = ran.stderr[ran.stderr.index("NeedsConsent") :].strip()
        assert "--yes" in message
        assert len(message.split("\n")) == 2


def test_an_executed_notebook_holds_one_output_a_cell(service: Service, tmp_path: Path) -> None:
    service.answers(*said("*Hi*."))
    path = notebook(tmp_path / "a.ipynb", "%load_ext nbchat", "%%chat kimi-k2.6\nHello")

    run(
        *EXECUTE,
        "--inplace",
        path.name,
        cwd=tmp_path,
        KIMI_API_KEY="k",
        KIMI_BASE_URL=f"{service.url}/v1",
    )

    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].outputs == []
    assert [output.output_type for output in cells[1].outputs] == ["display_data"]
    assert cells[1].outputs[0].data["text/plain"] == "*Hi*."


@pytest.fixture(scope="module")
def of_lab(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """For a kernel with what the README's first line installs, and nothing else."""
    return lab_only.environment(tmp_path_factory.mktemp("lab-only"))


@pytest.mark.field("P9")
def test_a_kernel_of_the_first_line_has_what_that_installs_and_nothing_else(
    of_lab: dict[str, str], tmp_path: Path
) -> None:
    modules = (
        "pandas",
        "fastapi",
        "uvicorn",
        "jupyterlab",
        "nbchat",
        "openai",
        "matplotlib",
        "pytest",
    )
    code = "\n".join(
        [
            "from importlib.util import find_spec",
            f"print(*[name for name in {modules} if find_spec(name)])",
            "import subprocess, sys",
            "print(subprocess.run([sys.executable, '-c', 'import openai']).returncode)",
        ]
    )
    path = notebook(tmp_path / "a.ipynb", code)

    ran = run(*EXECUTE, "--inplace", path.name, cwd=tmp_path, **of_lab)

    assert ran.returncode == 0, ran.stderr
    shown = nbformat.read(path, as_version=4).cells[0].outputs[0].text
    assert shown.splitlines() == ["pandas fastapi uvicorn jupyterlab nbchat", "1"]


@pytest.mark.field("P9")
def test_the_committed_notebooks_validate_again_and_again(
    of_lab: dict[str, str], tmp_path: Path
) -> None:
    """The same outputs twice in a row, from a folder that is not the checkout.

    The kernel has what the README's first line installs. No file, setting or history is left.
    """
    alone = ("-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path))
    places = {name: str(tmp_path / name) for name in ("TMPDIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    (tmp_path / "TMPDIR").mkdir()
    for _ in range(2):
        ran = run(
            sys.executable,
            "-m",
            "pytest",
            "--nbval",
            *map(str, NOTEBOOKS),
            "-q",
            *alone,
            cwd=tmp_path,
            **places,
            **of_lab,
        )
        assert ran.returncode == 0, ran.stdout
    assert list(tmp_path.rglob("*")) == [tmp_path / "TMPDIR"]


def test_what_nbval_skips_of_a_notebook_is_the_same_when_it_is_executed(
    of_lab: dict[str, str], tmp_path: Path
) -> None:
    """nbval runs cells without history: no cell is above another there, and none has failed."""
    path = next(path for path in NOTEBOOKS if path.stem == "08_your_data")

    ran = run(
        *EXECUTE, "--output", str(tmp_path / "ran.ipynb"), path.name, cwd=path.parent, **of_lab
    )

    assert ran.returncode == 0, ran.stderr
    kept, now = (nbformat.read(one, as_version=4).cells for one in (path, tmp_path / "ran.ipynb"))
    assert any("nbval-skip" in cell.metadata.get("tags", []) for cell in kept)
    assert [cell.get("outputs") for cell in now] == [cell.get("outputs") for cell in kept]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_committed_notebook_holds_no_trace_of_a_machine(path: Path) -> None:
    text = path.read_text("utf-8")

    for trace in (str(Path.home()), "/work/", "/tmp/", "execution_state", "iopub.execute_input"):
        assert trace not in text


ANSWER = """Some *words*, $x^2$ and:

```python
def f():

    return "![a](https://sink.example/a.png)"

    # **never reached** <img src=x>
```

- one

      ![b](https://sink.example/b.png)

      <img src=x>
"""


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_a_notebook_is_executed_and_converted_with_its_answers_whole(
    form: str, service: Service, tmp_path: Path
) -> None:
    service.answers(*said(ANSWER, thought=["let me\n\n![c](https://sink.example/c.png)"]))
    path = notebook(tmp_path / "a.ipynb", "%load_ext nbchat", "%%chat kimi-k2.6\nHello")

    ran = run(
        *CONVERT, form, path.name, cwd=tmp_path, KIMI_API_KEY="k", KIMI_BASE_URL=f"{service.url}/v1"
    )

    assert ran.returncode == 0, ran.stderr
    made = (tmp_path / f"a.{'md' if form == 'markdown' else 'html'}").read_text()
    # A Markdown file is HTML to whoever reads it; what is not whole there would be Markdown again.
    page = MarkdownIt("commonmark").render(made) if form == "markdown" else made
    assert "<em>words</em>" in page
    assert "<math><msup><mi>x</mi><mn>2</mn></msup></math>" in page
    assert "**never reached**" in page
    assert "<img" not in page[page.index('<div class="nbc ') :]
    assert "<small>kimi-k2.6 · 9 → 12 tokens" in page


def test_papermill_puts_its_parameters_into_questions(service: Service, tmp_path: Path) -> None:
    service.answers(*said("*Hi*."))
    path = notebook(
        tmp_path / "a.ipynb",
        "city = 'Rome'",
        "%load_ext nbchat",
        "%%chat kimi-k2.6\nIs {city} old?",
    )
    take_parameters(path)

    ran = run(
        *PAPERMILL,
        *("-p", "city", "Kyoto"),
        cwd=tmp_path,
        KIMI_API_KEY="k",
        KIMI_BASE_URL=f"{service.url}/v1",
    )

    assert ran.returncode == 0, ran.stderr
    assert service.requests[0].json["messages"][-1]["content"] == "Is Kyoto old?"
    outputs = nbformat.read(tmp_path / "b.ipynb", as_version=4).cells[-1].outputs
    assert [output.output_type for output in outputs] == ["display_data"]
    assert outputs[0].data["text/plain"] == "*Hi*."


@pytest.mark.field("C3")
def test_papermill_chooses_model_and_options_of_a_line(service: Service, tmp_path: Path) -> None:
    service.always(answer(*said("Hi.")))
    path = notebook(
        tmp_path / "a.ipynb",
        "MODEL = 'demo'; who = 'nobody'; t = 0; deep = False",
        "%load_ext nbchat",
        "# for each\n%%chat {MODEL} --temperature {t} --think {deep} --name {who}\nOne?",
        "%chat use $MODEL\n%chat ask Two?",
        "%%chat {MODLE}\nThree?",
    )
    take_parameters(path)

    ran = run(
        *PAPERMILL,
        *("-p", "MODEL", "glm-4.7", "-p", "t", "0.5", "-p", "deep", "True"),
        *("-p", "who", 'my "best" friend'),
        cwd=tmp_path,
        GLM_API_KEY="k",
        GLM_BASE_URL=f"{service.url}/v1",
    )

    assert ran.returncode != 0
    assert "there is no variable MODLE, which {MODLE} on the %%chat line names" in ran.stderr
    one, two = (request.json for request in service.requests)
    assert (one["model"], one["temperature"]) == ("glm-4.7", 0.5)
    assert one["thinking"]["type"] == "enabled"
    assert (two["model"], len(two["messages"])) == ("glm-4.7", 1)


def test_papermill_stops_where_a_question_fails(service: Service, tmp_path: Path) -> None:
    service.answers(b'{"error":{"message":"bad key"}}', status=401)
    path = notebook(
        tmp_path / "a.ipynb", "%load_ext nbchat", "%%chat kimi-k2.6\nHi", "print('never')"
    )

    ran = run(
        *(*PAPERMILL, "--kernel", "python3"),
        cwd=path.parent,
        KIMI_API_KEY="k",
        KIMI_BASE_URL=f"{service.url}/v1",
    )

    assert ran.returncode != 0
    assert "KeyRefused" in ran.stderr
    assert nbformat.read(tmp_path / "b.ipynb", as_version=4).cells[-1].outputs == []


def test_a_conversion_that_executes_fails_where_a_question_fails(
    service: Service, tmp_path: Path
) -> None:
    service.answers(b'{"error":{"message":"bad key"}}', status=401)
    path = notebook(
        tmp_path / "a.ipynb", "%load_ext nbchat", "%%chat kimi-k2.6\nHi", "print('never')"
    )

    ran = run(
        *CONVERT,
        "html",
        path.name,
        cwd=tmp_path,
        KIMI_API_KEY="k",
        KIMI_BASE_URL=f"{service.url}/v1",
    )

    assert ran.returncode != 0
    assert "KeyRefused" in ran.stderr
    assert not (tmp_path / "a.html").exists()


def test_the_error_that_a_run_allows_is_in_the_notebook(service: Service, tmp_path: Path) -> None:
    service.answers(b'{"error":{"message":"bad <img src=x> key"}}', status=401)
    path = notebook(tmp_path / "a.ipynb", "%load_ext nbchat", "%%chat kimi-k2.6\nHi", "print('on')")

    ran = run(
        *(*EXECUTE, "--allow-errors", "--inplace", path.name),
        cwd=tmp_path,
        KIMI_API_KEY="k",
        KIMI_BASE_URL=f"{service.url}/v1",
    )

    assert ran.returncode == 0
    cells = nbformat.read(path, as_version=4).cells
    assert [output.output_type for output in cells[1].outputs] == ["error"]
    assert cells[2].outputs[0].text == "on\n"


# --- what is stored: nothing ---------------------------------------------------------------------

ASK = "import nbchat; nbchat.chat().ask('Hi', 'demo'); nbchat.chat('named').ask('Hi', 'demo')"
MAGIC = "%load_ext nbchat\n%chat ask Hi"
FORK = f"""
import multiprocessing, nbchat
def ask():
    {ASK}
nbchat.ask("demo", "Hi")
child = multiprocessing.get_context("fork").Process(target=ask)
child.start(); child.join()
assert child.exitcode == 0
"""
SCRIPT = f"""
import ipykernel.kernelapp, IPython  # as many libraries do
{ASK}
"""
WAYS = {
    "a script": (sys.executable, "a.py"),
    "IPython": (sys.executable, "-m", "IPython", "a.py"),
    "nbval": (sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", "a.ipynb"),
    "jupyter execute": (*EXECUTE, "a.ipynb"),
    # Both run a notebook as `jupyter execute` does.
    "nbconvert": (*CONVERT, "html", "a.ipynb"),
    "papermill": (*PAPERMILL, "--kernel", "python3"),
}


@pytest.mark.field("P4")
@pytest.mark.parametrize(
    ("way", "display"), by_day(3, [*((way, "") for way in WAYS), ("jupyter execute", "live")])
)
def test_a_run_that_nobody_watches_stores_nothing(way: str, display: str, tmp_path: Path) -> None:
    """It was started from a notebook, whose environment it inherits."""
    notebook(tmp_path / "a.ipynb", ASK, MAGIC if display else FORK)
    (tmp_path / "a.py").write_text(SCRIPT)
    data = tmp_path / "data"

    ran = run(
        *WAYS[way],
        cwd=tmp_path,
        JPY_SESSION_NAME=str(tmp_path / "driver.ipynb"),
        XDG_DATA_HOME=str(data),
        NBCHAT_DISPLAY=display,
        PYTHONWARNINGS="ignore",
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not list(data.rglob("*.sqlite"))


@pytest.mark.field("P4")
@pytest.mark.parametrize("display", by_day(1, ["", "static", "live"]))
def test_what_a_person_watches_is_stored_however_it_is_shown(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "driver.ipynb"))
    history = Path(os.environ["XDG_DATA_HOME"]) / "nbchat" / "history.sqlite"
    with RunningKernel(cwd=tmp_path, env={"NBCHAT_DISPLAY": display}) as kernel:
        kernel.run(ASK, watched=False)
        assert not history.exists()
        kernel.run(ASK)
        kernel.run(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ASK!r}])")
        kernel.run(FORK)
        kernel.run("%load_ext nbchat")
        kernel.run("%%chat demo\nHi")
        listed = kernel.run("%chat list").text

    names = [line.split()[2] for line in listed.splitlines()[1:]]
    assert sorted(names) == ["main", "named"]
