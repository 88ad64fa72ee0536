"""The fake provider, on loopback: a thread's raw sockets, so that every byte and pause is ours.

Plays what a test scripts and keeps what it received. Not a mock of anything in
nbchat: the engine talks to it over TCP as it does to the world.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

DEADLINE = 60.0  # seconds; only so that a hang ends


@dataclass(slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Play = Callable[
    [Request, asyncio.StreamWriter], Awaitable[bool | None]
]  # False: the connection ends here


@dataclass
class Service:
    """`with Service() as service:` serves until the block ends."""

    requests: list[Request] = field(default_factory=list)
    hung_up: int = 0  # clients that closed before their answer was whole
    connections: int = 0  # made so far
    open: int = 0  # connections open now

    def __enter__(self) -> Service:
        self._plays: deque[Play] = deque()
        self._always: Play | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._client, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.sleep(0)  # a client that has just come begins, and closes what it has
            for writer in self._writers:  # what nobody reads any more would be waited for
                writer.transport.abort()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE)

    def left(self, clients: int, within: float = DEADLINE) -> bool:
        """Whether so many clients have hung up, now or in a moment."""
        deadline = time.monotonic() + within
        while self.hung_up < clients and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.hung_up == clients

    # --- scripting ---------------------------------------------------------------------------

    def plays(self, *plays: Play) -> None:
        """Answer the next requests so, in this order."""
        self._plays.extend(plays)

    def always(self, play: Play) -> None:
        """Answer every request that has no play of its own so."""
        self._always = play

    def answers(
        self,
        *chunks: bytes,
        status: int = 200,
        headers: dict[str, str] | None = None,
        gap: float = 0.0,
    ) -> None:
        """Answer the next request with these pieces, `gap` seconds apart."""
        self.plays(answer(*chunks, status=status, headers=headers, gap=gap))

    # --- serving --------------------------------------------------------------------------------

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self._writers.add(writer)
        try:
            while (request := await _request(reader)) is not None:
                self.requests.append(request)
                play = self._plays.popleft() if self._plays else self._always
                assert play is not None, (
                    f"nothing scripted for request {len(self.requests)}: {request.path}"
                )
                watch = asyncio.ensure_future(_hang_up(reader, writer))
                playing = asyncio.ensure_future(play(request, writer))
                await asyncio.wait([watch, playing], return_when=asyncio.FIRST_COMPLETED)
                playing.cancel()  # without effect where it has ended
                watch.cancel()
                _, ended = await asyncio.gather(watch, playing, return_exceptions=True)
                self.hung_up += isinstance(ended, asyncio.CancelledError | ConnectionError)
                if playing.cancelled() or playing.exception() or playing.result() is False:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()
            self._writers.discard(writer)


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Returns when the client has closed its side."""
    while not reader.at_eof() and not writer.is_closing():
        await asyncio.sleep(0.005)


async def _request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, body)


# --- plays ---------------------------------------------------------------------------------------


def answer(
    *chunks: bytes,
    status: int = 200,
    headers: dict[str, str] | None = None,
    gap: float = 0.0,
    hold: float = 0.0,
) -> Play:
    """A well-formed answer in HTTP chunks; `hold` seconds of silence before its end."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> None:
        begin(writer, status, headers)
        for chunk in chunks:
            await send(writer, chunk, gap)
        await asyncio.sleep(hold)
        await end(writer)

    return play


def begin(
    writer: asyncio.StreamWriter, status: int = 200, headers: dict[str, str] | None = None
) -> None:
    """The head of an answer in HTTP chunks."""
    lines = [
        f"HTTP/1.1 {status} .",
        *(f"{n}: {v}" for n, v in {"content-type": "text/event-stream", **(headers or {})}.items()),
        "transfer-encoding: chunked",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))


async def send(writer: asyncio.StreamWriter, chunk: bytes, gap: float) -> None:
    """One chunk of it, and so many seconds of silence."""
    if chunk:
        writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    await writer.drain()
    if gap:
        await asyncio.sleep(gap)


async def end(writer: asyncio.StreamWriter) -> None:
    """What follows its last chunk."""
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def sse(*values: Any, done: bool = True) -> bytes:
    """Server-sent events of these JSON values, with OpenAI's end marker."""
    frames = [f"data: {json.dumps(value, ensure_ascii=False)}\n\n" for value in values]
    return "".join([*frames, "data: [DONE]\n\n" if done else ""]).encode()


def said(
    *words: str,
    thought: Sequence[str] = (),
    usage: tuple[int, int] | None = (9, 12),
    finish: str = "stop",
) -> list[bytes]:
    """An openai-chat stream that thinks, then says these words: one event a piece."""
    deltas = [
        {"role": "assistant", "content": ""},
        *({"reasoning_content": t} for t in thought),
        *({"content": w} for w in words),
    ]
    events: list[Any] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if usage:
        sent, made = usage
        events.append(
            {
                "choices": [],
                "usage": {
                    "prompt_tokens": sent,
                    "completion_tokens": made,
                    "total_tokens": sent + made,
                },
            }
        )
    return [*(sse(event, done=False) for event in events), b"data: [DONE]\n\n"]
