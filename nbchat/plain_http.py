"""Where plain http may be spoken: on this machine, and where nobody else can listen for a key.

A server of the user's own network is asked so where no key is sent, with a notice. Any other
host has to be listed by the user: in the environment, or in a file that is the user's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from urllib.parse import urlsplit

from nbchat.addresses import ARGUMENT, Setting
from nbchat.errors import BadOption, BadSettings
from nbchat.folders import config_folder
from nbchat.host_lists import entry_for
from nbchat.hosts import host_of, is_loopback
from nbchat.private_hosts import is_private_host

SETTING = "plain_http"
VARIABLE = "NBCHAT_PLAIN_HTTP"
READ_ALONG = "Whoever is on that network can read along."


class Transit(Enum):
    """How safe what is sent to an address is on its way."""

    SAFE = "encrypted, or never on a wire"
    LISTED = "in plain http, to a host that the user has listed"
    PRIVATE = "in plain http, to a host of the user's own network"


def transit_to(base_url: Setting, listed: Sequence[str], *, has_key: bool) -> Transit:
    """How a question travels there. Raises BadSettings where it must not."""
    url = base_url.value
    parts, host = urlsplit(url), host_of(url)
    if parts.scheme.lower() != "http" or is_loopback(host):
        return Transit.SAFE
    if entry_for(host, parts.port or 80, listed, with_all_below=False):
        return Transit.LISTED
    if is_private_host(host) and not has_key:
        return Transit.PRIVATE
    kind = BadOption if base_url.origin == ARGUMENT else BadSettings
    what = "the question and the key" if has_key else "the question"
    raise kind(
        f"{base_url.origin} is {url}: plain http would send {what} readable for all.\n"
        f"Use https; or, where that is safe, list the host in {config_folder() / 'nbchat.toml'} "
        f'({SETTING} = ["{host}"]) or in the environment ({VARIABLE}={host}).'
    )


def unencrypted_notice(url: str, name: str, way: str) -> str:
    """What is told once of an address that is asked over plain http; `way` names the proxy."""
    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc}"
    asked = f"{name} is asked unencrypted: {place}."
    if way:
        asked = f"{name} is asked unencrypted: {place} through the proxy {way}."
    return f"{asked} {READ_ALONG}"
