"""Odd, and lawful: a whole answer must come of each of these, without a word about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator

from .families import TEXT, WORDS
from .outcomes import ALL_FRAMINGS, FINE, LINES, SSE, Expected, Faults
from .server import Turn

BENIGN = Faults()
fault = BENIGN.fault

Rewrite = Callable[[bytes], bytes]
SHORT, BUSY = 2.0, 30.0  # seconds of silence that are allowed, also where a machine is busy


def rewritten(
    name: str,
    rewrite: Rewrite,
    *lines: str,
    pieces: Callable[[bytes], Iterator[bytes]] | None = None,
    framings: tuple[str, ...] = SSE,
) -> None:
    """The good stream with its bytes rewritten, and cut otherwise."""

    async def play(turn: Turn) -> None:
        data = rewrite(b"".join(turn.pieces()))
        await turn.head(200, *lines)
        for piece in pieces(data) if pieces else [data]:
            await turn.send(piece)
        await turn.end()

    fault(FINE, name=name, framings=framings)(play)


def every(count: int) -> Callable[[bytes], Iterator[bytes]]:
    return lambda data: (data[at : at + count] for at in range(0, len(data), count))


def same(data: bytes) -> bytes:
    return data


def multi_line(data: bytes) -> bytes:
    """Each event's JSON over several data lines."""
    events = []
    for event in data.split(b"\n\n"):
        name, _, value = event.rpartition(b"data: ")
        if value.startswith(b"{"):
            lines = (
                json.dumps(json.loads(value), indent=1, ensure_ascii=False).encode().split(b"\n")
            )
            value = b"\ndata: ".join(lines)
        events.append(name + b"data: " + value if event else b"")
    return b"\n\n".join(events)


def between(extra: bytes) -> Rewrite:
    return lambda data: extra + data.replace(b"\n\n", b"\n\n" + extra)


rewritten("ok-one-piece", same, framings=ALL_FRAMINGS)
rewritten("ok-bytewise", same, pieces=every(1), framings=ALL_FRAMINGS)
rewritten("ok-in-threes", same, pieces=every(3), framings=ALL_FRAMINGS)
rewritten("ok-crlf", lambda data: data.replace(b"\n", b"\r\n"), framings=LINES)
rewritten(
    "ok-crlf-bytewise",
    lambda data: data.replace(b"\n", b"\r\n"),
    pieces=every(1),
    framings=LINES,
)
rewritten("ok-cr", lambda data: data.replace(b"\n", b"\r"))
rewritten("ok-cr-bytewise", lambda data: data.replace(b"\n", b"\r"), pieces=every(1))
rewritten(
    "ok-mixed-ends", lambda data: data.replace(b"\n\n", b"\r\n\r", 3).replace(b"\n\n", b"\r\r\n", 2)
)
rewritten("ok-bom", lambda data: b"\xef\xbb\xbf" + data, framings=LINES)
rewritten("ok-bom-bytewise", lambda data: b"\xef\xbb\xbf" + data, pieces=every(1), framings=LINES)
rewritten("ok-no-space", lambda data: data.replace(b"data: ", b"data:"))
rewritten("ok-comments", between(b": keep-alive\n\n"))
rewritten("ok-comment-lines", lambda data: data.replace(b"data: {", b": hm\n:\ndata: {"))
rewritten("ok-meta-only", between(b"event: x\nid: 7\nretry: 1000\n\n"))
rewritten(
    "ok-ids", lambda data: data.replace(b"data: ", b"id: 1\x00\nretry: soon\nfoo: bar\nfoo\ndata: ")
)
rewritten("ok-blank-lines", lambda data: b"\n\n\n" + data.replace(b"\n", b"\n\n"), framings=LINES)
rewritten("ok-multi-line-data", multi_line)
rewritten(
    "ok-unknown-events", between(b'event: weather\ndata: {"type": "weather", "sun": true}\n\n')
)
rewritten("ok-pings", between(b'event: ping\ndata: {"type": "ping"}\n\n'))
rewritten("ok-no-last-blank-line", lambda data: data[:-1], framings=LINES)
rewritten("ok-no-last-line-end", lambda data: data[:-2])
rewritten("ok-ctype-missing", same, "Content-Type:", framings=ALL_FRAMINGS)
rewritten("ok-ctype-plain", same, "Content-Type: text/plain", framings=ALL_FRAMINGS)
rewritten("ok-ctype-octets", same, "Content-Type: application/octet-stream", framings=ALL_FRAMINGS)
rewritten("ok-ctype-html", same, "Content-Type: text/html", framings=ALL_FRAMINGS)
rewritten("ctype-json-sse-body", same, "Content-Type: application/json", framings=ALL_FRAMINGS)
rewritten(
    "ok-latin1-label",
    same,
    "Content-Type: text/event-stream; charset=iso-8859-1",
    framings=ALL_FRAMINGS,
)
rewritten(
    "ok-utf16-label", same, "Content-Type: text/event-stream;charset=UTF-16", framings=ALL_FRAMINGS
)
rewritten(
    "ok-odd-headers",
    same,
    "X-Empty:",
    "x-dup: 1",
    "X-DUP: 2",
    "X-Long: " + "y" * 20_000,
    "Set-Cookie: a=b",
    "X-Latin: \xe9\xfc",
    framings=ALL_FRAMINGS,
)
rewritten("ok-many-headers", same, *(f"X-{n}: {n}" for n in range(200)), framings=ALL_FRAMINGS)
rewritten(
    "ok-extra-after-done",
    lambda data: data + b'data: {"late": true}\n\ndata: nonsense\n\n',
    framings=ALL_FRAMINGS,
)
rewritten(
    "ok-done-twice",
    lambda data: data + b"data: [DONE]\n\ndata: [DONE]\n\n",
    framings=ALL_FRAMINGS,
)
rewritten("ok-escaped", lambda data: escaped(data))


