"""Servers for one test, outside the table of faults, and how a failure is judged."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress

from nbchat import NbchatError

from .families import FAMILIES
from .outcomes import KEY, Outcome

OPENAI = FAMILIES[0]
PASSWORD = "s3cret"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Heard(list[bytes]):
    """The first bytes of each connection."""

    port: int


@asynccontextmanager
async def serving(client: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server, at this port, whose connections are `client`'s.

    At the end each connection has ended too: what is left would be told in some later test.
    """
    served: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        served[task] = writer
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await client(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task, writer in served.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*served)


@asynccontextmanager
async def listening(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[Heard]:
    """A server that says what `talk` says, at `.port`, and keeps what it heard first."""
    heard = Heard()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        await talk(reader, writer)

    async with serving(client, tls) as heard.port:
        yield heard


@contextmanager
def refusing() -> Iterator[socket.socket]:
    """A port that refuses every connection, and which nobody else can take meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        yield taken


def port_of(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])


@contextmanager
def full_port() -> Iterator[int]:
    """A port where connections are taken by nobody, and no more of them fit."""
    with socket.socket() as full, ExitStack() as others:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            other = others.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        yield port_of(full)


def failed(outcome: Outcome, kind: type[NbchatError], *words: str) -> None:
    """It failed so, in two lines at most, and shows no secret."""
    assert isinstance(outcome.error, kind), outcome
    said = str(outcome.error)
    for word in words:
        assert word in said, said
    assert len(said.splitlines()) <= 2, said
    assert KEY not in said
    assert PASSWORD not in said


async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    body = b"".join(OPENAI.events())
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n"
        % len(body)
        + body
    )
    await writer.drain()
