"""Two limits of silence: before an answer's first byte, and between two of its bytes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest

from nbchat import Answer
from nbchat.engine.engine import Engine
from nbchat.errors import NbchatError, TimedOut
from nbchat.settings import Settings
from nbchat.settings_values import Timeouts

from .faults.families import FAMILIES, TEXT, Family
from .faults.outcomes import KEY
from .faults.server import Misbehaving, Turn

SHORT, LONG = 0.3, 60.0  # seconds; a limit that is passed, and one that never is
SILENCE = 0.8  # seconds; longer than the short one
FIRST_SHORT = Timeouts(LONG, SHORT, LONG)
GAP_SHORT = Timeouts(LONG, LONG, SHORT)
KEPT = 2.0  # seconds; a short limit that a server on a busy machine keeps
FIRST_KEPT = Timeouts(LONG, KEPT, LONG)
GAP_KEPT = Timeouts(LONG, LONG, KEPT)


def heartbeat(family: Family) -> bytes:
    """What a server sends to say that it is still there, and nothing else."""
    return {"sse": b": still there\n\n", "ndjson": b"\n"}.get(family.framing) or family.frame(
        {}, "ping"
    )


# In one piece goes what is no silence, however slow this machine is.


async def rest(turn: Turn) -> None:
    """The second half of the answer."""
    half, whole = len(turn.pieces(whole=False)), turn.pieces()
    async with turn.in_one_piece():
        for piece in whole[half:]:
            await turn.send(piece)
        await turn.end()


async def half(turn: Turn) -> None:
    async with turn.in_one_piece():
        await turn.head()
        for piece in turn.pieces(whole=False):
            await turn.send(piece)


async def body(turn: Turn) -> None:
    async with turn.in_one_piece():
        for piece in turn.pieces():
            await turn.send(piece)
        await turn.end()


async def never_begins(turn: Turn) -> None:
    await turn.hang()


async def no_byte_after_the_headers(turn: Turn) -> None:
    await turn.head()
    await turn.hang()


async def stops_midway(turn: Turn) -> None:
    await half(turn)
    await turn.hang()


async def begins_late(turn: Turn) -> None:
    await asyncio.sleep(SILENCE)
    async with turn.in_one_piece():
        await turn.good()


async def first_byte_late(turn: Turn) -> None:
    await turn.head()
    await asyncio.sleep(SILENCE)
    await body(turn)


async def pauses_midway(turn: Turn) -> None:
    await half(turn)
    await asyncio.sleep(KEPT + SILENCE)
    await rest(turn)


async def pauses_with_heartbeats(turn: Turn) -> None:
    await half(turn)
    for _ in range(8):
        await asyncio.sleep(KEPT / 5)
        await turn.send(heartbeat(turn.family))
    await rest(turn)


async def stops_after_a_heartbeat(turn: Turn) -> None:
    """A heartbeat is a first byte: from there on the other limit counts."""
    await turn.head()
    await turn.send(heartbeat(turn.family))
    await turn.hang()


async def pauses_after_a_heartbeat(turn: Turn) -> None:
    async with turn.in_one_piece():
        await turn.head()
        await turn.send(heartbeat(turn.family))
    await asyncio.sleep(KEPT + SILENCE)
    await body(turn)


PLAYS = (
    *(never_begins, no_byte_after_the_headers, stops_midway, begins_late, first_byte_late),
    *(pauses_midway, pauses_with_heartbeats, stops_after_a_heartbeat, pauses_after_a_heartbeat),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with Misbehaving({play.__name__: play for play in PLAYS}) as server:
        yield server
        assert server.broken == []


class Asking:
    """Asks all families at once, under two limits."""

    def __init__(self, server: Misbehaving, timeouts: Timeouts) -> None:
        self._server = server
        self.timeouts = timeouts
        self.engine = Engine(lambda: Settings(timeouts=self.timeouts))

    async def all(self, fault: str) -> list[Answer | BaseException]:
        asked = (self._ask(fault, family) for family in FAMILIES)
        return await asyncio.gather(*asked, return_exceptions=True)

    async def _ask(self, fault: str, family: Family) -> Answer:
        url = self._server.case(fault, family, False)[1]
        options = {"base_url": url, "wire": family.name, "api_key": KEY}
        return await self.engine.stream(family.model, "Hi", **options).answer()


@pytest.fixture
async def first_short(server: Misbehaving) -> AsyncIterator[Asking]:
    asking = Asking(server, FIRST_SHORT)
    yield asking
    await asking.engine.aclose()


@pytest.fixture
async def gap_short(server: Misbehaving) -> AsyncIterator[Asking]:
    asking = Asking(server, GAP_SHORT)
    yield asking
    await asking.engine.aclose()


def is_whole(answer: Answer | BaseException) -> bool:
    """All of it has come, and at the first try."""
    if not isinstance(answer, Answer):
        return False
    return (answer.text, answer.stop.reason, answer.notices) == (TEXT, "end", [])


@pytest.mark.parametrize("fault", ["never_begins", "no_byte_after_the_headers"])
async def test_silence_before_the_first_byte_has_the_first_limit(
    first_short: Asking, fault: str
) -> None:
    for failed in await first_short.all(fault):
        assert isinstance(failed, TimedOut), failed
        assert "silent for 0.3 s" in str(failed)


@pytest.mark.parametrize("fault", ["pauses_midway", "pauses_after_a_heartbeat"])
async def test_the_first_limit_ends_with_the_first_byte(first_short: Asking, fault: str) -> None:
    first_short.timeouts = FIRST_KEPT
    assert [answer for answer in await first_short.all(fault) if not is_whole(answer)] == []


@pytest.mark.parametrize("fault", ["begins_late", "first_byte_late"])
async def test_the_second_limit_begins_with_the_first_byte(gap_short: Asking, fault: str) -> None:
    assert [answer for answer in await gap_short.all(fault) if not is_whole(answer)] == []


async def test_silence_between_two_bytes_has_the_second_limit(gap_short: Asking) -> None:
    for answer in await gap_short.all("stops_midway"):
        assert isinstance(answer, Answer), answer
        assert TEXT.startswith(answer.text)
        assert answer.stop.reason == "broken"
        assert answer.stop.detail.endswith("silent for 0.3 s; the answer is incomplete")


async def test_silence_after_a_heartbeat_has_the_second_limit(gap_short: Asking) -> None:
    for failed in await gap_short.all("stops_after_a_heartbeat"):
        assert isinstance(failed, TimedOut), failed
        assert "silent for 0.3 s" in str(failed)


async def test_heartbeats_are_no_silence(gap_short: Asking) -> None:
    gap_short.timeouts = GAP_KEPT
    answers = await gap_short.all("pauses_with_heartbeats")
    assert [answer for answer in answers if not is_whole(answer)] == []


async def test_a_kept_connection_has_the_first_limit_again(gap_short: Asking) -> None:
    """It has had the second one since the answer before."""
    for fault in ("begins_late", "first_byte_late", "begins_late"):
        answers = await gap_short.all(fault)
        assert [answer for answer in answers if not is_whole(answer)] == []


@pytest.fixture
def deaf() -> Iterator[socket.socket]:
    """A port at which the system itself takes connections, and nobody reads what they send."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listening:
        yield listening


async def asked_of(deaf: socket.socket, timeouts: Timeouts, question: str) -> BaseException:
    engine = Engine(lambda: Settings(timeouts=timeouts))
    url = f"http://127.0.0.1:{deaf.getsockname()[1]}/v1"
    stream = engine.stream("openai:gpt-4o", question, base_url=url, api_key=KEY)
    with pytest.raises(NbchatError) as raised:
        async with asyncio.timeout(120):
            await stream.answer()
    await engine.aclose()
    return raised.value


async def test_a_host_that_takes_no_connection_has_the_limit_on_connecting(
    deaf: socket.socket,
) -> None:
    address = deaf.getsockname()
    with ExitStack() as waiting:
        for _ in range(8):  # more than the system lets wait
            sock = waiting.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(address)
        failed = await asked_of(deaf, Timeouts(SHORT, LONG, LONG), "Hi")

    assert "within 0.3 s" in str(failed), failed


async def test_a_question_that_nobody_reads_has_the_first_limit(deaf: socket.socket) -> None:
    failed = await asked_of(deaf, FIRST_SHORT, "word " * 3_000_000)

    assert "does not accept the request: it read nothing for 0.3 s" in str(failed)
