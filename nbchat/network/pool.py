"""Ways to a host: its addresses, TLS, and the pool of connections.

Everything raised is an error of ours that says what happened on the way and, for a
proxy, which variable set it.
"""

from __future__ import annotations

import asyncio
import encodings.idna  # noqa: F401  # else a look-up imports it, which a fork could cut
import os
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from typing import Any
from weakref import WeakKeyDictionary

import httpcore2 as httpcore

from nbchat.environment import first_set
from nbchat.errors import BadSettings
from nbchat.network.connection import IDLE_SECONDS, Connection, within
from nbchat.network.failures import (
    no_connection_error,
    no_connection_reason,
    public_address_error,
)
from nbchat.network.peer import Peer
from nbchat.network.proxy import Proxy
from nbchat.private_hosts import is_reachable_by_all

# Where httpcore logs the headers that it sends and receives.
LOGGERS = ("httpcore2.connection", "httpcore2.http11", "httpcore2.proxy", "httpcore2.socks")

EITHER = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # a file, or a folder
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", *EITHER)

MOST_CONNECTIONS = 256  # to one host at once; a further request waits for one of them
STAGGER_SECONDS = 0.25  # before a host's next address is tried beside the first (RFC 8305)


# --- connections ---------------------------------------------------------------------------


class Connector(httpcore.AsyncNetworkBackend):
    """Makes the connections of one pool: to `peer` itself, or to the proxy on the way."""

    def __init__(self, peer: Peer, proxy: Proxy | None, only_private: bool = False) -> None:
        self._peer = peer
        self.proxy = proxy
        self._only_private = only_private and proxy is None  # else the proxy finds the address
        # The last connection that each task asked for.
        self._last: WeakKeyDictionary[asyncio.Task[Any], Connection] = WeakKeyDictionary()

    @property
    def through_http(self) -> bool:
        """Whether the way leads through a proxy that is told the address in words of HTTP."""
        return self.proxy is not None and not self.proxy.socks

    def abandon(self) -> None:
        """Close what this task asked for last, where a proxy has not opened the way yet.

        httpcore forgets such a connection when the request fails.
        """
        task = asyncio.current_task()
        connection = self._last.pop(task, None) if task else None
        if connection and connection.waits_for_proxy:
            connection.abort()

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
            async with within(timeout):
                connection = await self.connect_to_any(await self.resolve(host, port), port)
        except OSError as error:  # a TimeoutError is one, too
            failure = error
        else:
            if task := asyncio.current_task():
                self._last[task] = connection
            return connection
        reason = no_connection_reason(failure, host, place, timeout)
        if self.proxy:
            raise self.proxy.no_answer_error(reason, self._peer)
        raise no_connection_error(failure, self._peer, reason)

    async def resolve(self, host: str, port: int) -> list[str]:
        """The addresses to connect to. Looked at here, where a name cannot change any more."""
        found = await resolve(host, port)
        if not self._only_private:
            return found
        private = [address for address in found if not is_reachable_by_all(address)]
        if not private:
            raise public_address_error(self._peer, found[0])
        return private

    async def connect_to_any(self, addresses: list[str], port: int) -> Connection:
        """Connect to the first that answers; each has a moment before the next is tried beside it.

        Raises the error of the one that failed first.
        """
        if len(addresses) == 1:
            return await self._connect(addresses[0], port)
        left = list(addresses)
        trying: set[asyncio.Task[Connection]] = set()
        errors: list[BaseException] = []
        try:
            while left or trying:
                if left:
                    trying.add(asyncio.ensure_future(self._connect(left.pop(0), port)))
                seconds = STAGGER_SECONDS if left else None
                done, trying = await asyncio.wait(
                    trying, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    error = task.exception()
                    if error is None:
                        return task.result()
                    errors.append(error)
            raise errors[0]
        finally:
            await _cancel(trying)

    async def _connect(self, address: str, port: int) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(self._peer, self.proxy), address, port
        )
        return connection


