"""What a refused client still sends is read, within reason."""

from __future__ import annotations

import pytest
from starlette.types import Message

from nbchat.frontends.server.http_errors import TooLarge
from nbchat.frontends.server.upload import Upload

PIECE = b"x" * 10


@pytest.mark.parametrize(
    ("pieces", "largest", "headers", "received"),
    [
        (5, 29, [], 5),  # to its end
        (1_000, 19, [], 4),  # two until it is too large, then two: as much as is allowed at all
        (1_000, 19, [(b"expect", b"100-continue")], 2),  # it waits for a word before it sends more
    ],
)
async def test_what_a_refused_client_still_sends_is_read_within_reason(
    pieces: int, largest: int, headers: list[tuple[bytes, bytes]], received: int
) -> None:
    sent = 0

    async def receive() -> Message:
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": PIECE, "more_body": sent < pieces}

    upload = Upload({"type": "http", "headers": headers}, receive, largest)
    with pytest.raises(TooLarge):
        await upload.read()
    await upload.read_past()

    assert sent == received
