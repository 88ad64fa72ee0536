"""What a failure of the network says: who was asked, what happened, and then what to do."""

from __future__ import annotations

import errno
import re
import socket
import ssl
import zlib
from collections.abc import Callable

import httpcore2 as httpcore
import pytest

from nbchat.errors import ConnectionBroken, NbchatError
from nbchat.network import failures
from nbchat.network.compression import decoder_for
from nbchat.network.failures import what_happened
from nbchat.network.peer import Peer
from nbchat.network.proxy import Proxy
from nbchat.wording import to_copy

pytestmark = pytest.mark.field("C9", "look 11")

NAME, HOST, PLACE = "Example St. AI (Sam)", "api.example.com", "api.example.com:443"
PEER = Peer(HOST, NAME)
PROXY = Proxy("http://user:secret@127.0.0.1:3128", "HTTPS_PROXY")
ADVICE = r"(?i)\b(try|check|ask|choose|correct|close|name|restart|is it|allow|write|set)\b"


def no_connection(error: OSError) -> NbchatError:
    reason = failures.no_connection_reason(error, HOST, PLACE, 0.5)
    return failures.no_connection_error(error, PEER, reason)


def caught(act: Callable[[], object]) -> NbchatError:
    with pytest.raises(NbchatError) as raised:
        act()
    return raised.value


def of_library(error: Exception, proxy: Proxy | None = None) -> NbchatError:
    ours = failures.error_of_ours(error, PEER, proxy)
    assert ours is not None
    return ours


def tls(reason: str = "", verified: str = "") -> NbchatError:
    error = ssl.SSLCertVerificationError() if verified else ssl.SSLError()
    error.reason = reason
    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_message = verified
    return failures.tls_error(error, PEER, 0.5)


def decode(encoding: str, *pieces: bytes) -> NbchatError:
    def feed() -> None:
        decoder = decoder_for(encoding, PEER)
        for piece in pieces:
            list(decoder(piece))

    return caught(feed)


FAILURES: dict[str, Callable[[], NbchatError]] = {
    "no such host": lambda: no_connection(socket.gaierror(socket.EAI_NONAME, "unknown")),
    "refused": lambda: no_connection(ConnectionRefusedError()),
    "no route": lambda: no_connection(OSError(errno.EHOSTUNREACH, "No route to host")),
    "the network is down": lambda: no_connection(OSError(errno.ENETDOWN, "Network is down")),
    "timed out by the system": lambda: no_connection(TimeoutError(errno.ETIMEDOUT, "timed out")),
    "too slow": lambda: no_connection(TimeoutError()),
    "no more files": lambda: no_connection(OSError(errno.EMFILE, "Too many open files")),
    "no TLS there": lambda: tls("WRONG_VERSION_NUMBER"),
    "a bad certificate": lambda: tls("CERTIFICATE_VERIFY_FAILED", "self-signed certificate"),
    "an alert": lambda: tls("TLSV1_ALERT_PROTOCOL_VERSION"),
    "a slow handshake": lambda: failures.tls_error(TimeoutError(), PEER, 0.5),
    "a handshake that ends": lambda: failures.tls_error(ConnectionResetError(), PEER, 0.5),
    "lost": lambda: failures.ConnectionLost(PEER, stale=False),
    "not read": lambda: failures.unread_error(PEER, 0.5),
    "not HTTP": lambda: failures.not_http_error(PEER, b"SSH-2.0"),
    "TLS where plain is expected": lambda: failures.not_http_error(PEER, b"\x15\x03"),
    "headers without end": lambda: failures.endless_head_error(PEER),
    "no first byte": lambda: failures.silence_error(PEER, 60),
    "a gap": lambda: failures.silence_error(PEER, 60, inside_answer=True),
    "a proxy that refuses": lambda: of_library(httpcore.ProxyError("403 Forbidden"), PROXY),
    "a proxy that is silent": lambda: PROXY.no_answer_error("it was silent for 3 s", PEER),
    "a header that cannot be sent": lambda: of_library(httpcore.LocalProtocolError("bad: x")),
    "invalid HTTP": lambda: of_library(httpcore.RemoteProtocolError("bad status line: x")),
    "an unknown compression": lambda: decode("br", b"x"),
    "a damaged body": lambda: decode("gzip", b"not gzip"),
    "half a body": lambda: decode("deflate", zlib.compress(b"hello" * 99)[:9], b""),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_names_the_provider_says_what_happened_and_below_it_what_to_do(
    name: str,
) -> None:
    error = FAILURES[name]()
    happened = error.happened
    to_do = str(error).removeprefix(happened)

    assert NAME in happened
    assert not re.search(ADVICE, happened.replace(NAME, "").replace("TLS check", ""))
    assert re.search(ADVICE, to_do)
    assert happened == f"{what_happened(error)}."
    assert "secret" not in str(error)


@pytest.mark.parametrize("name", FAILURES)
def test_another_model_is_offered_on_a_line_of_its_own_where_it_is_a_way_out(name: str) -> None:
    error = FAILURES[name]()
    lines = str(error).splitlines()

    assert error.other_model_helps == (to_copy(str(error)) == "%chat models")
    assert error.other_model_helps == lines[0].endswith("or choose another model:")
    assert len(lines) == 2


def test_how_often_it_was_tried_is_no_part_of_what_happened() -> None:
    tried = ConnectionBroken(f"{NAME} is down. Tried 3 times.\nAsk again.")

    assert what_happened(tried) == f"{NAME} is down"
