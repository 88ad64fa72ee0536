"""Connections kept for the next question, and questions that a server does not read."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbchat.engine.engine import Engine
from nbchat.errors import TimedOut
from nbchat.network import client, connection
from nbchat.network.connection import Connection
from nbchat.network.peer import Peer
from nbchat.network.pool import Connector, tls_context

from ..waiting import soon
from .faults.certificates import Authority
from .faults.families import FAMILIES, TEXT
from .faults.outcomes import KEY, PATIENCE, call
from .faults.server import Hangup, Misbehaving, Turn
from .faults.talking import OPENAI, failed, serving


async def close_when_asked_again(turn: Turn) -> None:
    if turn.again:
        raise Hangup
    await turn.good()


async def close_when_idle(turn: Turn) -> None:
    await turn.good()
    await asyncio.sleep(0.05)
    raise Hangup


async def poison(turn: Turn) -> None:
    """An answer, and a second one that nobody asked for."""
    await turn.good()
    await asyncio.sleep(0.05)
    await poisoned(turn)


async def poison_at_once(turn: Turn) -> None:
    turn.connection.writer.write(b"")
    await turn.good()
    await poisoned(turn)


async def poisoned(turn: Turn) -> None:
    body = b"".join([turn.family.delta("poison"), *turn.family.finish(), turn.family.ends()])
    await turn.raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await turn.hang()


async def no_reading(turn: Turn) -> None:
    await asyncio.sleep(60)


no_reading.deaf = True  # type: ignore[attr-defined]


async def early_refusal(turn: Turn) -> None:
    """Says 413 without reading the request, and does not close."""
    await turn.json(turn.family.error("too large for me", 413), 413)
    await asyncio.sleep(60)


early_refusal.deaf = True  # type: ignore[attr-defined]


ENDED_WHILE_IDLE = ("close_when_idle", "poison", "poison_at_once")  # before the next question


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    plays = (
        Turn.good,
        close_when_asked_again,
        close_when_idle,
        poison,
        poison_at_once,
        no_reading,
        early_refusal,
    )
    with Misbehaving({play.__name__: play for play in plays}) as server:
        yield server


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection is kept, however long a busy machine takes to end the answer on it."""
    monkeypatch.setattr(client, "DRAIN_SECONDS", 20.0)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@pytest.mark.parametrize(
    ("fault", "requests"),
    [
        ("good", 3),
        ("close_when_asked_again", 5),
        ("close_when_idle", 3),
        ("poison", 3),
        ("poison_at_once", 3),
    ],
)
async def test_a_kept_connection_that_fails_is_not_noticed(
    server: Misbehaving, family: object, fault: str, requests: int
) -> None:
    case, base_url = server.case(fault, family, False)  # type: ignore[arg-type]
    seen = server.seen[case]
    for _ in range(3):
        outcome = await call(family, base_url)  # type: ignore[arg-type]
        assert (outcome.text, outcome.error, outcome.notices) == (TEXT, None, [])
        if fault in ENDED_WHILE_IDLE:
            await soon(lambda: not seen.open)

    assert len(seen.bodies) == requests
    await soon(lambda: not seen.left_open)


async def test_a_connection_is_used_again(server: Misbehaving) -> None:
    case, base_url = server.case("good", OPENAI, False)
    for _ in range(5):
        await call(OPENAI, base_url)

    assert len(set(map(id, server.seen[case].connections))) == 1


LIMIT = 0.5  # seconds
TCP_INFO = 11  # of Linux's <netinet/tcp.h>
SEGMENTS_WITH_DATA = 152  # where `struct tcp_info` of Linux has how many have come


async def test_a_request_is_sent_in_one_piece() -> None:
    """Its head alone would be a packet, and wake the server for nothing."""
    found: list[tuple[bytes, int]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.read(2**16)
        await asyncio.sleep(0.05)
        info = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, TCP_INFO, 160)
        found.append((request, int.from_bytes(info[SEGMENTS_WITH_DATA:][:4], sys.byteorder)))
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        await reader.read()

    async with serving(answer) as port:
        outcome = await call(OPENAI, f"http://127.0.0.1:{port}/v1")

    [(request, segments)] = found
    assert outcome.error is not None
    assert json.loads(request.partition(b"\r\n\r\n")[2])["stream"] is True
    assert segments == 1 or sys.platform != "linux"


async def test_a_connection_that_nobody_uses_is_closed_in_time(
    server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, base_url = server.case("good", OPENAI, False)
    seen = server.seen[case]
    engine = Engine()

    async def ask() -> None:
        where = {"base_url": base_url, "wire": OPENAI.name, "api_key": KEY}
        await engine.stream(OPENAI.model, "hi", **where).answer()

    await ask()
    assert seen.open == 1
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.3)
    await ask()

    await soon(lambda: not seen.open)
    assert len(set(map(id, seen.connections))) == 1
    await engine.aclose()


@pytest.mark.parametrize("over_tls", [False, True])
async def test_a_loop_that_is_held_up_gives_no_connection_up(
    trusted: Authority, over_tls: bool
) -> None:
    """As by a cell that keeps the interpreter to itself: it could not hear that there is one."""

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def held_up(work: Coroutine[Any, Any, Connection]) -> Connection:
        working = asyncio.ensure_future(work)
        for _ in range(2):  # it begins
            await asyncio.sleep(0)
        time.sleep(2 * LIMIT)
        return await working

    context = trusted.server("held-up", "IP:127.0.0.1") if over_tls else None
    connector = Connector(Peer("127.0.0.1", "A server"), None)
    async with serving(nothing, context) as port:
        made = await held_up(connector.connect_tcp("127.0.0.1", port, timeout=LIMIT))
        if over_tls:
            await held_up(made.start_tls(tls_context(), "127.0.0.1", timeout=LIMIT))
        assert (made.get_extra_info("ssl_object") is not None) == over_tls
        await made.aclose()


async def test_a_server_that_does_not_read_the_question_is_given_up_once(
    server: Misbehaving,
) -> None:
    case, base_url = server.case("no_reading", OPENAI, False)
    outcome = await call(OPENAI, base_url, timeout=1.0, system="x" * (16 * 2**20))

    failed(outcome, TimedOut, "does not accept the request", "1 s")
    assert len(server.seen[case].bodies) == 1


async def test_a_refusal_before_the_question_was_read_is_heard(server: Misbehaving) -> None:
    _, base_url = server.case("early_refusal", OPENAI, False)
    outcome = await call(OPENAI, base_url, timeout=2 * PATIENCE, system="x" * (16 * 2**20))

    assert "too large for me" in str(outcome.error)


def test_too_many_open_files_is_said_once_and_leaves_none(
    server: Misbehaving, tmp_path: Path
) -> None:

    script = f"""
import resource, os, asyncio, nbchat
nbchat.ask("demo", "warm up")
held = []
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
ask = dict(base_url={server.case("good", OPENAI, False)[1]!r}, wire="openai-chat", api_key="k")
try:
    nbchat.ask("openai:gpt-4o", "hi", **ask)
except nbchat.NbchatError as error:
    print(type(error).__name__, error)
for fd in held:
    os.close(fd)
print(len(str(nbchat.ask("openai:gpt-4o", "hi", **ask))))
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=300, cwd=Path.cwd()
    )

    assert "too many open files" in ran.stdout, ran.stdout + ran.stderr
    assert "Tried" not in ran.stdout
    assert ran.stdout.splitlines()[-1] == str(len(TEXT)), ran.stdout + ran.stderr
