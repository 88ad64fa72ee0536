"""A JupyterLab with our extension, and what a person sees of it in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .lab import Lab, Notebook, running_lab

LOAD = "import os\nos.environ['NBCHAT_MODEL'] = 'demo'\n%load_ext nbchat"

InExtendedLab = Callable[..., Notebook]

# The words of a cell that have a colour or a style of their own, and which language gave them it.
TOKENS = """n => {
    const content = document.querySelectorAll('.jp-Cell .cm-content')[n];
    const coloured = [...content.querySelectorAll('span')].filter(
        (span) => !span.children.length && /[\\u037c]/.test(span.className)
    );
    return [content.dataset.language, coloured.map((span) => span.textContent)];
}"""


@pytest.fixture(scope="package")
def extended_lab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab with the extension, once for all tests."""
    with running_lab(tmp_path_factory.mktemp("extended"), chromium, extended=True) as lab:
        yield lab


@pytest.fixture
def in_extended_lab(extended_lab: Lab) -> Iterator[InExtendedLab]:
    """Opens a notebook of these cells in a JupyterLab with the extension."""
    notebooks: list[Notebook] = []

    def open_notebook(*cells: str, **options: Any) -> Notebook:
        notebooks.append(extended_lab.open(*cells, **options))
        return notebooks[-1]

    yield open_notebook
    errors = [error for notebook in notebooks for error in notebook.errors]
    for notebook in notebooks:
        notebook.close()
    assert errors == []


def tokens(notebook: Notebook, cell: int) -> tuple[str, list[str]]:
    """The language of a cell's editor, and the words it has coloured."""
    language, words = notebook.page.evaluate(TOKENS, cell)
    return language, words


def wait_for_language(notebook: Notebook, cell: int, language: str) -> None:
    notebook.page.wait_for_function(
        """([n, language]) => {
            const content = document.querySelectorAll('.jp-Cell .cm-content')[n];
            return content?.dataset.language === language;
        }""",
        arg=[cell, language],
    )


def edit(notebook: Notebook, cell: int) -> None:
    """Put the cursor at the end of a cell."""
    notebook.edit(cell)
    notebook.page.keyboard.press("Control+End")


def wait_for_tokens(notebook: Notebook, cell: int, language: str, words: list[str]) -> None:
    """The editor reads a long text, or one on a slow machine, bit by bit."""
    notebook.page.wait_for_function(
        f"([n, wanted]) => JSON.stringify(({TOKENS})(n)) === wanted",
        arg=[cell, notebook.page.evaluate("JSON.stringify", [language, words])],
    )


def warm_up(notebook: Notebook) -> None:
    """Have the kernel read what it needs to answer a press on a button, for which it has seconds.

    After that the page goes on without it.
    """
    notebook.value("__import__('nbchat.frontends.jupyterlab.asking')")
