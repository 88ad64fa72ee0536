"""One request on its way and its answer as it comes; connections are kept per host.

The only file that imports httpx, whose transport is the seam: a real pool, the
embedded model, or (in a browser) fetch. No client of httpx's: it would keep cookies,
prepare to follow redirects, and log addresses. What a provider answered is none of
its business.
"""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
)
from contextlib import aclosing, asynccontextmanager, suppress
from functools import lru_cache
from typing import Protocol, cast

import httpcore2 as httpcore
import httpx2 as httpx

from nbchat.errors import BadSettings, NbchatError
from nbchat.network.compression import decoder_for
from nbchat.network.connection import Connection
from nbchat.network.failures import translate_errors
from nbchat.network.peer import Peer
from nbchat.network.pool import Connector, Pools, tls_context
from nbchat.network.proxy import Proxy, proxy_for
from nbchat.settings_values import Timeouts

ERROR_BODY_SECONDS = 2.0  # to read an error's body
MAX_DRAINED = 64 * 1024  # bytes of what follows a finished answer
DRAIN_SECONDS = 0.25  # to let a finished answer end, so that its connection can be used again
PROXY_REFUSALS = (407, 502, 503, 504)  # what a proxy says for itself, on the way to plain http


Way = tuple[str, Peer, int | None, Proxy | None, bool]  # scheme, who, port, proxy, only private


class InProcessService(Protocol):
    """A service without a network: takes a request body, gives the bytes of an answer."""

    def __call__(self, body: bytes) -> AsyncIterator[bytes]: ...


class Response:
    """An answer that has begun: its status, its headers, and its body as it comes."""

    def __init__(self, response: httpx.Response, peer: Peer, timeouts: Timeouts) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._peer = peer
        self._timeouts = timeouts
        self._stream = response.stream
        self._raw = aiter(self._stream)
        self.has_ended = False  # the body was read to its end
        socket = response.extensions.get("network_stream")
        self._socket = socket if isinstance(socket, Connection) else None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(
        self, is_complete: Callable[[float], bool] | None = None
    ) -> AsyncGenerator[bytes]:
        """The body's bytes, decompressed, as they arrive.

        Raises AnswerComplete where the server has been silent for some seconds and
        `is_complete(seconds)` says that nothing is missing.
        """
        decode = decoder_for(self.headers.get("content-encoding", ""), self._peer)
        if self._socket:
            self._socket.is_complete = is_complete
        with translate_errors(self._peer):
            async for raw in self._raw:
                if self._socket:
                    self._socket.longest_silence = self._timeouts.gap
                for chunk in decode(raw):
                    yield chunk
            self.has_ended = True
        for chunk in decode(b""):
            yield chunk

    async def read_error_body(self, limit: int) -> bytes:
        """The first `limit` bytes of an error's body, or what comes of it in two seconds."""
        body = b""
        with suppress(NbchatError, TimeoutError):
            async with asyncio.timeout(ERROR_BODY_SECONDS), aclosing(self.chunks()) as chunks:
                async for chunk in chunks:
                    body += chunk
                    if len(body) > limit:
                        break
        return body[:limit]

    async def drain(self) -> None:
        """Read on for a moment after the end marker: that frees the connection for the next."""
        if self.has_ended:
            return
        is_all_here = self._socket is not None and self._socket.has_whole_answer
        with suppress(NbchatError, TimeoutError), translate_errors(self._peer):
            async with asyncio.timeout(None if is_all_here else DRAIN_SECONDS):
                size = 0
                async for raw in self._raw:
                    size += len(raw)
                    if size > MAX_DRAINED:
                        break
                else:
                    self.has_ended = True

    async def aclose(self) -> None:
        """Give the connection back if the body was read to its end; otherwise close it."""
        if self._socket:
            self._socket.longest_silence = self._socket.is_complete = None
        if isinstance(self._raw, AsyncGenerator):
            await self._raw.aclose()
        await self._stream.aclose()


