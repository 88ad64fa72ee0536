"""Sends nothing that would cost more than a budget has left.

What a request is expected to cost is reserved before it is sent, and settled with what it has
cost. The budgets are those of the settings, for a notebook and for a day, and the purse that a
question may bring along. What the provider counts is said by the ledger, which comes behind.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from functools import partial
from typing import Any, Literal, Protocol, TypeAlias, Unpack, get_args

from nbchat.catalog.amounts import Amounts, amounts_text
from nbchat.engine.recent_settings import RecentSettings
from nbchat.errors import BudgetReached
from nbchat.events import Event, Notice, Stop
from nbchat.messages import Message
from nbchat.middleware.expected import (
    Expected,
    SeenAnswers,
    expected_cost,
    is_of_rows,
    kind_of,
)
from nbchat.middleware.first_alone import FirstAlone
from nbchat.middleware.ledger import NOBODY
from nbchat.middleware.purse import TODAY, Purse
from nbchat.middleware.spending import Spending, amounts_spent, spendings
from nbchat.settings import Settings
from nbchat.streams import AnswerSource, SourceOptions, Stream

Scope: TypeAlias = Literal["notebook", "day"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
NAMES = {"notebook": "in this notebook", "day": TODAY}
MAY_GO_OVER = "those on their way may go over the budget."

ALLOW = 'budget.unpriced = "allow"  # in your own nbchat.toml'
# Each half is a sentence of its own in the tables of other languages.
ASK_ALL_THE_SAME = "Nothing was sent. " + f"To ask all the same:\n{ALLOW}"


class Account(Protocol):
    """Who knows what was spent."""

    async def refresh(self) -> None:
        """Look what other processes have spent meanwhile."""
        ...

    def spent(self, scope: Scope) -> Amounts:
        """What was spent in this notebook, or today in all of them."""
        ...


class SetPurses:
    """The budgets of the settings, as purses that all who spend in this process share."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._purses: dict[Scope, Purse] = {}

    def of(self, settings: Settings) -> list[Purse]:
        """Those of these settings, with what is in them now."""
        purses = []
        for scope in SCOPES:
            limit: Amounts = getattr(settings.budgets, scope)
            if not limit:
                continue
            purse = self._purses.get(scope)
            if purse is None:
                purse = self._purses[scope] = Purse(limit, spent=self._spent_in(scope))
            purse.limit, purse.name = limit, NAMES[scope]
            purse.to_raise = _to_raise(scope, limit, settings)
            purses.append(purse)
        return purses

    def _spent_in(self, scope: Scope) -> Callable[[], Amounts]:
        return lambda: self._account.spent(scope)


class Budget:
    """An AnswerSource that asks the one behind it where that can be paid."""

    def __init__(
        self,
        source: AnswerSource,
        settings: Callable[[], Settings],
        account: Account,
        purses: SetPurses | None = None,
    ) -> None:
        self._source = source
        self._settings = RecentSettings(settings)
        self._account = account
        self._seen = SeenAnswers()
        self._first_alone = FirstAlone()
        self._set_purses = SetPurses(account) if purses is None else purses

    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        """Ask, unless that would cost too much. Raises BudgetReached before anything is sent."""
        given = options.pop("purse", None)
        stream = self._source.stream(model, messages, **options)
        batches = self._batches(stream, model, messages, options, given)
        return Stream(batches, stream.result)

    async def _batches(
        self,
        stream: Stream,
        model: str,
        messages: str | Sequence[Message],
        options: SourceOptions,
        given: Purse | None,
    ) -> AsyncGenerator[list[Event]]:
        settings = self._settings.of_request(options.get("pacing"))
        purses = [*self._set_purses.of(settings), *([given] if given else [])]
        if not purses:
            async with stream, aclosing(stream.batches()) as batches:
                async for batch in batches:
                    yield batch
            return
        expect = partial(expected_cost, settings, model, messages, options, self._seen)
        await self._account.refresh()
        expected = expect()
        reserved = _Reserved(settings, messages, stream)
        async with AsyncExitStack() as turn:
            if expected is None or not _is_to_pay(expected, settings, purses):
                expected = None
            elif not expected.is_limited and is_of_rows(options):
                kind = kind_of(expected.route, options)
                await turn.enter_async_context(
                    self._first_alone.turn(kind, partial(self._seen.has, kind))
                )
                expected = expect()  # by the first, if this has waited for it
            turn.callback(reserved.settle)
            if expected is not None:
                await reserved.take(expected, purses)
            answer, notices = stream.result, reserved.notices()
            async with stream, aclosing(stream.batches()) as batches:
                async for batch in batches:
                    reserved.take_for_tries(len(answer.lost))
                    if batch and isinstance(batch[-1], Stop):
                        self._note(expected, options, reserved.settle())
                    for notice in notices:
                        answer.add(notice)
                    yield [*notices, *batch]
                    notices = []

    def _note(
        self, expected: Expected | None, options: SourceOptions, spent: Sequence[Spending]
    ) -> None:
        """How long an answer was that has ended, by its provider's count or by ours."""
        if expected is not None and spent:
            self._seen.note(kind_of(expected.route, options), spent[-1].usage.output or 0)


