"""Which host an address names, and whether it is this machine."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from nbchat.host_lists import address_of, bare_name

# 0.0.0.0 and :: are listen addresses. People copy them as an address to connect to.
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


def place_of(url: str) -> tuple[str, str]:
    """Scheme, and host with port: where a request to the URL goes.

    >>> place_of("https://API.openai.com/v1"), place_of("http://0.0.0.0:8000")
    (('https', 'api.openai.com'), ('http', '127.0.0.1:8000'))
    """
    try:
        parts = urlsplit(connectable(url))
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: 127.0.0.0/8, ::1 or localhost. What looks like it is not.

    >>> [is_loopback(h) for h in ("localhost", "127.8.0.1", "::1", "127.evil.com", "0.0.0.0")]
    [True, True, True, False, False]
    """
    address = address_of(host)
    return bare_name(host) == "localhost" if address is None else address.is_loopback


def connectable(url: str) -> str:
    """The address, with this machine in the place of one that means every address of this machine.

    >>> connectable("http://0.0.0.0:8000/v1"), connectable("http://[::]")
    ('http://127.0.0.1:8000/v1', 'http://[::1]')
    >>> connectable("https://example.com")
    'https://example.com'
    """
    match = _EVERYWHERE.match(url)
    if match is None:
        return url
    this_machine = "[::1]" if match[2] == "[::]" else "127.0.0.1"
    return f"{match[1]}{this_machine}{url[match.end() :]}"


def complete_address(address: str, usual: str) -> str:
    """An address as people write it in a variable; what it lacks is as in `usual`.

    >>> usual = "http://localhost:11434"
    >>> complete_address("0.0.0.0", usual), complete_address(":8080", usual)
    ('http://127.0.0.1:11434', 'http://127.0.0.1:8080')
    >>> complete_address("127.0.0.1:9/v1", usual), complete_address("::1", usual)
    ('http://127.0.0.1:9/v1', 'http://[::1]:11434')
    >>> complete_address("https://x", usual)
    'https://x'
    """
    if "://" in address:
        return connectable(address)
    with suppress(ValueError):  # an IPv6 address without its brackets
        address = f"[{ip_address(address)}]" if ":" in address else address
    known = urlsplit(usual)
    place, slash, path = address.partition("/")
    has_port = re.search(r":\d*$", place)
    port = f":{known.port}" if known.port and not has_port else ""
    return connectable(f"{known.scheme or 'https'}://{place.rstrip(':')}{port}{slash}{path}")
