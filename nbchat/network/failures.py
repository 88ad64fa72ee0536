"""What goes wrong on the way to a host, in words; those of a proxy are in `proxy`.

What httpcore raises becomes an error of ours here. What a provider refuses does not:
that is no matter of the network.
"""

from __future__ import annotations

import errno
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
    ServiceError,
    TimedOut,
    TlsFailed,
    UnknownHost,
    Unreachable,
)
from nbchat.network.proxy import Proxy
from nbchat.wording import first_line

ASK_AGAIN = "Ask again; if it stays so, check the network and the base URL."
MORE_TIME = "Ask again, or allow it more time: timeout=, or timeouts in nbchat.toml."
TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)
TLS_RECORDS = (b"\x15", b"\x16")  # what an alert and a handshake begin with
NO_TLS_REASONS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "RECORD_LAYER_FAILURE",
    "PACKET_LENGTH_TOO_LONG",
)


class ConnectionLost(Unreachable):
    """The connection ended before the answer. `stale`: it had been idle, and not a byte came."""

    def __init__(self, host: str, *, stale: bool) -> None:
        super().__init__(f"the connection to {host} was lost.\n{ASK_AGAIN}")
        self.stale = stale


# --- no connection -----------------------------------------------------------------------


def too_slow_error(place: str, seconds: float | None) -> Unreachable:
    return Unreachable(
        f"no connection to {place} within {seconds or 0:g} s. "
        f"Is it up, and reachable from here?\n{MORE_TIME}"
    )


def unreachable_error(error: OSError, host: str, place: str) -> Unreachable:
    if isinstance(error, socket.gaierror):
        return UnknownHost(
            f"unknown host {host}: the name has no address here.\n"
            "Check the network and the base URL."
        )
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(
            f"cannot reach {place} (refused).\nIs the server running, and is the base URL right?"
        )
    if error.errno in TOO_MANY_FILES:
        return too_many_files_error()
    reason = (error.strerror or str(error)).lower()
    return Unreachable(f"cannot reach {place} ({reason}).\nCheck the network and the base URL.")


def too_many_files_error() -> Unreachable:
    error = Unreachable(
        "too many open files in this process: no connection can be made.\nClose some, or restart."
    )
    error.retryable = False  # in a moment there are as many
    return error


def tls_error(error: OSError, host: str, timeout: float | None) -> ConnectionBroken:
    """The handshake failed. An SSLError is an OSError, too."""
    if isinstance(error, ssl.SSLError):
        if error.reason in NO_TLS_REASONS:
            local = "If it is a server on this machine, its address starts with http://."
            return TlsFailed(f"{host} does not speak TLS.\n{local}")
        reason = getattr(error, "verify_message", "")
        if not reason:
            reason = (error.reason or "no TLS").lower().replace("_", " ")
        return TlsFailed(
            f"the TLS check of {host} failed: {reason}.\n"
            "If your network has its own certificate authority, name its file in SSL_CERT_FILE."
        )
    if isinstance(error, TimeoutError) or "longer than" in str(error):
        return TlsFailed(
            f"{host} does not finish the TLS handshake within {timeout:g} s. {MORE_TIME}\n"
            "If it is a server without TLS, its address starts with http://."
        )
    return Unreachable(
        f"{host} ended the connection during the TLS handshake.\nTry again, or check the base URL."
    )


# --- no answer ---------------------------------------------------------------------------


def unread_error(host: str, timeout: float | None) -> TimedOut:
    """The request is not taken; a second one would fare no better."""
    error = TimedOut(
        f"{host} does not accept the request: it read nothing for {timeout:g} s.\n{MORE_TIME}"
    )
    error.retryable = False
    return error


def not_http_error(host: str, data: bytes) -> BadAnswer:
    what = f"what answers at {host} is not an HTTP server."
    if data[:1] in TLS_RECORDS:
        hint = "It seems to speak TLS: its address would start with https://."
        return BadAnswer(f"{what}\n{hint}")
    error = BadAnswer(f"{what}\nCheck the base URL.")
    error.retryable = True
    return error


def endless_head_error(host: str) -> BadAnswer:
    return BadAnswer(
        f"{host} sends headers without end; the limit of 100 KiB was exceeded.\n{ASK_AGAIN}"
    )


def silence_error(host: str, seconds: float) -> TimedOut:
    return TimedOut(f"{host} was silent for {seconds:g} s.\n{MORE_TIME}")


def what_happened(error: NbchatError) -> str:
    """What happened, without what to do about it.

    >>> what_happened(silence_error("127.0.0.1", 1.5))
    '127.0.0.1 was silent for 1.5 s'
    """
    line = first_line(error)
    if not isinstance(error, ServiceError):  # in which a provider's own sentences follow
        line = line.partition(". ")[0]
    return line.rstrip(".")


# --- what httpcore raises ------------------------------------------------------------------


@contextmanager
def translate_errors(host: str, proxy: Proxy | None = None) -> Iterator[None]:
    """Make what httpcore raises ours, without a cause: the cause's frames hold the request."""
    try:
        yield
    except NbchatError:
        raise
    except Exception as error:
        ours = error_of_ours(error, host, proxy)
        if ours is None:
            raise
        raise ours from None


def error_of_ours(error: Exception, host: str, proxy: Proxy | None) -> NbchatError | None:
    reason = str(error).partition(":")[0]  # after the colon come the server's bytes, or ours
    match error:
        case httpcore.ProxyError() if proxy:
            return proxy.refusal_error(str(error), host)
        case httpcore.LocalProtocolError() | httpcore.UnsupportedProtocol():
            return BadSettings(
                f"the request to {host} cannot be made: {reason}.\nCheck its headers."
            )
        case httpcore.RemoteProtocolError():
            failure = BadAnswer(
                f"{host} sent invalid HTTP ({reason}).\nCheck the base URL, or try again."
            )
            failure.retryable = True
            return failure
        case OSError() if error.errno in TOO_MANY_FILES:  # of an import, at the first request
            return too_many_files_error()
        case _ if proxy and proxy.socks:  # socksio's errors, and httpcore's asserts of its answers
            return proxy.refusal_error("it speaks no SOCKS 5", host)
    return None
