"""Many clients, slow clients, and clients that leave."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from contextlib import closing, suppress
from pathlib import Path

from ...fakes.provider import Request, Service, answer, said
from .running import RunningServer, eventually

QUESTION = {"model": "kimi-k2.6", "messages": "Hello"}
MIB = 1024 * 1024


def test_the_provider_is_left_when_the_client_leaves_at_any_moment(
    server: RunningServer, provider: Service
) -> None:
    """50 clients hang up or reset their connection, some of them before the first event."""
    chance = random.Random(50)
    provider.always(answer(*said(*["word "] * 400), gap=0.01, hold=60))
    before = provider.hung_up
    for number in range(50):
        asked = len(provider.requests)
        path, body = ("/stream", QUESTION)
        if number % 3 == 0:
            path = "/v1/chat/completions"
            body = {
                "model": "kimi-k2.6",
                "messages": [{"role": "user", "content": "Hi"}],
                "stream": number % 2 == 0,
            }
        with closing(server.connect()) as sock:
            if number % 2:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.sendall(server.raw("POST", path, body))
            if number % 4 < 2:  # of the others some are gone before anything is asked
                eventually(lambda: len(provider.requests) > asked)  # noqa: B023
            time.sleep(chance.random() * 0.1)
        eventually(lambda: provider.hung_up - before == len(provider.requests))

    assert len(provider.requests) > 25
    assert server.request("GET", "/health").status == 200


def test_a_silent_provider_is_left_too(server: RunningServer, provider: Service) -> None:
    provider.always(answer(hold=60))
    before = provider.hung_up
    with closing(server.connect()) as sock:
        sock.sendall(server.raw("POST", "/stream", QUESTION))
        eventually(lambda: len(provider.requests) == 1)

    eventually(lambda: provider.hung_up == before + 1)


def test_a_client_that_has_another_question_waiting_is_seen_leaving_too(
    server: RunningServer, provider: Service
) -> None:
    provider.always(answer(hold=60))
    before = provider.hung_up
    with closing(server.connect()) as sock:
        sock.sendall(server.raw("POST", "/stream", QUESTION, connection=""))
        eventually(lambda: len(provider.requests) == 1)
        for _ in range(3):
            sock.sendall(server.raw("POST", "/stream", QUESTION, connection=""))
            time.sleep(0.02)

    eventually(lambda: provider.hung_up == before + 1)


def test_who_sends_on_without_reading_is_cut_off(server: RunningServer, provider: Service) -> None:
    provider.always(answer(hold=60))
    before = provider.hung_up
    with closing(server.connect()) as sock, suppress(ConnectionError):
        sock.sendall(server.raw("POST", "/stream", QUESTION, connection=""))
        eventually(lambda: len(provider.requests) == 1)
        while provider.hung_up == before:
            sock.sendall(b"x" * 1024)

    eventually(lambda: provider.hung_up == before + 1)


def test_a_slow_reader_holds_its_own_provider_and_nobody_else(
    server: RunningServer, provider: Service
) -> None:
    """One client reads 1 KiB/s of an answer without end while 100 others ask."""
    written, ended = 0, False

    async def flood(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal written, ended
        piece = said("x" * 8192)[1]
        headers = (b"content-type: text/event-stream", b"transfer-encoding: chunked")
        writer.write(b"\r\n".join([b"HTTP/1.1 200 .", *headers, b"", b""]))
        try:
            while written < 60 * MIB:
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await writer.drain()
                written += len(piece)
        finally:
            ended = True

    provider.plays(flood)
    provider.always(answer(*said(*["word "] * 20), gap=0.005))
    with closing(socket.socket()) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(server.raw("POST", "/stream", QUESTION))
        eventually(lambda: written > 0)
        held = -MIB
        while written - held > MIB // 2:  # until all buffers are full; without a limit, to its end
            held = written
            asyncio.run(ask_at_once(server, 100, slow))
        before = resident(server.process.pid)
        asyncio.run(ask_at_once(server, 100, slow))

        assert not ended
        assert written - held < 2 * MIB  # the provider waits
        assert written < 30 * MIB  # what fits into the buffers of the kernel, which are not ours
        assert resident(server.process.pid) - before < 10 * MIB
    eventually(lambda: ended)


async def ask_at_once(server: RunningServer, clients: int, slow: socket.socket) -> None:
    """So many clients, each reading its whole answer, while another takes 1 KiB a second."""

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(server.raw("POST", "/stream", QUESTION))
        assert b'"finished":true,"reason":"end"' in await reader.read()
        writer.close()

    async def trickle() -> None:
        while True:
            await asyncio.get_running_loop().run_in_executor(None, slow.recv, 1024)
            await asyncio.sleep(1)

    reading = asyncio.create_task(trickle())
    await asyncio.gather(*(one() for _ in range(clients)))
    reading.cancel()


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def test_who_reads_nothing_for_too_long_is_cut_off(service: Service) -> None:
    service.always(answer(*[said("x" * 65536)[1]] * 200, hold=60))
    variables = {"KIMI_BASE_URL": service.url, "KIMI_API_KEY": "sk-test"}
    with (
        RunningServer("--write-timeout", "1", **variables) as server,
        closing(socket.socket()) as deaf,
    ):
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        deaf.connect(("127.0.0.1", server.port))
        deaf.sendall(server.raw("POST", "/stream", QUESTION))
        eventually(lambda: service.open == 1)

        eventually(lambda: service.open == 0)
