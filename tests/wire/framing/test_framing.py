"""Bytes become frames.

The reader they are compared with is read off the WHATWG page and works on the whole body.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.wire.framing.contract import Decoder, Frame, FramingError
from nbchat.wire.framing.json_values import WholeBody
from nbchat.wire.framing.ndjson import NdjsonLines
from nbchat.wire.framing.server_sent_events import ServerSentEvents

from ...nightly import examples

BOM = b"\xef\xbb\xbf"


def decoded(decoder: Decoder, *chunks: bytes) -> tuple[list[Frame], bytes]:
    """All frames, and what was left over at the end."""
    frames = [frame for chunk in chunks for frame in decoder.feed(chunk)]
    return [*frames, *decoder.close()], decoder.unfinished


def sse(*chunks: bytes) -> tuple[list[Frame], bytes]:
    return decoded(ServerSentEvents(), *chunks)


def data(*chunks: bytes) -> list[bytes]:
    return [data for _, data in sse(*chunks)[0]]


def cut(body: bytes, places: list[int]) -> list[bytes]:
    at = sorted(place % (len(body) + 1) for place in places)
    return [body[start:end] for start, end in zip([0, *at], [*at, len(body)], strict=True)]


# --- server-sent events: the standard's own examples ------------------------------------


def test_lines_of_data_are_joined() -> None:
    assert data(b"data: YHOO\ndata: +2\ndata: 10\n\n") == [b"YHOO\n+2\n10"]


def test_comments_ids_and_retry_say_nothing_and_only_one_space_is_taken_away() -> None:
    first = b": test stream\n\ndata: first event\nid: 1\nretry: 5\n\n"
    body = first + b"data:second event\nid\n\ndata:  third event"

    assert sse(body) == ([("", b"first event"), ("", b"second event")], b" third event")


def test_a_field_without_a_colon_has_an_empty_value() -> None:
    assert sse(b"data\n\ndata\ndata\n\ndata:") == ([("", b""), ("", b"\n")], b"")


def test_an_event_without_data_is_none_and_its_name_is_forgotten() -> None:
    assert sse(b"event: ping\n\ndata: 1\n\n") == ([("", b"1")], b"")


def test_an_event_has_the_last_name_given() -> None:
    assert sse(b"event: a\nevent: b\ndata: 1\n\ndata: 2\n\n")[0] == [("b", b"1"), ("", b"2")]


# --- server-sent events: ends of lines, marks, separators ----------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_end_of_line_ends_a_line(end: bytes) -> None:
    assert data(end.join([b"data: 1", b"data: 2", b"", b"data: 3", b"", b""])) == [b"1\n2", b"3"]


def test_a_cr_at_the_end_of_a_chunk_ends_its_line_at_once_and_its_lf_adds_none() -> None:
    decoder = ServerSentEvents()

    assert decoder.feed(b"data: 1\r\n\r") == [("", b"1")]
    assert decoder.feed(b"\ndata: 2\r") == []
    assert decoder.feed(b"\r") == [("", b"2")]
    assert decoder.feed(b"") == decoder.feed(b"\n") == []


@pytest.mark.parametrize(
    "chunks", [[BOM], [BOM[:1], BOM[1:2], BOM[2:]], [b"", BOM[:2], b"", BOM[2:]]]
)
def test_a_byte_order_mark_is_skipped_also_in_pieces(chunks: list[bytes]) -> None:
    assert data(*chunks, b"data: 1\n\n") == [b"1"]


def test_only_one_mark_and_only_at_the_start_is_skipped() -> None:
    assert data(BOM + BOM + b"data: 1\n\n") == []
    assert data(b"data: 1\n\n" + BOM + b"data: 2\n\ndata: " + BOM + b"\n\n") == [b"1", BOM]


def test_the_start_of_a_mark_alone_is_no_event() -> None:
    assert sse(BOM[:2]) == ([], b"")


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c"])
def test_what_a_text_splitter_takes_for_a_line_end_stays_inside_the_json(separator: str) -> None:
    assert data(f'data: {{"text":"a{separator}b"}}\n\n'.encode()) == [
        f'{{"text":"a{separator}b"}}'.encode()
    ]


def test_an_event_without_its_blank_line_is_left_over() -> None:
    assert sse(b'data: 1\n\ndata: {"a":\ndata: 2}') == ([("", b"1")], b'{"a":\n2}')


FIELDS = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b"dat",
    b"datas",
    b"",
    b":",
    b": ",
    b" ",
    b'{"a":1}',
    b"x: y",
]
ENDS = [b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r", b"\r\n\r\n"]
ODD = [BOM, BOM[:1], BOM[1:], b"\0", b"\xff", "\u2028\u0085é☃".encode()]
BODIES = st.lists(
    st.sampled_from(FIELDS + ENDS + ENDS + ODD) | st.binary(max_size=3), max_size=30
).map(b"".join)


def read_off_the_page(body: bytes) -> tuple[list[Frame], bytes]:
    """WHATWG HTML 9.2.6, for a body that is all there."""
    frames: list[Frame] = []
    name, lines = b"", list[bytes]()
    *whole, rest = re.split(rb"\r\n|\n|\r", body[3:] if body.startswith(BOM) else body)
    for line in [*whole, rest] if rest else whole:
        match = re.fullmatch(rb"([^:]*)(?:: ?(.*))?", line, re.DOTALL)
        assert match
        field, value = match.groups(b"")
        if not line:
            frames += [(name.decode("utf-8", "replace"), b"\n".join(lines))] if lines else []
            name, lines = b"", []
        elif field == b"data":
            lines.append(value)
        elif field == b"event":
            name = value
    return frames, b"\n".join(lines)


@settings(max_examples=examples(600))
@given(BODIES, st.lists(st.integers(min_value=0), max_size=12))
def test_cut_anywhere_the_frames_are_those_of_the_whole(body: bytes, places: list[int]) -> None:
    assert sse(*cut(body, places)) == read_off_the_page(body)


@settings(max_examples=examples(200))
@given(BODIES)
def test_byte_by_byte_the_frames_are_those_of_the_whole(body: bytes) -> None:
    assert sse(*(body[at : at + 1] for at in range(len(body)))) == read_off_the_page(body)


# --- lines of JSON ---------------------------------------------------------------------


def test_blank_lines_are_skipped_and_the_last_line_may_lack_its_end() -> None:
    assert decoded(NdjsonLines(), b'{"a":1}\r\n\n \n{"b":2}\n{"c"') == (
        [("", b'{"a":1}'), ("", b'{"b":2}')],
        b'{"c"',
    )


def test_a_carriage_return_or_a_separator_inside_a_line_does_not_end_it() -> None:
    line = '{"a":"\u2028\u0085\r"}'.encode()

    assert decoded(NdjsonLines(), line + b"\n")[0] == [("", line)]


@settings(max_examples=examples(200))
@given(BODIES, st.lists(st.integers(min_value=0), max_size=12))
def test_cut_anywhere_the_lines_are_those_of_the_whole(body: bytes, places: list[int]) -> None:
    *lines, rest = body.split(b"\n")

    wanted = [("", line.strip()) for line in lines if line.strip()]
    assert decoded(NdjsonLines(), *cut(body, places)) == (wanted, rest.strip())


def test_a_whole_body_is_one_frame_at_the_end() -> None:
    assert decoded(WholeBody(), b'{"a"', b":1}\n\n") == ([("", b'{"a":1}\n\n')], b"")


# --- limits ------------------------------------------------------------------------------

TOO_LARGE: list[tuple[Callable[[int], Decoder], bytes]] = [
    (ServerSentEvents, b"data: 1\n\ndata: " + b"x" * 90 + b"\n\n"),
    (ServerSentEvents, b": " + b"x" * 200),
    (ServerSentEvents, b"data: 123456789\n" * 10),
    (ServerSentEvents, b"data\n" * 100),
    (NdjsonLines, b"{}\n" + b"x" * 90 + b"\n{}\n"),
    (NdjsonLines, b"x" * 90),
    (WholeBody, b"x" * 90),
]


@pytest.mark.parametrize(("make", "body"), TOO_LARGE)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_frame_over_the_limit_is_refused_however_it_arrives(
    make: Callable[[int], Decoder], body: bytes, size: int
) -> None:
    with pytest.raises(FramingError, match="larger than"):
        decoded(make(80), *(body[at : at + size] for at in range(0, len(body), size)))


@pytest.mark.parametrize("make", [ServerSentEvents, NdjsonLines])
def test_many_frames_may_together_exceed_the_limit(make: Callable[[int], Decoder]) -> None:
    assert len(decoded(make(80), b"data: 0123456789\n\n" * 50)[0]) == 50


def test_what_is_pending_is_counted_and_a_finished_frame_is_not() -> None:
    decoder = ServerSentEvents()
    decoder.feed(b"data: 0123456789\n\n")
    assert decoder.pending == 0

    decoder.feed(b"data: 0123456789\ndata: 01")
    assert decoder.pending >= 12


def test_a_long_line_in_small_pieces_takes_time_in_proportion() -> None:
    """Pieces are joined once, at the end of the line.

    4 MiB of one-kilobyte chunks in well under a second.
    """
    line = b"data: " + b"x" * 1018

    assert len(data(line, *[b"x" * 1024] * 4096, b"\n\n")[0]) > 4 * 2**20
