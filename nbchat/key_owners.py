"""Whose key a variable of the environment holds: by its name, and by its value.

The table that is shipped alone says which variables hold a provider's key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from nbchat.catalog.catalog import shipped
from nbchat.catalog.rows import Provider
from nbchat.errors import BadSettings

SHORTEST_KEY = 8  # characters; what is shorter, such as `none` for a local server, is no secret


def owners_of(variable: str, value: str) -> list[Provider]:
    """The providers whose key it is: the variable is theirs, or its value holds their key.

    >>> [provider.type for provider in owners_of("MOONSHOT_API_KEY", "")]
    ['kimi']
    >>> owners_of("MY_KEY", "sk-of-my-own")
    []
    """
    owners: dict[str, Provider] = {}
    for name, providers in _owners_by_variable().items():
        if name == variable or _holds(value, os.environ.get(name, "").strip()):
            owners.update({provider.type: provider for provider in providers})
    return list(owners.values())


def refuse_key_in_address(variable: str, value: str, kind: str) -> None:
    """Raise BadSettings where an address would hold a provider's key; `kind` has the address."""
    owners = owners_of(variable, value)
    if owners:
        raise BadSettings(
            f"{kind} would put {variable} into its address, and that holds the key of "
            f"{owners[0].name}.\nA key goes to its own provider alone, and never into an address."
        )


@cache
def _owners_by_variable() -> Mapping[str, tuple[Provider, ...]]:
    owners: dict[str, tuple[Provider, ...]] = {}
    for provider in shipped().providers.values():
        for variable in provider.env_keys:
            owners[variable] = (*owners.get(variable, ()), provider)
    return owners


def _holds(value: str, key: str) -> bool:
    return len(key) >= SHORTEST_KEY and key in value
