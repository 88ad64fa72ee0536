"""How fast one worker may ask for one map: its part, which the client changes while it works."""

from __future__ import annotations

from dataclasses import dataclass

from nbchat.streams import Pacing


@dataclass(slots=True, frozen=True)
class Part:
    """What one worker has of the rate (requests a second) and of the requests on their way."""

    rate: float | None = None
    at_once: int | None = None


class WorkerPacing(Pacing):
    """The pacing of all requests of a map in this process; one object, so they count together.

    >>> pacing = WorkerPacing(is_patient=True)
    >>> pacing.change(Part(rate=5.0))
    >>> pacing.rate, pacing.at_once
    (5.0, None)
    """

    def change(self, part: Part) -> None:
        """From now on it is this part."""
        object.__setattr__(self, "rate", part.rate)
        object.__setattr__(self, "at_once", part.at_once)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)
