"""What kind of picture some bytes are, by how they begin."""

from __future__ import annotations

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def picture_type(data: bytes) -> str:
    """The media type of a picture that every browser shows; empty for all else.

    >>> picture_type(b"GIF89a..."), picture_type(b"<svg onload=...>")
    ('image/gif', '')
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    for start, kind in _SIGNATURES:
        if data.startswith(start):
            return kind
    return ""
