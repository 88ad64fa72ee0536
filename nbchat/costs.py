"""What answers cost by the table's prices, at the addresses that the settings name."""

from __future__ import annotations

from collections.abc import Iterable

from nbchat import runtime
from nbchat.catalog.prices import Cost
from nbchat.events import Answer


def cost_by_settings(answers: Iterable[Answer]) -> Cost:
    """What these answers cost, at the addresses that the settings name now."""
    return runtime.current().usable_settings().cost_of(answers)
