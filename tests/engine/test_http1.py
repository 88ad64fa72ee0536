"""What comes in on a connection, understood as h11 understands it; and what goes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbchat.engine.http1 import MAX_HEAD, HeadTooLarge, Incoming, Malformed, NotHttp, request

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
Understood = tuple[int, dict[str, str], bytes, str]


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    return b"%x%b\r\n%b\r\n" % (len(data), extension, data)


def cut(body: bytes, places: list[int]) -> list[bytes]:
    at = sorted(place % (len(body) + 1) for place in places)
    return [body[start:end] for start, end in zip([0, *at], [*at, len(body)], strict=True)]


def by_h11(stream: bytes) -> Understood:
    """Status, headers, body, and how it ended: whole, more (is due), or refused."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=10**6)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    status, body = 0, b""
    headers: dict[str, str] = {}
    try:
        connection.receive_data(stream)
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
                headers = told((name.decode(), value.decode("latin-1")) for name, value in event.headers)
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return status, headers, body, "whole"
            elif event is h11.NEED_DATA or event is h11.PAUSED:
                return status, headers, body, "more"
    except h11.RemoteProtocolError:
        return status, headers, body, "refused"


def by_us(pieces: list[bytes]) -> Understood:
    incoming = Incoming()
    incoming.expect()
    body = b"".join(map(incoming.feed, pieces))
    status = incoming.head.status if incoming.head else 0
    headers = told(incoming.head.headers.items()) if incoming.head else {}
    return status, headers, body, "refused" if incoming.failed else "whole" if incoming.idle else "more"


def alike(stream: bytes, places: list[int]) -> Understood:
    ours = by_us(cut(stream, places))

    assert ours == by_h11(stream)
    return ours


