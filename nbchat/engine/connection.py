"""One connection: a request out, its answer in, how long it may be silent, and when it is closed.

asyncio alone, because a limit on silence, a bound on what is read ahead, and closing
at once are matters of the socket. What goes wrong is an error of ours already.
"""

from __future__ import annotations

import asyncio
import select
import ssl
import sys
from collections.abc import Callable
from typing import Any, cast

from nbchat.engine.http1 import Head, HeadTooLarge, Incoming, NotHttp
from nbchat.errors import BadAnswer, ConnectionBroken, TimedOut, TlsFailed, Unreachable

AHEAD = 256 * 1024  # bytes read but not yet wanted, before the socket is left alone
KEPT = 60.0  # seconds that an idle connection is kept
PAUSES = (0.6, 3.0)  # seconds of silence after which it is asked whether the answer was whole already
NETWORK = "Ask again; if it stays so, check the network and the base URL."
LIMITS = "Ask again, or allow it more time: timeout=, or timeouts in nbchat.toml."


class ConnectionLost(Unreachable):
    """The connection ended before the answer did. `stale`: it had been idle, and not a byte came."""

    def __init__(self, message: str, *, stale: bool) -> None:
        super().__init__(message)
        self.stale = stale


class Whole(Exception):
    """The server fell silent after all that was due; nothing more needs to come."""


