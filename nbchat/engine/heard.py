"""An answer that was read to its end, and can be read again: its bytes as they came, and when."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from nbchat.errors import NbchatError
from nbchat.network.client import Response


@dataclass(slots=True, frozen=True)
class Piece:
    """Bytes that came together, and how many seconds after the request had been sent."""

    data: bytes
    seconds: float


@dataclass
class HeardResponse(Response):
    """What came. `cut` is why it ended, where that was not its own end."""

    status: int
    headers: Mapping[str, str]
    pieces: list[Piece] = field(default_factory=list)
    cut: NbchatError | None = None

    @property
    def body(self) -> bytes:
        return b"".join(piece.data for piece in self.pieces)

    async def chunks(
        self, is_complete: Callable[[float], bool] | None = None
    ) -> AsyncGenerator[bytes]:
        for piece in self.pieces:
            yield piece.data
        if self.cut:
            raise self.cut

    async def read_error_body(self, limit: int) -> bytes:
        return self.body[:limit]

    async def drain(self) -> None:
        """Nothing more comes."""

    async def aclose(self) -> None:
        """Nothing is open."""


async def hear(
    heard: HeardResponse, response: Response, limit: int, clock: Callable[[], float]
) -> None:
    """Read an answer to its end, or until it is larger than `limit` bytes, into `heard`."""
    size = 0
    try:
        async with aclosing(response.chunks()) as chunks:
            async for chunk in chunks:
                heard.pieces.append(Piece(chunk, clock()))
                size += len(chunk)
                if size > limit:
                    break
    except NbchatError as error:
        heard.cut = error
