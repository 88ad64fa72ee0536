"""A loopback server that misbehaves byte by byte, on a thread of its own.

A fault is a function that is handed a Turn: one request on one connection, and
every means to answer it wrongly. Requests are told apart by their path
(`/CASE/FAULT/MODE/FAMILY/…`), so that many cases may run at once. `fakes/provider.py` answers
well, and in the order of its script.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from .families import BY_NAME, WORDS, Family

Play = Callable[["Turn"], Awaitable[None]]
DEADLINE = 60.0  # seconds; only so that a hang ends


@dataclass(eq=False)
class Connection:
    """A client's connection as the server sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    open: bool = True
    idle: bool = True  # it may be used for another request
    sent: int = 0  # bytes


@dataclass
class Seen:
    """What a case's requests were, and on which connections they came."""

    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)

    @property
    def left_open(self) -> int:
        """Connections that are neither closed nor of further use."""
        return sum(c.open and not c.idle for c in self.connections)

    @property
    def open(self) -> int:
        return sum(connection.open for connection in set(self.connections))


class Hangup(Exception):
    """This connection ends here."""


@dataclass
class Turn:
    """One request, to be answered."""

    connection: Connection
    family: Family
    unary: bool
    number: int  # of this request among those of its case, from 1
    headers: dict[str, str]
    body: bytes
    again: bool = False  # this connection has served a request of this case before
    chunked: bool = True
    held: list[bytes] | None = None  # what is sent later, in one piece

    @contextlib.asynccontextmanager
    async def in_one_piece(self) -> AsyncIterator[None]:
        """What is sent meanwhile goes out at the end, so that no silence can lie inside."""
        self.held = []
        yield
        held, self.held = b"".join(self.held), None
        await self.raw(held)

    async def raw(self, data: bytes) -> None:
        if self.held is not None:
            self.held.append(data)
            return
        self.connection.writer.write(data)
        self.connection.sent += len(data)
        await self.connection.writer.drain()

    async def head(self, status: int = 200, *lines: str, body: str = "chunked") -> None:
        """`body`: chunked, close, a length, or none (to write the header oneself)."""
        json_body = self.unary or status >= 300
        kind = "application/json" if json_body else self.family.content_type
        own = {line.partition(":")[0].lower() for line in lines}
        headers = [*lines] if "content-type" in own else [f"Content-Type: {kind}", *lines]
        self.chunked = body == "chunked"
        if self.chunked:
            headers.append("Transfer-Encoding: chunked")
        elif body == "close":
            headers.append("Connection: close")
        elif body != "none":
            headers.append(f"Content-Length: {body}")
        await self.raw(
            "\r\n".join([f"HTTP/1.1 {status} Whatever", *headers, "", ""]).encode("latin-1")
        )

    async def send(self, data: bytes) -> None:
        """A piece of the body, as one chunk where it is chunked."""
        if data:
            await self.raw(b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data)

    async def end(self) -> None:
        if self.chunked:
            await self.raw(b"0\r\n\r\n")

    def pieces(self, *, ended: bool = True, whole: bool = True) -> list[bytes]:
        """The good answer in the pieces that are sent; without its end, or only its first half."""
        if self.unary:
            data = json.dumps(self.family.whole("".join(WORDS)), ensure_ascii=False).encode()
            half = data[: len(data) // 2]
            return (
                [data[: len(data) // 3], data[len(data) // 3 :]] if whole else [half[:9], half[9:]]
            )
        words = WORDS if whole else WORDS[: len(WORDS) // 2]
        events = [*self.family.starts(), *map(self.family.delta, words)]
        if whole and ended:
            events += [*self.family.finish(), self.family.ends()]
        return events

    @property
    def part(self) -> bytes:
        """Half of the last event with text."""
        return self.family.delta(WORDS[-1])[:20]

    async def good(self, *lines: str) -> None:
        """The answer as it should be."""
        await self.head(200, *lines)
        for piece in self.pieces():
            await self.send(piece)
        await self.end()

    async def json(self, value: Any, status: int = 200, *lines: str) -> None:
        """A JSON value, or bytes, with their length."""
        data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        await self.head(status, *lines, body=str(len(data)))
        await self.raw(data)

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        sock = self.connection.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.writer.transport.abort()
        raise Hangup

    def cut(self) -> None:
        """End the connection, politely."""
        raise Hangup

    async def hang(self) -> None:
        """Say nothing until the client goes."""
        await _gone(self.connection)
        raise Hangup


class Misbehaving:
    """`with Misbehaving(plays) as server:` serves them by name until the block ends."""

    def __init__(self, plays: dict[str, Play]) -> None:
        self._plays = plays
        self._cases = itertools.count(1)
        self.seen: dict[str, Seen] = defaultdict(Seen)
        self.connections: set[Connection] = set()
        self.broken: list[str] = []  # what went wrong in the server itself
        self.listens_at: socket.socket | None = None  # else at any port

    def __enter__(self) -> Misbehaving:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        place: dict[str, Any] = {"host": "127.0.0.1", "port": 0}
        if self.listens_at:
            place = {"sock": self.listens_at}
        self._server = self._call(
            asyncio.start_server(self._client, **place, limit=2**20, backlog=256)
        )
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
            for connection in self.connections:
                connection.writer.transport.abort()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE)

    def case(self, fault: str, family: Family, unary: bool) -> tuple[str, str]:
        """A case of its own: its name, for `seen`, and the base URL that leads to it."""
        case = f"c{next(self._cases)}"
        mode = "unary" if unary else "stream"
        return case, f"{self.url}/{case}/{fault}/{mode}/{family.name}{family.base_path}"

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        self.connections.add(connection)
        try:
            while await self._request(connection):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, Hangup):
            pass
        except Exception as error:
            self.broken.append(repr(error))
        finally:
            connection.open = False
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()
            self.connections.discard(connection)

    async def _request(self, connection: Connection) -> bool:
        connection.idle = True
        try:
            head = (await connection.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return False
        connection.idle = False
        first, *lines = head.split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines if line)
        }
        _, case, fault, mode, family, *_ = first.split(" ")[1].split("/")
        seen = self.seen[case]
        again = connection in seen.connections
        seen.connections.append(connection)
        seen.headers.append(headers)
        seen.times.append(self._loop.time())
        play = self._plays[fault]
        body = b""
        if not getattr(play, "deaf", False):
            body = await connection.reader.readexactly(int(headers.get("content-length", 0)))
        seen.bodies.append(body)
        turn = Turn(
            connection, BY_NAME[family], mode == "unary", len(seen.bodies), headers, body, again
        )
        playing = asyncio.ensure_future(play(turn))
        gone = asyncio.ensure_future(_gone(connection))
        try:
            await asyncio.wait([playing, gone], return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not playing.done():
                playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        if playing.cancelled():
            return False
        playing.result()
        return headers.get("connection", "") != "close"


async def _gone(connection: Connection) -> None:
    reader, writer = connection.reader, connection.writer
    while not reader.at_eof() and reader.exception() is None and not writer.is_closing():
        await asyncio.sleep(0.005)
