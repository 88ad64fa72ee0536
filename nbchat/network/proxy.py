"""The proxy before a host: which the environment sets, and how it is named where it fails."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from nbchat.errors import BadSettings, ProxyFailed
from nbchat.hosts import host_of, is_loopback
from nbchat.network.peer import Peer
from nbchat.wording import safe_excerpt

KINDS = ("http", "https", "socks5", "socks5h")
HAS_SYSTEM_SETTINGS = sys.platform in ("darwin", "win32")  # which may name a proxy, too


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
    def address(self) -> str:
        """Host and port, which may be shown."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def login(self) -> tuple[bytes, bytes] | None:
        """Name and password, where the URL has them."""
        parts = urlsplit(self.url)
        if not parts.username:
            return None
        return unquote(parts.username).encode(), unquote(parts.password or "").encode()

    @property
    def trouble(self) -> str:
        """What is wrong with it, as far as it says so itself; empty where nothing is."""
        if self.kind not in KINDS or not host_of(self.url):
            return f"{self.variable} should be an http://, https:// or socks5:// address."
        return ""

    def refusal_error(self, reason: str, peer: Peer) -> ProxyFailed:
        refused = f"refused the way to {peer.host} ({safe_excerpt(reason)})"
        return self._error(refused, peer)

    def no_answer_error(self, reason: str, peer: Peer) -> ProxyFailed:
        return self._error(f"does not answer ({reason})", peer)

    def _error(self, what: str, peer: Peer) -> ProxyFailed:
        return ProxyFailed(
            f"{peer.name} cannot be reached: the proxy {self.address} {what}.\n"
            f"It is set in {self.variable}: correct it, or name {peer.host} in NO_PROXY."
        )


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """The proxy that the environment sets for a host, if any.

    To this machine only through a proxy on this machine: over any other, the
    question would travel in plain text, and would not arrive.
    """
    proxy = _proxy_of_environment(scheme)
    if proxy is None or proxy_bypass(host):
        return None
    if is_loopback(host) and not is_loopback(host_of(proxy.url)):
        return None
    if proxy.trouble:
        raise BadSettings(proxy.trouble)
    return proxy


@dataclass(slots=True, frozen=True)
class ProxyChoice:
    """Which proxy is on the way to an address, or why there is none.

    `reason` says in words why it is so. `trouble` says why no request can be made: the proxy
    that is set cannot be used.
    """

    proxy: Proxy | None
    reason: str
    trouble: str = ""


def choose_proxy(url: str) -> ProxyChoice:
    """The proxy before an address, as the environment is now. Nothing is sent."""
    scheme, host = urlsplit(url).scheme.lower(), host_of(url)
    set_here = _proxy_of_environment(scheme)
    if set_here is None:
        return ProxyChoice(None, f"no variable sets a proxy for {scheme}")
    try:
        proxy = proxy_for(scheme, host)
    except BadSettings:
        return ProxyChoice(set_here, f"{set_here.variable} is set", set_here.trouble)
    if proxy:
        return ProxyChoice(proxy, f"{proxy.variable} is set")
    if is_loopback(host):
        return ProxyChoice(None, "this machine is not asked through a proxy elsewhere")
    return ProxyChoice(None, f"NO_PROXY leaves {host} out")


def proxies() -> dict[str, Proxy]:
    """The proxy for each scheme of an address, where one is set."""
    found = {scheme: _proxy_of_environment(scheme) for scheme in ("https", "http")}
    return {scheme: proxy for scheme, proxy in found.items() if proxy}


def _proxy_of_environment(scheme: str) -> Proxy | None:
    for variable in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"):
        if url := os.environ.get(variable):
            return Proxy(_with_scheme(url), variable)
    if HAS_SYSTEM_SETTINGS and (url := getproxies().get(scheme)):
        return Proxy(_with_scheme(url), "the system's settings")
    return None


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url}"
