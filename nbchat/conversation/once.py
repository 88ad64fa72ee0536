"""Notices that a person needs once in a kernel, however many answers they would belong to."""

from __future__ import annotations

from nbchat.turns import Turn


class Once:
    """Which turn has each of them.

    A cell that is run again says it again: what is left of it does not depend on how often it
    was run.
    """

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}

    def take(self, notice: str, turn: Turn) -> bool:
        """Whether this turn is to say it; no other one will."""
        before = self._turns.get(notice)
        if before is not None and not turn.replaces(before):
            return False
        self._turns[notice] = turn
        return True

    def give_back(self, notice: str, turn: Turn) -> None:
        """The turn was refused, and has said nothing."""
        if self._turns.get(notice) is turn:
            del self._turns[notice]
