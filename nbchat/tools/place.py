"""The notebook of this process, as the ready tools work in it.

A front-end has it. This is the one door from the tools to there, so that `look` and `run` are
plain functions that work in any kernel, whether the extension is loaded or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from nbchat.context.cells import Output
from nbchat.context.notebook import Notebook
from nbchat.tools.running import Heard


class Place(Protocol):
    """Where the tools work."""

    @property
    def notebook(self) -> Notebook:
        """What can be looked at."""

    def run(self, code: str) -> Sequence[Output]:
        """Run code as a cell would; what it shows, unless whoever called the tool hears it."""

    def hearing(self) -> AbstractContextManager[Heard]:
        """Hear what is printed and displayed inside, in place of showing it."""


def place() -> Place | None:
    """The notebook of this process; None where IPython does not run."""
    from nbchat.frontends.host import place_here

    return place_here()


def hearing() -> AbstractContextManager[Heard | None]:
    """Hear what is printed and displayed inside; nothing where there is no notebook."""
    here = place()
    return nullcontext() if here is None else here.hearing()
