"""Compressed bodies. None is asked for, since a proxy that compresses holds events back, but some hosts compress.

Pure, and bounded: what a few bytes inflate to comes out in pieces.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from nbchat.errors import BadAnswer

PIECE = 256 * 1024  # bytes of decoded text at a time, so that a bomb cannot go off
AGAIN = "Ask again; if it stays so, check the base URL and the proxy."
DAMAGED = "sent a damaged answer: its compressed body"

Decoder = Callable[[bytes], Iterator[bytes]]  # b"": the end of the body


def decoder_for(encoding: str, host: str) -> Decoder:
    """A function from the body's bytes as sent to the bytes meant. Raises BadAnswer for an unknown coding.

    >>> b"".join(decoder_for("gzip", "example.com")(zlib.compress(b"hello", wbits=31)))
    b'hello'
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _as_it_is
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflate(host, 31 if "gzip" in name else 15)
    raise BadAnswer(
        f"{host} sent an unreadable answer: it is compressed as {name[:40]!r}, which was not asked for.\n"
        "A proxy on the way may do that; check the base URL."
    )


def _as_it_is(raw: bytes) -> Iterator[bytes]:
    if raw:
        yield raw


class _Inflate:
    def __init__(self, host: str, wbits: int) -> None:
        self._host = host
        self._wbits = wbits
        self._inflate = zlib.decompressobj(wbits)
        self._inside = False  # a member has begun and not ended

    def __call__(self, raw: bytes) -> Iterator[bytes]:
        if not raw and self._inside:
            raise BadAnswer(f"{self._host} {DAMAGED} is cut short. {AGAIN}")
        while raw:
            before = self._inflate.copy()
            try:
                piece = self._inflate.decompress(raw, PIECE)
            except zlib.error:
                yield from _sound(before, raw)
                raise BadAnswer(f"{self._host} {DAMAGED} cannot be read. {AGAIN}") from None
            self._inside = not self._inflate.eof
            raw = self._inflate.unconsumed_tail
            if self._inflate.eof and (raw := self._inflate.unused_data):
                self._inflate = zlib.decompressobj(self._wbits)  # gzip may have several members
            if piece:
                yield piece


def _sound(inflate: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    """What the bytes before the damage hold."""
    for at in range(len(raw)):
        try:
            piece = inflate.decompress(raw[at : at + 1])
        except zlib.error:
            return
        if piece:
            yield piece
