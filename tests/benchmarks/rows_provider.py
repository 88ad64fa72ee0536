"""A provider of rows in a process of its own, which costs so little that who asks is measured.

    /limited   allows 100 requests a second, 10 at once, refuses the others, and says nothing of it
    /slow      answers after 300 ms
    /counts    how many it has answered and refused since this was asked last

An answer is 22 events of the openai-chat format; the last counts the tokens, as OpenAI's does.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LIMIT, BURST = 100.0, 10.0  # requests a second, requests at once
SLOW = 0.3  # seconds
WORDS = 20
LENGTH = re.compile(rb"content-length: *(\d+)", re.I)


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    event = {"id": "x", "object": "chat.completion.chunk", "created": 0, "choices": [choice]}
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def _counts() -> bytes:
    usage = {"prompt_tokens": 100, "completion_tokens": WORDS, "total_tokens": 100 + WORDS}
    event = {"id": "x", "object": "chat.completion.chunk", "created": 0, "choices": []}
    return b"data: " + json.dumps({**event, "usage": usage}).encode() + b"\n\n"


def _answer() -> bytes:
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    events = [_event({"content": f"word{number} "}) for number in range(WORDS)]
    events += [_event({}, "stop"), _counts(), b"data: [DONE]\n\n"]
    chunks = [b"%x\r\n%b\r\n" % (len(event), event) for event in events]
    return b"".join([head, *chunks, b"0\r\n\r\n"])


def _body(status: bytes, value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        status,
        len(body),
        body,
    )


ANSWER = _answer()
REFUSAL = _body(b"429 Too Many Requests", {"error": {"message": "slow down", "type": "requests"}})


@dataclass
class Bucket:
    """What may be asked now: filled again bit by bit."""

    left: float = BURST
    at: float = 0.0

    def take(self, now: float) -> bool:
        self.left = min(BURST, self.left + (now - self.at) * LIMIT)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Client(asyncio.Protocol):
    """One connection of whoever asks."""

    bucket = Bucket()
    answered = refused = 0

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, end, rest = self.data.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not end or len(rest) < (int(length[1]) if length else 0):
            return
        self.data = b""
        if b"/counts" in head[:200]:
            self.transport.write(_body(b"200 OK", [Client.answered, Client.refused]))
            Client.answered = Client.refused = 0
        elif b"/slow" in head[:200]:
            Client.answered += 1
            self.loop.call_later(SLOW, self.transport.write, ANSWER)
        elif Client.bucket.take(self.loop.time()):
            Client.answered += 1
            self.transport.write(ANSWER)
        else:
            Client.refused += 1
            self.transport.write(REFUSAL)


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Client, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running_provider() -> Iterator[str]:
    """Its address."""
    code = f"import asyncio; from {__name__} import serve; asyncio.run(serve())"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.terminate()


def counts(url: str) -> tuple[int, int]:
    """Answered and refused since it was asked last."""
    with urllib.request.urlopen(f"{url}/counts") as response:
        answered, refused = json.load(response)
    return answered, refused