class Transport:
    """Pools by host. Belongs to one event loop."""

    def __init__(self, in_process: Mapping[str, InProcessService] | None = None) -> None:
        self._transports: dict[Way, httpx.AsyncBaseTransport] = {}
        self._in_process = dict(in_process or {})

    @asynccontextmanager
    async def open_response(
        self,
        url: str,
        headers: Callable[[], Mapping[str, str]],
        timeouts: Timeouts,
        body: bytes | None = None,
        name: str = "",
        *,
        only_private: bool = False,
    ) -> AsyncGenerator[Response]:
        """POST `body`, or GET where there is none. Raises NbchatError where no answer begins.

        `name` is what the errors call whoever is asked; without it they say the host.
        With `only_private` no address of the whole internet is asked, whatever the name leads to.
        Leaving the block closes the connection, or puts it back in the pool. `headers` is
        a function so that the key in them is no variable of any frame.
        """
        address = _parse(url)
        scheme, host = address.scheme, address.host
        peer = Peer(host, name)
        proxy = None if host in self._in_process else proxy_for(url, host)
        transport = self._transport_for(address, peer, proxy, only_private)
        limits = {
            "connect": timeouts.connect,
            "read": timeouts.first_byte,
            "write": timeouts.first_byte,
            "pool": None,
        }
        method = "GET" if body is None else "POST"
        request = httpx.Request(
            method, address, content=body, headers=headers(), extensions={"timeout": limits}
        )
        with translate_errors(peer, proxy):
            response = Response(await transport.handle_async_request(request), peer, timeouts)
        try:
            if proxy and scheme == "http" and response.status in PROXY_REFUSALS:
                raise proxy.refusal_error(f"{response.status}", peer)
            yield response
        finally:
            await _close(response)

    def _transport_for(
        self, url: httpx.URL, peer: Peer, proxy: Proxy | None, only_private: bool
    ) -> httpx.AsyncBaseTransport:
        way = (url.scheme, peer, url.port, proxy, only_private)
        transport = self._transports.get(way)
        if transport is None:
            service = self._in_process.get(url.host)
            if service:
                transport = _InProcessTransport(service)
            else:
                transport = _PoolTransport(url.scheme, Connector(peer, proxy, only_private))
            self._transports[way] = transport
        return transport

    async def aclose(self) -> None:
        transports, self._transports = list(self._transports.values()), {}
        for transport in transports:
            await transport.aclose()


@lru_cache  # the rows of a map go to one address
def _parse(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise BadSettings(
            f"no request can be made to this address: {error}.\nCorrect the base URL."
        ) from None


async def _close(response: Response) -> None:
    """Close even while this task is being cancelled: the socket must not stay open."""
    if response.has_ended:  # nothing is waited for
        with suppress(NbchatError):
            await response.aclose()
        return
    task = asyncio.ensure_future(response.aclose())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=1.0)
        raise
    except NbchatError:
        pass  # it is gone, which is what was wanted


# --- what a request goes through ---------------------------------------------------------------


class _PoolTransport(httpx.AsyncBaseTransport):
    def __init__(self, scheme: str, connector: Connector) -> None:
        self._connector = connector
        self._pools = Pools(scheme, connector)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url, host, extensions = request.url, request.url.raw_host, request.extensions
        if b":" in host and self._connector.through_http:
            # httpcore writes to the proxy what it is given; for TLS it is the bare address.
            extensions = {**extensions, "sni_hostname": host.decode()}
            host = b"[%b]" % host
        inner = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.content,
            extensions=extensions,
        )
        pool = await self._pools.take()
        try:
            response = await pool.handle_async_request(inner)
        except BaseException:
            self._pools.give_back(pool)
            self._connector.abandon()
            raise

        async def close() -> None:
            try:
                await response.aclose()
            finally:
                self._pools.give_back(pool)

        body = _Body(cast(AsyncIterable[bytes], response.stream), close)
        return httpx.Response(
            response.status, headers=response.headers, stream=body, extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._pools.aclose()


class _InProcessTransport(httpx.AsyncBaseTransport):
    def __init__(self, service: InProcessService) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = _Body(self._service(request.content))
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)


class _Body(httpx.AsyncByteStream):
    def __init__(
        self, chunks: AsyncIterable[bytes], close: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._chunks = chunks
        self._close = close

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._chunks)

    async def aclose(self) -> None:
        if self._close:
            await self._close()


def preload() -> None:
    """Do what the first request would wait for: load the certificates."""
    tls_context()
