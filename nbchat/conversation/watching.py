"""Whoever wants to know what happens to a conversation: a panel, a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

from nbchat.events import Event
from nbchat.tools.consent import ConsentQuestion
from nbchat.turns import Turn

Change = Literal["asked", "events", "consent", "ended", "moved"]
# Of "consent" it is told the one question, in the place of events.
Told: TypeAlias = Event | ConsentQuestion
Watcher: TypeAlias = Callable[[Change, Turn | None, list[Any]], None]


class Watchers:
    """Those who watch one conversation, in the order they came."""

    def __init__(self) -> None:
        self._watchers: list[Watcher] = []

    def add(self, watcher: Watcher) -> Callable[[], None]:
        """Tell this one from now on; returns the function that ends it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def tell(self, change: Change, turn: Turn | None = None, events: Sequence[Told] = ()) -> None:
        """Tell all of them, at once and on this thread."""
        for watcher in tuple(self._watchers):
            watcher(change, turn, list(events))
