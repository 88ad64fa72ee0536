"""The words behind `%chat usage`, and what it says of the budgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from nbchat.catalog.amounts import Amounts
from nbchat.errors import BadCommand
from nbchat.middleware.budget import SCOPES
from nbchat.middleware.purse import money
from nbchat.settings_values import Budgets
from nbchat.store.account import PERIODS, Account, Period
from nbchat.store.spent_rows import GROUPS, By
from nbchat.store.spent_table import in_words
from nbchat.wording import did_you_mean, shorten

BY = "--by"
LONGEST_SHOWN = 40  # characters of what was typed that are repeated
BUDGET_WORDS = {"notebook": "The budget of this notebook", "day": "The budget of today"}

Word = TypeVar("Word", bound=str)


def period_and_group(typed: str) -> tuple[Period, By]:
    """What `%chat usage` is asked for. Raises BadCommand.

    >>> period_and_group("month --by day"), period_and_group("--by=notebook")
    (('month', 'day'), ('all', 'notebook'))
    """
    period: Period = "all"
    by: By = "model"
    words = typed.lower().replace("=", " ").split()
    while words:
        word = words.pop(0)
        if word != BY:
            period = _one_of(word, PERIODS, "a time")
        elif words:
            by = _one_of(words.pop(0), tuple(GROUPS), "a group")
        else:
            raise BadCommand(f"{BY} takes {in_words(GROUPS)}, such as:\n%chat usage {BY} day")
    return period, by


def _one_of(word: str, known: tuple[Word, ...], what: str) -> Word:
    for one in known:
        if word == one:
            return one
    near = did_you_mean(word, known)
    said = f"%chat usage takes {in_words(known)} as {what}, not {shorten(word, LONGEST_SHOWN)!r}."
    raise BadCommand(f"{said}{near}\nSuch as:\n%chat usage today {BY} model")


def budget_lines(budgets: Budgets, account: Account) -> list[str]:
    """How much of each budget is spent; nothing where there is none."""
    lines = []
    if budgets.notebook or budgets.day:
        account.look()
    for scope in SCOPES:
        limit: Amounts = getattr(budgets, scope)
        spent = account.spent(scope) if limit else {}
        told = [
            (money(spent.get(currency, 0.0), currency), money(amount, currency))
            for currency, amount in limit.items()
        ]
        if told:
            lines.append(_spent_line(BUDGET_WORDS[scope], told))
    return lines


def _spent_line(budget: str, told: Sequence[tuple[str, str]]) -> str:
    """A sentence of what is spent of how much, in each currency."""
    if len(told) == 1:
        ((part, whole),) = told
        return f"{budget}: {part} of {whole} are spent."
    if len(told) == 2:
        (part, whole), (other_part, other_whole) = told
        return f"{budget}: {part} of {whole} and {other_part} of {other_whole} are spent."
    return f"{budget}: {' and '.join(f'{part} of {whole}' for part, whole in told)} are spent."
