"""What a message holds besides words: pictures and documents, as bytes."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from nbchat.media_types import PDF, SHOWN, media_type_of
from nbchat.provider_state import ProviderState
from nbchat.wrong_calls import with_told_calls


@dataclass(slots=True, frozen=True)
class Attachment:
    """What a message holds besides words.

    Of a picture and a PDF the first bytes decide `media_type`, whatever was given.
    `others` of a kind of part holds the members that a newer nbchat stored with it.
    """

    data: bytes
    media_type: str

    def __post_init__(self) -> None:
        kind = media_type_of(self.data) if isinstance(self.data, bytes | bytearray) else ""
        if kind and kind != self.media_type:
            object.__setattr__(self, "media_type", kind)

    @property
    def base64(self) -> str:
        """The bytes, as base64."""
        return b64encode(self.data).decode()

    @property
    def data_url(self) -> str:
        """The bytes with their kind, as a `data:` URL."""
        return f"data:{self.media_type};base64,{self.base64}"


@with_told_calls
@dataclass(slots=True, frozen=True)
class Image(Attachment):
    """A picture inside a message, held as bytes.

    >>> Image(b"...", "image/png").media_type
    'image/png'
    """

    media_type: str = "image/png"
    state: ProviderState | None = field(default=None, repr=False, hash=False)
    others: dict[str, Any] | None = field(default=None, repr=False, hash=False)


@with_told_calls
@dataclass(slots=True, frozen=True)
class File(Attachment):
    """A document inside a message, held as bytes; `File.open(path)` reads one.

    >>> File(b"%PDF-1.7 ...", name="report.pdf").media_type
    'application/pdf'
    """

    media_type: str = "application/pdf"
    name: str = "document.pdf"
    others: dict[str, Any] | None = field(default=None, repr=False, hash=False)

    @classmethod
    def open(cls, path: str | Path) -> File:
        """The file at `path`; its kind is known by its first bytes, else by its name."""
        path = Path(path)
        return cls(
            path.read_bytes(), guess_type(path.name)[0] or "application/octet-stream", path.name
        )


def as_it_is(part: Image | File) -> Image | File:
    """A picture that came as a file as an Image, and a PDF that came as an image as a File.

    >>> as_it_is(Image(b"%PDF-1.7 ...")).name
    'document.pdf'
    """
    kind = media_type_of(part.data)
    if isinstance(part, Image) and kind == PDF:
        return File(part.data)
    if isinstance(part, File) and kind in SHOWN:
        return Image(part.data)
    return part
