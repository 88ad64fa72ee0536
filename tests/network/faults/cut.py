"""Answers cut off, or badly framed."""

from __future__ import annotations

import asyncio

from nbchat.errors import BadAnswer, Unreachable

from .outcomes import FINE, SSE, Expected, Faults, broken, raises
from .server import Turn

CUT = Faults()
fault = CUT.fault

LOST = raises(Unreachable, "connection to 127.0.0.1 was lost.*Tried 3 times", 3)
LOST_MID = broken("lost; the answer is incomplete")
LOST_WHOLE = raises(Unreachable, "lost", 3)
EARLY = broken("ended the answer early")
NO_JSON = raises(BadAnswer, "no answer", 3)
INVALID = broken("invalid HTTP .*; the answer is incomplete")


# --- before the answer --------------------------------------------------------------------------


@fault(LOST, both=True)
async def cut_before_headers(turn: Turn) -> None:
    turn.cut()


@fault(LOST, both=True)
async def rst_before_headers(turn: Turn) -> None:
    turn.reset()


@fault(LOST, both=True)
async def cut_in_status_line(turn: Turn) -> None:
    await turn.raw(b"HTTP/1.1 20")
    turn.cut()


@fault(LOST, both=True)
async def cut_in_headers(turn: Turn) -> None:
    await turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/ev")
    turn.cut()


@fault(LOST, both=True)
async def cut_after_headers(turn: Turn) -> None:
    await turn.head()
    turn.cut()


@fault(Expected(requests=2), both=True)
async def cut_before_headers_once(turn: Turn) -> None:
    await (turn.good() if turn.number > 1 else cut_before_headers(turn))


@fault(Expected(requests=2), both=True)
async def rst_before_headers_once(turn: Turn) -> None:
    await (turn.good() if turn.number > 1 else rst_before_headers(turn))


@fault(raises(BadAnswer, "invalid HTTP", 3), both=True)
async def garbage_status(turn: Turn) -> None:
    await turn.raw(b"HTTP/1.1 two-hundred OK\r\n\r\n")


@fault(raises(BadAnswer, "not an HTTP server.*base URL", 3), both=True)
async def binary_garbage(turn: Turn) -> None:
    await turn.raw(bytes(range(256)) * 8)


@fault(raises(BadAnswer, "seems to speak TLS"), both=True)
async def tls_alert(turn: Turn) -> None:
    await turn.raw(b"\x15\x03\x01\x00\x02\x02\x46")


@fault(raises(BadAnswer, "headers without end.*limit"), both=True)
async def headers_huge(turn: Turn) -> None:
    await turn.raw(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"x" * 300_000 + b"\r\n\r\n")
    await turn.hang()


@fault(raises(BadAnswer, "headers without end.*limit"), both=True)
async def headers_endless(turn: Turn) -> None:
    await turn.raw(b"HTTP/1.1 200 OK\r\n")
    while True:
        await turn.raw(b"X-More: and more\r\n" * 100)


@fault(raises(BadAnswer, "headers without end.*limit"), both=True)
async def interim_endless(turn: Turn) -> None:
    while True:
        await turn.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@fault(raises(BadAnswer, "invalid HTTP", 3), both=True)
async def conflicting_lengths(turn: Turn) -> None:
    await turn.head(200, "Content-Length: 5", "Content-Length: 50", body="none")
    await turn.raw(b"hello")


# --- in the answer ------------------------------------------------------------------------------


async def half(turn: Turn) -> None:
    async with turn.in_one_piece():
        await turn.head()
        for piece in turn.pieces(whole=False):
            await turn.send(piece)
    await asyncio.sleep(0.02)


@fault(LOST_MID, LOST_WHOLE)
async def cut_mid_chunked(turn: Turn) -> None:
    await half(turn)
    turn.cut()


@fault(LOST_MID, LOST_WHOLE)
async def rst_mid(turn: Turn) -> None:
    await half(turn)
    turn.reset()


@fault(LOST_MID, LOST_WHOLE)
async def cut_mid_event(turn: Turn) -> None:
    await half(turn)
    await turn.send(turn.part)
    turn.cut()


@fault(LOST_MID, LOST_WHOLE)
async def half_close_mid(turn: Turn) -> None:
    await half(turn)
    turn.connection.writer.write_eof()
    await turn.hang()


@fault(LOST_MID, LOST_WHOLE)
async def length_short(turn: Turn) -> None:
    await turn.head(200, body="100000")
    for piece in turn.pieces(whole=False):
        await turn.send(piece)
    turn.cut()


@fault(EARLY, NO_JSON)
async def cut_clean(turn: Turn) -> None:
    await half(turn)
    await turn.end()


@fault(EARLY, NO_JSON)
async def close_delimited_cut(turn: Turn) -> None:
    await turn.head(body="close")
    for piece in turn.pieces(whole=False):
        await turn.send(piece)
    turn.cut()


@fault(broken("cannot be read|ended the answer early"))
async def cut_clean_mid_event(turn: Turn) -> None:
    await half(turn)
    await turn.send(turn.part)
    await turn.end()


@fault(EARLY, framings=SSE)
async def cut_clean_with_retry(turn: Turn) -> None:
    await half(turn)
    await turn.send(b"retry: 1\nid: 7\n\n")
    await turn.end()


@fault(raises(BadAnswer, "no answer.*early", 3))
async def cut_clean_before_any_text(turn: Turn) -> None:
    await turn.head()
    for piece in turn.family.starts() or [b": nothing yet\n\n"]:
        await turn.send(piece)
    await turn.end()


@fault(FINE)
async def cut_after_finish(turn: Turn) -> None:
    await turn.head()
    for piece in turn.pieces()[:-1]:
        await turn.send(piece)
    await turn.end()


@fault(FINE, framings=SSE)
async def done_without_finish(turn: Turn) -> None:
    await turn.head()
    for piece in [*turn.pieces(ended=False), turn.family.ends() or b"data: [DONE]\n\n"]:
        await turn.send(piece)
    await turn.end()


# --- framing ------------------------------------------------------------------------------------


def after_half(name: str, bad: bytes, expected: Expected = INVALID) -> None:
    async def play(turn: Turn) -> None:
        await half(turn)
        await turn.raw(bad)
        await asyncio.sleep(0.02)
        await turn.hang()

    fault(expected, name=name)(play)


after_half("chunk-bad-size", b"xyz\r\ndata: 1\n\n\r\n")
after_half("chunk-size-overflow", b"fffffffffffffffffffffffffffff\r\ndata: 1\n\n\r\n")
after_half("chunk-negative", b"-5\r\ndata: 1\n\n\r\n")
after_half("chunk-short", b"5\r\ndata: {}\n\n\r\n0\r\n\r\n")
after_half("chunk-missing-crlf", b"4\r\n: hi4\r\n: ho\r\n0\r\n\r\n")
after_half("chunk-lf-only", b"4\n: hi\n0\n\n" * 2000)


@fault(FINE, both=True)
async def length_and_chunked(turn: Turn) -> None:
    await turn.good("Content-Length: 7")
