"""What goes wrong on the way to a host, in words; those of a proxy are in `proxy`.

What httpcore raises becomes an error of ours here. What a provider refuses does not:
that is no matter of the network.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore2 as httpcore

from nbchat.errors import (
    BadAnswer,
    BadSettings,
    ConnectionBroken,
    NbchatError,
    TimedOut,
    TlsFailed,
    UnknownHost,
    Unreachable,
)
from nbchat.network.peer import Peer
from nbchat.network.proxy import Proxy
from nbchat.wording import OR_ANOTHER_MODEL

ASK_AGAIN = f"Ask again; if it stays so, check the network and the base URL, {OR_ANOTHER_MODEL}"
MORE_TIME = (
    f"Ask again, or allow it more time (timeout=, or timeouts in nbchat.toml), {OR_ANOTHER_MODEL}"
)
CHECK_ADDRESS = f"Check the base URL, {OR_ANOTHER_MODEL}"
WITHOUT_TLS = "a server without TLS, such as one on this machine, is asked with http://"
TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)
_TRIES = re.compile(r" Tried \d+ times\.$")  # what the engine adds to the first line
TLS_RECORDS = (b"\x15", b"\x16")  # what an alert and a handshake begin with
NO_TLS_REASONS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "RECORD_LAYER_FAILURE",
    "PACKET_LENGTH_TOO_LONG",
)


class ConnectionLost(Unreachable):
    """The connection ended before the answer. `stale`: it had been idle, and not a byte came."""

    def __init__(self, peer: Peer, *, stale: bool) -> None:
        super().__init__(
            f"{peer.name} broke off: the connection to {peer.host} was lost.\n{ASK_AGAIN}"
        )
        self.stale = stale


class HandshakeEnded(Unreachable):
    """The connection ended in the middle of the TLS handshake."""


# --- no connection -----------------------------------------------------------------------


def no_connection_reason(error: OSError, host: str, place: str, timeout: float | None) -> str:
    """Why there is no connection to a host, or to the proxy before it."""
    if isinstance(error, TimeoutError) and error.errno is None:
        return f"no connection to {place} within {timeout or 0:g} s"
    if isinstance(error, socket.gaierror):
        return f"unknown host {host}, which has no address here"
    if isinstance(error, ConnectionRefusedError):
        return f"{place} refused the connection"
    if error.errno in TOO_MANY_FILES:
        return "this process has too many open files"
    return f"no way to {place} ({(error.strerror or str(error)).lower()})"


def no_connection_error(error: OSError, peer: Peer, reason: str) -> Unreachable:
    happened = f"{peer.name} cannot be reached: {reason}."
    if error.errno in TOO_MANY_FILES:
        return too_many_files_error(peer)
    if isinstance(error, socket.gaierror):
        return UnknownHost(f"{happened}\nCheck the network and the base URL, {OR_ANOTHER_MODEL}")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(
            f"{happened}\n"
            "Check that the server is running and that the base URL is right, "
            f"{OR_ANOTHER_MODEL}"
        )
    if isinstance(error, TimeoutError) and error.errno is None:
        return Unreachable(
            f"{happened}\nCheck that it is up and can be reached from here. {MORE_TIME}"
        )
    return Unreachable(f"{happened}\n{ASK_AGAIN}")


def public_address_error(peer: Peer, address: str) -> BadSettings:
    return BadSettings(
        f"{peer.name} is not asked: {peer.host} leads to {address}, which is no address of your "
        "network, and over plain http everybody on the way could read the question.\n"
        "Use https; or, where that is safe, list the host in your own nbchat.toml "
        f'(plain_http = ["{peer.host}"]) or in the environment (NBCHAT_PLAIN_HTTP={peer.host}).'
    )


def too_many_files_error(peer: Peer) -> Unreachable:
    error = Unreachable(
        f"{peer.name} cannot be reached: this process has too many open files.\n"
        "Close some of them, or restart the kernel."
    )
    error.retryable = False  # in a moment there are as many
    error.other_model_helps = False
    return error


def tls_error(
    error: OSError, peer: Peer, timeout: float | None, proxy: Proxy | None = None
) -> ConnectionBroken:
    """The handshake failed, with `peer` or with the proxy before it. An SSLError is an OSError."""
    if isinstance(error, ssl.SSLError):
        if error.reason in NO_TLS_REASONS:
            return TlsFailed(
                f"{peer.name} cannot be reached safely: {peer.host} does not speak TLS.\n"
                f"Check the base URL ({WITHOUT_TLS}), {OR_ANOTHER_MODEL}"
            )
        reason = getattr(error, "verify_message", "")
        if not reason:
            reason = (error.reason or "no TLS").lower().replace("_", " ")
        failure = TlsFailed(
            f"{peer.name} cannot be reached safely: "
            f"the TLS check of {peer.host} failed ({reason}).\n"
            "If your network has its own certificate authority, name its file in SSL_CERT_FILE, "
            f"{OR_ANOTHER_MODEL}"
        )
        failure.verify_code = getattr(error, "verify_code", 0)
        return failure
    if isinstance(error, TimeoutError) or "longer than" in str(error):
        return TlsFailed(
            f"{peer.name} cannot be reached safely: "
            f"{peer.host} does not finish the TLS handshake within {timeout:g} s.\n"
            f"Ask again, allow it more time (timeout=), check the base URL ({WITHOUT_TLS}), "
            f"{OR_ANOTHER_MODEL}"
        )
    if proxy:
        return HandshakeEnded(
            f"{peer.name} cannot be reached: through the proxy {proxy.address} the connection to "
            f"{peer.host} ended during the TLS handshake.\n"
            f"Ask again; if it stays so, check the proxy, which is set in {proxy.variable}, "
            f"{OR_ANOTHER_MODEL}"
        )
    return HandshakeEnded(
        f"{peer.name} cannot be reached: "
        f"{peer.host} ended the connection during the TLS handshake.\n{ASK_AGAIN}"
    )


# --- no answer ---------------------------------------------------------------------------


def unread_error(peer: Peer, timeout: float | None) -> TimedOut:
    """The request is not taken; a second one would fare no better."""
    error = TimedOut(
        f"{peer.name} does not accept the request: it read nothing for {timeout:g} s.\n{MORE_TIME}"
    )
    error.retryable = False
    return error


def not_http_error(peer: Peer, data: bytes) -> BadAnswer:
    what = f"{peer.name} cannot be understood: what answers at {peer.host} is not an HTTP server."
    if data[:1] in TLS_RECORDS:
        return BadAnswer(
            f"{what}\nIt seems to speak TLS: write https:// in the base URL, {OR_ANOTHER_MODEL}"
        )
    error = BadAnswer(f"{what}\n{CHECK_ADDRESS}")
    error.retryable = True
    return error


def endless_head_error(peer: Peer) -> BadAnswer:
    return BadAnswer(
        f"{peer.name} cannot be understood: {peer.host} sends headers without end; "
        f"the limit of 100 KiB was exceeded.\n{ASK_AGAIN}"
    )


def silence_error(peer: Peer, seconds: float, *, inside_answer: bool = False) -> TimedOut:
    silent = f"{peer.name} does not answer: {peer.host} was silent for {seconds:g} s."
    if inside_answer:
        silent = (
            f"{peer.name} began to answer and stopped: {peer.host} was silent for {seconds:g} s."
        )
    return TimedOut(f"{silent}\n{MORE_TIME}")


def what_happened(error: NbchatError) -> str:
    """What happened, without what to do about it.

    >>> what_happened(silence_error(Peer("127.0.0.1", "Ollama"), 1.5))
    'Ollama does not answer: 127.0.0.1 was silent for 1.5 s'
    """
    return _TRIES.sub("", error.happened).rstrip(".")


# --- what httpcore raises ------------------------------------------------------------------


@contextmanager
def translate_errors(peer: Peer, proxy: Proxy | None = None) -> Iterator[None]:
    """Make what httpcore raises ours, without a cause: the cause's frames hold the request."""
    try:
        yield
    except NbchatError:
        raise
    except Exception as error:
        ours = error_of_ours(error, peer, proxy)
        if ours is None:
            raise
        raise ours from None


def error_of_ours(error: Exception, peer: Peer, proxy: Proxy | None) -> NbchatError | None:
    reason = str(error).partition(":")[0]  # after the colon come the server's bytes, or ours
    match error:
        case httpcore.ProxyError() if proxy:
            return proxy.refusal_error(str(error), peer)
        case httpcore.LocalProtocolError() | httpcore.UnsupportedProtocol():
            return BadSettings(
                f"the request to {peer.name} at {peer.host} cannot be made: {reason}.\n"
                "Check the headers that your settings add to it."
            )
        case httpcore.RemoteProtocolError():
            failure = BadAnswer(
                f"{peer.name} cannot be understood: {peer.host} sent invalid HTTP ({reason}).\n"
                f"{ASK_AGAIN}"
            )
            failure.retryable = True
            return failure
        case OSError() if error.errno in TOO_MANY_FILES:  # of an import, at the first request
            return too_many_files_error(peer)
        case _ if proxy and proxy.socks:  # socksio's errors, and httpcore's asserts of its answers
            return proxy.refusal_error("it speaks no SOCKS 5", peer)
    return None
