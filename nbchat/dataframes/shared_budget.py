"""Money for the workers of a cluster: the client puts a part aside for each batch, and settles it.

What is left is that of all purses together: of the map's own budget, and of those in the
settings. The parts on their way are never more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nbchat.catalog.amounts import Amounts, amounts_text
from nbchat.errors import BudgetReached
from nbchat.middleware.purse import Purse
from nbchat.middleware.spending import Spending, amounts_spent


@dataclass(slots=True, frozen=True)
class Share:
    """What one batch may spend, and whose words are said where that is not enough."""

    amounts: Mapping[str, float]  # by currency
    limit: Mapping[str, float]
    name: str
    to_raise: str

    def purse(self) -> Purse:
        """The share on a worker: the whole purse, of which the rest counts as spent."""
        purse = Purse(self.limit, self.name, self.to_raise)
        for currency, amount in self.amounts.items():
            purse.put_aside(0.0, currency)
            purse.settle(0.0, currency, {currency: self.limit[currency] - amount})
        return purse


class SharedBudget:
    """The purses that a map is paid from.

    >>> budget = SharedBudget([Purse.of("2 USD"), Purse.of("1 USD")])
    >>> first, second = budget.share(2), budget.share(1)
    >>> first.amounts, second.amounts
    ({'USD': 0.5}, {'USD': 0.5})
    >>> budget.settle(first, [])
    >>> budget.share(1).amounts
    {'USD': 0.5}
    """

    def __init__(self, purses: Sequence[Purse]) -> None:
        self._purses = purses

    def share(self, parts: int) -> Share | None:
        """One of so many parts of what is left, spoken for from now on; None without any purse.

        Raises BudgetReached where no currency is in all of them.
        """
        if not self._purses:
            return None
        first, *others = self._purses
        common = [name for name in first.limit if all(name in one.limit for one in others)]
        if not common:
            written = " and ".join(amounts_text(purse.limit) for purse in self._purses)
            raise BudgetReached(
                f"the budgets are {written}: currencies are never added. Nothing was sent."
            )
        tightest = min(self._purses, key=lambda purse: min(map(purse.left, common)))
        amounts = {name: self._left(name) / parts for name in common}
        for purse in self._purses:
            for name, amount in amounts.items():
                purse.put_aside(amount, name)
        limit = {name: tightest.limit[name] for name in common}
        return Share(amounts, limit, tightest.name, tightest.to_raise)

    def _left(self, currency: str) -> float:
        return max(0.0, min(purse.left(currency) for purse in self._purses))

    def settle(self, share: Share | None, spendings: Iterable[Spending]) -> None:
        """Give back what a batch had, and take what it has spent."""
        if share is None:
            return
        spent = amounts_spent(spendings)
        for purse in self._purses:
            for name, amount in share.amounts.items():
                of_name: Amounts = {name: spent.get(name, 0.0)}
                purse.settle(amount, name, of_name)