def told(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By name, without those that only frame the body: h11 writes them anew."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name not in ("content-length", "transfer-encoding"):
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


# --- in ------------------------------------------------------------------------------------------

bodies = st.lists(st.binary(min_size=1, max_size=40), max_size=8)
extensions = st.sampled_from([b"", b"", b";a", b";a=b", b';a="b"', b" "])
endings = st.sampled_from([b"0\r\n\r\n", b"000\r\n\r\n", b"0;x=y\r\n\r\n", b"0\r\nX-Sum: 1\r\n\r\n", b"0\r\n\n", b""])
places = st.lists(st.integers(0, 500), max_size=6)


@given(bodies, extensions, endings, places)
@settings(max_examples=300, deadline=None)
def test_any_chunks_in_any_pieces_are_the_same_body(
    body: list[bytes], extension: bytes, ending: bytes, at: list[int]
) -> None:
    stream = HEAD + b"".join(chunk(data, extension) for data in body) + ending
    status, _, text, end = alike(stream, at)

    assert (status, text, end) == (200, b"".join(body), "whole" if ending else "more")


@given(bodies, st.integers(0, 400), st.binary(max_size=6), st.integers(0, 3), places)
@example([b"abc"], len(HEAD) + 6, b"", 2, [])
@settings(max_examples=600, deadline=None)
def test_a_body_that_h11_refuses_is_refused(body: list[bytes], at: int, new: bytes, gone: int, cuts: list[int]) -> None:
    """A good stream with one edit. What h11 would wait for longer may be refused sooner, and nothing is lost before."""
    stream = HEAD + b"".join(map(chunk, body)) + b"0\r\n\r\n"
    at = len(HEAD) + at % max(1, len(stream) - len(HEAD))
    edited = stream[:at] + new + stream[at + gone :]
    *theirs, end = by_h11(edited)
    *ours, our_end = by_us(cut(edited, cuts))

    assert ours == theirs
    assert our_end == end or (end, our_end) == ("more", "refused")


names = st.sampled_from(["Content-Length", "transfer-encoding", "Connection", "X-Id", "set-cookie", "X Id", "é", ""])
values = st.sampled_from(["3", "03", "3, 3", "3,4", "-3", "chunked", "CHUNKED", "gzip", "close", "a\tb ", "", "\x0b"])
spaces = st.sampled_from(["", " ", "  \t"])
heads = st.sampled_from(["HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.0 200 OK", "HTTP/1.1 204 No", "HTTP/1.1 20 OK"])


@given(heads, st.lists(st.tuples(names, spaces, values), max_size=4), st.sampled_from(["\r\n", "\n"]), places)
@settings(max_examples=600, deadline=None)
def test_any_head_is_understood_as_h11_does(
    head: str, fields: list[tuple[str, str, str]], end: str, at: list[int]
) -> None:
    lines = [head, *(f"{name}:{space}{value}{space}" for name, space, value in fields), "", ""]

    alike(end.join(lines).encode("latin-1") + b"3\r\nabc\r\n0\r\n\r\n"[: 3 if "3" in str(fields) else None], at)


@given(st.integers(0, 200), st.binary(max_size=4), st.integers(0, 3), places)
@settings(max_examples=600, deadline=None)
def test_a_head_with_one_edit_is_understood_as_h11_does(at: int, new: bytes, gone: int, cuts: list[int]) -> None:
    at %= len(HEAD)
    edited = HEAD[:at] + new + HEAD[at + gone :] + chunk(b"abc") + b"0\r\n\r\n"
    theirs, ours = by_h11(edited), by_us(cut(edited, cuts))

    assert ours[0] in (theirs[0], 0)
    if ours[3] != "refused" and theirs[3] != "refused":
        assert ours == theirs
    assert ours[3] == theirs[3] or (theirs[3], ours[3]) == ("more", "refused")


@given(st.binary(max_size=60), places, st.sampled_from([b"content-length: %d", b"Content-Length:   %d   "]))
@settings(max_examples=100, deadline=None)
def test_a_body_of_known_length(body: bytes, at: list[int], header: bytes) -> None:
    stream = b"HTTP/1.1 200 OK\r\n" + header % len(body) + b"\r\n\r\n" + body

    assert alike(stream, at)[2:] == (body, "whole")


@pytest.mark.parametrize(
    "stream",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding : chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: 1\r\n  and 2\r\n\t\r\ncontent-length: 1\r\n\r\na",
        b"HTTP/1.1 200 OK\nTransfer-Encoding: CHUNKED\n\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nabc",
        b"HTTP/1.1 204 No\r\ncontent-length: 5\r\n\r\n",
        b"HTTP/1.1 204 No\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
        b"HTTP/1.1 100 Continue\r\n\r\nrubbish\r\n\r\n",
        b"HTTP/1.1 200\r\ncontent-length: 1\r\n\r\na",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5 \r\nhello\r\n0 \r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n00000000005\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_odd_answers_are_understood_as_h11_does(stream: bytes) -> None:
    for at in range(len(stream)):
        alike(stream, [at])


@pytest.mark.parametrize(
    ("head", "lasts"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: x, Close\r\ncontent-length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
    ],
)
def test_a_connection_lasts_only_where_the_server_keeps_it(head: bytes, lasts: bool) -> None:
    incoming = Incoming()
    incoming.expect()
    incoming.feed(head)

    assert incoming.lasts is lasts


def test_what_comes_after_the_end_is_not_handed_on() -> None:
    incoming = Incoming()
    incoming.expect()
    body = incoming.feed(HEAD + chunk(b"a") + b"0\r\n\r\nHTTP/1.1 200 OK\r\n\r\npoison")

    assert (body, incoming.idle, incoming.surplus) == (b"a", True, True)


def test_a_second_answer_on_one_connection_starts_anew() -> None:
    incoming = Incoming()
    for number in range(1, 4):
        incoming.expect()
        assert not incoming.idle
        assert incoming.feed(HEAD + chunk(b"ab") + chunk(b"c") + b"0\r\n\r\n") == b"abc"
        assert (incoming.idle, incoming.surplus, incoming.answers) == (True, False, number)


def test_a_tunnel_begins_after_its_head() -> None:
    """The answer to CONNECT has no body, whatever its headers say (RFC 9110, 9.3.6)."""
    for head, idle in ((b"HTTP/1.1 200 Yes\r\n", True), (b"HTTP/1.1 502 No\r\n", False)):
        incoming = Incoming()
        incoming.expect(tunnel=True)
        incoming.feed(head + b"content-length: 7\r\n\r\n")

        assert (incoming.idle, incoming.surplus) == (idle, False)


@pytest.mark.parametrize("piece", [b"X: y\r\n", b"\r\nHTTP/1.1 100 Continue\r\n"])
def test_a_head_has_a_limit(piece: bytes) -> None:
    incoming = Incoming()
    incoming.expect()
    incoming.feed(b"HTTP/1.1 100 Continue\r\n")
    deque(map(incoming.feed, [piece] * MAX_HEAD), maxlen=0)

    assert isinstance(incoming.failed, HeadTooLarge)


def test_trailers_have_one_too() -> None:
    incoming = Incoming()
    incoming.expect()
    incoming.feed(HEAD + b"0\r\n" + b"X: y\r\n" * MAX_HEAD)

    assert isinstance(incoming.failed, HeadTooLarge)


def test_what_is_no_http_is_told_from_its_first_bytes() -> None:
    incoming = Incoming()
    incoming.expect()
    incoming.feed(b"\x15\x03\x01")

    assert isinstance(incoming.failed, NotHttp)


# --- out -----------------------------------------------------------------------------------------


def test_a_request_is_what_h11_would_read() -> None:
    server = h11.Connection(h11.SERVER)
    server.receive_data(request("POST", "/v1/a?b=c", {"host": "x:1", "Authorization": " Bearer é "}, b"{}"))
    asked, data, end = server.next_event(), server.next_event(), server.next_event()

    assert (asked.method, asked.target) == (b"POST", b"/v1/a?b=c")
    assert dict(asked.headers)[b"authorization"] == "Bearer é".encode("latin-1")
    assert (bytes(data.data), type(end)) == (b"{}", h11.EndOfMessage)


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "a\0b", "日本"])
def test_a_header_is_one_line(value: str) -> None:
    with pytest.raises(Malformed, match="x-mine"):
        request("GET", "/", {"host": "x", "x-mine": value})
    with pytest.raises(Malformed):
        request("GET", "/", {value: "x"})
