"""The proxy before a host: which the environment sets, why, and how it is named where it fails."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from nbchat.environment import first_set, variable_value
from nbchat.errors import BadSettings, ProxyFailed
from nbchat.host_lists import bare_name, entry_for, split_hosts
from nbchat.hosts import host_of, is_loopback
from nbchat.network.peer import Peer
from nbchat.wording import safe_excerpt

KINDS = ("http", "https", "socks", "socks5", "socks5h")  # what desktops call `socks` is SOCKS 5
OLD_SOCKS = ("socks4", "socks4a")
PORTS = {"http": 80, "https": 443}
NO_PROXY = ("no_proxy", "NO_PROXY")
HAS_SYSTEM_SETTINGS = sys.platform in ("darwin", "win32")  # which may name a proxy, too
# What /etc/hosts of Debian and of Red Hat has for 127.0.0.1 and ::1.
OWN_NAMES = (
    *("localhost.localdomain", "localhost4", "localhost6", "localhost6.localdomain6"),
    *("ip6-localhost", "ip6-loopback"),
)
SYSTEM = "the system's settings"


@dataclass(slots=True, frozen=True)
class Proxy:
    """A proxy, and the variable that set it."""

    url: str = field(repr=False)  # may hold a password
    variable: str

    @property
    def kind(self) -> str:
        return self.url.partition("://")[0].lower()

    @property
    def socks(self) -> bool:
        return self.kind.startswith("socks")

    @property
    def address(self) -> str:
        """Host and port, which may be shown. A password may hold any sign, also `/` and `@`."""
        place = self.url.partition("://")[2].rpartition("@")[2]
        return re.split(r"[/?#]", place)[0]

    @property
    def bare_url(self) -> str:
        """The address without name and password, as the HTTP library understands it."""
        kind = "socks5" if self.socks else self.kind
        host, colon, port = self.address.rpartition(":")
        if not port.isdigit():
            host, colon, port = self.address, "", ""
        return f"{kind}://{bare_name(host)}{colon}{port}"

    @property
    def login(self) -> tuple[bytes, bytes] | None:
        """Name and password, where the URL has them."""
        login, at, _ = self.url.partition("://")[2].rpartition("@")
        name, _, password = login.partition(":")
        if not at or not name:
            return None
        return unquote(name).encode(), unquote(password).encode()

    @property
    def trouble(self) -> str:
        """What is wrong with it, as far as it says so itself; empty where nothing is."""
        if self.kind in OLD_SOCKS:
            return (
                f"{self.variable} names a SOCKS 4 proxy, which is not spoken here. "
                "Most of them speak SOCKS 5, too: write socks5:// there, "
                "or set HTTPS_PROXY to an http:// proxy."
            )
        if self.kind not in KINDS or not _is_place(self.bare_url):
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
            f"It is set in {self.variable}: correct it, or name {peer.host} in {exceptions()[0]}."
        )


@dataclass(slots=True, frozen=True)
class ProxyChoice:
    """Which proxy is on the way to an address, or why there is none.

    `reason` says in words why it is so. `trouble` says why no request can be made: the proxy
    that is set cannot be used.
    """

    proxy: Proxy | None
    reason: str
    trouble: str = ""

    @property
    def address(self) -> str:
        """Host and port of the proxy, without its password; empty where there is none."""
        return self.proxy.address if self.proxy else ""

    @property
    def variable(self) -> str:
        """What names the proxy: a variable, or the system; empty where there is none."""
        return self.proxy.variable if self.proxy else ""


def choose_proxy(url: str) -> ProxyChoice:
    """The proxy before an address, as the environment is now. Nothing is sent.

    To this machine there is never one: another machine could not reach it.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), host_of(url)
    proxy = _proxy_for_scheme(scheme)
    if proxy is None:
        return ProxyChoice(None, f"no variable sets a proxy for {scheme}")
    if is_this_machine(host):
        return ProxyChoice(None, "this machine is never asked through a proxy")
    name, hosts = exceptions()
    entry = entry_for(host, parts.port or PORTS.get(scheme), split_hosts(hosts))
    if entry:
        reason = f"NO_PROXY has {entry}" if name.isupper() else f"no_proxy has {entry}"
        return ProxyChoice(None, reason)
    if proxy.variable == SYSTEM and proxy_bypass(host):
        return ProxyChoice(None, f"the system's settings leave {host} out")
    return ProxyChoice(proxy, f"{proxy.variable} is set", proxy.trouble)


def proxy_for(url: str, host: str) -> Proxy | None:
    """The proxy before an address; `host` is what an error calls it. Raises BadSettings."""
    choice = choose_proxy(url)
    if choice.trouble:
        advice = f"Correct it, unset it, or name {host} in {exceptions()[0]}."
        raise BadSettings(f"{choice.trouble}\n{advice}")
    return choice.proxy


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine, also by one of the names that mean it (RFC 6761)."""
    name = bare_name(host)
    return is_loopback(host) or name in OWN_NAMES or name.endswith(".localhost")


def exceptions() -> tuple[str, str]:
    """The variable that lists hosts without a proxy, and what it says. One that is unset has ""."""
    name, hosts = first_set(NO_PROXY)
    return name or NO_PROXY[-1], hosts


def proxies() -> dict[str, Proxy]:
    """The proxy for each scheme of an address, where one is set."""
    chosen = {scheme: _proxy_for_scheme(scheme) for scheme in ("https", "http")}
    return {scheme: proxy for scheme, proxy in chosen.items() if proxy}


def _proxy_for_scheme(scheme: str) -> Proxy | None:
    """The first that can be used of those that are set; else the first, whose trouble is told."""
    set_proxies = list(_set_proxies(scheme))
    usable = [proxy for proxy in set_proxies if not proxy.trouble]
    return next(iter(usable or set_proxies), None)


def _set_proxies(scheme: str) -> Iterator[Proxy]:
    """What is set for a scheme: the variable of the scheme goes first, and small letters do."""
    for variable in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"):
        # Of a server's script, HTTP_PROXY is what its client has sent as the header Proxy.
        is_from_outside = variable == "HTTP_PROXY" and "REQUEST_METHOD" in os.environ
        url = "" if is_from_outside else variable_value(variable)
        if url:
            yield Proxy(_with_scheme(url), variable)
    of_system = getproxies().get(scheme) if HAS_SYSTEM_SETTINGS else ""
    if of_system:
        yield Proxy(_with_scheme(of_system), SYSTEM)


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url.removeprefix('//')}"


def _is_place(url: str) -> bool:
    """Whether the address has a host that can be, and such a port."""
    try:
        host, port = urlsplit(url).hostname or "", urlsplit(url).port
    except ValueError:
        return False
    return port != 0 and re.fullmatch(r"[\w.%:-]+", host, re.A) is not None