def escaped(data: bytes) -> bytes:
    """Every character of the JSON that can be an escape is one."""
    lines = []
    for line in data.split(b"\n"):
        if line.startswith(b"data: {"):
            line = b"data: " + json.dumps(json.loads(line[6:])).replace("/", "\\/").encode()
        lines.append(line)
    return b"\n".join(lines)


@fault(FINE, both=True)
async def ok_1xx(turn: Turn) -> None:
    await turn.raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    await turn.good()


@fault(FINE, both=True)
async def ok_close_delimited(turn: Turn) -> None:
    await turn.head(body="close")
    for piece in turn.pieces():
        await turn.send(piece)
    turn.cut()


@fault(FINE, both=True)
async def ok_http10(turn: Turn) -> None:
    await turn.raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    for piece in turn.pieces():
        await turn.raw(piece)
    turn.cut()


@fault(FINE, both=True)
async def ok_content_length(turn: Turn) -> None:
    data = b"".join(turn.pieces())
    await turn.head(200, body=str(len(data)))
    await turn.raw(data)


@fault(FINE, both=True)
async def ok_chunk_extensions(turn: Turn) -> None:
    await turn.head()
    for piece in turn.pieces():
        if piece:
            await turn.raw(b"%04X;name=value\r\n%b\r\n" % (len(piece), piece))
    await turn.raw(b"0;last=yes\r\n\r\n")


@fault(FINE, both=True)
async def ok_trailers(turn: Turn) -> None:
    await turn.head(200, "Trailer: X-Sum")
    for piece in turn.pieces():
        await turn.send(piece)
    await turn.raw(b"0\r\nX-Sum: 12\r\nX-More: 1\r\n\r\n")


@fault(FINE, both=True)
async def ok_head_in_pieces(turn: Turn) -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: Chunked\r\n\r\n"
    )
    for at in range(len(head)):
        await turn.raw(head[at : at + 1])
    for piece in turn.pieces():
        for byte in b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b"":
            await turn.raw(bytes([byte]))
    await turn.end()


