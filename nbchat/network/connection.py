"""One connection: bytes out, bytes in, how long it may be silent, and when it is closed.

What httpcore's pool calls a network stream. asyncio alone, because a read through
anyio costs more than the parsing of what was read; and because a limit on silence,
a bound on what is read ahead, and closing at once are matters of the socket. The
errors are ours already.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import httpcore2 as httpcore

from nbchat.errors import ConnectionBroken
from nbchat.network.failures import (
    ConnectionLost,
    endless_head_error,
    not_http_error,
    silence_error,
    tls_error,
    unread_error,
)
from nbchat.network.http1 import HeadTooLarge, Http1Coalescer, NotHttp
from nbchat.network.peer import Peer
from nbchat.network.proxy import Proxy

LARGEST_HEAD = 16 * 1024  # bytes of a request that wait for its body
READ_AHEAD = 256 * 1024  # bytes read but not yet wanted, before the socket is left alone
IDLE_SECONDS = 60.0  # for which an idle connection is kept
NO_LIMIT = 1e9  # seconds
TICK = 0.1  # seconds; the most that counts of those in which the loop was held up
SILENCES = (0.6, 3.0)  # seconds after which it is asked whether the answer is complete already


class AnswerComplete(Exception):
    """The server fell silent after all that was due; nothing more needs to come."""


@asynccontextmanager
async def within(seconds: float | None) -> AsyncIterator[None]:
    """Raises TimeoutError when the loop has run for so many seconds.

    While a cell keeps the interpreter to itself the loop hears of nothing, whatever has come.
    """
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle | None = None

    def count(left: float) -> None:
        nonlocal timer
        if left <= 0:
            limit.reschedule(loop.time())
        else:
            tick = min(TICK, left)
            timer = loop.call_later(tick, count, left - tick)

    async with asyncio.timeout(None) as limit:
        try:
            if seconds is not None:
                count(seconds)
            yield
        finally:
            if timer:
                timer.cancel()


class Connection(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection, which reads no further ahead than READ_AHEAD and is not silent for ever."""

    def __init__(self, peer: Peer, proxy: Proxy | None = None) -> None:
        self._peer = peer
        self._proxy = proxy  # which is to open the way; None once it has, or where there is none
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._incoming = Http1Coalescer()
        self._parts: list[bytes] = []
        self._size = 0
        self._ended = self._reset = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._full = False  # the system takes no more of what we send
        self._unsent: list[bytes] = []  # the head of a request, which goes out with its body
        self._timer: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._limit = 0.0
        self._times_asked = 0  # how often `is_complete` was called since the last byte
        self.longest_silence: float | None = None  # seconds; where not set, as httpcore says
        # Called after so many seconds of silence: is the answer complete as it is?
        self.is_complete: Callable[[float], bool] | None = None

    @property
    def waits_for_proxy(self) -> bool:
        """Whether a proxy has still to open the way."""
        return self._proxy is not None

    @property
    def has_whole_answer(self) -> bool:
        """Whether nothing more is to come of it: what httpcore has not read of it is here."""
        return self._incoming.idle

    # --- called by asyncio -------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none, and acts as one

    def data_received(self, data: bytes) -> None:
        if self._incoming.idle:
            self.abort()  # nobody asked: it could only be taken for the next answer
            return
        self._parts.append(data)
        self._size += len(data)
        if self._size > READ_AHEAD and self._transport:
            self._transport.pause_reading()
        _wake(self._reader)
        _wake(self._writer)  # an answer before the request is whole: a refusal, most likely

    def eof_received(self) -> None:
        self._on_end()

    def connection_lost(self, error: Exception | None) -> None:
        self._reset = self._reset or error is not None
        self._on_end()

    def _on_end(self) -> None:
        self._ended = True
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        _wake(self._writer)

    # --- called by httpcore ------------------------------------------------------------------

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            if self._parts:
                if data := self._take_parts():
                    return data
            elif self._ended:
                return self._read_end()
            elif self._unsent:
                await self._send()
            else:
                await self._wait_for_bytes(self.longest_silence or timeout)

    def _take_parts(self) -> bytes:
        data = b"".join(self._parts)  # which copies nothing where there is one
        self._parts.clear()
        if self._size > READ_AHEAD and self._transport:
            self._transport.resume_reading()
        self._size = 0
        try:
            data = self._incoming.feed(data)
        except HeadTooLarge:
            raise endless_head_error(self._peer) from None
        except NotHttp as error:
            raise not_http_error(self._peer, error.args[0]) from None
        if self._incoming.surplus:
            self.abort()
        elif self._incoming.idle:
            self._start_timer(IDLE_SECONDS)
        return data

    def _read_end(self) -> bytes:
        """No bytes, as httpcore wants to hear it; an error where the answer is cut off."""
        if not self._reset and not self._incoming.inside_answer:
            return b""
        if self._incoming.begun:
            raise ConnectionLost(self._peer, stale=False)
        if self._incoming.answers:
            raise ConnectionLost(self._peer, stale=True)
        if self._proxy:
            raise self._proxy.no_answer_error("it ended the connection", self._peer)
        raise ConnectionLost(self._peer, stale=False)

    async def _wait_for_bytes(self, limit: float | None) -> None:
        """Wait for bytes, the end, or too long a silence."""
        self._reader = self._loop.create_future()
        self._times_asked = 0
        self._start_timer(limit or NO_LIMIT)
        try:
            await self._reader
        finally:
            self._reader = None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._incoming.idle:
            self._incoming.expect(buffer)
        self._unsent.append(buffer)
        if len(self._unsent) > 1 or len(buffer) > LARGEST_HEAD:
            await self._send(timeout)

    async def _send(self, timeout: float | None = None) -> None:
        """Hand all of it to the system at once: two pieces would be two packets."""
        if self._ended or self._transport is None:
            # Of all errors, httpcore goes on after this one, and reads what had come before.
            raise httpcore.WriteError("the connection has ended")
        unsent, self._unsent = self._unsent, []
        self._transport.writelines(unsent)
        left = self._transport.get_write_buffer_size()
        while self._full and not self._ended and not self._parts:
            self._writer = self._loop.create_future()
            try:
                async with asyncio.timeout(timeout):
                    await self._writer
            except TimeoutError:
                before, left = left, self._transport.get_write_buffer_size()
                if left >= before:
                    raise unread_error(self._peer, timeout) from None
            finally:
                self._writer = None

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Connection:
        assert self._transport is not None
        try:
            async with within(timeout):
                self._transport = await self._loop.start_tls(
                    self._transport,
                    self,
                    ssl_context,
                    server_hostname=server_hostname,
                    ssl_handshake_timeout=NO_LIMIT,
                )
        except BaseException as error:
            self.abort()
            if isinstance(error, OSError):  # of which SSLError is a kind
                raise tls_error(error, self._peer, timeout, self._proxy) from None
            raise
        self._incoming = Http1Coalescer()
        if server_hostname == self._peer.host:
            self._proxy = None
        return self

    async def aclose(self) -> None:
        self.abort()
        await asyncio.sleep(0)  # asyncio closes the socket in the next turn of its loop

    def abort(self) -> None:
        """Close now, without a word to the other side; nothing is waited for."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._transport:
            _hang_up(self._transport)
            self._transport.abort()
        self._on_end()

    def get_extra_info(self, info: str) -> Any:
        if self._transport is None:
            return None
        if info == "is_readable":  # asked of an idle connection: can it no longer be used?
            usable = self._incoming.idle and not self._ended
            return not usable or _is_readable(self._transport.get_extra_info("socket"))
        return self._transport.get_extra_info(info)

    # --- the one timer: of silence while something is due, and of idleness -------------------

    def _start_timer(self, limit: float) -> None:
        """Count anew from here. A timer that runs is left to run, where it is not too late.

        It fires too early then, and is set again: cheaper than a new timer for each read.
        """
        self._since, self._limit = self._loop.time(), limit
        when = self._next_check()
        if self._timer is not None and self._timer.when() > when:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(when, self._check)

    def _next_check(self) -> float:
        """When to look at the silence next, by the loop's clock."""
        seconds = self._limit
        if self._reader and self.is_complete and self._times_asked < len(SILENCES):
            seconds = min(SILENCES[self._times_asked], seconds)
        return self._since + seconds

    def _check(self) -> None:
        self._timer = None
        waits = self._reader is not None and not self._reader.done()
        if not waits and not self._incoming.idle:
            return  # a slow reader of the answer is not the server's silence
        if self._loop.time() < self._next_check():
            self._timer = self._loop.call_at(self._next_check(), self._check)
        elif not waits:
            self.abort()
        else:
            self._on_silence()

    def _on_silence(self) -> None:
        assert self._reader is not None
        seconds = self._loop.time() - self._since
        self._times_asked += 1
        if self.is_complete is not None and self.is_complete(seconds):
            self._reader.set_exception(AnswerComplete())
        elif seconds >= self._limit:
            self._reader.set_exception(self._silence_error())
        else:
            self._timer = self._loop.call_at(self._next_check(), self._check)

    def _silence_error(self) -> ConnectionBroken:
        if self._proxy and not self._incoming.begun:
            return self._proxy.no_answer_error(f"it was silent for {self._limit:g} s", self._peer)
        return silence_error(self._peer, self._limit, inside_answer=self._incoming.begun)


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


def _hang_up(transport: asyncio.Transport) -> None:
    """End it for every process that has its socket: one that was forked meanwhile may live on."""
    # It has ended, TLS inside it has, or its socket is uvloop's, which cannot, or is gone.
    with suppress(OSError, TypeError, AttributeError):
        transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def _is_readable(sock: Any) -> bool:
    """Whether the system holds bytes, or the end, of a socket on which nothing is due."""
    if sock is None or sock.fileno() < 0:
        return True
    if sys.platform == "win32" or not hasattr(select, "poll"):
        return bool(select.select([sock.fileno()], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))
