"""Answers that stall, and those whose end is all that is missing."""

from __future__ import annotations

import asyncio

from nbchat.errors import TimedOut

from .cut import half
from .outcomes import ALL, FINE, Expected, Faults, broken, raises
from .server import Turn

STALLED = Faults()
fault = STALLED.fault
STALL = 0.5  # seconds


def stalls(says: str = "silent for 0.5 s", requests: int = 3) -> Expected:
    return raises(TimedOut, says, requests, timeout=STALL)


@fault(stalls(), both=True)
async def stall_accept(turn: Turn) -> None:
    await turn.hang()


@fault(stalls(), both=True)
async def stall_in_headers(turn: Turn) -> None:
    await turn.raw(b"HTTP/1.1 200 OK\r\nContent-")
    await turn.hang()


@fault(stalls(), both=True)
async def stall_after_headers(turn: Turn) -> None:
    await turn.head()
    await turn.hang()


@fault(broken("silent for 0.5 s; the answer is incomplete", timeout=STALL), stalls())
async def stall_mid(turn: Turn) -> None:
    await half(turn)
    await turn.hang()


@fault(broken("silent for 0.5 s; the answer is incomplete", timeout=STALL))
async def stall_mid_event(turn: Turn) -> None:
    await half(turn)
    await turn.send(turn.part)
    await turn.hang()


@fault(Expected(ALL))
async def ok_done_then_hang(turn: Turn) -> None:
    await turn.head()
    for piece in turn.pieces():
        await turn.send(piece)
    await turn.hang()


@fault(Expected(ALL), both=True)
async def ok_whole_then_hang(turn: Turn) -> None:
    """No end marker, and the body does not end, though all of it has come."""
    await turn.head()
    for piece in turn.pieces()[:-1] if turn.family.ends() and not turn.unary else turn.pieces():
        await turn.send(piece)
    await turn.hang()


@fault(Expected(ALL), families=("openai-chat",))
async def ok_finish_then_hang(turn: Turn) -> None:
    """Not even the counts come after the finish reason."""
    await turn.head()
    for piece in turn.pieces()[:-2]:
        await turn.send(piece)
    await turn.hang()


@fault(FINE, families=("openai-chat",))
async def ok_late_counts(turn: Turn) -> None:
    await turn.head()
    for number, piece in enumerate(turn.pieces(), -len(turn.pieces())):
        await asyncio.sleep(1.0 if number == -2 else 0)
        await turn.send(piece)
    await turn.end()


@fault(FINE)
async def ok_rst_after_done(turn: Turn) -> None:
    await turn.head()
    for piece in turn.pieces():
        await turn.send(piece)
    await asyncio.sleep(0.05)  # a reset takes with it what the system has not sent yet
    turn.reset()


@fault(FINE)
async def ok_cut_after_done(turn: Turn) -> None:
    await turn.head()
    for piece in turn.pieces():
        await turn.send(piece)
    turn.cut()
