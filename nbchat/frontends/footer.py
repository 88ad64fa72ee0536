"""The line under an answer: who answered, how many tokens, what it cost, what was sent."""

from __future__ import annotations

from nbchat.catalog import Price
from nbchat.conversation import Turn
from nbchat.errors import NbchatError
from nbchat.messages import Usage
from nbchat.settings import Settings

SIGNS = {"USD": "$", "CNY": "¥", "EUR": "€"}


def footer(turn: Turn) -> list[str]:
    """The parts of the line; nothing in it changes from run to run."""
    answer = turn.answer
    parts = [answer.model, tokens(answer.usage), money(answer.usage, price_of(answer.model))]
    sent = f"sent {', '.join(turn.inserted)}" if turn.inserted else ""
    return [part for part in (*parts, sent) if part]


def tokens(usage: Usage) -> str:
    """`1,204 → 386 tokens`, and how many of those sent were cached.

    >>> tokens(Usage(input=1204, output=386, cached=1024))
    '1,204 → 386 tokens, 1,024 cached'
    """
    if usage.input is None and usage.output is None:
        return ""
    said = " → ".join("?" if n is None else f"{n:,}" for n in (usage.input, usage.output))
    return f"{said} tokens" + (f", {usage.cached:,} cached" if usage.cached else "")


def price_of(model: str) -> Price | None:
    try:
        return Settings.load().catalog.find(model).model.price
    except NbchatError:
        return None


def cost(usage: Usage, price: Price | None) -> float | None:
    """Money for a turn by the table's price, in its currency; None where it cannot be told.

    >>> cost(Usage(input=1_000_000, output=500_000), Price(input=0.6, output=2.5))
    1.85
    """
    if price is None or price.input is None or price.output is None or usage.input is None or usage.output is None:
        return None
    cached = min(usage.cached or 0, usage.input) if price.cached_input is not None else 0
    fresh = usage.input - cached
    return (fresh * price.input + cached * (price.cached_input or 0.0) + usage.output * price.output) / 1e6


def money(usage: Usage, price: Price | None) -> str:
    """`$0.0019`; at least two digits that say something."""
    amount = cost(usage, price)
    if not amount or price is None:
        return ""
    sign = SIGNS.get(price.currency, f"{price.currency} ")
    return f"{sign}{amount:.2f}" if amount >= 1 else f"{sign}{amount:.2g}" if amount >= 0.0001 else f"<{sign}0.0001"
