"""Ways to a host: its addresses, TLS, and the pool of connections.

The only file, with `sockets`, that knows httpcore. Everything raised is an error of
ours that says what happened on the way and, for a proxy, which variable set it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpcore2 as httpcore

from nbchat.errors import BadSettings
from nbchat.network.connection import IDLE_BYTES, Connection
from nbchat.network.failures import too_slow, unreachable, what_happened
from nbchat.network.proxy import Proxy

CONNECTIONS = 256  # to one host at once; a further request waits for one of them
IDLE = 16  # connections to one host kept for the next request
STAGGER = 0.25  # seconds before a host's next address is tried beside the first (RFC 8305)


# --- connections -----------------------------------------------------------------------------


class Connector(httpcore.AsyncNetworkBackend):
    """Makes the connections of one pool: to `host` itself, or to the proxy on the way."""

    def __init__(self, host: str, proxy: Proxy | None) -> None:
        self._host = host
        self.proxy = proxy
        self._last: WeakKeyDictionary[asyncio.Task[Any], Connection] = (
            WeakKeyDictionary()
        )  # by who asked for it

    def abandon(self) -> None:
        """Close what this task asked for last, where a proxy has not opened the way: httpcore forgets it."""
        task = asyncio.current_task()
        if task and (made := self._last.pop(task, None)) and made.on_the_way:
            made.abort()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Connection:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            async with asyncio.timeout(timeout):
                made = await self._connected(await resolve(host, port), port)
            if task := asyncio.current_task():
                self._last[task] = made
            return made
        except TimeoutError:
            error = too_slow(place, timeout)
        except OSError as failed:
            error = unreachable(failed, host, place)
        raise self.proxy.dead(what_happened(error), self._host) if self.proxy else error

    async def _connected(self, found: list[str], port: int) -> Connection:
        """The first of the addresses that answers; each has a moment before the next is tried beside it."""
        if len(found) == 1:
            return await self._connect(found[0], port)
        trying: set[asyncio.Task[Connection]] = set()
        failed: list[BaseException] = []
        try:
            while found or trying:
                if found:
                    trying.add(asyncio.ensure_future(self._connect(found.pop(0), port)))
                done, trying = await asyncio.wait(
                    trying, timeout=STAGGER if found else None, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    if (error := task.exception()) is None:
                        return task.result()
                    failed.append(error)
            raise failed[0]
        finally:
            await _dropped(trying)

    async def _connect(self, address: str, port: int) -> Connection:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(
            lambda: Connection(self._host, self.proxy), address, port
        )
        return made


async def _dropped(trying: set[asyncio.Task[Connection]]) -> None:
    for task in trying:
        task.cancel()
    for made in await asyncio.gather(*trying, return_exceptions=True):
        if isinstance(made, Connection):
            made.abort()


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the system's order; raises gaierror.

    Looked up on a daemon thread: nobody can interrupt the system's resolver, and
    the threads of asyncio's own pool would hold up the end of the process.
    """
    with suppress(ValueError):
        return [str(ip_address(host))]
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def tell(found: list[str] | OSError) -> None:
        if not answer.done():
            answer.set_exception(found) if isinstance(found, OSError) else answer.set_result(found)

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found: list[str] | OSError = list(dict.fromkeys(str(row[4][0]) for row in rows))
        except OSError as error:
            found = error
        except UnicodeError:  # a label too long, or empty
            found = socket.gaierror(socket.EAI_NONAME, "not a name")
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(tell, found)

    threading.Thread(target=look_up, name="nbchat-look-up", daemon=True).start()
    return await answer


# --- pools -------------------------------------------------------------------------------------


def make_pool(scheme: str, network: Connector) -> httpcore.AsyncConnectionPool:
    """A pool of connections to one host. HTTP/1.1 only: one request a connection, nothing to be blocked by."""
    given: dict[str, Any] = {
        "ssl_context": tls_context() if scheme == "https" else None,
        "max_connections": CONNECTIONS,
        "max_keepalive_connections": IDLE,
        "keepalive_expiry": IDLE_BYTES,
        "network_backend": network,
    }
    if (proxy := network.proxy) is None:
        return httpcore.AsyncConnectionPool(**given)
    given |= {
        "proxy_url": proxy.url.replace(urlsplit(proxy.url).netloc, proxy.place, 1),
        "proxy_auth": proxy.login,
    }
    if not proxy.socks:
        return httpcore.AsyncHTTPProxy(**given)
    try:
        return httpcore.AsyncSOCKSProxy(**given)
    except (ImportError, RuntimeError):
        raise BadSettings(
            f"{proxy.variable} names a SOCKS proxy: for that, pip install socksio."
        ) from None


def tls_context() -> ssl.SSLContext:
    """The certificates to trust: the system's, or those of SSL_CERT_FILE or SSL_CERT_DIR."""
    return _tls(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


@cache  # loading the certificates takes 25 ms
def _tls(file: str, folder: str) -> ssl.SSLContext:
    try:
        return httpcore.default_ssl_context()
    except OSError as error:
        raise BadSettings(
            f"SSL_CERT_FILE or SSL_CERT_DIR names {file or folder}, which cannot be used: {error.strerror or error}."
        ) from None
