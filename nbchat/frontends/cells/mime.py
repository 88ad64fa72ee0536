"""What a display says in words, and the image that it holds."""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Mapping
from typing import Any

from nbchat.context.cut_text import LONGEST, CutText
from nbchat.messages import Image

LARGEST_FIGURE = 1_000_000  # bytes of one that is kept
PICTURES = ("image/png", "image/jpeg")
WORDS = ("text/markdown", "text/latex", "text/html", "text/plain")

_SAYS_NOTHING = re.compile(r"<[^\n]*>$")  # a plain text such as <Figure size 640x480 with 1 Axes>
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_NO_WORDS = re.compile(r"<(style|script)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_NEW_LINE = re.compile(r"<(?:br|/p|/tr|/div|/li|/h\d|/table)\b[^>]*>", re.I)
_NEW_CELL = re.compile(r"</t[dh]\s*>", re.I)
_TAG = re.compile(r"<[a-z!/][^>]*>", re.I)


def figure(data: Mapping[str, Any]) -> tuple[str, Image | None]:
    """The picture of a MIME bundle: a word for it, and itself unless it is large."""
    for kind in PICTURES:
        content = data.get(kind)
        if isinstance(content, str | bytes):
            return _figure(content, kind)
    if "image/svg+xml" in data:
        return "[figure]", None
    return "", None


def _figure(content: str | bytes, kind: str) -> tuple[str, Image | None]:
    try:
        picture = binascii.a2b_base64(content) if isinstance(content, str) else content
    except ValueError:
        return "[figure]", None
    size = picture_size(picture)
    name = f"[figure {size[0]}×{size[1]}]" if size else "[figure]"
    return name, Image(picture, kind) if len(picture) <= LARGEST_FIGURE else None


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or a JPEG, in pixels.

    >>> picture_size(b"no picture") is None
    True
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def words(data: Mapping[str, Any]) -> str:
    """The words of a MIME bundle: its plain text, or another where that says nothing.

    >>> words({"text/plain": "<IPython.core.display.HTML object>", "text/html": "<b>bold</b>"})
    'bold'
    """
    plain = _text(data, "text/plain")
    if plain and not _SAYS_NOTHING.match(plain):
        return _ADDRESS.sub("", plain)
    for kind in WORDS:
        text = _text(data, kind)
        if text:
            return _ADDRESS.sub("", _of_html(text) if kind == "text/html" else text)
    return f"[{next(iter(data))}]" if data else ""


def _text(data: Mapping[str, Any], kind: str) -> str:
    content = data.get(kind)
    if not isinstance(content, str):
        return ""
    text = CutText(2 * LONGEST if kind == "text/html" else LONGEST)
    text.add(content)
    return text.text.strip("\n")


def _of_html(text: str) -> str:
    """The words of some HTML: cells of a table apart, its rows on lines of their own."""
    text = _NO_WORDS.sub("", text)
    text = re.sub(r"\s+", " ", text)
    text = _NEW_CELL.sub(" | ", _NEW_LINE.sub("\n", text))
    lines = html.unescape(_TAG.sub("", text)).splitlines()
    return "\n".join(line.strip(" |") for line in lines if line.strip(" |"))
