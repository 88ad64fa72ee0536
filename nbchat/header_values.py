"""The headers that a row adds to its requests, with the {names} in them filled.

A second key travels so, that of a gateway say. It is treated as a key: shown nowhere, and sent
to no host that its row, or the user, does not name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbchat.addresses import Setting
from nbchat.catalog.rows import Provider
from nbchat.environment import first_set
from nbchat.errors import KeyNotSent, MissingKey
from nbchat.hosts import host_of
from nbchat.key_owners import owners_of
from nbchat.key_policy import may_have
from nbchat.keys import Secret
from nbchat.wording import WHERE_TO_SET, set_key


def filled_headers(provider: Provider, base_url: Setting, *, by_user: bool) -> Mapping[str, Secret]:
    """The headers of a row that have something of the environment in them.

    `by_user`: whether the row has these headers, and this place, without any file beside the
    work. Raises MissingKey, or KeyNotSent.
    """
    filled = {}
    for header, template in provider.headers.items():
        if any(f"{{{name}}}" in template for name in provider.env_params):
            filled[header] = _filled(header, template, provider, base_url, by_user)
    return filled


def _filled(
    header: str, template: str, provider: Provider, base_url: Setting, by_user: bool
) -> Secret:
    value = Secret(template)
    for name, row in provider.env_params.items():
        if f"{{{name}}}" not in template:
            continue
        part, variable = _parameter(name, row, header, provider)
        if not _is_sendable(part):
            raise KeyNotSent(
                f"the value of {variable}, for the header {header} of {provider.name}, has line "
                "ends or odd characters in it. Copy it again, without line ends."
            )
        owners = owners_of(variable, part.reveal()) if variable else []
        if not may_have(owners, provider, base_url, by_user) and variable:
            raise KeyNotSent(
                f"{variable}, for the header {header} of {provider.name}, is not sent to "
                f"{host_of(base_url.value)} ({base_url.origin}).\n"
                "It goes to the hosts of its row alone; name that host in the row's 'hosts'."
            )
        value = Secret(value.reveal().replace(f"{{{name}}}", part.reveal()))
    return value


def _parameter(name: str, row: str, header: str, provider: Provider) -> tuple[Secret, str]:
    """What a name of a row stands for, and the variable that says so; "" for the default."""
    names, _, default = row.partition("=")
    variable, value = first_set(names.split("|"))
    if variable:
        return Secret(value), variable
    if default:
        return Secret(default), ""
    first = names.split("|")[0]
    missing = (
        f"{provider.name} needs {names.replace('|', ' or ')} for its header {header}, "
        "which is not set."
    )
    raise MissingKey(f"{missing}\n{WHERE_TO_SET}\n{set_key(first)}")


def _is_sendable(part: Secret) -> bool:
    return re.fullmatch(r"[ -~]*", part.reveal()) is not None
