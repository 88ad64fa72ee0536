"""An answer on its way to one client: written as it comes, ended when the client leaves.

Nothing is queued: a chunk is read from the engine when the one before it has been
taken, so a slow reader slows its own provider and nobody else. The status waits for
the first event, since a provider may refuse.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from fastapi import Response
from starlette.types import Message, Receive, Scope, Send

from nbchat.chat_service.chunk import StreamChunk
from nbchat.frontends.server.http_errors import InternalError, error_response

# Seconds of silence before a sign of life, well below the 60 s of most reverse proxies.
HEARTBEAT_SECONDS = 15.0
# nginx buffers answers by default; the second header stops it.
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
log = logging.getLogger("nbchat.server")


class Format(Protocol):
    """How chunks are written."""

    @property
    def media_type(self) -> str: ...
    @property
    def heartbeat(self) -> bytes | None:
        """What may be sent while nothing comes; None where nothing may precede the answer."""
        ...

    def encode(self, chunk: StreamChunk) -> bytes:
        """The bytes for a chunk; none where the format has no place for it, or not yet."""
        ...


class Answer(Response):
    """Streams chunks in a format.

    It is also the response for formats that are one body at the end.
    """

    def __init__(self, chunks: AsyncGenerator[StreamChunk], form: Format) -> None:
        super().__init__(None, 200, HEADERS, form.media_type)
        del self.headers["content-length"]
        self._chunks = chunks
        self._form = form
        self._held = b""  # notices, until it is known that an answer follows
        self._has_started = False
        self._busy = asyncio.Lock()
        self._quiet = True  # whether nothing was sent since the last heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        writing = asyncio.create_task(self._write(scope, receive, send))
        leaving = asyncio.create_task(_wait_for_leaving(receive))
        try:
            while not (writing.done() or leaving.done()):
                self._quiet = True
                ended, _ = await asyncio.wait(
                    {writing, leaving},
                    timeout=HEARTBEAT_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                beat = self._form.heartbeat
                if not ended and self._quiet and not self._busy.locked() and beat is not None:
                    await self._send(send, beat)
        finally:
            leaving.cancel()
            writing.cancel()
            # When this returns, the provider's connection is closed.
            await asyncio.wait({writing, leaving})
        if not writing.cancelled():
            writing.result()  # raises what went wrong

    async def _write(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope["state"]["request_id"]
        async with aclosing(_hide_bugs(self._chunks, request_id)) as chunks:
            async for chunk in chunks:
                if chunk.error and not self._has_started:
                    await error_response(chunk.error, scope["path"])(scope, receive, send)
                    return
                data = self._form.encode(chunk)
                if chunk.notice and not self._has_started:
                    self._held += data
                elif data:
                    await self._send(send, data)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def _start(self) -> Message:
        kind, headers = "http.response.start", self.raw_headers
        return {"type": kind, "status": self.status_code, "headers": headers}

    async def _send(self, send: Send, data: bytes) -> None:
        async with self._busy:
            if not self._has_started:
                self._has_started = True
                await send(self._start)
                data = self._held + data
            self._quiet = False
            await send({"type": "http.response.body", "body": data, "more_body": True})


async def _hide_bugs(
    chunks: AsyncGenerator[StreamChunk], request_id: str
) -> AsyncGenerator[StreamChunk]:
    """The chunks; a mistake of ours ends them as any failure does.

    Its traceback goes to the log alone.
    """
    try:
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk
    except Exception:
        log.exception("%s failed", request_id)
        yield StreamChunk.failed(InternalError(request_id))


async def _wait_for_leaving(receive: Receive) -> None:
    """Returns when the client has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
