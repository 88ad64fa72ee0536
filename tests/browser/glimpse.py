"""What a page shows for a moment only, such as a button that says what it has done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WATCH = """(text) => {
    const isIt = (node) => node.textContent.trim().startsWith(text);
    window.glimpsed = false;
    new MutationObserver((changes, observer) => {
        if (!changes.some(({ addedNodes }) => [...addedNodes].some(isIt))) return;
        window.glimpsed = true;
        observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
}"""


@contextmanager
def glimpsed(page: Any, text: str) -> Iterator[None]:
    """What is done here has the page say that, for however short a while."""
    page.evaluate(WATCH, text)
    yield
    page.wait_for_function("window.glimpsed")
