"""A provider in a process of its own that writes the time into every delta.

`fakes/provider.py` runs in the process that it would be timed with.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

BURST = 50  # deltas of an answer at full speed
PACED, GAP = 300, 0.005  # deltas of a paced answer, and the seconds between them
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def event(text: str, finish: str | None = None) -> bytes:
    delta = {"content": text} if text else {}
    body: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "m",
    }
    body["choices"] = [{"index": 0, "delta": delta, "finish_reason": finish}]
    data = b"data: " + json.dumps(body).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


class Provider:
    """Answers "paced", "burst", "endless" and "flood", and tells how many answers it is giving."""

    def __init__(self) -> None:
        self.giving = 0

    async def serve(self) -> None:
        server = await asyncio.start_server(self.client, "127.0.0.1", 0, backlog=512)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # the client is done
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if not (length := re.search(rb"content-length: (\d+)", head.lower())):  # a GET
                    body = b"%d" % self.giving
                    writer.write(
                        b"HTTP/1.1 200 .\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
                    )
                    continue
                asked = await reader.readexactly(int(length[1]))
                self.giving += 1
                try:
                    await self.answer(asked, writer)
                finally:
                    self.giving -= 1
        writer.close()

    async def answer(self, asked: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        count, gap = (
            (BURST, 0.0)
            if b"burst" in asked
            else (PACED, GAP)
            if b"paced" in asked
            else (10**9, GAP)
        )
        flood = event("x" * 8192) if b"flood" in asked else b""
        for _ in range(count):
            writer.write(flood or event(f"{time.monotonic_ns()} "))
            await writer.drain()
            await asyncio.sleep(0 if flood else gap)
        writer.write(event("", "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        await writer.drain()


@contextmanager
def running_provider() -> Iterator[int]:
    code = f"import asyncio; from {__name__} import Provider; asyncio.run(Provider().serve())"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()
