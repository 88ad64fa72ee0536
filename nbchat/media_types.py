"""What the first bytes of a file say it is, whatever its name or its sender says."""

from __future__ import annotations

PDF = "application/pdf"
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)
# The brands of ISO media files that are pictures, as telephones take them.
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), "image/heic"),
}
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")  # by every browser


def media_type_of(data: bytes) -> str:
    """The kind of a picture or a PDF; empty for bytes that are none that is known.

    >>> media_type_of(b"GIF89a..."), media_type_of(b"%PDF-1.7"), media_type_of(b"<svg>")
    ('image/gif', 'application/pdf', '')
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _BRANDS.get(bytes(data[8:12]), "")
    if data[:2] == b"BM" and int.from_bytes(data[2:6], "little") == len(data):  # not "BMW,X5"
        return "image/bmp"
    for start, kind in _SIGNATURES:
        if data.startswith(start):
            return kind
    return ""


def picture_type(data: bytes) -> str:
    """The kind of a picture that every browser shows; empty for all else.

    >>> picture_type(b"GIF89a..."), picture_type(b"<svg onload=...>"), picture_type(b"%PDF-1.7")
    ('image/gif', '', '')
    """
    kind = media_type_of(data)
    return kind if kind in SHOWN else ""
