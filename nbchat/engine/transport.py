"""One request on its way and its answer as it comes; connections are kept per host.

No redirect is followed, no cookie kept, no address logged. What a provider answered is
none of its business. The way to a host is the seam: a real connection, the embedded
model, or (in a browser) fetch.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from typing import Protocol
from urllib.parse import quote, urlsplit

from nbchat.engine.connection import Connection
from nbchat.engine.http1 import Head, Malformed, request
from nbchat.engine.inflate import decoder
from nbchat.engine.network import Way, tls
from nbchat.engine.proxy import proxy_for
from nbchat.errors import BadSettings, NbchatError
from nbchat.settings import Timeouts

CONNECTIONS = 256  # to one host at once; a further request waits for one of them
IDLE = 16  # connections to one host kept for the next request
MAX_ERROR_BODY = 64 * 1024  # bytes of an error's body that are read
ERROR_BODY_SECONDS = 2.0
DRAIN_SECONDS = 0.25  # to let a finished answer end, so that its connection can be used again
PORTS = {"http": 80, "https": 443}
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class InProcess(Protocol):
    """A service without a network: takes a request body, gives the bytes of an answer."""

    def __call__(self, body: bytes) -> AsyncIterator[bytes]: ...


class Source(Protocol):
    """Where an answer comes from: a Connection, or a service in this process."""

    silence: float  # seconds that it may be
    whole: Callable[[float], bool] | None

    async def read(self) -> bytes:
        """The next bytes of the body; none at its end."""
        ...


class Response:
    """An answer that has begun: its status, its headers, and its body as it comes."""

    def __init__(self, head: Head, source: Source, host: str, timeouts: Timeouts) -> None:
        self.status = head.status
        self.headers = head.headers
        self._source = source
        self._host = host
        self._timeouts = timeouts

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self, whole: Callable[[float], bool] | None = None) -> AsyncGenerator[bytes]:
        """The body's bytes, decompressed, as they arrive.

        When the server has been silent for some seconds and `whole(seconds)` says that
        nothing is missing, the body ends there with `connection.Whole`.
        """
        decode = decoder(self.headers.get("content-encoding", ""), self._host)
        self._source.whole = whole
        while raw := await self._source.read():
            self._source.silence = self._timeouts.gap
            for chunk in decode(raw):
                yield chunk
        for chunk in decode(b""):
            yield chunk

    async def error_body(self) -> bytes:
        """The first part of an error's body; whatever can be had of it in a moment."""
        body = b""
        with suppress(NbchatError, TimeoutError):
            async with asyncio.timeout(ERROR_BODY_SECONDS), aclosing(self.chunks()) as chunks:
                async for chunk in chunks:
                    body += chunk
                    if len(body) > MAX_ERROR_BODY:
                        break
        return body[:MAX_ERROR_BODY]

    async def drain(self) -> None:
        """Read on for a moment after the end marker: a body read to its end frees the connection."""
        size = 0
        self._source.whole = None
        with suppress(NbchatError, TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while size <= MAX_ERROR_BODY and (raw := await self._source.read()):
                    size += len(raw)


class Transport:
    """Connections by host. Belongs to one event loop."""

    def __init__(self, in_process: Mapping[str, InProcess] | None = None) -> None:
        self._pools: dict[Way, Pool] = {}
        self._in_process = dict(in_process or {})

    def post(
        self, url: str, body: bytes, headers: Callable[[], Mapping[str, str]], timeouts: Timeouts
    ) -> AbstractAsyncContextManager[Response]:
        """Send a question; the response is closed, or back in the pool, on leaving the block.

        `headers` is a function so that the key in them is no variable of any frame.
        """
        return self._answered("POST", url, body, headers, timeouts)

    def get(
        self, url: str, headers: Callable[[], Mapping[str, str]], timeouts: Timeouts
    ) -> AbstractAsyncContextManager[Response]:
        """Ask for what is at an address; otherwise as `post`."""
        return self._answered("GET", url, b"", headers, timeouts)

    @asynccontextmanager
    async def _answered(
        self, method: str, url: str, body: bytes, headers: Callable[[], Mapping[str, str]], timeouts: Timeouts
    ) -> AsyncGenerator[Response]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if answer := self._in_process.get(host):
            async with aclosing(_InProcess(answer(body))) as source:
                yield Response(_InProcess.HEAD, source, host, timeouts)
            return
        way = Way(parts.scheme, host, parts.port or PORTS[parts.scheme], proxy_for(parts.scheme, host))
        target = quote(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", safe=PRINTABLE)
        own = {"Host": parts.netloc}
        if way.forwards and way.proxy:
            target, own = f"http://{parts.netloc}{target}", {**own, **way.proxy.headers()}
        async with self._pool(way).connection(timeouts.connect) as connection:
            connection.silence = timeouts.first_byte
            try:
                await connection.send(request(method, target, {**own, **headers()}, body))
            except Malformed as wrong:
                raise BadSettings(f"the request to {host} cannot be made: {wrong}.") from None
            response = Response(await connection.head(), connection, host, timeouts)
            if way.forwards and way.proxy and response.status in (407, 502, 503, 504):
                raise way.proxy.refused(f"{response.status}", host)
            yield response

    def _pool(self, way: Way) -> Pool:
        if way not in self._pools:
            self._pools[way] = Pool(way)
        return self._pools[way]

    async def aclose(self) -> None:
        pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()
        await asyncio.sleep(0)  # asyncio closes a socket in the next turn of its loop


class Pool:
    """Connections to one place. Each answers one request at a time; nothing is blocked by another."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._used: set[Connection] = set()
        self._idle: list[Connection] = []

    @asynccontextmanager
    async def connection(self, timeout: float) -> AsyncGenerator[Connection]:
        """One that is idle, or a new one; kept on leaving the block if its answer was read to the end."""
        async with self._free:
            connection = self._kept() or await self._way.connection(timeout)
            self._used.add(connection)
            try:
                yield connection
            finally:
                self._used.discard(connection)
                connection.whole = None
                self._idle = [idle for idle in self._idle if idle.spare]
                if connection.spare and len(self._idle) < IDLE:
                    self._idle.append(connection)
                else:
                    connection.abort()
                    await asyncio.sleep(0)  # asyncio closes a socket in the next turn of its loop

    def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.abort()
        return None

    def close(self) -> None:
        for connection in (*self._used, *self._idle):
            connection.abort()
        self._idle.clear()


class _InProcess:
    """The answer of a service in this process."""

    HEAD = Head(200, {"content-type": "text/event-stream"})

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self.silence = 0.0
        self.whole: Callable[[float], bool] | None = None

    async def read(self) -> bytes:
        async for chunk in self._chunks:
            if chunk:
                return chunk
        return b""

    async def aclose(self) -> None:
        if isinstance(self._chunks, AsyncGenerator):
            await self._chunks.aclose()


def warm() -> None:
    """Do what the first request would wait for: load the certificates."""
    tls()
