"""Many clients, slow clients, and clients that leave."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.service import Request, Service, answer, said

from .running import DEADLINE, RunningServer

QUESTION = {"model": "kimi-k2.6", "messages": "Hello"}
MIB = 1024 * 1024


def eventually(true: Callable[[], bool], within: float) -> float:
    """How many seconds it took until that was so; fails when it never was."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < within, "it never happened"
        time.sleep(0.005)
    return time.monotonic() - started


def test_the_provider_is_left_when_the_client_leaves_at_any_moment(server: RunningServer, provider: Service) -> None:
    """50 clients: most hang up, some are gone without a word (a reset), some before the first event."""
    chance = random.Random(50)
    provider.always(answer(*said(*["word "] * 400), gap=0.01, hold=60))
    slowest, before = 0.0, provider.hung_up
    for number in range(50):
        path, body = ("/stream", QUESTION)
        if number % 3 == 0:
            path = "/v1/chat/completions"
            body = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hi"}], "stream": number % 2 == 0}
        with closing(server.connect()) as sock:
            if number % 2:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.sendall(server.raw("POST", path, body))
            time.sleep(chance.random() * 0.1)
        slowest = max(slowest, eventually(lambda: provider.hung_up - before == len(provider.requests), DEADLINE))

    assert len(provider.requests) > 25  # the others were gone before anything was asked
    assert slowest < 3  # the promise is 1 s, on a machine of one's own
    assert server.request("GET", "/health").status == 200


def test_a_silent_provider_is_left_too(server: RunningServer, provider: Service) -> None:
    provider.always(answer(hold=60))
    before = provider.hung_up
    with closing(server.connect()) as sock:
        sock.sendall(server.raw("POST", "/stream", QUESTION))
        eventually(lambda: len(provider.requests) == 1, within=DEADLINE)

    eventually(lambda: provider.hung_up == before + 1, within=3)


def test_a_slow_reader_holds_its_own_provider_and_slows_nobody(server: RunningServer, provider: Service) -> None:
    """One client reads 1 KiB/s of an answer without end while 40 others ask."""
    written, ended = 0, False

    async def flood(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal written, ended
        piece = said("x" * 8192)[1]
        writer.write(b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while written < 60 * MIB:
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await writer.drain()
                written += len(piece)
        finally:
            ended = True

    asyncio.run(first_bytes(server, provider, 10))  # warm
    alone = asyncio.run(first_bytes(server, provider, 40))
    before = resident(server.process.pid)
    provider.plays(flood)
    with closing(socket.socket()) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(server.raw("POST", "/stream", QUESTION))
        eventually(lambda: written > 0, within=DEADLINE)
        beside = asyncio.run(first_bytes(server, provider, 40, slow))
        held = written
        time.sleep(0.3)
        assert written - held < 2 * MIB  # the provider waits
        assert written < 30 * MIB  # what fits into the buffers of the kernel, which are not ours
        assert resident(server.process.pid) - before < 30 * MIB
    eventually(lambda: ended, within=3)

    assert percentile(beside) < 2 * percentile(alone) + 1.0  # seconds; other tests share these two cores


async def first_bytes(
    server: RunningServer, provider: Service, clients: int, slow: socket.socket | None = None
) -> list[float]:
    """Seconds to the first event for clients that ask at once, each reading its answer to the end."""
    provider.always(answer(*said(*["word "] * 20), gap=0.005))

    async def one() -> float:
        started = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(server.raw("POST", "/stream", QUESTION))
        await reader.readuntil(b'{"content":"word')
        seconds = time.monotonic() - started
        rest = await reader.read()
        assert b'"finished":true,"reason":"end"' in rest
        writer.close()
        return seconds

    async def trickle() -> None:
        while slow is not None:
            await asyncio.get_running_loop().run_in_executor(None, slow.recv, 1024)
            await asyncio.sleep(1)

    reading = asyncio.create_task(trickle())
    try:
        return await asyncio.gather(*(one() for _ in range(clients)))
    finally:
        reading.cancel()


def percentile(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def test_who_reads_nothing_for_too_long_is_cut_off(service: Service) -> None:
    service.always(answer(*[said("x" * 65536)[1]] * 200, hold=60))
    variables = {"KIMI_BASE_URL": service.url, "KIMI_API_KEY": "sk-test"}
    with RunningServer("--write-timeout", "1", **variables) as server, closing(socket.socket()) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        deaf.connect(("127.0.0.1", server.port))
        deaf.sendall(server.raw("POST", "/stream", QUESTION))
        eventually(lambda: service.open == 1, within=DEADLINE)

        eventually(lambda: service.open == 0, within=15)
