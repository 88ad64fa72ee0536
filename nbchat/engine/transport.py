"""One request on its way and its answer as it comes; connections are kept per host.

The only file that imports httpx, whose transport is the seam: a real pool, the
embedded model, or (in a browser) fetch. No client: it would keep cookies, follow
redirects in thought and log addresses. What a provider answered is none of its business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from types import TracebackType
from typing import Protocol

import httpcore2 as httpcore
import httpx2 as httpx

from nbchat.engine.failures import NO_FILES, too_many_files
from nbchat.engine.inflate import decoder
from nbchat.engine.network import Network, pool, tls
from nbchat.engine.proxy import Proxy, proxy_for
from nbchat.engine.sockets import Socket
from nbchat.errors import BadAnswer, BadSettings, NbchatError
from nbchat.settings import Timeouts

MAX_ERROR_BODY = 64 * 1024  # bytes of an error's body that are read
ERROR_BODY_SECONDS = 2.0
DRAIN_SECONDS = 0.25  # to let a finished answer end, so that its connection can be used again


class InProcess(Protocol):
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
        self._socket = socket if isinstance(socket, Socket) else None
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
        decode = decoder(self.headers.get("content-encoding", ""), self._host)
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

    def __init__(self, in_process: Mapping[str, InProcess] | None = None) -> None:
        self._ways: dict[tuple[str, str, int | None, Proxy | None], httpx.AsyncBaseTransport] = {}
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
        parsed = _parsed(url)
        scheme, host = parsed.scheme, parsed.host
        proxy = None if host in self._in_process else proxy_for(scheme, host)
        way = self._way(parsed, proxy)
        limits = {"connect": timeouts.connect, "read": timeouts.first_byte, "write": timeouts.first_byte, "pool": None}
        request = httpx.Request(method, parsed, content=body, headers=headers(), extensions={"timeout": limits})
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
            self._ways[place] = _InProcess(answer) if answer else _Pool(url.scheme, Network(url.host, proxy))
        return self._ways[place]

    async def aclose(self) -> None:
        ways, self._ways = list(self._ways.values()), {}
        for way in ways:
            await way.aclose()


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise BadSettings(f"no request can be made to this address: {error}. Correct the base URL.") from None


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
    def __init__(self, scheme: str, network: Network) -> None:
        self._network = network
        self._pool = pool(scheme, network)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )
        try:
            response = await self._pool.handle_async_request(sent)
        except BaseException:
            self._network.abandon()
            raise
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._response.stream)  # type: ignore[arg-type]

    async def aclose(self) -> None:
        await self._response.aclose()


class _InProcess(httpx.AsyncBaseTransport):
    def __init__(self, answer: InProcess) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        chunks = self._answer(request.content)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=_Made(chunks))


class _Made(httpx.AsyncByteStream):
    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks


# --- what httpcore raises, in our words ----------------------------------------------------------


class translated:  # noqa: N801
    """Turn what httpcore still raises into ours; the cause is dropped, since its frames hold the request."""

    def __init__(self, host: str, proxy: Proxy | None = None) -> None:
        self._host = host
        self._proxy = proxy

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        gist = str(error).partition(":")[0]  # after the colon come the server's bytes, or ours
        match error:
            case httpcore.ProxyError() if self._proxy:
                raise self._proxy.refused(str(error), self._host) from None
            case httpcore.LocalProtocolError() | httpcore.UnsupportedProtocol():
                raise BadSettings(f"the request to {self._host} cannot be made: {gist}. Check its headers.") from None
            case httpcore.RemoteProtocolError():
                failed = BadAnswer(f"{self._host} sent invalid HTTP ({gist}). Check the base URL, or try again.")
                failed.passing = True
                raise failed from None
            case OSError() if error.errno in NO_FILES:  # of an import, at the first request
                raise too_many_files() from None
            case NbchatError():
                pass
            case Exception() if self._proxy and self._proxy.socks:  # socksio's, and asserts of what it said
                raise self._proxy.refused("it speaks no SOCKS 5", self._host) from None


def warm() -> None:
    """Do what the first request would wait for: load the certificates."""
    tls()
