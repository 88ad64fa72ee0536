"""What one request was paid with: counts, money, and for whom; never a word of what was said.

Where an answer was stopped, or its provider does not count, the counts are ours and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nbchat.catalog.amounts import Amounts
from nbchat.engine.estimates import estimate_tokens
from nbchat.engine.token_estimate import tokens_in
from nbchat.events import Answer, Usage
from nbchat.messages import Message, Text, Thought
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.streams import SpentBy

DEMO = "demo"  # answers in this process, for nothing
NOT_WHOLE = ("interrupted", "broken")


@dataclass(slots=True, frozen=True)
class Spending:
    """One request, or a try of it that gave no word, as far as it was paid for."""

    by: SpentBy
    model: str
    provider: str
    usage: Usage
    cost: float | None  # None where it is not known
    currency: str  # empty where nothing is known, or nothing is paid
    has_word: bool = True
    is_estimated: bool = False  # the counts are ours
    is_told: bool = False  # the cost is what the provider says


def spendings(
    answer: Answer,
    messages: str | Sequence[Message],
    by: SpentBy,
    settings: Settings,
) -> list[Spending]:
    """What an answer was paid with, as far as it has come, and each try before it."""
    if answer.provider == DEMO:
        return []
    tries = [_spending(answer, usage, by, settings, has_word=False) for usage in answer.lost]
    usage = _counts(answer, messages)
    if usage is None:
        return tries
    spent = _spending(answer, usage, by, settings)
    return [*tries, replace(spent, is_estimated=usage != answer.usage)]


def amounts_spent(spent: Iterable[Spending]) -> Amounts:
    """What is known of the money, by currency."""
    amounts: dict[str, float] = {}
    for one in spent:
        if one.cost:
            amounts[one.currency] = amounts.get(one.currency, 0.0) + one.cost
    return amounts


def _counts(answer: Answer, messages: str | Sequence[Message]) -> Usage | None:
    """What was counted, and where that is not all, what we count; None where nothing has come."""
    usage, has_come = answer.usage, bool(answer.parts)
    if usage == Usage() and not has_come:
        return None
    is_counted = usage.input is not None and usage.output is not None
    is_whole = answer.has_stopped and answer.stop.reason not in NOT_WHOLE
    if is_counted and (is_whole or not has_come):
        return usage
    sent = usage.input
    if sent is None:
        sent = estimate_tokens(as_messages(messages))
    made = max(usage.output or 0, _tokens_made(answer))
    return replace(usage, input=sent, output=made)


def _tokens_made(answer: Answer) -> int:
    words = [part.text for part in answer.parts if isinstance(part, Text | Thought)]
    calls = [f"{call.name} {call.arguments}" for call in answer.tool_calls]
    return sum(map(tokens_in, [*words, *calls]))


def _spending(
    answer: Answer, usage: Usage, by: SpentBy, settings: Settings, *, has_word: bool = True
) -> Spending:
    counted = Answer(answer.model, answer.provider, usage, given_url=answer.given_url)
    cost = settings.cost_of([counted])
    (currency, amount), *_ = [*cost.amounts.items(), ("", 0.0 if cost.complete else None)]
    return Spending(
        by,
        answer.model,
        answer.provider,
        usage,
        amount,
        currency,
        has_word,
        is_told=usage.cost is not None,
    )
