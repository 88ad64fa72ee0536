"""Whose key a variable of the environment holds: by its name, and by its value.

The table that is shipped and the user's own file say which variables hold a provider's key;
a file beside the work does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from nbchat.catalog.catalog import Catalog, shipped
from nbchat.catalog.rows import Provider
from nbchat.environment import variable_value
from nbchat.errors import BadSettings
from nbchat.known_keys import Mask
from nbchat.settings_file import own_catalog

SHORTEST_KEY = 8  # characters; what is shorter, such as `none` for a local server, is no secret


def owners_of(variable: str, value: str) -> list[Provider]:
    """The providers whose key it is: the variable is theirs, or its value holds their key.

    >>> [provider.type for provider in owners_of("MOONSHOT_API_KEY", "")]
    ['kimi']
    >>> owners_of("MY_KEY", "sk-of-my-own")
    []
    """
    owners: list[Provider] = []
    for name, owner in _owned_variables():
        is_key = name == variable or _holds(value, variable_value(name))
        if is_key and owner not in owners:
            owners.append(owner)
    return owners


def refuse_key_in_address(variable: str, value: str, kind: str) -> None:
    """Raise BadSettings where an address would hold a provider's key; `kind` has the address."""
    owners = owners_of(variable, value)
    if owners:
        raise BadSettings(
            f"{kind} would put {variable} into its address, and that holds the key of "
            f"{owners[0].name}.\nA key goes to its own provider alone, and never into an address."
        )


def _owned_variables() -> Iterator[tuple[str, Provider]]:
    """Each variable that holds a key, with its provider: those of the shipped table first."""
    yield from _variables_of(shipped())
    yield from _variables_of(own_catalog())


def _variables_of(catalog: Catalog) -> Iterator[tuple[str, Provider]]:
    for provider in catalog.providers.values():
        for variable in (*provider.env_keys, *provider.header_variables):
            yield variable, provider
    for model in catalog.models.values():
        if model.env_key:
            yield model.env_key, catalog.providers[model.type]


def _holds(value: str, key: str) -> bool:
    """Whether a value has the key in it, in any of the ways in which a key is written."""
    if len(key) < SHORTEST_KEY:
        return False
    small = value.casefold()  # as it may have been written for a name or a host
    return key.casefold() in small or any(_mask(key).is_in(text) for text in (value, small))


@lru_cache(maxsize=256)
def _mask(key: str) -> Mask:
    return Mask({key: ""})
