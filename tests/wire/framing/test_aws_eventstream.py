"""AWS event-stream frames, made here by hand and cut everywhere."""

from __future__ import annotations

import json
from itertools import pairwise
from struct import pack
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.wire.framing.aws_eventstream import EventStream
from nbchat.wire.framing.contract import FramingError


def header(name: str, value: str) -> bytes:
    return (
        pack(">B", len(name))
        + name.encode()
        + b"\x07"
        + pack(">H", len(value.encode()))
        + value.encode()
    )


def message(headers: bytes, payload: bytes) -> bytes:
    prelude = pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = prelude + pack(">I", crc32(prelude)) + headers + payload
    return body + pack(">I", crc32(body))


def event(name: str, payload: bytes = b"{}") -> bytes:
    return message(header(":message-type", "event") + header(":event-type", name), payload)


BODY = (
    event("messageStart", b'{"role":"assistant"}')
    + event("contentBlockDelta", '{"é":1}'.encode())
    + event("x", b"")
)
FRAMES = [
    ("messageStart", b'{"role":"assistant"}'),
    ("contentBlockDelta", '{"é":1}'.encode()),
    ("x", b"{}"),
]


@given(st.lists(st.integers(0, len(BODY))))
def test_any_cut_gives_the_same_frames(cuts: list[int]) -> None:
    decoder, places = EventStream(), [0, *sorted(cuts), len(BODY)]

    frames = [frame for start, end in pairwise(places) for frame in decoder.feed(BODY[start:end])]

    assert frames + decoder.close() == FRAMES
    assert decoder.unfinished == b""


def test_an_exception_is_named_by_its_type() -> None:
    headers = header(":message-type", "exception") + header(
        ":exception-type", "throttlingException"
    )

    assert EventStream().feed(message(headers, b'{"message":"slow"}')) == [
        ("throttlingException", b'{"message":"slow"}')
    ]


def test_an_unmodelled_error_has_its_words_in_headers() -> None:
    headers = (
        header(":message-type", "error")
        + header(":error-code", "Oops")
        + header(":error-message", "é")
    )

    ((name, data),) = EventStream().feed(message(headers, b""))

    assert (name, json.loads(data)) == ("error", {"code": "Oops", "message": "é"})


def test_headers_of_other_types_are_stepped_over() -> None:
    others = [
        b"\x01a\x00",
        b"\x01b\x01",
        b"\x01c\x02x",
        b"\x01d\x03xx",
        b"\x01e\x04xxxx",
        b"\x01f\x05" + b"x" * 8,
        b"\x01g\x06\x00\x03abc",
        b"\x01h\x08" + b"x" * 8,
        b"\x01i\x09" + b"x" * 16,
    ]

    assert EventStream().feed(message(b"".join(others) + header(":event-type", "ok"), b"{}")) == [
        ("ok", b"{}")
    ]


def test_a_frame_that_is_cut_off_is_unfinished() -> None:
    decoder = EventStream()

    assert decoder.feed(BODY[:-1]) == FRAMES[:-1]
    assert decoder.pending == len(event("x", b"")) - 1
    assert decoder.close() == []
    assert decoder.unfinished == event("x", b"")[:-1]


@pytest.mark.parametrize("at", range(len(event("x"))))
def test_one_wrong_byte_is_noticed(at: int) -> None:
    damaged = bytearray(event("x"))
    damaged[at] ^= 1

    with pytest.raises(FramingError, match="damaged"):
        EventStream().feed(bytes(damaged))


def test_what_came_before_a_damaged_event_is_given_first() -> None:
    decoder = EventStream()
    frames = decoder.feed(event("good") + event("bad")[:-1] + b"?")

    assert frames == [("good", b"{}")]
    for more in (lambda: decoder.feed(event("later")), decoder.close):
        with pytest.raises(FramingError, match="damaged"):
            more()


def test_what_is_no_event_stream_is_refused() -> None:
    with pytest.raises(FramingError, match="not an AWS event stream"):
        EventStream().feed(b'{"message":"no such model"}')


def test_one_event_may_not_grow_without_limit() -> None:
    with pytest.raises(FramingError, match="larger than"):
        EventStream(limit=64).feed(event("x", b" " * 64)[:12])


def test_headers_that_run_over_their_end_are_refused() -> None:
    with pytest.raises(FramingError, match="headers"):
        EventStream().feed(message(b"\x05ab", b""))


@given(st.binary())
def test_nothing_else_is_raised(data: bytes) -> None:
    try:
        EventStream().feed(data)
        EventStream().feed(message(data, b"{}"))
    except FramingError:
        pass
