"""The network: pooled clients, one per host, and what an HTTP exchange can fail with.

The only file that imports httpx. Everything it raises is an NbchatError that says
what happened on the way; what a provider answered is none of its business.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Protocol
from urllib.request import getproxies, proxy_bypass

import httpx2 as httpx

from nbchat.errors import (
    BadAnswer,
    BadSettings,
    ConnectionBroken,
    NbchatError,
    ProxyFailed,
    TimedOut,
    TlsFailed,
    Unreachable,
)
from nbchat.hosts import host_of
from nbchat.settings import Timeouts

MAX_ERROR_BODY = 64 * 1024  # bytes of an error's body that are read
ERROR_BODY_SECONDS = 5.0
DRAIN_SECONDS = 0.25  # to let a finished answer end, so that its connection can be used again
CHUNK = 256 * 1024  # bytes of decoded text at a time, so that a gzip bomb cannot go off
LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=16, keepalive_expiry=60.0)


class InProcess(Protocol):
    """A service without a network: takes a request body, gives the bytes of an answer."""

    def __call__(self, body: bytes) -> AsyncIterator[bytes]: ...


class Silence:
    """Ends a request that has been silent for too long.

    Only while something is awaited from the server: a slow reader of the answer is
    not the server's silence. One timer looks now and then, so that a byte costs
    two assignments.
    """

    def __init__(self, timeouts: Timeouts, host: str) -> None:
        self._timeouts = timeouts
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._limit = timeouts.first_byte
        self._fired = False
        self._waiting = False

    def __enter__(self) -> Silence:
        self.waits()
        self._handle = self._loop.call_at(self._deadline, self._look)
        return self

    def waits(self) -> None:
        """From here on the server is expected to say something."""
        self._deadline = self._loop.time() + self._limit
        self._waiting = True

    def heard(self) -> None:
        """The server said something."""
        self._waiting = False
        if self._limit != self._timeouts.gap:
            self._limit = self._timeouts.gap
            self._handle.cancel()
            self._handle = self._loop.call_later(self._limit, self._look)

    def _look(self) -> None:
        if self._waiting and self._loop.time() >= self._deadline:
            self._fired = True
            assert self._task is not None
            self._task.cancel()
            return
        when = self._deadline if self._waiting else self._loop.time() + self._limit
        self._handle = self._loop.call_at(when, self._look)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._handle.cancel()
        if not self._fired:
            return
        assert self._task is not None
        self._task.uncancel()
        if not isinstance(error, asyncio.CancelledError):
            return
        if self._limit == self._timeouts.gap != self._timeouts.first_byte:
            raise TimedOut(f"{self._host} was silent for {self._limit:g} s.") from None
        raise TimedOut(f"{self._host} said nothing for {self._limit:g} s (timeouts in %chat settings).") from None


class Response:
    """An answer that has begun: its status, its headers, and its body as it comes."""

    def __init__(self, response: httpx.Response, silence: Silence, host: str) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.url = str(response.url)
        self._response = response
        self._silence = silence
        self._host = host
        self._raw = response.aiter_raw()

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body's bytes, decompressed, as they arrive."""
        decode = _decoder(self.headers.get("content-encoding", ""), self._host)
        with translated(self._host, self.url):
            self._silence.waits()
            async for raw in self._raw:
                self._silence.heard()
                for chunk in decode(raw):
                    yield chunk
                self._silence.waits()
            self._silence.heard()
            for chunk in decode(None):
                yield chunk

    async def error_body(self) -> bytes:
        """The first part of an error's body; whatever can be had of it in a few seconds."""
        body = b""
        with suppress(NbchatError, TimeoutError):
            async with asyncio.timeout(ERROR_BODY_SECONDS):
                async for chunk in self.chunks():
                    body += chunk
                    if len(body) >= MAX_ERROR_BODY:
                        break
        return body[:MAX_ERROR_BODY]

    async def drain(self) -> None:
        """Read on for a moment after the end marker: a body read to its end frees the connection."""
        with suppress(NbchatError, TimeoutError, httpx.HTTPError, httpx.StreamError):
            async with asyncio.timeout(DRAIN_SECONDS):
                size = 0
                async for raw in self._raw:
                    size += len(raw)
                    if size > MAX_ERROR_BODY:
                        break


class Transport:
    """Clients by host. Belongs to one event loop."""

    def __init__(self, in_process: Mapping[str, InProcess] | None = None) -> None:
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._in_process = dict(in_process or {})

    @asynccontextmanager
    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeouts: Timeouts
    ) -> AsyncGenerator[Response]:
        """Send a request; the response is closed, or back in the pool, on leaving the block."""
        host = host_of(url)
        with Silence(timeouts, host) as silence:
            with translated(host, url):
                client = self._client(url)
                timeout = httpx.Timeout(None, connect=timeouts.connect)
                request = client.build_request("POST", url, content=body, headers=dict(headers), timeout=timeout)
                response = await client.send(request, stream=True)
            try:
                yield Response(response, silence, host)
            finally:
                await _close(response)

    def _client(self, url: str) -> httpx.AsyncClient:
        parts = httpx.URL(url)
        origin = f"{parts.scheme}://{parts.netloc.decode()}"
        if origin not in self._clients:
            inner = self._in_process.get(parts.host)
            self._clients[origin] = httpx.AsyncClient(
                transport=_InProcessTransport(inner) if inner else None,
                verify=_tls() if parts.scheme == "https" else _no_tls(),
                limits=LIMITS,
                follow_redirects=False,
                headers={"user-agent": "nbchat", "accept-encoding": "identity"},
            )
        return self._clients[origin]

    async def aclose(self) -> None:
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()


