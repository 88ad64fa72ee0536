"""Which connections are kept where there are too many: who has shown the token, and the youngest.

A connection costs a file, and anybody who reaches the port can open one. So one address has a
part of them at most, and one that has not shown the token makes room for the next.
"""

from __future__ import annotations

from typing import Protocol


class Closable(Protocol):
    """A client's connection."""

    address: str
    has_shown_token: bool

    def cut(self) -> None: ...


class OpenConnections:
    """Those of one worker, the oldest first. `shared` are addresses of many clients: a proxy's."""

    def __init__(self, most: int, most_of_one: int, shared: frozenset[str] = frozenset()) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._shared = shared
        self._open: dict[Closable, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, new: Closable) -> None:
        """Take in one more. Where there is no room, another is cut, or else the new one."""
        self._open[new] = None
        neighbours = [one for one in self._open if one.address == new.address]
        if new.address not in self._shared and len(neighbours) > self._most_of_one:
            self._cut_oldest(neighbours, new)
        if len(self._open) > self._most:
            self._cut_oldest(list(self._open), new)

    def forget(self, one: Closable) -> None:
        """One has ended."""
        self._open.pop(one, None)

    def _cut_oldest(self, among: list[Closable], new: Closable) -> None:
        strangers = (one for one in among if not one.has_shown_token)
        oldest = next(strangers, new)  # the new one itself is the youngest of them
        self.forget(oldest)
        oldest.cut()
