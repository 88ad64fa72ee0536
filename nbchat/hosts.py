"""Which host an address names, and whether it is this machine."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

# Where a server listens that is told to listen everywhere: no place to connect to, but often copied.
_EVERYWHERE = re.compile(r"(https?://)(?:(0\.0\.0\.0|\[::\])(?=[:/]|$)|(?=:\d))", re.I)


def host_of(url: str) -> str:
    """The host of a URL, lower case, without port or user.

    >>> host_of("https://user@API.openai.com:443/v1"), host_of("nonsense")
    ('api.openai.com', '')
    """
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: 127.0.0.0/8, ::1 or localhost, and nothing that looks like it.

    >>> [is_loopback(h) for h in ("localhost", "127.8.0.1", "::1", "127.evil.com", "0.0.0.0")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def connectable(url: str) -> str:
    """The address, with this machine in the place of one that means every address of this machine.

    >>> connectable("http://0.0.0.0:8000/v1"), connectable("http://[::]"), connectable("https://example.com")
    ('http://127.0.0.1:8000/v1', 'http://[::1]', 'https://example.com')
    """
    found = _EVERYWHERE.match(url)
    return (
        f"{found[1]}{'[::1]' if found[2] == '[::]' else '127.0.0.1'}{url[found.end() :]}"
        if found
        else url
    )


def complete_address(address: str, usual: str) -> str:
    """An address as it may stand in a variable; the scheme and the port that it leaves out are those of `usual`.

    >>> [complete_address(said, "http://localhost:11434") for said in ("0.0.0.0", ":8080", "127.0.0.1:9/v1", "::1", "https://x")]
    ['http://127.0.0.1:11434', 'http://127.0.0.1:8080', 'http://127.0.0.1:9/v1', 'http://[::1]:11434', 'https://x']
    """
    if "://" in address:
        return connectable(address)
    with suppress(ValueError):  # an IPv6 address without its brackets
        address = f"[{ip_address(address)}]" if ":" in address else address
    known = urlsplit(usual)
    place, slash, path = address.partition("/")
    port = f":{known.port}" if known.port and not re.search(r":\d*$", place) else ""
    return connectable(f"{known.scheme or 'https'}://{place.rstrip(':')}{port}{slash}{path}")