class _Reserved:
    """What is put aside for one request."""

    def __init__(
        self, settings: Settings, messages: str | Sequence[Message], stream: Stream
    ) -> None:
        self._settings = settings
        self._messages = messages
        self._stream = stream
        self._expected: Expected | None = None
        self._purses: list[Purse] = []
        self._times = 1  # tries that may be paid

    async def take(self, expected: Expected, purses: Sequence[Purse]) -> None:
        """Put it aside in each purse. Raises BudgetReached."""
        self._expected = expected
        for purse in purses:
            await purse.reserve(expected.amount, _currency(expected))
            self._purses.append(purse)

    def take_for_tries(self, lost: int) -> None:
        """Put as much aside again for each try that was counted and gave no word.

        Raises BudgetReached, before another try is made.
        """
        if self._expected is None or not self._purses:
            return
        while self._times <= lost:
            for purse in self._purses:
                purse.reserve_more(self._expected.amount, _currency(self._expected))
            self._times += 1

    def notices(self) -> list[Event]:
        """What is said once of a budget that may be overspent a little."""
        why = self._expected.may_be_more if self._expected else ""
        untold = [purse for purse in self._purses if why not in purse.told]
        if not untold or not why:
            return []
        for purse in untold:
            purse.told.add(why)
        return [Notice(f"{why}: {MAY_GO_OVER}")]

    def settle(self) -> list[Spending]:
        """Take what it has cost, and give the rest back; the second time nothing is left to do."""
        if self._expected is None or not self._purses:
            return []
        spent = spendings(self._stream.result, self._messages, NOBODY, self._settings)
        purses, self._purses = self._purses, []
        for purse in purses:
            reserved = self._times * self._expected.amount
            purse.settle(reserved, _currency(self._expected), amounts_spent(spent))
        return spent


def may_go_over(settings: Settings, model: str, options: Mapping[str, Any]) -> str:
    """What to say before many are asked with these options and a budget; empty where it holds."""
    expected = expected_cost(settings, model, "Hi", options, SeenAnswers())
    if expected is None or expected.is_free or not expected.may_be_more:
        return ""
    return f"{expected.may_be_more}: {MAY_GO_OVER}"


def _is_to_pay(expected: Expected, settings: Settings, purses: Sequence[Purse]) -> bool:
    """Whether money has to be there. Raises BudgetReached where nobody can say how much."""
    if expected.is_free:
        return False
    model, provider = expected.route.model.id, expected.route.provider.name
    why = ""
    if expected.price is None:
        why = f"no price is known of {model} at {provider}, so no budget can hold what it costs."
    else:
        paid_in = expected.price.currency
        others = [purse.limit for purse in purses if paid_in not in purse.limit]
        if others:
            why = (
                f"{model} is paid in {paid_in}, and a budget is {amounts_text(others[0])}: "
                "currencies are never added."
            )
    if not why:
        return True
    if settings.budgets.unpriced == "allow":
        return False
    raise BudgetReached(f"{why} {ASK_ALL_THE_SAME}")


def _currency(expected: Expected) -> str:
    return expected.price.currency if expected.price else ""


def _to_raise(scope: Scope, limit: Amounts, settings: Settings) -> str:
    doubled = {currency: 2 * amount for currency, amount in limit.items()}
    setting = f"budget.{scope}"
    where = settings.origins.get(setting, "nbchat.toml")
    return f'To spend more:\n{setting} = "{amounts_text(doubled)}"  # in {where}'
