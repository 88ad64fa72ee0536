"""Which key is sent, and to whom: a provider's key goes to that provider's hosts.

A key comes from the environment only, and never from a file that might be shared.
"""

from __future__ import annotations

from collections.abc import Sequence

from nbchat.addresses import ARGUMENT, Setting
from nbchat.catalog.catalog import Route
from nbchat.catalog.rows import Provider, own_variable
from nbchat.environment import variable_value
from nbchat.errors import KeyNotSent, MissingKey
from nbchat.hosts import host_of, is_loopback, place_of
from nbchat.key_owners import owners_of
from nbchat.keys import Key, Secret
from nbchat.wording import set_key

NO_KEY = "no key"  # the origin of a key that is empty


def find_key(provider: Provider, first: str = "") -> Key | None:
    """The provider's key from the first of its variables that is set; `first` goes before them."""
    for variable in (first, *provider.env_keys):
        value = variable_value(variable)
        if value:
            return Key(Secret(value), variable)
    return None


def key_for(route: Route, base_url: Setting, api_key: Secret | None, *, by_user: bool) -> Key:
    """The key to send to `base_url`.

    `by_user`: whether the shipped table, the environment and the user's own file alone send
    this key there. Raises MissingKey, or BadSettings for a host that the key is not for.
    """
    provider = route.provider
    if api_key is not None:
        return Key(api_key, "the api_key argument")
    key = find_key(provider, route.model.env_key)
    if key is None:
        if provider.key_needed and base_url.origin != ARGUMENT:
            raise MissingKey(missing_key(provider))
        return Key(Secret(""), NO_KEY)
    owners = owners_of(key.origin, key.secret.reveal())
    if not may_have(owners, provider, base_url, by_user):
        host, owner = host_of(base_url.value), (owners or [provider])[0]
        raise KeyNotSent(
            f"{key.origin} belongs to {owner.name} and is not sent to {host} ({base_url.origin}).\n"
            f"Pass api_key=..., or set {own_variable(provider.type)} in the environment "
            "if that host may have it."
        )
    return key


def may_have(
    owners: Sequence[Provider], provider: Provider, base_url: Setting, by_user: bool
) -> bool:
    """Whether a key may go to an address: its provider's own, or one that the user has named.

    A file beside a notebook may have come with somebody else's repository. Trusted or not, it
    cannot send a provider's key to another host, be that a port of this machine.
    """
    host = host_of(base_url.value)
    if any(owner.trusts(host) or _is_asked_at(base_url.value, owner) for owner in owners):
        return True
    if base_url.origin == ARGUMENT:
        is_its_own = provider.trusts(host) or _is_asked_at(base_url.value, provider)
        return is_loopback(host) or (is_its_own and not owners)
    return by_user or not owners


def _is_asked_at(url: str, owner: Provider) -> bool:
    """Whether the provider itself has an address at this host and port."""
    own = (owner.base_url, *owner.base_urls.values(), *owner.regions.values())
    return place_of(url) in map(place_of, filter(None, own))


def missing_key(provider: Provider) -> str:
    """The sentence for a provider without a key."""
    if not provider.env_keys:
        return (
            f"{provider.name} may need a key, and its row names no variable for one.\n"
            'Write env_keys = ["MY_KEY"] there, or key_needed = false where it needs none; '
            "in Python give it as api_key=."
        )
    first, *others = provider.env_keys
    named = f"{first} (or {', '.join(others)})" if others else first
    missing = f"{provider.name} needs {named}, which is not set."
    where = "Set it before Jupyter starts, or in a cell; the model demo needs no key:"
    return f"{missing}\n{where}\n{set_key(first)}"
