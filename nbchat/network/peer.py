"""Who is asked: by the name that people know, and by the host that the network knows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Peer:
    """Who answers at the other end of a connection. Without a name, the host stands for it."""

    host: str
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or self.host
