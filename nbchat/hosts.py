"""Which host an address names, and whether it is this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


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
