"""The line under an answer: who answered, how many tokens, what it cost, what was sent.

Money is right or absent: by the price of the provider that answered, as far as the
table knows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nbchat.catalog.catalog import Route
from nbchat.catalog.rows import Model, Price
from nbchat.errors import NbchatError
from nbchat.events import Answer, Usage
from nbchat.settings import Settings
from nbchat.turns import Turn

SIGNS = {"USD": "$", "CNY": "¥", "EUR": "€"}
FLAT = ("coding", "code")  # regions that are paid by the month
FIRST_TIER = 32_000  # tokens sent; where prices rise with length, none known rises below it


def footer(turn: Turn) -> list[str]:
    """The parts of the line; nothing in it changes from run to run."""
    answer = turn.answer
    sent = f"sent {', '.join(turn.inserted)}" if turn.inserted else ""
    return [part for part in (answer.model, str(answer.usage), money([answer]), sent) if part]


def money(answers: Iterable[Answer]) -> str:
    """What these answers cost, by currency: `$0.0019`; `at least` where it is not known of all of them."""
    settings = Settings.load()
    sums: dict[str, float] = {}
    unknown = False
    for answer in answers:
        price = price_of(answer, settings)
        amount = cost(answer.usage, price) if price else None
        if price and amount is not None:
            sums[price.currency] = sums.get(price.currency, 0.0) + amount
        else:
            unknown |= _is_paid(answer, settings)
    known = said(sums)
    return f"at least {known}" if known and unknown else known


def said(sums: Mapping[str, float]) -> str:
    """At least two digits that say something.

    >>> said({"USD": 0.00189, "CNY": 12.345}), said({"USD": 0.00001})
    ('$0.0019 + ¥12.35', '<$0.0001')
    """
    parts = []
    for currency, amount in sums.items():
        sign = SIGNS.get(currency, f"{currency} ")
        if amount >= 1:
            parts.append(f"{sign}{amount:,.2f}")
        elif amount >= 0.0001:
            parts.append(f"{sign}{amount:.{_digits(amount)}f}")
        elif amount:
            parts.append(f"<{sign}0.0001")
    return " + ".join(parts)


def _digits(amount: float) -> int:
    """How many digits behind the point show two that are not zero.

    >>> _digits(0.5), _digits(0.012), _digits(0.00019)
    (2, 3, 5)
    """
    return next(places for places in range(2, 7) if amount * 10**places >= 10 or places == 6)


def price_of(answer: Answer, settings: Settings) -> Price | None:
    """The price of the model at the provider that answered, in the region that is set."""
    model = _row(answer, settings)
    if model is None or model.price is None:
        return None
    if model.price_tiered and (answer.usage.input or 0) > FIRST_TIER:
        return None
    return None if _elsewhere(model, model.price, settings) else model.price


def _is_paid(answer: Answer, settings: Settings) -> bool:
    provider = settings.catalog.providers.get(answer.provider)
    return provider is None or provider.key_needed


def _row(answer: Answer, settings: Settings) -> Model | None:
    models = settings.catalog.models
    found = (models.get(answer.model), models.get(f"{answer.provider}:{answer.model}"))
    return next((row for row in found if row and row.type == answer.provider), None)


def _elsewhere(model: Model, price: Price, settings: Settings) -> bool:
    """Whether the provider is asked in a region where that is not the price: in another currency, or flat."""
    provider = settings.catalog.providers[model.type]
    route = Route(model, provider, model.wire or provider.wire)
    try:
        address = settings.base_url(route).value
    except NbchatError:  # it was given with the question
        return False
    places = {"": route.base_url, **provider.regions}
    region = max(
        (r for r, url in places.items() if address.startswith(url)),
        key=lambda r: len(places[r]),
        default=None,
    )
    if region is None:  # a gateway
        return False
    if region.startswith(FLAT):
        return True
    if "intl" in places:
        return price.currency != ("USD" if region == "intl" else "CNY")
    return "cn" in places and price.currency != ("CNY" if region == "cn" else "USD")


def cost(usage: Usage, price: Price) -> float | None:
    """Money for a turn by the table's price, in its currency; None where it cannot be told.

    >>> cost(Usage(input=1_000_000, output=500_000), Price(input=0.6, output=2.5))
    1.85
    """
    if price.input is None or price.output is None or usage.input is None or usage.output is None:
        return None
    cached = min(usage.cached or 0, usage.input)
    if cached and price.cached_input is None:
        return None
    fresh = usage.input - cached
    return (
        fresh * price.input + cached * (price.cached_input or 0.0) + usage.output * price.output
    ) / 1e6
