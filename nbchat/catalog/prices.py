"""What answers cost, by the prices of the table. Money is right, or it is absent.

Nothing here looks at settings. Whoever asks says at which address a model is asked:
in another region, a provider may have another price list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nbchat.catalog.catalog import Catalog, Route
from nbchat.catalog.rows import Model, Price, Provider
from nbchat.events import Answer, Usage

SIGNS = {"USD": "$", "CNY": "¥", "EUR": "€"}
MONTHLY_REGIONS = ("coding", "code")  # a region whose name begins so is paid by the month
# Tokens sent. Some prices rise with the length of the question; none that is known rises below.
FIRST_TIER_TOKENS = 32_000
SMALLEST_AMOUNT = 0.0001  # a smaller one is shown as "less than this"
# What is put into a cache costs a quarter more than what is read once: Anthropic's rule for five
# minutes, and Alibaba's. Those that take nothing for it do not count it.
WRITTEN_FACTOR = 1.25
SAID_IN = "USD"  # what providers say that an answer cost
MOST_DIGITS = 6  # behind the decimal point

AddressOf = Callable[[Route], str | None]  # where a model is asked now; None where nobody knows


@dataclass(slots=True, frozen=True)
class Cost:
    """Money by currency (ISO 4217), and whether that is all of it."""

    amounts: Mapping[str, float]
    complete: bool = True

    def __str__(self) -> str:
        """At least two digits that say something; empty where nothing is known.

        >>> str(Cost({"USD": 0.00189, "CNY": 12.345})), str(Cost({"USD": 0.00001}))
        ('$0.0019 + ¥12.35', '<$0.0001')
        >>> str(Cost({"EUR": 2.0}, complete=False)), str(Cost({"USD": 0.00001}, complete=False))
        ('at least €2.00', '')
        """
        smallest = 0.0 if self.complete else SMALLEST_AMOUNT  # "at least less than" says nothing
        amounts = {sign: amount for sign, amount in self.amounts.items() if amount >= smallest}
        texts = [_amount_text(*pair) for pair in amounts.items()]
        known = " + ".join(text for text in texts if text)
        return known if self.complete or not known else f"at least {known}"


def cost_of(answers: Iterable[Answer], catalog: Catalog, address_of: AddressOf) -> Cost:
    """What these answers cost together; not complete where that of a paid one is not known.

    What a provider has said itself goes before the table.
    """
    amounts: dict[str, float] = {}
    complete = True
    for answer in answers:
        amount, currency = _money_for(answer, catalog, address_of)
        if amount is not None:
            amounts[currency] = amounts.get(currency, 0.0) + amount
        elif _is_paid(answer, catalog):
            complete = False
    return Cost(amounts, complete)


def _money_for(answer: Answer, catalog: Catalog, address_of: AddressOf) -> tuple[float | None, str]:
    """What one answer cost, and in which currency; None where that is not known."""
    if answer.usage.cost is not None:
        return answer.usage.cost, SAID_IN
    price = price_of(answer, catalog, address_of)
    if price is None:
        return None, ""
    return usage_cost(answer.usage, price), price.currency


def price_of(answer: Answer, catalog: Catalog, address_of: AddressOf) -> Price | None:
    """The price of the model at the provider that answered, in the region that is asked."""
    model = row_of(answer, catalog)
    if model is None:
        return None
    provider = catalog.providers[model.type]
    route = Route(model, provider, model.wire or provider.wire)
    return price_at(route, answer.given_url or address_of(route), answer.usage.input or 0)


def price_at(route: Route, address: str | None, tokens: int) -> Price | None:
    """The price of a model for so many tokens sent to that address."""
    model = route.model
    if model.price is None or (model.price_tiered and tokens > FIRST_TIER_TOKENS):
        return None
    if address is not None and _has_another_price(model.price, route, address):
        return None
    return model.price


def row_of(answer: Answer, catalog: Catalog) -> Model | None:
    """The row of the model, at the provider that answered and no other."""
    for name in (answer.model, f"{answer.provider}:{answer.model}"):
        row = catalog.models.get(name)
        if row is not None and row.type == answer.provider:
            return row
    return None


def usage_cost(usage: Usage, price: Price) -> float | None:
    """Money for a turn by the table's price, in its currency; None where it cannot be told.

    >>> usage_cost(Usage(input=1_000_000, output=500_000), Price(input=0.6, output=2.5))
    1.85
    >>> usage_cost(Usage(1_000_000, 0, written=400_000), Price(input=4, output=20))
    4.4
    """
    if price.input is None or price.output is None or usage.input is None or usage.output is None:
        return None
    cached = min(usage.cached or 0, usage.input)
    if cached and price.cached_input is None:
        return None
    written = min(usage.written or 0, usage.input - cached)
    fresh = usage.input - cached - written
    written_price = price.written_input
    if written_price is None:
        written_price = price.input * WRITTEN_FACTOR
    sent = fresh * price.input + cached * (price.cached_input or 0.0) + written * written_price
    return (sent + usage.output * price.output) / 1e6


def _is_paid(answer: Answer, catalog: Catalog) -> bool:
    """Whether an answer costs money, as far as is known: a provider without a key costs none."""
    provider = catalog.providers.get(answer.provider)
    return provider is None or provider.key_needed


def _has_another_price(price: Price, route: Route, address: str) -> bool:
    """Whether that address takes another currency than the price is in, or a fee by the month."""
    region = _region_at(address, {"": route.base_url, **route.provider.regions})
    if region is None:  # a gateway
        return False
    if region.startswith(MONTHLY_REGIONS):
        return True
    return price.currency != _currency_in(region, route.provider, price.currency)


def _region_at(address: str, places: Mapping[str, str]) -> str | None:
    """The region whose base URL the address begins with, the longest of them."""
    matching = [region for region, url in places.items() if address.startswith(url)]
    return max(matching, key=lambda region: len(places[region]), default=None)


def _currency_in(region: str, provider: Provider, usual: str) -> str:
    """The currency of a region, where a provider has a price list for China and one for abroad."""
    if "intl" in provider.regions:
        return "USD" if region == "intl" else "CNY"
    if "cn" in provider.regions:
        return "CNY" if region == "cn" else "USD"
    return usual


def _amount_text(currency: str, amount: float) -> str:
    sign = SIGNS.get(currency, f"{currency} ")
    if amount >= SMALLEST_AMOUNT:
        return f"{sign}{amount:,.{_digits(amount)}f}"
    return f"<{sign}{SMALLEST_AMOUNT}" if amount else ""


def _digits(amount: float) -> int:
    """How many digits behind the point show two that are not zero.

    >>> _digits(0.5), _digits(0.012), _digits(0.00019)
    (2, 3, 5)
    """
    places = 2
    while places < MOST_DIGITS and amount * 10**places < 10:
        places += 1
    return places
