"""Where a question can be when it is stopped: how to get it there, and how to see that it is."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from ..network.faults.families import FAMILIES
from ..network.faults.server import Misbehaving, Turn
from ..network.faults.talking import full_port

OPENAI = FAMILIES[0]
ASK: dict[str, Any] = {"wire": OPENAI.name, "api_key": "k"}


async def no_headers(turn: Turn) -> None:
    await turn.hang()


async def no_token(turn: Turn) -> None:
    await turn.head()
    await turn.hang()


async def half(turn: Turn) -> None:
    await turn.head()
    for piece in turn.pieces(whole=False):
        await turn.send(piece)
    await turn.hang()


async def flood(turn: Turn) -> None:
    await turn.head()
    while True:
        await turn.send(turn.family.delta("flood ") * 100)


async def wait_a_minute(turn: Turn) -> None:
    await turn.json(turn.family.error("slow down", 429), 429, "Retry-After: 50")


async def stalled_error(turn: Turn) -> None:
    await turn.head(500)
    await turn.hang()


async def after_done(turn: Turn) -> None:
    await turn.head()
    for piece in turn.pieces():
        await turn.send(piece)
    await turn.hang()


PLAYS = (Turn.good, no_headers, no_token, half, flood, wait_a_minute, stalled_error, after_done)


@dataclass
class State:
    """`reached` and `closed` are asked again and again; `undo` is done in the end."""

    base_url: str
    reached: Callable[[], bool]
    closed: Callable[[], bool] = lambda: True
    undo: list[Callable[[], object]] = field(default_factory=list)


def of_server(server: Misbehaving, fault: str) -> State:
    case, base_url = server.case(fault, OPENAI, False)
    seen = server.seen[case]

    def reached() -> bool:
        return bool(seen.connections)

    return State(base_url, reached, lambda: not seen.left_open)


def name_look_up(server: Misbehaving) -> State:
    patch = pytest.MonkeyPatch()  # undone alone
    looking, go_on = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> list[Any]:
        looking.set()
        go_on.wait(20)
        raise socket.gaierror(socket.EAI_NONAME, "no")

    patch.setattr(socket, "getaddrinfo", slow)
    return State("https://slow.example/v1", looking.is_set, undo=[go_on.set, patch.undo])


def connecting(server: Misbehaving) -> State:
    full = ExitStack()
    port = full.enter_context(full_port())
    at = time.monotonic() + 0.1
    return State(
        f"http://127.0.0.1:{port}/v1",
        lambda: time.monotonic() > at,
        undo=[full.close],
    )


def handshake(server: Misbehaving) -> State:
    mute = socket.socket()
    mute.bind(("127.0.0.1", 0))
    mute.listen(8)
    mute.setblocking(False)
    made: list[socket.socket] = []

    def reached() -> bool:
        try:
            made.append(mute.accept()[0])
        except BlockingIOError:
            return bool(made)
        made[-1].setblocking(False)
        return True

    def closed() -> bool:
        try:
            while made[-1].recv(65536):
                pass
        except BlockingIOError:
            return False
        except ConnectionError:
            pass
        return True

    return State(
        f"https://127.0.0.1:{mute.getsockname()[1]}/v1",
        reached,
        closed,
        [mute.close, lambda: made[-1].close()],
    )


STATES: dict[str, Callable[[Misbehaving], State]] = {
    "name look-up": name_look_up,
    "connecting": connecting,
    "TLS handshake": handshake,
    **{
        play.__name__: lambda server, name=play.__name__: of_server(server, name)
        for play in PLAYS[1:]
    },
}
