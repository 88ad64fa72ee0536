"""The proxy before a host: which it is, and how it is asked for the way."""

from __future__ import annotations

import os
import sys
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from nbchat.engine.connection import Connection
from nbchat.engine.http1 import request
from nbchat.engine.refusals import shown
from nbchat.errors import BadSettings, ProxyFailed
from nbchat.hosts import host_of, is_loopback

KINDS = ("http", "https", "socks5", "socks5h")
PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
SYSTEM = sys.platform in ("darwin", "win32")  # where the system's own settings may name a proxy

# RFC 1928, and RFC 1929 for the password.
SOCKS, PASSWORD_VERSION, NAME, CONNECT = 5, 1, 3, 1
NO_LOGIN, LOGIN, REFUSED = 0, 2, 0xFF
LENGTHS = {1: 4, 4: 16}  # bytes of an address, by its type
FAILURES = {2: "not allowed", 3: "network unreachable", 4: "host unreachable", 5: "refused", 6: "too slow"}


@dataclass(slots=True, frozen=True)
class Proxy:
    """A proxy, and the variable that set it."""

    url: str = field(repr=False)  # may hold a password
    variable: str

    @property
    def kind(self) -> str:
        return urlsplit(self.url).scheme.lower()

    @property
    def place(self) -> str:
        """Host and port, which may be shown."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or PORTS[self.kind]

    @property
    def login(self) -> tuple[bytes, bytes] | None:
        parts = urlsplit(self.url)
        return (unquote(parts.username).encode(), unquote(parts.password or "").encode()) if parts.username else None

    def headers(self) -> dict[str, str]:
        """What it wants to see in a request; a function, so that the password is no variable of any frame."""
        login = self.login
        return {"Proxy-Authorization": "Basic " + b64encode(b":".join(login)).decode()} if login else {}

    def refused(self, said: str, host: str) -> ProxyFailed:
        return ProxyFailed(
            f"the proxy {self.place} refused the way to {host} ({shown(said)}).\n"
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
    names = [name for kind in (scheme, "all") for name in (f"{kind}_proxy", f"{kind}_PROXY".upper())]
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


async def asked(connection: Connection, proxy: Proxy, host: str, port: int) -> None:
    """Have the proxy make `connection` one to `host`. Raises ProxyFailed where it refuses."""
    if said := await (_connect if proxy.kind in ("http", "https") else _socks)(connection, proxy, host, port):
        raise proxy.refused(said, host)


async def _connect(connection: Connection, proxy: Proxy, host: str, port: int) -> str:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    await connection.send(request("CONNECT", place, {"Host": place, **proxy.headers()}), tunnel=True)
    status = (await connection.head()).status
    return "" if 200 <= status < 300 else f"{status}"


async def _socks(connection: Connection, proxy: Proxy, host: str, port: int) -> str:
    method = LOGIN if proxy.login else NO_LOGIN
    version, chosen = await connection.raw(bytes([SOCKS, 1, method]), 2)
    if version != SOCKS or chosen != method:
        return "it wants another login" if chosen in (NO_LOGIN, LOGIN, REFUSED) else "it speaks no SOCKS 5"
    if proxy.login:
        parts = b"".join(bytes([len(part)]) + part for part in (text[:255] for text in proxy.login))
        if (await connection.raw(bytes([PASSWORD_VERSION]) + parts, 2))[1]:
            return "wrong user or password"
    name = host.encode()[:255]  # looked up by the proxy: whoever needs one may not know the name
    asking = bytes([SOCKS, CONNECT, 0, NAME, len(name)]) + name + port.to_bytes(2)
    _, failed, _, kind = await connection.raw(asking, 4)
    if failed:
        return FAILURES.get(failed, f"SOCKS error {failed}")
    length = LENGTHS.get(kind) or (await connection.raw(b"", 1))[0]
    await connection.raw(b"", length + 2)  # the address on the other side, which is of no use here
    return ""
