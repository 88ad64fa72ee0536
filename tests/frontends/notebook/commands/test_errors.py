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
    """What `patch` makes of a file."""
    (name,) = re.findall(r"^--- (\S+)$", diff, re.M)
    (folder / name).write_text(before, newline="")
    subprocess.run(["patch", "-p0"], cwd=folder, input=diff.encode(), check=True, timeout=10)
    return (folder / name).read_bytes().decode()


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