class Connection(asyncio.Protocol):
    """To `host`, or to the proxy before it. It is silent no longer than `silence` says."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._incoming = Incoming()
        self._parts: list[bytes] = []  # as they came
        self._size = 0
        self._body = b""  # understood, and not yet read
        self._ended = self._reset = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._full = False  # the system takes no more of what we send
        self._timer: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._limit = 0.0
        self._asked = 0  # how often, in this silence
        self.silence = 0.0  # seconds; 0 for no limit
        self.whole: Callable[[float], bool] | None = None  # asked after a pause of so many seconds: was that all?

    # --- called by asyncio ---------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none, and acts as one

    def data_received(self, data: bytes) -> None:
        if self._incoming.idle:
            self.abort()  # nobody asked: it could only be taken for the next answer
            return
        self._parts.append(data)
        self._size += len(data)
        if self._size > AHEAD and self._transport:
            self._transport.pause_reading()
        _wake(self._reader)
        _wake(self._writer)  # an answer before the request is whole: a refusal, most likely

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, error: Exception | None) -> None:
        self._reset = self._reset or error is not None
        self._end()

    def _end(self) -> None:
        self._ended = True
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        _wake(self._writer)

    # --- a request and its answer ----------------------------------------------------------------

    async def send(self, request: bytes, *, tunnel: bool = False) -> None:
        """Send a whole request; `tunnel` where it is a CONNECT. An answer that comes meanwhile ends the sending."""
        self._incoming.expect(tunnel=tunnel)
        self._body = b""  # what nobody read of the answer before
        self._transmit(request)
        del request  # which holds the key
        left, silence = self._unsent(), self.silence or None
        while self._full and not self._ended and not self._parts:
            self._writer = self._loop.create_future()
            try:
                async with asyncio.timeout(silence):
                    await self._writer
            except TimeoutError:
                before, left = left, self._unsent()
                if left >= before:
                    error = TimedOut(
                        f"{self._host} does not accept the request: it read nothing for {silence:g} s. {LIMITS}"
                    )
                    error.passing = False
                    raise error from None
            finally:
                self._writer = None

    def _transmit(self, data: bytes) -> None:
        if self._transport and not self._ended:  # else what came before the end is read
            self._transport.write(data)

    def _unsent(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport else 0

    async def head(self) -> Head:
        """How the answer begins."""
        while (head := self._incoming.head) is None:
            await self._more()
        return head

    async def read(self) -> bytes:
        """What has come of the body; nothing at its end."""
        while not self._body:
            if self._incoming.idle or not await self._more():
                return b""
        body, self._body = self._body, b""
        return body

    async def _more(self) -> bool:
        """Take in what has come, or wait for it. False at an end that cuts nothing off."""
        if self._parts:
            self._take(b"".join(self._parts))
        elif self._incoming.failed:
            raise self._unreadable(self._incoming.failed)
        elif self._ended:
            if self._reset or self._incoming.cut:
                stale = bool(self._incoming.answers) and not self._incoming.begun
                raise ConnectionLost(f"the connection to {self._host} was lost. {NETWORK}", stale=stale)
            return False
        else:
            await self._heard()
        return True

    def _take(self, data: bytes) -> None:
        self._parts.clear()
        if self._size > AHEAD and self._transport:
            self._transport.resume_reading()
        self._size = 0
        self._body += self._incoming.feed(data)
        if self._incoming.surplus:
            self.abort()
        elif self._incoming.idle:
            self._watch(KEPT)

    def _unreadable(self, failed: Exception) -> BadAnswer:
        if isinstance(failed, HeadTooLarge):
            return BadAnswer(f"{self._host} sends headers without end; the limit of 100 KiB was exceeded. {NETWORK}")
        if not isinstance(failed, NotHttp):
            error = BadAnswer(f"{self._host} sent invalid HTTP ({failed}). Check the base URL, or try again.")
            error.passing = True
            return error
        tls = failed.args[0][:1] in (b"\x15", b"\x16")
        hint = "It seems to speak TLS: its address would start with https://." if tls else "Check the base URL."
        error = BadAnswer(f"what answers at {self._host} is not an HTTP server. {hint}")
        error.passing = not tls
        return error

    async def _heard(self) -> None:
        """Wait for bytes, the end, or too long a silence."""
        self._reader = self._loop.create_future()
        self._asked = 0
        self._watch(self.silence or 1e9)
        try:
            await self._reader
        finally:
            self._reader = None

    async def raw(self, data: bytes, size: int) -> bytes:
        """Send something that is no HTTP, and read so many bytes of what comes back."""
        self._incoming.expect(tunnel=True)
        self._transmit(data)
        while self._size < size:
            if self._ended:
                raise ConnectionLost(f"the connection to {self._host} was lost. {NETWORK}", stale=False)
            await self._heard()
        came = b"".join(self._parts)
        self._size = len(came) - size
        self._parts = [came[size:]] if self._size else []
        return came[:size]

    async def start_tls(self, context: ssl.SSLContext, host: str, timeout: float) -> None:
        """Go on in TLS with `host`."""
        assert self._transport is not None
        try:
            self._transport = await self._loop.start_tls(
                self._transport, self, context, server_hostname=host, ssl_handshake_timeout=timeout
            )
        except BaseException as error:
            self.abort()
            if isinstance(error, OSError):  # of which SSLError is a kind
                raise _no_tls(error, host, timeout) from None
            raise
        self._incoming = Incoming()  # what came before was the proxy's

    # --- afterwards ------------------------------------------------------------------------------

    @property
    def usable(self) -> bool:
        """Whether another request can be sent now: it is spare, and nothing has come that nobody asked for."""
        return self.spare and not _readable(self._transport.get_extra_info("socket") if self._transport else None)

    @property
    def spare(self) -> bool:
        """Whether its answer is whole, and it may be used again."""
        return self._incoming.idle and self._incoming.lasts and not self._ended

    def abort(self) -> None:
        """Close now, without a word to the other side; nothing is waited for."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._transport:
            self._transport.abort()
        self._end()

    # --- the one timer: of silence while something is due, and of idleness ---------------------------

    def _watch(self, limit: float) -> None:
        self._since, self._limit = self._loop.time(), limit
        when = self._next_look()
        if self._timer is not None and self._timer.when() > when:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:  # else it looks too early, and then looks again: cheaper than a timer for each read
            self._timer = self._loop.call_at(when, self._look)

    def _next_look(self) -> float:
        asks = self._reader is not None and self.whole is not None and self._asked < len(PAUSES)
        return self._since + (min(PAUSES[self._asked], self._limit) if asks else self._limit)

    def _look(self) -> None:
        self._timer = None
        waits = self._reader is not None and not self._reader.done()
        if not waits and not self._incoming.idle:
            return  # a slow reader of the answer is not the server's silence
        if self._loop.time() < self._next_look():
            self._timer = self._loop.call_at(self._next_look(), self._look)
        elif not waits:
            self.abort()
        else:
            self._silent()

    def _silent(self) -> None:
        assert self._reader is not None
        waited = self._loop.time() - self._since
        self._asked += 1
        if self.whole is not None and self.whole(waited):
            self._reader.set_exception(Whole())
        elif waited >= self._limit:
            self._reader.set_exception(TimedOut(f"{self._host} was silent for {self._limit:g} s. {LIMITS}"))
        else:
            self._timer = self._loop.call_at(self._next_look(), self._look)


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


def _readable(sock: Any) -> bool:
    """Whether the system holds bytes, or the end, of a socket on which nothing is due."""
    if sock is None or sock.fileno() < 0:
        return True
    if sys.platform == "win32" or not hasattr(select, "poll"):
        return bool(select.select([sock.fileno()], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _no_tls(error: OSError, place: str, timeout: float) -> ConnectionBroken:
    if isinstance(error, ssl.SSLError):
        if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"):
            return TlsFailed(
                f"{place} does not speak TLS. If it is a server on this machine, its address starts with http://."
            )
        reason = getattr(error, "verify_message", "") or (error.reason or "no TLS").lower().replace("_", " ")
        return TlsFailed(
            f"the TLS check of {place} failed: {reason}.\n"
            "If your network has its own certificate authority, name its file in SSL_CERT_FILE."
        )
    if isinstance(error, TimeoutError) or "longer than" in str(error):
        return TlsFailed(
            f"{place} does not finish the TLS handshake within {timeout:g} s. {LIMITS}\n"
            "If it is a server without TLS, its address starts with http://."
        )
    return Unreachable(f"{place} ended the connection during the TLS handshake. Try again, or check the base URL.")
