"""Ways to a host: its addresses, TLS, and the connection at the end of them.

Everything raised is an error of ours that says what happened on the way and, for a
proxy, which variable set it.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

from nbchat.engine.connection import LIMITS, Connection
from nbchat.engine.proxy import Proxy, asked
from nbchat.errors import BadSettings, ConnectionBroken, ProxyFailed, Unreachable

NO_FILES = (errno.EMFILE, errno.ENFILE)
STAGGER = 0.25  # seconds before a host's next address is tried beside the first (RFC 8305)


class UnknownHost(Unreachable):
    """The name has no address."""

    passing = False


@dataclass(slots=True, frozen=True)
class Way:
    """To a host, through a proxy where there is one."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None

    @property
    def forwards(self) -> bool:
        """Whether the proxy is sent the request itself, which then names the whole address."""
        return self.scheme == "http" and self.proxy is not None and self.proxy.kind in ("http", "https")

    async def connection(self, timeout: float) -> Connection:
        """A new connection, ready for a request; `timeout` in seconds for each step of it."""
        context = tls() if self.scheme == "https" else None
        if self.proxy is None:
            made = await connected(self.host, self.port, timeout)
        else:
            made = await self._through(self.proxy, timeout)
        if context:
            await made.start_tls(context, self.host, timeout)
        return made

    async def _through(self, proxy: Proxy, timeout: float) -> Connection:
        made: Connection | None = None
        try:
            made = await connected(*proxy.address, timeout)
            made.silence = timeout
            if proxy.kind == "https":
                await made.start_tls(tls(), proxy.address[0], timeout)
            if not self.forwards:
                await asked(made, proxy, self.host, self.port)
        except BaseException as error:
            if made:
                made.abort()
            if isinstance(error, ConnectionBroken) and not isinstance(error, ProxyFailed):
                raise proxy.dead(str(error).partition(". ")[0], self.host) from None
            raise
        return made


async def connected(host: str, port: int, timeout: float) -> Connection:
    """A TCP connection to the first of the host's addresses that answers."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        async with asyncio.timeout(timeout):
            return await _first(host, await addresses(host, port), port)
    except TimeoutError:
        said = f"no connection to {place} within {timeout:g} s"
        raise Unreachable(f"{said}. Is it up, and reachable from here?\n{LIMITS}") from None
    except OSError as failed:
        raise _unreachable(failed, host, place) from None


async def _first(host: str, found: list[str], port: int) -> Connection:
    """Each address has a moment before the next is tried beside it."""
    if len(found) == 1:
        return await _connect(host, found[0], port)
    tasks: list[asyncio.Task[Connection]] = []
    failed: list[BaseException] = []
    try:
        while found or len(failed) < len(tasks):
            if found:
                tasks.append(asyncio.ensure_future(_connect(host, found.pop(0), port)))
            waiting = [task for task in tasks if not task.done()]
            done, _ = await asyncio.wait(
                waiting, timeout=STAGGER if found else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                if (error := task.exception()) is None:
                    tasks.remove(task)
                    return task.result()
                failed.append(error)
        raise failed[0]
    finally:
        await _dropped(tasks)


async def _connect(host: str, address: str, port: int) -> Connection:
    _, made = await asyncio.get_running_loop().create_connection(lambda: Connection(host), address, port)
    return made


async def _dropped(tasks: list[asyncio.Task[Connection]]) -> None:
    for task in tasks:
        task.cancel()
    for made in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(made, Connection):
            made.abort()


async def addresses(host: str, port: int) -> list[str]:
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


def _unreachable(error: OSError, host: str, place: str) -> Unreachable:
    if isinstance(error, socket.gaierror):
        return UnknownHost(f"unknown host {host}: the name has no address here. Check the network and the base URL.")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(f"cannot reach {place} (refused). Is the server running, and is the base URL right?")
    if error.errno in NO_FILES:
        made = Unreachable("too many open files in this process: no connection can be made. Close some, or restart.")
        made.passing = False
        return made
    reason = (error.strerror or str(error)).lower()
    return Unreachable(f"cannot reach {place} ({reason}). Check the network and the base URL.")


# --- TLS -------------------------------------------------------------------------------------------


def tls() -> ssl.SSLContext:
    """The certificates to trust: the system's, or those of SSL_CERT_FILE or SSL_CERT_DIR."""
    return _tls(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


@cache  # loading the certificates takes 25 ms
def _tls(file: str, folder: str) -> ssl.SSLContext:
    from httpx2 import create_ssl_context  # which knows where each system keeps its certificates

    try:
        context = create_ssl_context()
    except OSError as error:
        raise BadSettings(
            f"SSL_CERT_FILE or SSL_CERT_DIR names {file or folder}, which cannot be used: {error.strerror or error}."
        ) from None
    context.set_alpn_protocols(["http/1.1"])
    return context
