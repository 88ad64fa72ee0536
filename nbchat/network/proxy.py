"""The proxy before a host: which the environment sets, and how it is named where it fails."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from nbchat.errors import BadSettings, ProxyFailed
from nbchat.hosts import host_of, is_loopback
from nbchat.wording import safe_excerpt

KINDS = ("http", "https", "socks5", "socks5h")
SYSTEM = sys.platform in ("darwin", "win32")  # where the system's own settings may name a proxy


@dataclass(slots=True, frozen=True)
class Proxy:
    """A proxy, and the variable that set it."""

    url: str = field(repr=False)  # may hold a password
    variable: str

    @property
    def kind(self) -> str:
        return urlsplit(self.url).scheme.lower()

    @property
    def socks(self) -> bool:
        return self.kind.startswith("socks")

    @property
    def place(self) -> str:
        """Host and port, which may be shown."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def login(self) -> tuple[bytes, bytes] | None:
        parts = urlsplit(self.url)
        return (
            (unquote(parts.username).encode(), unquote(parts.password or "").encode())
            if parts.username
            else None
        )

    def refused(self, said: str, host: str) -> ProxyFailed:
        return ProxyFailed(
            f"the proxy {self.place} refused the way to {host} ({safe_excerpt(said)}).\n"
            f"It is set in {self.variable}: correct it, or name {host} in NO_PROXY."
        )

    def dead(self, said: str, host: str) -> ProxyFailed:
        return ProxyFailed(
            f"the proxy {self.place} does not answer: {said}.\n"
            f"It is set in {self.variable}; correct it, or name {host} in NO_PROXY."
        )


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """The proxy that the environment sets for a host, if any.

    To this machine only through a proxy on this machine: over any other, the
    question would travel in plain text, and would not arrive.
    """
    names = [
        name for kind in (scheme, "all") for name in (f"{kind}_proxy", f"{kind}_PROXY".upper())
    ]
    variable = next((name for name in names if os.environ.get(name)), "")
    url = os.environ[variable] if variable else getproxies().get(scheme, "") if SYSTEM else ""
    if not url or proxy_bypass(host):
        return None
    url = url if "://" in url else f"http://{url}"
    if is_loopback(host) and not is_loopback(host_of(url)):
        return None
    proxy = Proxy(url, variable or "the system's settings")
    if proxy.kind not in KINDS or not host_of(url):
        raise BadSettings(f"{proxy.variable} should be an http://, https:// or socks5:// address.")
    return proxy
