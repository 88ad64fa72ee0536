"""What is done to a connection's bytes before h11: h11 must find what it would have found."""

from __future__ import annotations

from collections import deque

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbchat.network.http1 import MAX_HEAD, HeadTooLarge, Http1Coalescer, NotHttp

from ..nightly import examples

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    return b"%x%b\r\n%b\r\n" % (len(data), extension, data)


def cut(body: bytes, places: list[int]) -> list[bytes]:
    at = sorted(place % (len(body) + 1) for place in places)
    return [body[start:end] for start, end in zip([0, *at], [*at, len(body)], strict=True)]


def understood(pieces: list[bytes], incoming: Http1Coalescer | None) -> tuple[int, bytes, str]:
    """Status, body, and how it ended: whole, more (is due), or refused.

    By h11, with or without us before it.
    """
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=10**6)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    status, body = 0, b""
    if incoming:
        incoming.expect(b"GET /")
    try:
        for piece in pieces:
            data = incoming.feed(piece) if incoming else piece
            if data:
                connection.receive_data(data)
            while True:
                event = connection.next_event()
                if isinstance(event, h11.Response):
                    status = event.status_code
                elif isinstance(event, h11.Data):
                    body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    return status, body, "whole"
                elif event is h11.NEED_DATA or event is h11.PAUSED:
                    break
    except (h11.RemoteProtocolError, NotHttp):
        return status, body, "refused"
    return status, body, "more"


def alike(stream: bytes, places: list[int]) -> tuple[int, bytes, str]:
    plain = understood([stream], None)
    ours = understood(cut(stream, places), Http1Coalescer())

    assert ours == plain
    return ours


bodies = st.lists(st.binary(min_size=1, max_size=40), max_size=8)
extensions = st.sampled_from([b"", b"", b";a", b";a=b", b';a="b"'])
endings = st.sampled_from(
    [b"0\r\n\r\n", b"000\r\n\r\n", b"0;x=y\r\n\r\n", b"0\r\nX-Sum: 1\r\n\r\n", b""]
)
places = st.lists(st.integers(0, 500), max_size=6)


@given(bodies, extensions, endings, places)
@settings(max_examples=examples(300))
def test_any_chunks_in_any_pieces_are_the_same_body(
    body: list[bytes], extension: bytes, ending: bytes, at: list[int]
) -> None:
    stream = HEAD + b"".join(chunk(data, extension) for data in body) + ending

    assert alike(stream, at) == (200, b"".join(body), "whole" if ending else "more")


@given(bodies, st.integers(0, 400), st.binary(max_size=6), st.integers(0, 3), places)
@example([b"abc"], len(HEAD) + 6, b"", 2, [])
@settings(max_examples=examples(600))
def test_what_h11_refuses_is_refused(
    body: list[bytes], at: int, new: bytes, gone: int, cuts: list[int]
) -> None:
    """A good stream with one edit. What h11 would wait for longer may be refused sooner."""
    stream = HEAD + b"".join(map(chunk, body)) + b"0\r\n\r\n"
    at = len(HEAD) + at % max(1, len(stream) - len(HEAD))
    edited = stream[:at] + new + stream[at + gone :]
    status, text, end = understood([edited], None)
    ours = understood(cut(edited, cuts), Http1Coalescer())

    assert ours[:2] == (status, text)
    assert ours[2] == end or (end, ours[2]) == ("more", "refused")


@given(
    st.binary(max_size=60),
    places,
    st.sampled_from([b"content-length: %d", b"Content-Length:   %d   "]),
)
@settings(max_examples=examples(100))
def test_a_body_of_known_length(body: bytes, at: list[int], header: bytes) -> None:
    stream = b"HTTP/1.1 200 OK\r\n" + header % len(body) + b"\r\n\r\n" + body

    assert alike(stream, at) == (200, body, "whole")


@pytest.mark.parametrize(
    "stream",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding : chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\nTransfer-Encoding: CHUNKED\n\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nabc",
        b"HTTP/1.1 204 No\r\ncontent-length: 5\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
        b"HTTP/1.1 200\r\ncontent-length: 1\r\n\r\na",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5 \r\nhello\r\n0 \r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n00000000005\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_odd_heads_are_left_to_h11(stream: bytes) -> None:
    for at in range(len(stream)):
        alike(stream, [at])


def test_what_comes_after_the_end_is_not_handed_on() -> None:
    incoming = Http1Coalescer()
    incoming.expect(b"GET /")
    body = incoming.feed(HEAD + chunk(b"a") + b"0\r\n\r\nHTTP/1.1 200 OK\r\n\r\npoison")

    assert b"poison" not in body
    assert incoming.idle
    assert incoming.surplus


def test_a_second_answer_on_one_connection_starts_anew() -> None:
    incoming = Http1Coalescer()
    for number in range(1, 4):
        incoming.expect(b"POST /")
        assert not incoming.idle
        assert (
            incoming.feed(HEAD + chunk(b"ab") + chunk(b"c") + b"0\r\n\r\n")
            == HEAD + chunk(b"abc") + b"0\r\n\r\n"
        )
        assert (incoming.idle, incoming.surplus, incoming.answers) == (True, False, number)


@pytest.mark.parametrize("piece", [b"X: y\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_head_has_a_limit(piece: bytes) -> None:
    incoming = Http1Coalescer()
    incoming.expect(b"GET /")
    incoming.feed(b"HTTP/1.1 100 Continue\r\n")
    with pytest.raises(HeadTooLarge):
        deque(map(incoming.feed, [piece] * MAX_HEAD), maxlen=0)
