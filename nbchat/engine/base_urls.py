"""Whether a request can be made to an address, and whether it stays there."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from nbchat.addresses import ARGUMENT, Setting
from nbchat.errors import BadOption, BadSettings, UnknownModel
from nbchat.hosts import connectable, host_of, place_of

# The formats' own paths, which people paste too.
ENDINGS = ("/chat/completions", "/v1/messages", "/responses", "/api/chat")
_ADDRESS = re.compile(
    r"(https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/(?:(?![?#\\])[!-~])*)?",
    re.A | re.I,
)


def check_base_url(base_url: Setting) -> Setting:
    """The base URL as it is used. Raises BadSettings where no request can be made from it.

    What is shown of a wrong one holds no password and no query.
    """
    origin, url = base_url.origin, connectable(base_url.value)
    kind = BadOption if origin == ARGUMENT else BadSettings
    for ending in ENDINGS:
        url = url.removesuffix(ending)
    match = _ADDRESS.fullmatch(url)
    host = host_of(url)
    if not match or not host or not _has_valid_port(url):
        without_user = re.sub(r"//[^/@]*@", "//…@", url)
        shown = re.sub(r"([?#]).*", r"\1…", without_user)[:100]
        raise kind(
            f"{origin} should be an address such as https://api.example.com/v1, not {shown!r}.\n"
            "Write scheme, host and path alone: no spaces, no user or key, no ? or # part."
        )
    return replace(base_url, value=url)


def check_place(url: str, base_url: str, provider: str) -> None:
    """Raise BadSettings where a row's path would lead to another host.

    Raises UnknownModel where the name of a model would lead to another path, however it is read.
    """
    if place_of(url) != place_of(base_url):
        raise BadSettings(
            f"{provider} has a path that leads away from {host_of(base_url)}. "
            "A path begins with / and names no host."
        )
    path = unquote(unquote(url.removeprefix(base_url).partition("?")[0]))
    if {".", ".."} & set(path.replace("\\", "/").split("/")):
        raise UnknownModel(
            "the name of a model that stands in an address has no . or .. between its slashes. "
            "Name it as its provider lists it."
        )


def _has_valid_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
