"""What HTTP allows besides a plain request, sent by hand."""

from __future__ import annotations

import gzip
import re
from contextlib import closing

import pytest

from .running import TOKEN, RunningServer

BODY = b'{"model": "demo", "messages": "What did I just ask?"}'
OURS = b"host: 127.0.0.1:PORT\r\nauthorization: Bearer " + TOKEN.encode() + b"\r\n"
CLOSE = b"connection: close\r\n"
POST = OURS + CLOSE + b"content-type: application/json\r\n"
SIZE = b"content-length: %d\r\n" % len(BODY)
ASK = b"POST /stream HTTP/1.1\r\n" + POST
CHUNKS = b"5\r\n" + BODY[:5] + b"\r\n%x\r\n" % (len(BODY) - 5) + BODY[5:] + b"\r\n0\r\n\r\n"

ROWS: dict[str, tuple[bytes, list[int]]] = {
    "HEAD of what is up": (b"HEAD /health HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n", [200]),
    "HEAD of a route": (b"HEAD /models HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n", [405]),
    "OPTIONS": (b"OPTIONS /stream HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n", [405]),
    "OPTIONS of all": (b"OPTIONS * HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n", [404]),
    "TRACE": (b"TRACE / HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n", [405]),
    "CONNECT": (b"CONNECT evil.com:443 HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n", [404]),
    "a proxy's request": (
        b"GET http://evil.com/health HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n",
        [404],
    ),
    "HTTP/1.0": (b"POST /stream HTTP/1.0\r\n" + POST + SIZE + b"\r\n" + BODY, [200]),
    "HTTP/2 at once": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [403, 400]),
    "TLS": (bytes.fromhex("16030100c8010000c40303") + b"x" * 200, [400]),
    "three in a row": (
        (b"GET /health HTTP/1.1\r\n" + OURS + b"\r\n") * 2 + ASK + SIZE + b"\r\n" + BODY,
        [200, 200, 200],
    ),
    "chunks": (ASK + b"transfer-encoding: chunked\r\n\r\n" + CHUNKS, [200]),
    "chunks and another length": (
        ASK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n" + CHUNKS,
        [200],
    ),
    "two lengths": (ASK + SIZE + b"content-length: 5\r\n\r\n" + BODY, [400]),
    "an unknown encoding": (ASK + b"transfer-encoding: gzip\r\n\r\n" + CHUNKS, [400]),
    "gzip": (ASK + SIZE + b"content-encoding: gzip\r\n\r\n" + gzip.compress(BODY), [415]),
    "two content types": (ASK + SIZE + b"content-type: text/plain\r\n\r\n" + BODY, [415]),
    "a websocket": (
        b"GET /stream HTTP/1.1\r\n"
        + OURS
        + b"connection: close, upgrade\r\nupgrade: websocket\r\n\r\n",
        [405],
    ),
    "another method by header": (
        b"GET /stream HTTP/1.1\r\n" + OURS + CLOSE + b"x-http-method-override: POST\r\n\r\n",
        [405],
    ),
    "another host by header": (
        b"GET /health HTTP/1.1\r\nhost: evil.com\r\nx-forwarded-host: 127.0.0.1:PORT\r\n"
        + CLOSE
        + b"\r\n",
        [403],
    ),
    "NUL in a header": (b"GET /health HTTP/1.1\r\n" + OURS + b"x: a\0b\r\n\r\n", [400]),
    "CR in a header": (b"GET /health HTTP/1.1\r\n" + OURS + b"x: a\rb\r\n\r\n", [400]),
    "a path out of here": (b"GET /../models HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n", [404]),
    "a path with line ends": (
        b"GET /%0d%0ax-forged:%20b HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n",
        [404],
    ),
    "a path that is no text": (
        b"GET /v1/models/%ff%00 HTTP/1.1\r\n" + OURS + CLOSE + b"\r\n",
        [404],
    ),
    "an open path in other words": (
        b"GET //health HTTP/1.1\r\nhost: 127.0.0.1:PORT\r\n" + CLOSE + b"\r\n",
        [401],
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_each_request_gets_the_status_it_deserves(server: RunningServer, name: str) -> None:
    raw, statuses = ROWS[name]
    with closing(server.connect()) as sock:
        sock.sendall(raw.replace(b"PORT", b"%d" % server.port))
        received = b"".join(iter(lambda: sock.recv(65536), b""))

    assert [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", received)] == statuses
    assert b"x-forged" not in received.partition(b"\r\n\r\n")[0]
    if name.startswith("HEAD"):
        assert received.endswith(b"\r\n\r\n")
    elif statuses[-1] == 200:
        assert b'"finished":true' in received


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (ASK + SIZE, 100),
        (ASK + b"content-length: 9999999\r\n", 413),
        (ASK.replace(b"json", b"xml") + SIZE, 415),
        (ASK.replace(TOKEN.encode(), b"guessed") + SIZE, 401),
        (ASK.replace(b"127.0.0.1", b"evil.com") + SIZE, 403),
    ],
)
def test_who_asks_before_sending_is_told_at_once(
    server: RunningServer, head: bytes, status: int
) -> None:
    with closing(server.connect()) as sock:
        sock.sendall(head.replace(b"PORT", b"%d" % server.port) + b"expect: 100-continue\r\n\r\n")
        first = sock.recv(65536)
        assert first.startswith(b"HTTP/1.1 %d " % status)
        if status == 100:
            sock.sendall(BODY)
            received = b"".join(iter(lambda: sock.recv(65536), b""))
            assert b'"finished":true' in received
