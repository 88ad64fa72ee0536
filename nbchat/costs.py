"""What answers cost by the table's prices, at the addresses that the settings name."""

from __future__ import annotations

from collections.abc import Iterable

from nbchat import runtime
from nbchat.catalog import prices
from nbchat.catalog.catalog import Route
from nbchat.catalog.prices import Cost
from nbchat.errors import NbchatError
from nbchat.events import Answer


def cost_by_settings(answers: Iterable[Answer]) -> Cost:
    """What these answers cost, at the addresses that the settings name now."""
    settings = runtime.current().usable_settings()

    def address_of(route: Route) -> str | None:
        try:
            return settings.base_url(route).value
        except NbchatError:  # the address was given with the question
            return None

    return prices.cost_of(answers, settings.catalog, address_of)
