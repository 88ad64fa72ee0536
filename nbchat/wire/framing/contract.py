"""What every decoder does: bytes in, frames out, any way the bytes are split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from nbchat.wording import size_text

Frame: TypeAlias = tuple[str, bytes]  # the event's name ("" if it has none), its data

MIB = 1024 * 1024
MAX_FRAME = 32 * MIB  # bytes of one event, unless the user has said otherwise


class FramingError(Exception):
    """The bytes are not the framing that was expected, or one frame is larger than allowed.

    `before` are the frames that were complete by then.
    """

    def __init__(self, reason: str, before: Sequence[Frame] = ()) -> None:
        super().__init__(reason)
        self.before = before


def too_large(what: str, limit: int, before: Sequence[Frame] = ()) -> FramingError:
    """The error for a frame beyond the limit of one."""
    return FramingError(f"{what} is larger than {size_text(limit)} (limits.event)", before)


class Decoder(Protocol):
    """Cuts a body into frames. `close` is called once, at the end of the body.

    After `close`, `unfinished` holds the data of an event that lacked its end.
    `pending` is how many bytes are held of a frame that is not complete.
    """

    unfinished: bytes

    @property
    def pending(self) -> int: ...

    def feed(self, chunk: bytes) -> list[Frame]: ...
    def close(self) -> list[Frame]: ...
