"""Anything at all on the socket gets an answer with a status, or none.

It is never a 500, and never a wait without end.
"""

from __future__ import annotations

import socket
from contextlib import closing, suppress

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from .running import DEADLINE, TOKEN, RunningServer

BODY = b'{"model": "demo", "messages": "What did I just ask?", "maxTokens": 5}'
WHOLE = (
    b"POST /stream HTTP/1.1\r\nhost: 127.0.0.1:PORT\r\nauthorization: Bearer %b\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
) % (TOKEN.encode(), len(BODY), BODY)


@st.composite
def edited(draw: st.DrawFn) -> bytes:
    """A good request with a piece of it exchanged for something else."""
    start = draw(st.integers(0, len(WHOLE)))
    end = draw(st.integers(start, min(len(WHOLE), start + 20)))
    return WHOLE[:start] + draw(st.binary(max_size=20)) + WHOLE[end:]


@settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
@given(raw=st.binary(max_size=300) | edited())
@example(raw=WHOLE)
@example(raw=WHOLE.replace(BODY, b"\xff" * len(BODY)))
@example(raw=b"\r\n" * 40_000)
@example(raw=b"GET /" + b"a" * 100_000)
def test_random_bytes_get_a_refusal_or_nothing(server: RunningServer, raw: bytes) -> None:
    received = b""
    with closing(server.connect()) as sock, suppress(ConnectionResetError, BrokenPipeError):
        sock.sendall(raw.replace(b"PORT", str(server.port).encode()))
        if raw != WHOLE:
            sock.settimeout(0.03)
        with suppress(TimeoutError):
            while b'"finished":true' not in received and (piece := sock.recv(65536)):
                received += piece
        sock.settimeout(DEADLINE)
        sock.shutdown(socket.SHUT_WR)  # it may have been waiting for more
        while piece := sock.recv(65536):
            received += piece

    if received:
        first = received.partition(b"\r\n")[0].split()
        assert first[0] == b"HTTP/1.1"
        assert int(first[1]) in (200, 400, 401, 403, 404, 405, 413, 415, 422)
        assert b"Traceback" not in received
    if raw == WHOLE:
        assert b'"finished":true' in received
    assert server.process.poll() is None


def test_the_server_still_answers_afterwards(server: RunningServer) -> None:
    question = {"model": "demo", "messages": "What did I ask?"}

    assert server.request("POST", "/stream", question).status == 200
