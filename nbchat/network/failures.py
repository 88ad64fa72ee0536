"""What goes wrong on the way to a host, in words. A proxy's words are in `proxy`, a provider's in `refusals`."""

from __future__ import annotations

import errno
import socket
import ssl

from nbchat.errors import (
    BadAnswer,
    ConnectionBroken,
    NbchatError,
    ServiceError,
    TimedOut,
    TlsFailed,
    Unreachable,
)

AGAIN = "Ask again; if it stays so, check the network and the base URL."
PATIENCE = "Ask again, or allow it more time: timeout=, or timeouts in nbchat.toml."
NO_FILES = (errno.EMFILE, errno.ENFILE)
TLS_RECORDS = (b"\x15", b"\x16")  # what an alert and a handshake begin with
NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


class ConnectionLost(Unreachable):
    """The connection ended before the answer did. `stale`: it had been idle, and not a byte came."""

    def __init__(self, host: str, *, stale: bool) -> None:
        super().__init__(f"the connection to {host} was lost. {AGAIN}")
        self.stale = stale


class NotRetryable(Unreachable):
    """No connection can be made, and none in a moment either."""

    passing = False


# --- no connection -----------------------------------------------------------------------------------


def too_slow(place: str, seconds: float | None) -> Unreachable:
    said = f"no connection to {place} within {seconds or 0:g} s"
    return Unreachable(f"{said}. Is it up, and reachable from here?\n{PATIENCE}")


def unreachable(error: OSError, host: str, place: str) -> Unreachable:
    if isinstance(error, socket.gaierror):
        return NotRetryable(
            f"unknown host {host}: the name has no address here. Check the network and the base URL."
        )
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(
            f"cannot reach {place} (refused). Is the server running, and is the base URL right?"
        )
    if error.errno in NO_FILES:
        return too_many_files()
    reason = (error.strerror or str(error)).lower()
    return Unreachable(f"cannot reach {place} ({reason}). Check the network and the base URL.")


def too_many_files() -> Unreachable:
    return NotRetryable(
        "too many open files in this process: no connection can be made. Close some, or restart."
    )


def no_tls(error: OSError, host: str, timeout: float | None) -> ConnectionBroken:
    """The handshake failed. An SSLError is an OSError, too."""
    if isinstance(error, ssl.SSLError):
        if error.reason in NO_TLS:
            local = "If it is a server on this machine, its address starts with http://."
            return TlsFailed(f"{host} does not speak TLS. {local}")
        reason = getattr(error, "verify_message", "") or (error.reason or "no TLS").lower().replace(
            "_", " "
        )
        return TlsFailed(
            f"the TLS check of {host} failed: {reason}.\n"
            "If your network has its own certificate authority, name its file in SSL_CERT_FILE."
        )
    if isinstance(error, TimeoutError) or "longer than" in str(error):
        return TlsFailed(
            f"{host} does not finish the TLS handshake within {timeout:g} s. {PATIENCE}\n"
            "If it is a server without TLS, its address starts with http://."
        )
    return Unreachable(
        f"{host} ended the connection during the TLS handshake. Try again, or check the base URL."
    )


# --- no answer ---------------------------------------------------------------------------------------


def unread(host: str, timeout: float | None) -> TimedOut:
    """The request is not taken; a second one would fare no better."""
    error = TimedOut(
        f"{host} does not accept the request: it read nothing for {timeout:g} s. {PATIENCE}"
    )
    error.passing = False
    return error


def no_http(host: str, data: bytes) -> BadAnswer:
    tls = data[:1] in TLS_RECORDS
    hint = (
        "It seems to speak TLS: its address would start with https://."
        if tls
        else "Check the base URL."
    )
    error = BadAnswer(f"what answers at {host} is not an HTTP server. {hint}")
    error.passing = not tls
    return error


def endless_head(host: str) -> BadAnswer:
    return BadAnswer(
        f"{host} sends headers without end; the limit of 100 KiB was exceeded. {AGAIN}"
    )


def silent(host: str, seconds: float) -> TimedOut:
    return TimedOut(f"{host} was silent for {seconds:g} s. {PATIENCE}")


def what_happened(error: NbchatError) -> str:
    """What happened, without what to do about it.

    >>> what_happened(silent("127.0.0.1", 1.5))
    '127.0.0.1 was silent for 1.5 s'
    """
    line = str(error).partition("\n")[0]
    return (
        line.rstrip(".") if isinstance(error, ServiceError) else line.partition(". ")[0].rstrip(".")
    )
