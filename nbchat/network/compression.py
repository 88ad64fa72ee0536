"""Compressed bodies: never asked for, since a proxy that compresses holds events back, but sent.

Pure, and bounded: what a few bytes inflate to comes out in pieces.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from nbchat.errors import BadAnswer

LARGEST_PIECE = 256 * 1024  # bytes decoded at a time, so that a bomb cannot go off
ASK_AGAIN = "Ask again; if it stays so, check the base URL and the proxy."
SENT_DAMAGED = "sent a damaged answer: its compressed body"

GZIP_BITS, ZLIB_BITS = 31, 15  # `wbits`: the container that zlib expects

Decoder = Callable[[bytes], Iterator[bytes]]  # b"": the end of the body


def decoder_for(encoding: str, host: str) -> Decoder:
    """A function from the body's bytes as sent to the bytes meant.

    Raises BadAnswer for an unknown coding.

    >>> b"".join(decoder_for("gzip", "example.com")(zlib.compress(b"hello", wbits=31)))
    b'hello'
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _unchanged
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflater(host, GZIP_BITS if "gzip" in name else ZLIB_BITS)
    raise BadAnswer(
        f"{host} sent an unreadable answer: "
        f"it is compressed as {name[:40]!r}, which was not asked for.\n"
        "A proxy on the way may do that; check the base URL."
    )


def _unchanged(raw: bytes) -> Iterator[bytes]:
    if raw:
        yield raw


class _Inflater:
    def __init__(self, host: str, wbits: int) -> None:
        self._host = host
        self._wbits = wbits
        self._inflate = zlib.decompressobj(wbits)
        self._inside_member = False  # it has begun and not ended

    def __call__(self, raw: bytes) -> Iterator[bytes]:
        if not raw and self._inside_member:
            raise BadAnswer(f"{self._host} {SENT_DAMAGED} is cut short. {ASK_AGAIN}")
        while raw:
            before = self._inflate.copy()
            try:
                piece = self._inflate.decompress(raw, LARGEST_PIECE)
            except zlib.error:
                yield from _inflate_to_damage(before, raw)
                raise BadAnswer(
                    f"{self._host} {SENT_DAMAGED} cannot be read. {ASK_AGAIN}"
                ) from None
            self._inside_member = not self._inflate.eof
            raw = self._inflate.unconsumed_tail
            if self._inflate.eof:
                raw = self._inflate.unused_data
                if raw:  # gzip may have several members
                    self._inflate = zlib.decompressobj(self._wbits)
            if piece:
                yield piece


def _inflate_to_damage(inflate: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    """What the bytes before the damage hold, byte by byte."""
    for at in range(len(raw)):
        try:
            piece = inflate.decompress(raw[at : at + 1])
        except zlib.error:
            return
        if piece:
            yield piece
