"""Amounts of money as people write them: each in its currency, and never added across two."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from nbchat.catalog.prices import SIGNS

Amounts: TypeAlias = Mapping[str, float]  # by currency (ISO 4217)

LARGEST_AMOUNT = 1e9
_NUMBER = r"(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_ONE = rf"(?P<sign>[{''.join(SIGNS.values())}])?\s*{_NUMBER}\s*(?P<code>[A-Za-z]{{3}})?"
_AMOUNT = re.compile(rf"\s*{_ONE}\s*(?P<more>[,+]|$)", re.A)
_CODES = {sign: code for code, sign in SIGNS.items()}


def amounts_of(written: Any) -> dict[str, float]:
    """The amounts in a text, by their currency. Raises ValueError where it is none.

    >>> amounts_of("2 USD"), amounts_of("$1,000.50 + 50 CNY")
    ({'USD': 2.0}, {'USD': 1000.5, 'CNY': 50.0})
    """
    if not isinstance(written, str) or not written.strip():
        raise ValueError("no amount")
    amounts: dict[str, float] = {}
    place, is_more = 0, True
    while is_more:
        found = _AMOUNT.match(written, place)
        if found is None:
            raise ValueError("no amount")
        currency = _currency(found)
        if currency in amounts:
            raise ValueError(f"{currency} twice")
        amounts[currency] = min(float(found["number"].replace(",", "")), LARGEST_AMOUNT)
        place, is_more = found.end(), found["more"] != ""
    return amounts


def _currency(found: re.Match[str]) -> str:
    sign, code = found["sign"], found["code"]
    if (sign is None) == (code is None):
        raise ValueError("an amount has one currency")
    return str(code).upper() if code else _CODES[sign]


def amounts_text(amounts: Amounts) -> str:
    """Amounts as a person would write them.

    >>> amounts_text({"USD": 2.0, "CNY": 0.05})
    '2 USD + 0.05 CNY'
    """
    return " + ".join(f"{amount:,.10g} {currency}" for currency, amount in amounts.items())


def smaller_amounts(one: Amounts, other: Amounts) -> dict[str, float]:
    """Of each currency the smaller amount; one that only one of them has may not be spent at all.

    >>> smaller_amounts({"USD": 2.0, "CNY": 5.0}, {"USD": 3.0, "EUR": 1.0})
    {'USD': 2.0, 'CNY': 0.0, 'EUR': 0.0}
    """
    currencies = dict.fromkeys((*one, *other))
    return {name: min(one.get(name, 0.0), other.get(name, 0.0)) for name in currencies}
