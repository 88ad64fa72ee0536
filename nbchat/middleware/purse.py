"""What may be spent, and what of it is spoken for: reserved before a request, settled after it.

So however many requests are on their way, together they cost no more than is there, as far as
each costs at most what was reserved for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

from nbchat.catalog.amounts import Amounts, amounts_of
from nbchat.catalog.prices import Cost
from nbchat.errors import BadOption, BudgetReached

TODAY = "today"  # the name of what is for a day
ROUNDING = 1e-12  # of sums of many small amounts


class Purse:
    """An amount of money for many requests. Its methods may be called from any thread.

    `name` is how a sentence about it begins, `to_raise` what a person can do for more. It counts
    for itself what is spent, unless `spent` says that.

    >>> purse = Purse.of("2 USD")
    >>> asyncio.run(purse.reserve(1.5, "USD"))
    >>> purse.settle(1.5, "USD", {"USD": 0.5})
    >>> purse.left("USD")
    1.5
    """

    def __init__(
        self,
        limit: Amounts,
        name: str = "of the budget",
        to_raise: str = "",
        spent: Callable[[], Amounts] | None = None,
    ) -> None:
        self.limit = limit
        self.name = name
        self.to_raise = to_raise
        self.told: set[str] = set()  # why it may be overspent a little, as far as it was said
        self._own: dict[str, float] = {}
        self._spent = spent
        self._reserved: dict[str, float] = {}
        self._on_their_way = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._lock = threading.Lock()

    @classmethod
    def of(cls, written: str, name: str = "of the budget", to_raise: str = "") -> Purse:
        """A purse with that much in it, such as "2 USD". Raises BadOption for what is no amount."""
        try:
            return cls(amounts_of(written), name, to_raise)
        except ValueError:
            raise BadOption(
                f'budget is an amount with its currency, such as "2 USD", not {written!r}.'
            ) from None

    @property
    def spent(self) -> Amounts:
        """What is spent by now; what is on its way is not in it."""
        return self._own if self._spent is None else self._spent()

    def left(self, currency: str) -> float:
        """What is neither spent nor reserved, of one currency."""
        return self._unspent(currency) - self._reserved.get(currency, 0.0)

    def _unspent(self, currency: str) -> float:
        return self.limit.get(currency, 0.0) - self.spent.get(currency, 0.0)

    async def reserve(self, amount: float, currency: str) -> None:
        """Put so much aside. Raises BudgetReached where it will not be there.

        While others on their way may give some of theirs back, it waits for that.
        """
        while True:
            with self._lock:
                if amount <= self.left(currency) + ROUNDING:
                    self._reserved[currency] = self._reserved.get(currency, 0.0) + amount
                    self._on_their_way += 1
                    return
                if not self._on_their_way or amount > self._unspent(currency) + ROUNDING:
                    raise self._reached(amount, currency)
                waiter = asyncio.get_running_loop().create_future()
                self._waiting.append(waiter)
            await waiter

    def reserve_more(self, amount: float, currency: str) -> None:
        """Put more aside for what is on its way already. Raises BudgetReached where none is there.

        It does not wait: who holds a part of the purse while he waits for others may wait for ever.
        """
        with self._lock:
            if amount > self.left(currency) + ROUNDING:
                raise self._reached(amount, currency, "It was not tried again.")
            self._reserved[currency] = self._reserved.get(currency, 0.0) + amount

    def put_aside(self, amount: float, currency: str) -> None:
        """Reserve what is there, for whoever has looked at `left` and waits for nobody."""
        with self._lock:
            self._reserved[currency] = self._reserved.get(currency, 0.0) + amount
            self._on_their_way += 1

    def settle(self, reserved: float, currency: str, spent: Amounts) -> None:
        """Give back what was reserved, and take what was spent in its place."""
        with self._lock:
            self._reserved[currency] -= reserved
            self._on_their_way -= 1
            for name, amount in spent.items():
                self._own[name] = self._own.get(name, 0.0) + amount
            waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            with suppress(RuntimeError):  # its loop has been closed
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)

    def _reached(
        self, amount: float, currency: str, what: str = "Nothing was sent."
    ) -> BudgetReached:
        spent, limit = self.spent.get(currency, 0.0), self.limit.get(currency, 0.0)
        left = max(0.0, limit - spent)
        happened = self._are_spent(money(spent, currency), money(limit, currency))
        why = f"{money(left, currency)} are left, and this may cost {money(amount, currency)}."
        return BudgetReached(f"{happened} {why} {what} {self.to_raise}".rstrip())

    def _are_spent(self, spent: str, limit: str) -> str:
        """Each piece of it is one that can be said in another language."""
        if self.name == TODAY:
            return f"today {spent} of {limit} are spent."
        are_spent = f"{spent} of {limit} are spent."
        return f"{self.name} {are_spent}"


def money(amount: float, currency: str) -> str:
    """One amount for a sentence.

    >>> money(0.05, "USD"), money(0, "EUR")
    ('$0.050', '0 EUR')
    """
    return str(Cost({currency: amount})) or f"0 {currency}"


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
