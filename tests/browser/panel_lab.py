"""A panel in a real JupyterLab: opened, asked, waited for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..fakes.provider import Service
from .lab import Lab, Notebook

LOAD = "import os\nos.environ.setdefault('NBCHAT_MODEL', 'demo')\n%load_ext nbchat\nimport nbchat"
PANEL = "panel = nbchat.ChatPanel()\npanel"

InLab = Callable[..., Notebook]


@pytest.fixture
def in_lab(lab: Lab) -> Iterator[InLab]:
    """Opens a notebook whose first two cells load nbchat and show a panel, and runs them."""
    notebooks: list[Notebook] = []

    def open_notebook(*cells: str, load: str = LOAD, **options: Any) -> Notebook:
        notebook = lab.open(load, PANEL, *cells, **options)
        notebooks.append(notebook)
        notebook.run(0, 1)
        notebook.page.wait_for_selector(".nbp-root textarea")
        return notebook

    yield open_notebook
    errors = [error for notebook in notebooks for error in notebook.errors]
    for notebook in notebooks:
        notebook.close()
    assert errors == []


def using(service: Service) -> str:
    """A loading cell after which `openai:slow` is answered by the test's own service."""
    return (
        "import os\n"
        f"os.environ['OPENAI_BASE_URL'] = '{service.url}/v1'\n"
        "os.environ['OPENAI_API_KEY'] = 'k'\n"
        f"os.environ['NBCHAT_MODEL'] = 'openai:slow'\n{LOAD}"
    )


def ask(notebook: Notebook, question: str, view: int = 0) -> None:
    area = notebook.page.locator(".nbp-comp textarea").nth(view)
    area.fill(question)
    area.press("Enter")


def wait_for_text(notebook: Notebook, text: str, count: int = 1) -> None:
    """Wait until the transcripts contain a text."""
    notebook.page.wait_for_function(
        """([text, count]) => {
            const logs = [...document.querySelectorAll('.nbp-log')];
            return logs.filter((log) => log.textContent.includes(text)).length >= count;
        }""",
        arg=[text, count],
    )


def wait_for_answers(notebook: Notebook, turns: int) -> None:
    """Wait until so many answers are whole."""
    notebook.page.wait_for_function(
        "n => document.querySelectorAll('.nbp-foot').length === n", arg=turns
    )


def wait_for_copy(notebook: Notebook, cell: int, *texts: str) -> None:
    """Wait until what would be saved of a cell has the panel's copy, with these in this order."""
    notebook.page.wait_for_function(
        """([cell, wanted]) => {
            const { cells } = window.jupyterapp.shell.currentWidget.content.model;
            const outputs = JSON.stringify(cells.get(cell).outputs.toJSON());
            return new RegExp(wanted).test(outputs);
        }""",
        arg=[cell, ".*".join(map(re.escape, ("nbc-snapshot", *texts)))],
    )
