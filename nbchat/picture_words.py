"""A picture in a place that shows text alone: its size in pixels and in bytes.

The size is read from the file's head; nothing is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nbchat.attachments import Image
from nbchat.media_types import picture_type

MOST_PIXELS = 100_000_000  # a browser needs four bytes for each, however small the file is
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # of JPEG: the segments with a size
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # of JPEG: markers without a length


class Size(NamedTuple):
    """Pixels."""

    width: int
    height: int


def picture_words(image: Image) -> str:
    """What stands for a picture where there is text alone.

    >>> picture_words(Image(b"GIF89a" + bytes([128, 2, 224, 1]) + bytes(9_990)))
    '[picture, 640 × 480, 10 kB]'
    """
    facts = []
    size = picture_size(image.data)
    if size:
        facts.append(f"{size.width:,} × {size.height:,}")
    facts.append(_bytes_text(len(image.data)))
    return f"[picture, {', '.join(facts)}]"


def can_be_drawn(image: Image) -> bool:
    """Whether it is a picture by its bytes, of a size that a browser can hold."""
    size = picture_size(image.data)
    return size is not None and 0 < size.width * size.height <= MOST_PIXELS


def picture_size(data: bytes) -> Size | None:
    """Width and height, as the file's head has them; None where that is not to be read."""
    read = _SIZES.get(picture_type(data))
    return read(data) if read else None


def _bytes_text(count: int) -> str:
    """A size in bytes as people say it: 812 bytes, 210 kB, 1.4 MB."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1e3:.0f} kB" if count < 999_500 else f"{count / 1e6:.1f} MB"


def _number(data: bytes, start: int, length: int, order: str) -> int:
    return int.from_bytes(data[start : start + length], "big" if order == "big" else "little")


def _png_size(data: bytes) -> Size | None:
    if data[12:16] != b"IHDR" or len(data) < 24:
        return None
    return Size(_number(data, 16, 4, "big"), _number(data, 20, 4, "big"))


def _gif_size(data: bytes) -> Size | None:
    if len(data) < 10:
        return None
    return Size(_number(data, 6, 2, "little"), _number(data, 8, 2, "little"))


def _jpeg_size(data: bytes) -> Size | None:
    for marker, start in _jpeg_segments(data):
        if marker in _FRAMES and len(data) >= start + 7:
            return Size(_number(data, start + 5, 2, "big"), _number(data, start + 3, 2, "big"))
    return None


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """The marker of each segment, and where its length stands."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            yield marker, at + 2
            at += 2 + max(_number(data, at + 2, 2, "big"), 2)


def _webp_size(data: bytes) -> Size | None:
    """Of the three forms: lossy, lossless, and with a head of its own."""
    if len(data) < 30:
        return None
    form = data[12:16]
    if form == b"VP8X":
        return Size(1 + _number(data, 24, 3, "little"), 1 + _number(data, 27, 3, "little"))
    if form == b"VP8 ":
        width, height = _number(data, 26, 2, "little"), _number(data, 28, 2, "little")
        return Size(width & 0x3FFF, height & 0x3FFF)
    if form == b"VP8L":
        bits = _number(data, 21, 4, "little")
        return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    return None


_SIZES = {
    "image/png": _png_size,
    "image/jpeg": _jpeg_size,
    "image/gif": _gif_size,
    "image/webp": _webp_size,
}
