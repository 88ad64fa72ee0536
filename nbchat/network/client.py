"""One request on its way and its answer as it comes; connections are kept per host.

The only file that imports httpx, whose transport is the seam: a real pool, the
embedded model, or (in a browser) fetch. No client: it would keep cookies, follow
redirects in thought and log addresses. What a provider answered is none of its business.
"""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
)
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from typing import Protocol, cast

import httpcore2 as httpcore
import httpx2 as httpx

from nbchat.errors import BadAnswer, BadSettings, NbchatError
from nbchat.network.compression import decoder_for
from nbchat.network.connection import Connection
from nbchat.network.failures import NO_FILES, too_many_files
from nbchat.network.pool import Connector, make_pool, tls_context
from nbchat.network.proxy import Proxy, proxy_for
from nbchat.settings_file import Timeouts

MAX_ERROR_BODY = 64 * 1024  # bytes of an error's body that are read
ERROR_BODY_SECONDS = 2.0
DRAIN_SECONDS = 0.25  # to let a finished answer end, so that its connection can be used again


class InProcessService(Protocol):
    """A service without a network: takes a request body, gives the bytes of an answer."""

    def __call__(self, body: bytes) -> AsyncIterator[bytes]: ...


class Response:
    """An answer that has begun: its status, its headers, and its body as it comes."""

    def __init__(self, response: httpx.Response, host: str, timeouts: Timeouts) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._host = host
        self._timeouts = timeouts
        self._stream = response.stream
        self._raw = aiter(self._stream)
        socket = response.extensions.get("network_stream")
        self._socket = socket if isinstance(socket, Connection) else None
        if self._socket:
            self._socket.silence = timeouts.first_byte

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self, whole: Callable[[float], bool] | None = None) -> AsyncGenerator[bytes]:
        """The body's bytes, decompressed, as they arrive.

        When the server has been silent for some seconds and `whole(seconds)` says that
        nothing is missing, the body ends there with `sockets.Whole`.
        """
        decode = decoder_for(self.headers.get("content-encoding", ""), self._host)
        if self._socket:
            self._socket.whole = whole
        with translated(self._host):
            async for raw in self._raw:
                if self._socket:
                    self._socket.silence = self._timeouts.gap
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
        with suppress(NbchatError, TimeoutError), translated(self._host):
            async with asyncio.timeout(DRAIN_SECONDS):
                size = 0
                async for raw in self._raw:
                    size += len(raw)
                    if size > MAX_ERROR_BODY:
                        break

    async def aclose(self) -> None:
        """Give the connection back if the body was read to its end; otherwise close it."""
        if self._socket:
            self._socket.silence = self._socket.whole = None
        if isinstance(self._raw, AsyncGenerator):
            await self._raw.aclose()
        await self._stream.aclose()


class Transport:
    """Pools by host. Belongs to one event loop."""

    def __init__(self, in_process: Mapping[str, InProcessService] | None = None) -> None:
        self._ways: dict[tuple[str, str, int | None, Proxy | None], httpx.AsyncBaseTransport] = {}
        self._in_process = dict(in_process or {})

    @asynccontextmanager
    async def answered(
        self,
        url: str,
        headers: Callable[[], Mapping[str, str]],
        timeouts: Timeouts,
        body: bytes | None = None,
    ) -> AsyncGenerator[Response]:
        """POST a question, or GET where there is no body; closed, or back in the pool, on leaving the block.

        `headers` is a function so that the key in them is no variable of any frame.
        """
        parsed = _parsed(url)
        scheme, host = parsed.scheme, parsed.host
        proxy = None if host in self._in_process else proxy_for(scheme, host)
        way = self._way(parsed, proxy)
        limits = {
            "connect": timeouts.connect,
            "read": timeouts.first_byte,
            "write": timeouts.first_byte,
            "pool": None,
        }
        method = "GET" if body is None else "POST"
        request = httpx.Request(
            method, parsed, content=body, headers=headers(), extensions={"timeout": limits}
        )
        with translated(host, proxy):
            response = Response(await way.handle_async_request(request), host, timeouts)
        try:
            if proxy and scheme == "http" and response.status in (407, 502, 503, 504):
                raise proxy.refused(f"{response.status}", host)
            yield response
        finally:
            await _closed(response)

    def _way(self, url: httpx.URL, proxy: Proxy | None) -> httpx.AsyncBaseTransport:
        place = (url.scheme, url.host, url.port, proxy)
        if place not in self._ways:
            answer = self._in_process.get(url.host)
            self._ways[place] = (
                _InProcess(answer) if answer else _Pool(url.scheme, Connector(url.host, proxy))
            )
        return self._ways[place]

    async def aclose(self) -> None:
        ways, self._ways = list(self._ways.values()), {}
        for way in ways:
            await way.aclose()


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise BadSettings(
            f"no request can be made to this address: {error}. Correct the base URL."
        ) from None


async def _closed(response: Response) -> None:
    """Close even while this task is being cancelled: the socket must not stay open."""
    closing = asyncio.ensure_future(response.aclose())
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await asyncio.wait([closing], timeout=1.0)
        raise
    except NbchatError:
        pass  # it is gone, which is what was wanted


# --- what a request goes through ---------------------------------------------------------------


class _Pool(httpx.AsyncBaseTransport):
    def __init__(self, scheme: str, network: Connector) -> None:
        self._network = network
        self._pool = make_pool(scheme, network)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )
        try:
            response = await self._pool.handle_async_request(sent)
        except BaseException:
            self._network.abandon()
            raise
        body = _Body(cast(AsyncIterable[bytes], response.stream), response.aclose)
        return httpx.Response(
            response.status, headers=response.headers, stream=body, extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _InProcess(httpx.AsyncBaseTransport):
    def __init__(self, answer: InProcessService) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = _Body(self._answer(request.content))
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


# --- what httpcore raises, in our words ----------------------------------------------------------


@contextmanager
def translated(host: str, proxy: Proxy | None = None) -> Iterator[None]:
    """Turn what httpcore still raises into ours; the cause is dropped, since its frames hold the request."""
    try:
        yield
    except NbchatError:
        raise
    except Exception as error:
        if ours := _ours(error, host, proxy):
            raise ours from None
        raise


def _ours(error: Exception, host: str, proxy: Proxy | None) -> NbchatError | None:
    gist = str(error).partition(":")[0]  # after the colon come the server's bytes, or ours
    match error:
        case httpcore.ProxyError() if proxy:
            return proxy.refused(str(error), host)
        case httpcore.LocalProtocolError() | httpcore.UnsupportedProtocol():
            return BadSettings(f"the request to {host} cannot be made: {gist}. Check its headers.")
        case httpcore.RemoteProtocolError():
            failed = BadAnswer(
                f"{host} sent invalid HTTP ({gist}). Check the base URL, or try again."
            )
            failed.passing = True
            return failed
        case OSError() if error.errno in NO_FILES:  # of an import, at the first request
            return too_many_files()
        case _ if proxy and proxy.socks:  # socksio's, and asserts of what it said
            return proxy.refused("it speaks no SOCKS 5", host)
    return None


def preload() -> None:
    """Do what the first request would wait for: load the certificates."""
    tls_context()
