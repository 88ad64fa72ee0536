"""A question to an object of somebody's own, which may fail in any way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from nbchat.errors import Interrupted

T = TypeVar("T")


def or_else(usual: T, ask: Callable[..., T], *of: object) -> T:
    """What a question gives; `usual` where an object of somebody's own has failed on the way.

    >>> or_else(0, int, "x")
    0
    """
    try:
        return ask(*of)
    except KeyboardInterrupt:
        raise Interrupted("a variable was still being looked at; nothing was sent.") from None
    except BaseException:
        return usual
