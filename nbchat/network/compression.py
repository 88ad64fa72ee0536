"""Compressed bodies: never asked for, since a proxy that compresses holds events back, but sent.

Pure, and bounded: what a few bytes inflate to comes out in pieces.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from nbchat.errors import BadAnswer
from nbchat.network.peer import Peer
from nbchat.wording import OR_ANOTHER_MODEL, safe_excerpt

LARGEST_PIECE = 256 * 1024  # bytes decoded at a time, so that a bomb cannot go off
ASK_AGAIN = f"Ask again; if it stays so, check the base URL and the proxy, {OR_ANOTHER_MODEL}"

GZIP_BITS, ZLIB_BITS = 31, 15  # `wbits`: the container that zlib expects

Decoder = Callable[[bytes], Iterator[bytes]]  # b"": the end of the body


def decoder_for(encoding: str, peer: Peer) -> Decoder:
    """A function from the body's bytes as sent to the bytes meant.

    Raises BadAnswer for an unknown coding.

    >>> decode = decoder_for("gzip", Peer("example.com"))
    >>> b"".join(decode(zlib.compress(b"hello", wbits=31)))
    b'hello'
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _unchanged
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflater(peer, GZIP_BITS if "gzip" in name else ZLIB_BITS)
    raise BadAnswer(
        f"{peer.name} sent an unreadable answer: {peer.host} compressed it as "
        f"{safe_excerpt(name)[:40]!r}, which was not asked for.\n"
        f"A proxy on the way may do that: check it and the base URL, {OR_ANOTHER_MODEL}"
    )


def _unchanged(raw: bytes) -> Iterator[bytes]:
    if raw:
        yield raw


class _Inflater:
    def __init__(self, peer: Peer, wbits: int) -> None:
        self._peer = peer
        self._wbits = wbits
        self._inflate = zlib.decompressobj(wbits)
        self._inside_member = False  # it has begun and not ended

    def __call__(self, raw: bytes) -> Iterator[bytes]:
        if not raw and self._inside_member:
            raise self._damaged("is cut short")
        while raw:
            before = self._inflate.copy()
            try:
                piece = self._inflate.decompress(raw, LARGEST_PIECE)
            except zlib.error:
                yield from _inflate_to_damage(before, raw)
                raise self._damaged("cannot be read") from None
            self._inside_member = not self._inflate.eof
            raw = self._inflate.unconsumed_tail
            if self._inflate.eof:
                raw = self._inflate.unused_data
                if raw:  # gzip may have several members
                    self._inflate = zlib.decompressobj(self._wbits)
            if piece:
                yield piece

    def _damaged(self, how: str) -> BadAnswer:
        return BadAnswer(
            f"{self._peer.name} sent a damaged answer: its compressed body {how}.\n{ASK_AGAIN}"
        )


def _inflate_to_damage(inflate: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    """What the bytes before the damage hold, byte by byte."""
    for at in range(len(raw)):
        try:
            piece = inflate.decompress(raw[at : at + 1])
        except zlib.error:
            return
        if piece:
            yield piece
