"""What answers cost by the table's prices, at the addresses that the settings name."""

from __future__ import annotations

from collections.abc import Iterable

from nbchat import runtime
from nbchat.catalog import prices
from nbchat.catalog.catalog import Route
from nbchat.catalog.prices import Cost
from nbchat.catalog.rows import Price
from nbchat.errors import NbchatError
from nbchat.events import Answer


class Prices:
    """The prices as the settings are now, for many answers."""

    def __init__(self) -> None:
        self._settings = runtime.current().usable_settings()

    def cost_of(self, answers: Iterable[Answer]) -> Cost:
        """What these answers cost."""
        return prices.cost_of(answers, self._settings.catalog, self._address_of)

    def price_of(self, answer: Answer) -> Price | None:
        """The price that the answer was made at, where that is known."""
        return prices.price_of(answer, self._settings.catalog, self._address_of)

    def _address_of(self, route: Route) -> str | None:
        try:
            return self._settings.base_url(route).value
        except NbchatError:  # the address was given with the question
            return None


def cost_by_settings(answers: Iterable[Answer]) -> Cost:
    """What these answers cost, at the addresses that the settings name now."""
    return Prices().cost_of(answers)
