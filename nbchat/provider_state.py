"""What a provider wants to have back with a part of an answer, and nobody else may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, frozen=True)
class ProviderState:
    """Opaque data of a provider: a signature, encrypted reasoning, a plan.

    It goes back to the same provider in the same wire format, and to no other. A wire
    format makes it without names; the engine, which knows whom it asked, puts them in.
    """

    provider: str
    wire: str
    data: Any = field(repr=False)
