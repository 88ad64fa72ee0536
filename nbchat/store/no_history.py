"""What stands in the place of the history where there can be none: it says why, once."""

from __future__ import annotations

from collections.abc import Callable

from nbchat.store.stored_turn import Header
from nbchat.turns import Turn


class NoHistory:
    """A turn that is put here stays in memory."""

    def __init__(self, why: str) -> None:
        self.why = why
        self._told = False

    def put(
        self,
        header: Header,
        turn: Turn | None = None,
        told: Callable[[], None] | None = None,
        *,
        grows: bool = False,
    ) -> None:
        if told:
            told()

    @property
    def has_trouble(self) -> bool:
        """Nothing is waited for."""
        return False

    def trouble(self) -> str:
        """Why nothing is saved, in one line, the first time."""
        if self._told:
            return ""
        self._told = True
        return "Not saved, since " + self.why + " It is kept in memory."
