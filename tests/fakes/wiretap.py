"""The last moment before the socket: every request is kept as it would be sent, and answered.

What stands in for the world is the network below nbchat's own pool; all above it is real.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
import pytest

from nbchat.network import client

from .provider import said


@dataclass(frozen=True)
class Sent:
    """One request, to the byte."""

    method: str
    host: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def everything(self) -> str:
        """All that the host gets to see, and whoever is asked for its address."""
        return "\n".join(
            [self.url, self.host, *map(": ".join, self.headers), self.body.decode("latin-1")]
        )

    @property
    def lasting(self) -> tuple[Any, ...]:
        """The request without what is different each time."""
        headers = tuple(pair for pair in self.headers if pair[0] != "idempotency-key")
        return (self.method, self.url, headers, self.body)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def tap(monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    """Keep every request that would leave, and answer it with a few words."""
    sent: list[Sent] = []

    async def handle(self: Any, request: httpx.Request) -> httpx.Response:
        headers = tuple(
            (n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in request.headers.raw
        )
        url = request.url
        sent.append(Sent(request.method, url.host, str(url), headers, request.content))
        kind = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=kind, stream=client._Body(_chunks(said("Yes."))))

    monkeypatch.setattr(client._PoolTransport, "handle_async_request", handle)
    return sent


async def _chunks(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