@fault(FINE, both=True)
async def ok_connection_close(turn: Turn) -> None:
    await turn.good("Connection: close")
    turn.cut()


@fault(Expected(timeout=BUSY), both=True)
async def ok_slow_headers(turn: Turn) -> None:
    await asyncio.sleep(0.4)
    await turn.good()


@fault(Expected(timeout=BUSY), both=True)
async def ok_slow_first_token(turn: Turn) -> None:
    await turn.head()
    await asyncio.sleep(0.4)
    for piece in turn.pieces():
        await turn.send(piece)
    await turn.end()


@fault(Expected(timeout=SHORT), framings=SSE)
async def ok_heartbeat_first(turn: Turn) -> None:
    """Silent for longer than the limit, but for its heartbeats."""
    await turn.head()
    for _ in range(8):
        await asyncio.sleep(SHORT / 5)
        await turn.send(b": still thinking\n\n")
    for piece in turn.pieces():
        await turn.send(piece)
    await turn.end()


@fault(Expected(timeout=SHORT))
async def ok_drip(turn: Turn) -> None:
    """Longer in all than the limit of each silence."""
    await turn.head()
    for piece in turn.pieces():
        await turn.send(piece)
        await asyncio.sleep(SHORT / 5)
    await turn.end()


@fault(FINE, both=True)
async def http_200_unary(turn: Turn) -> None:
    await turn.json(turn.family.whole(TEXT))


@fault(FINE, both=True)
async def http_200_unary_as_event_stream(turn: Turn) -> None:
    await turn.json(turn.family.whole(TEXT), 200, "Content-Type: text/event-stream")


@fault(FINE)
async def http_200_unary_pretty(turn: Turn) -> None:
    kind = "application/json" if turn.family.framing == "ndjson" else turn.family.content_type
    pretty = b"\n" + json.dumps(turn.family.whole(TEXT), indent=4).encode() + b"\n"
    await turn.json(pretty, 200, f"Content-Type: {kind}")


def values(turn: Turn) -> list[bytes]:
    """The stream's JSON values without their framing."""
    lines = b"".join(turn.pieces()).split(b"\n")
    data = [line.removeprefix(b"data: ") for line in lines]
    return [value for value in data if value.startswith(b"{")]


@fault(FINE, framings=LINES)
async def ndjson_instead(turn: Turn) -> None:
    await turn.head(200, "Content-Type: application/x-ndjson")
    for value in values(turn):
        await turn.send(value + b"\n")
    await turn.end()


@fault(FINE, framings=LINES)
async def array_instead(turn: Turn) -> None:
    await turn.head(200, "Content-Type: application/json")
    await turn.send(b"[" + b",\r\n".join(values(turn)) + b"]\n")
    await turn.end()


@fault(FINE, framings=LINES)
async def array_bytewise(turn: Turn) -> None:
    await turn.head(200, "Content-Type: application/json")
    for byte in b"[" + b",\r\n".join(values(turn)) + b"]\n":
        await turn.send(bytes([byte]))
    await turn.end()


@fault(Expected(requests=1), framings=LINES)
async def array_streamed(turn: Turn) -> None:
    await turn.head(200, "Content-Type: application/json")
    for number, value in enumerate(values(turn)):
        await turn.send((b"," if number else b"[") + value)
    await turn.send(b"]")
    await turn.end()


@fault(Expected(TEXT + "".join(WORDS[:2])))
async def ok_events_in_one_chunk_and_split(turn: Turn) -> None:
    words = [*map(turn.family.delta, [*WORDS, *WORDS[:2]])]
    data = b"".join([*turn.family.starts(), *words, *turn.family.finish(), turn.family.ends()])
    await turn.head()
    await turn.send(data[: len(data) // 2])
    await asyncio.sleep(0.02)
    await turn.send(data[len(data) // 2 :])
    await turn.end()
