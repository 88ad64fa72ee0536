"""What was spent: by this process, and by all that keep their history in the same file.

Where nothing is kept on disk it is what this process has spent, as long as it lives.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args
from uuid import uuid4

from nbchat.catalog.amounts import Amounts
from nbchat.middleware.budget import Scope, SetPurses
from nbchat.middleware.spending import Spending
from nbchat.store.notebook_path import notebook_path
from nbchat.store.spent_rows import GROUPS, By, Spent, SpentSum, day_of, sum_of

if TYPE_CHECKING:
    from nbchat.settings import Settings
    from nbchat.store.store import Store

Period: TypeAlias = Literal["today", "month", "all"]
PERIODS: tuple[Period, ...] = get_args(Period)

OTHERS_SECONDS = 10.0  # for which it is believed what other processes have spent
PATIENCE_SECONDS = 1.5  # how long a question waits for a disk to say that

Others: TypeAlias = tuple[Amounts, Amounts]  # that day, and in this notebook


class Account:
    """Notes what is spent, and sums it. Its methods may be called from any thread."""

    def __init__(self, store: Callable[[Settings | None], Store | None]) -> None:
        self._store = store  # by these settings, or as they are now
        self._begin()

    def _begin(self) -> None:
        self._kernel = uuid4().hex
        self._lock = threading.Lock()
        self._own: dict[tuple[str, str], float] = {}  # by day and currency
        self._unstored: dict[tuple[str, ...], SpentSum] = {}  # where nothing is kept on disk
        self._others: Others = {}, {}
        self._asked: Future[Others] | None = None
        self._asked_at = 0.0
        self.purses = SetPurses(self)  # the budgets of the settings, as all here share them

    def begin_anew(self) -> None:
        """After a fork: what was spent until now is another process's."""
        self._begin()

    def note(self, spending: Spending, settings: Settings | None = None) -> None:
        """One request has ended, which was asked with these settings."""
        spent = Spent(spending, time.time(), self._kernel, notebook_path())
        store = self._store(settings)
        with self._lock:
            key = spent.day, spending.currency
            self._own[key] = self._own.get(key, 0.0) + (spending.cost or 0.0)
            if store is None:
                self._keep_sum(spent)
        if store is not None:
            store.put_spent(spent)

    def _keep_sum(self, spent: Spent) -> None:
        names = dict.fromkeys(name for group in GROUPS.values() for name in ("day", *group))
        summed = sum_of(spent, names)
        key = (*summed.group.values(), summed.currency)
        if key in self._unstored:
            self._unstored[key].add(summed)
        else:
            self._unstored[key] = summed

    # --- for budgets -----------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Look what other processes have spent, unless that was done just now."""
        asked = self._ask_for_others()
        if asked is None:
            return
        if not asked.done():
            waiting = asyncio.wrap_future(asked)
            waiting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            await asyncio.wait([waiting], timeout=PATIENCE_SECONDS)
        self._take_others(asked)

    def look(self) -> None:
        """The same, blocking."""
        asked = self._ask_for_others()
        if asked is not None:
            wait([asked], timeout=PATIENCE_SECONDS)
            self._take_others(asked)

    def _ask_for_others(self) -> Future[Others] | None:
        """The answer of the file, or the one that was given just now."""
        is_new = time.monotonic() - self._asked_at <= OTHERS_SECONDS
        if self._asked is not None and is_new:
            return self._asked
        store = self._store(None)
        if store is None:
            self._others = {}, {}
            return None
        kernel, day, notebook = self._kernel, day_of(time.time()), notebook_path()
        self._asked_at = time.monotonic()
        self._asked = store.ask_later(
            lambda database: database.spent_by_others(kernel, day, notebook)
        )
        return self._asked

    def _take_others(self, asked: Future[Others]) -> None:
        if asked.done() and not asked.cancelled() and asked.exception() is None:
            self._others = asked.result()

    def spent(self, scope: Scope) -> Amounts:
        """What was spent today, or in this notebook ever; of others as far as it is known."""
        today = day_of(time.time())
        amounts = dict(self._others[0] if scope == "day" else self._others[1])
        with self._lock:
            for (day, currency), amount in self._own.items():
                if scope == "notebook" or day == today:
                    amounts[currency] = amounts.get(currency, 0.0) + amount
        return amounts

    # --- for people ------------------------------------------------------------------------------

    def sums(self, period: Period, by: By) -> list[SpentSum]:
        """What was spent in a period, in groups; a group is there once for each currency."""
        first_day = _first_day(period)
        store = self._store(None)
        found: list[SpentSum] = []
        if store is not None:
            found = store.ask(lambda database: database.spent_sums(by, first_day))
        by_key = {_key(summed): summed for summed in found}
        with self._lock:
            unstored = [one for one in self._unstored.values() if one.group["day"] >= first_day]
        for one in unstored:
            group = {name: one.group[name] for name in GROUPS[by]}
            summed = SpentSum(group, one.currency)
            by_key.setdefault(_key(summed), summed).add(one)
        order = _by_day if by == "day" else _dearest_first
        return sorted(by_key.values(), key=order)


def _key(summed: SpentSum) -> tuple[str, ...]:
    return (*summed.group.values(), summed.currency)


def _by_day(summed: SpentSum) -> tuple[str, str]:
    return summed.group["day"], summed.currency


def _dearest_first(summed: SpentSum) -> tuple[float, int, tuple[str, ...]]:
    return -summed.cost, -summed.requests, _key(summed)


def _first_day(period: Period) -> str:
    """The first day of a period that ends now.

    >>> _first_day("all"), _first_day("month")[-3:]
    ('', '-01')
    """
    if period == "all":
        return ""
    today = day_of(time.time())
    return today if period == "today" else f"{today[:-2]}01"