async def _cancel(trying: set[asyncio.Task[Connection]]) -> None:
    for task in trying:
        task.cancel()
    for connection in await asyncio.gather(*trying, return_exceptions=True):
        if isinstance(connection, Connection):
            connection.abort()


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the system's order; raises gaierror.

    Looked up on a daemon thread: nobody can interrupt the system's resolver, and
    the threads of asyncio's own pool would hold up the end of the process.
    """
    with suppress(ValueError):
        return [str(ip_address(host))]
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str] | OSError] = loop.create_future()

    def deliver(result: list[str] | OSError) -> None:
        if not answer.done():
            answer.set_result(result)

    def look_up() -> None:
        result = _look_up(host, port)
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(deliver, result)

    threading.Thread(target=look_up, name="nbchat-look-up", daemon=True).start()
    result = await answer
    if isinstance(result, OSError):
        raise result
    return result


def _look_up(host: str, port: int) -> list[str] | OSError:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError:  # a label too long, or empty
        return socket.gaierror(socket.EAI_NONAME, "not a name")
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


# --- pools ---------------------------------------------------------------------------------


class Pools:
    """The connections to one host. Each is a pool of its own.

    A pool of httpcore's looks at all its connections for every request, which costs more than the
    request where there are many.
    """

    def __init__(self, scheme: str, connector: Connector) -> None:
        self._scheme = scheme
        self._connector = connector
        self._pools: list[httpcore.AsyncConnectionPool] = []
        self._free: list[httpcore.AsyncConnectionPool] = []  # the one that was used last at the end
        self._waiting: deque[asyncio.Future[httpcore.AsyncConnectionPool]] = deque()

    async def take(self) -> httpcore.AsyncConnectionPool:
        """The pool for a request, which is given back when that has ended."""
        if self._free:
            return self._free.pop()
        if len(self._pools) < MOST_CONNECTIONS:
            self._pools.append(make_pool(self._scheme, self._connector))
            return self._pools[-1]
        turn: asyncio.Future[httpcore.AsyncConnectionPool]
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(turn.result())
            raise

    def give_back(self, pool: httpcore.AsyncConnectionPool) -> None:
        """A request has ended."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(pool)
                return
        self._free.append(pool)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools:
            await pool.aclose()


def make_pool(scheme: str, connector: Connector) -> httpcore.AsyncConnectionPool:
    """A pool of one connection to a host. Raises BadSettings for a proxy that cannot be used.

    HTTP/1.1 only: one request a connection, so that none is held up by another.
    """
    options: dict[str, Any] = {
        "ssl_context": tls_context() if scheme == "https" else None,
        "max_connections": 1,
        "max_keepalive_connections": 1,
        "keepalive_expiry": IDLE_SECONDS,
        "network_backend": connector,
    }
    proxy = connector.proxy
    if proxy is None:
        return httpcore.AsyncConnectionPool(**options)
    options |= {"proxy_url": proxy.bare_url, "proxy_auth": proxy.login}
    if not proxy.socks:
        return httpcore.AsyncHTTPProxy(**options)
    try:
        return httpcore.AsyncSOCKSProxy(**options)
    except (ImportError, RuntimeError):
        raise BadSettings(
            f"{proxy.variable} names a SOCKS proxy, and the package socksio is not installed.\n"
            "Install it, and ask again:\n"
            "%pip install socksio"
        ) from None


def tls_context() -> ssl.SSLContext:
    """The certificates to trust: those that a variable names, or the system's.

    SSL_CERT_FILE and SSL_CERT_DIR go before what requests and curl look at.
    """
    name, place = first_set(CERTIFICATES)
    return _load_certificates(name, place)


@cache  # loading the certificates takes 25 ms
def _load_certificates(name: str, place: str) -> ssl.SSLContext:
    try:
        if not name:
            return httpcore.default_ssl_context()
        is_folder = name == "SSL_CERT_DIR" or (name in EITHER and os.path.isdir(place))
        if is_folder:
            return ssl.create_default_context(capath=place)
        return ssl.create_default_context(cafile=place)
    except OSError as error:
        raise BadSettings(
            f"{name} names {place}, which cannot be used: {error.strerror or error}.\n"
            "Correct the variable, or take it away, and restart the kernel."
        ) from None
