"""Pictures, made byte by byte: real ones, and files that only say that they are."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence
from typing import Any


def png(width: int = 3, height: int = 2) -> bytes:
    """A PNG of these pixels, each of which has a colour of its place."""
    rows = b"".join(
        b"\0" + bytes(v for x in range(width) for v in (x * 255 // width, y * 255 // height, 160))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


GIF = b"GIF89a" + struct.pack("<HH", 640, 480) + bytes(9_990)
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04ab"  # a segment before the one that has the size
    b"\xff\xc2\x00\x0b\x08" + struct.pack(">HH", 480, 640) + bytes(6)
)
_LONG, _HIGH = (639).to_bytes(3, "little"), (479).to_bytes(3, "little")
WEBP = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + _LONG + _HIGH
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
HUGE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 2**31, 2**31) + bytes(20)


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def data_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64(data)}"


def drawn(
    text: str, picture: bytes, sources: Sequence[str] = (), titles: Sequence[str] = ()
) -> list[Any]:
    """The chunks of an openai-chat answer with a picture, as OpenRouter sends it, and sources.

    Those with other titles come behind them, their addresses made of these.
    """
    image = {"type": "image_url", "image_url": {"url": data_url(picture)}}
    found = [
        {"url": url, "title": f"Page {number}", "snippet": "Words."}
        for number, url in enumerate(sources, 1)
    ]
    found += [{"url": f"{title}#{number}", "title": title} for number, title in enumerate(titles)]
    return [
        {"choices": [{"index": 0, "delta": {"content": text}}], "citations": [*sources]},
        {"choices": [{"index": 0, "delta": {"images": [image]}}], "search_results": found},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ]
