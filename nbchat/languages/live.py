"""What is drawn twice: for whoever looks now, and for a notebook to keep.

Inside of `live()` the words are in the person's language. Outside, as a notebook keeps them, they
are English, so that it is the same document for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from nbchat.languages import translated

_is_live: ContextVar[bool] = ContextVar("is_live", default=False)


@contextmanager
def live() -> Iterator[None]:
    """Inside, what is drawn is looked at and not kept."""
    token = _is_live.set(True)
    try:
        yield
    finally:
        _is_live.reset(token)


def said(text: str) -> str:
    """A text of ours, for whom it is drawn now.

    >>> said("not run")
    'not run'
    """
    return translated(text) if _is_live.get() else text
