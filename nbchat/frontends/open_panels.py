"""The chat panels that are open, for those who have a question for one."""

from __future__ import annotations

from typing import Protocol
from weakref import ref

from nbchat.context.question import Composed


class OpenPanel(Protocol):
    """A panel that a person sees."""

    def take_question(self, question: Composed, words: str) -> None:
        """Ask it in the conversation that is shown. May be called on any thread."""


_open: list[ref[OpenPanel]] = []  # the newest is the last


def note_open(panel: OpenPanel) -> None:
    """A person sees it from now on."""
    note_closed(panel)
    _open.append(ref(panel))


def note_closed(panel: OpenPanel) -> None:
    """Nobody sees it any more."""
    _open[:] = [other for other in _open if other() not in (None, panel)]


def ask_in_panel(question: Composed, words: str) -> bool:
    """Ask in the panel that was opened last; False where none is open.

    `words` are those of the question, without what goes along.
    """
    panels = [panel for panel in (one() for one in _open) if panel is not None]
    if not panels:
        return False
    panels[-1].take_question(question, words)
    return True
