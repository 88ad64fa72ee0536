"""`%%chat --above`: what is sent of the cells above, from a real kernel to a real service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(scope="module")
def kimi() -> Iterator[Service]:
    with Service() as service:
        service.always(answer(*said("An answer.")))
        yield service


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, kimi: Service) -> Iterator[RunningKernel]:
    """A kernel that knows the file of its notebook, in which some cells have run."""
    folder = tmp_path_factory.mktemp("above")
    file = folder / "talk.ipynb"
    file.write_text(saved("load", "one", "two", "asks", "below"))
    with RunningKernel(cwd=folder, env={"JPY_SESSION_NAME": str(file)}) as kernel:
        kernel.run("%load_ext nbchat", cell="load")
        kernel.run(
            f"import os; os.environ.update(KIMI_API_KEY={KEY!r}, KIMI_BASE_URL='{kimi.url}/v1')"
        )
        kernel.run("print('below')", cell="below")
        kernel.run("print('two'); 1/0", cell="two")
        kernel.run("print('one', os.environ['KIMI_API_KEY'])", cell="one")
        yield kernel


def saved(*ids: str) -> str:
    cells = [{"id": id, "cell_type": "code", "source": [f"# {id}\n", "1"]} for id in ids]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def ask(kernel: RunningKernel, kimi: Service, line: str) -> tuple[str, str]:
    """What was sent below the question, and the footer of the answer."""
    ran = kernel.run(f"%%chat kimi-k2.6 {line}\nWhy?", cell="asks")
    assert ran.status == "ok", ran.error
    sent = json.loads(kimi.requests[-1].body)["messages"][-1]["content"]
    question, _, below = sent.partition("\n\n")
    assert question == "Why?"
    return below, ran.html


def test_cells_go_along_in_the_order_of_the_file_without_those_below(
    notebook: RunningKernel, kimi: Service
) -> None:
    sent, footer = ask(notebook, kimi, "--above all")

    assert "below" not in sent
    assert "In[4] showed:\n```\ntwo\nZeroDivisionError: division by zero" in sent
    assert "3 cells above (~" in footer


def test_no_key_goes_along(notebook: RunningKernel, kimi: Service) -> None:
    sent, _ = ask(notebook, kimi, "--above 9")

    assert KEY not in sent
    assert "one [KIMI_API_KEY]" in sent


def test_so_many_go_along_as_the_line_says(notebook: RunningKernel, kimi: Service) -> None:
    sent, footer = ask(notebook, kimi, "--above 1")

    assert "In[5]" in sent
    assert "In[4]" not in sent
    assert "1 cell above (~" in footer


def test_hidden_cells_stay_behind_also_when_they_run_again(
    notebook: RunningKernel, kimi: Service
) -> None:
    notebook.run("%chat hide 5")
    notebook.run("print('again')", cell="one")

    sent, _ = ask(notebook, kimi, "--above all")

    assert "again" not in sent
    assert "In[4]" in sent
    notebook.run("%chat hide --forget 5")


def test_what_failed_in_a_hidden_cell_is_told_without_its_lines(
    notebook: RunningKernel, kimi: Service
) -> None:
    ran = notebook.run("def f():\n    return 1 / 0  # only here", cell="f")
    number = ran.reply["content"]["execution_count"]
    notebook.run("f()", cell="two")
    notebook.run(f"%chat hide {number}")
    for line in ("--above all", "--error"):
        sent, _ = ask(notebook, kimi, line)

        assert "only here" not in sent
        assert f"Cell In[{number}], line 2, in f" in sent
    notebook.run(f"%chat hide --forget {number}")


def test_a_question_of_another_conversation_is_told_with_its_answer(
    notebook: RunningKernel, kimi: Service
) -> None:
    notebook.run("%%chat kimi-k2.6 --name other\nSomething else", cell="one")

    sent, _ = ask(notebook, kimi, "--above all")

    assert "asked a model:\n```\nSomething else\n```\nIts answer:\n```markdown\nAn answer." in sent


def test_one_of_this_conversation_is_only_named(notebook: RunningKernel, kimi: Service) -> None:
    notebook.run("%%chat kimi-k2.6\nSomething before", cell="one")
    notebook.run("%chat reset")
    notebook.run("%%chat kimi-k2.6\nSomething before", cell="one")

    sent, _ = ask(notebook, kimi, "--above all")

    assert "asked a question that is in this conversation, above" in sent
    assert "Something before" not in sent
    fresh, _ = ask(notebook, kimi, "--above all --fresh")
    assert "Something before" in fresh


def test_where_nothing_ran_above_the_footer_says_so(tmp_path: Path) -> None:
    with RunningKernel(cwd=tmp_path) as kernel:
        kernel.run("%load_ext nbchat")
        assert "no cells above" in kernel.run("%%chat demo --above all\nHi").html