async def _close(response: httpx.Response) -> None:
    """Close even while this task is being cancelled: the socket must not stay open."""
    closing = asyncio.ensure_future(response.aclose())
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await asyncio.wait([closing], timeout=1.0)
        raise
    except (httpx.HTTPError, OSError):
        pass  # it is gone, which is what was wanted


@cache
def _tls() -> ssl.SSLContext:
    """Made once: loading the certificates takes 25 ms."""
    return httpx.create_ssl_context()


@cache
def _no_tls() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _InProcessTransport(httpx.AsyncBaseTransport):
    def __init__(self, answer: InProcess) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers={"content-type": "text/event-stream"}, stream=_Bytes(self._answer(request.content))
        )


class _Bytes(httpx.AsyncByteStream):
    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks


# --- decompression -----------------------------------------------------------------------------


def _decoder(encoding: str, host: str) -> Callable[[bytes | None], list[bytes]]:
    """A function from raw bytes (None: the end) to decoded ones. We ask for none, but some hosts compress."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return lambda raw: [raw] if raw else []
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflate(host, 47 if "gzip" in name else 15)
    raise BadAnswer(f"{host} sent its answer compressed as {name!r}, which was not asked for and cannot be read.")


class _Inflate:
    def __init__(self, host: str, wbits: int) -> None:
        self._host = host
        self._inflate = zlib.decompressobj(wbits)
        self._inside = False

    def __call__(self, raw: bytes | None) -> list[bytes]:
        if raw is None:
            if self._inside and not self._inflate.eof:
                raise BadAnswer(f"{self._host} sent a damaged answer: its compressed body is cut short.")
            return []
        self._inside = True
        chunks = []
        try:
            while raw:
                chunks.append(self._inflate.decompress(raw, CHUNK))
                raw = self._inflate.unconsumed_tail
                if sum(map(len, chunks)) > 256 * CHUNK:
                    raise BadAnswer(f"{self._host} sent a compressed answer of more than 64 MiB in one piece.")
        except zlib.error:
            raise BadAnswer(f"{self._host} sent a damaged answer: its compressed body cannot be read.") from None
        return [chunk for chunk in chunks if chunk]


# --- what httpx raises, in our words -----------------------------------------------------------------


class translated:  # noqa: N801
    """Turn httpx's exceptions into ours; the cause is dropped, since its frames hold the request."""

    def __init__(self, host: str, url: str) -> None:
        self._host = host
        self._url = url

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx.HTTPError | httpx.InvalidURL | httpx.StreamError | ssl.SSLError | OSError):
            raise _translated(error, self._host, self._url) from None


def _translated(error: Exception, host: str, url: str) -> NbchatError:
    reasons = _chain(error)
    said = str(error) or type(error).__name__
    place = httpx.URL(url).netloc.decode() if not isinstance(error, httpx.InvalidURL) else host
    tls = next((r for r in reasons if isinstance(r, ssl.SSLError)), None)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return BadSettings(
            f"the request to {host or 'no host'} cannot be made: {said}. Check the base URL and the key."
        )
    if isinstance(error, httpx.ProxyError) or (
        isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) and _proxy(url)
    ):
        return _proxy_failed(said, url, place)
    if tls:
        return _tls_failed(tls, place)
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(
            f"no connection to {place} in time (timeouts.connect in %chat settings). Is it up, and reachable?"
        )
    if isinstance(error, httpx.ConnectError):
        return _unreachable(reasons, said, host, place)
    if isinstance(error, httpx.TimeoutException):
        return TimedOut(f"{host} does not take the request: {said}.")
    if isinstance(error, httpx.RemoteProtocolError) and not _cut_off(said):
        return BadAnswer(f"{place} does not speak HTTP as it should: {said}.")
    return Unreachable(f"the connection to {host} was lost.")


def _cut_off(said: str) -> bool:
    return any(words in said for words in ("disconnected", "closed connection", "incomplete", "peer closed"))


def _tls_failed(error: ssl.SSLError, place: str) -> TlsFailed:
    reason = getattr(error, "verify_message", "") or error.reason or "no TLS"
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return TlsFailed(
            f"{place} does not speak TLS. If it is a server on this machine, its address starts with http://."
        )
    return TlsFailed(
        f"the TLS check of {place} failed: {reason}.\n"
        "If your network has its own certificate authority, name its file in SSL_CERT_FILE."
    )


def _unreachable(reasons: list[BaseException], said: str, host: str, place: str) -> Unreachable:
    if any(type(reason).__name__ == "gaierror" for reason in reasons):
        return UnknownHost(f"unknown host {host}: its name has no address here. Check the base URL and the network.")
    if any(isinstance(reason, ConnectionRefusedError) for reason in reasons) or "refused" in said:
        return Unreachable(f"cannot reach {place} (refused). Is the server running, and is the base URL right?")
    return Unreachable(f"cannot reach {place}: {said}.")


class UnknownHost(Unreachable):
    """The name has no address; trying again at once is no use."""


def _proxy_failed(said: str, url: str, place: str) -> ConnectionBroken:
    variable, address = _proxy(url) or ("the proxy setting", "the proxy")
    return ProxyFailed(
        f"the proxy {host_of(address) or address} refused the way to {place}: {said}. It is set in {variable}."
    )


def _proxy(url: str) -> tuple[str, str] | None:
    """The variable that sends this URL through a proxy, and its value."""
    scheme, host = httpx.URL(url).scheme, host_of(url)
    proxies = {} if proxy_bypass(host) else getproxies()
    for name in (scheme, "all"):
        if name in proxies:
            return f"{name.upper()}_PROXY", proxies[name]
    return None


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def warm() -> None:
    """Do what the first request would wait for: load the certificates."""
    _tls()
