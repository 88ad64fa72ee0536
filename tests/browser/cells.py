"""Notebooks whose Kimi is a service on loopback, and what a person sees in their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..fakes.provider import Service
from ..fakes.steps import Steps
from .lab import Lab, Notebook

Ask = Callable[..., Notebook]

# From here on, every text that an answer shows is kept in `window.seen`.
SEE_ALL = """() => { window.seen = new Set();
    new MutationObserver(() => {
        for (const o of document.querySelectorAll('.jp-OutputArea-output .nbc'))
            window.seen.add(o.innerText) }).observe(
                document.body, {childList: true, subtree: true}) }"""


@pytest.fixture
def ask(lab: Lab, service: Service) -> Iterator[Ask]:
    """Open a notebook with these cells, whose Kimi is the service."""
    opened: list[Notebook] = []

    def opens(*cells: str, **options: Any) -> Notebook:
        setup = (
            "%load_ext nbchat\nimport os; os.environ.update("
            f"KIMI_API_KEY='test-key', KIMI_BASE_URL='{service.url}/v1')"
        )
        opened.append(lab.open(setup, *cells, **options))
        opened[-1].run(0)
        return opened[-1]

    yield opens
    for notebook in opened:
        assert notebook.errors == []
        notebook.close()


def outputs(notebook: Notebook, cell: int) -> list[str]:
    """The visible text of each output of a cell."""
    found: list[str] = notebook.page.evaluate(
        """n => [...([...document.querySelectorAll('.jp-Cell')][n]
            ?.querySelectorAll('.jp-OutputArea-output') ?? [])]
                .filter(o => o.offsetParent).map(o => o.innerText.trim())""",
        cell,
    )
    return found


def let_come(notebook: Notebook, steps: Steps, words: list[str]) -> None:
    """Let an answer come part by part: each of these words is seen before the next part is sent."""
    for word in words:
        notebook.page.locator(".jp-OutputArea-output .nbc", has_text=word).first.wait_for()
        steps.go_on()
