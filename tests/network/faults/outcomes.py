"""What should come of a fault, what came of it, and how the two differ."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import nbchat
from nbchat import NbchatError, Notice, Stop, Text

from .families import TEXT, Family
from .server import Misbehaving, Turn

KEY = "sk-canary-7Qv/3xY+9Zt_K2mW8pLr4NbD6"  # holds characters that every encoding changes
QUESTION = "Say a few words."
PATIENCE = 60.0  # seconds for one call; one that takes longer hangs
CLOSED_IN = 20.0  # seconds; only so that a wait ends

ALL, PREFIX, NOTHING, ANY = "all", "prefix", "nothing", "any"
SSE = ("sse",)
LINES = ("sse", "ndjson")
ALL_FRAMINGS = (*LINES, "eventstream")


@dataclass(frozen=True)
class Expected:
    """`text` is ALL, a beginning of it (PREFIX), NOTHING, or the very text."""

    text: str = ALL
    stop: str = "end"
    raises: type[NbchatError] | None = None
    says: str = ""  # a pattern for the message, or for a broken answer's sentence
    requests: int = 1
    timeout: float | None = None
    notice: str = ""


def broken(says: str, text: str = PREFIX, **more: Any) -> Expected:
    return Expected(text, "broken", None, says, **more)


def raises(kind: type[NbchatError], says: str, requests: int = 1, **more: Any) -> Expected:
    return Expected(NOTHING, "", kind, says, requests, **more)


FINE = Expected()


@dataclass(frozen=True)
class Fault:
    """A misbehaviour and what should come of it; None for a mode that does not have it.

    Where it is about how events are framed, it is streamed by the families of its framings alone.
    """

    name: str
    play: Callable[[Turn], Awaitable[None]]
    streamed: Expected | None
    unary: Expected | None
    families: tuple[str, ...] = ()
    framings: tuple[str, ...] = ALL_FRAMINGS

    def expected(self, family: Family, unary: bool) -> Expected | None:
        if self.families and family.name not in self.families:
            return None
        if not unary and family.framing not in self.framings:
            return None
        return self.unary if unary else self.streamed


class Faults(dict[str, Fault]):
    """A table of faults, filled by a decorator."""

    def fault(
        self,
        streamed: Expected | None,
        unary: Expected | None = None,
        *,
        both: bool = False,
        name: str = "",
        families: tuple[str, ...] = (),
        framings: tuple[str, ...] = ALL_FRAMINGS,
    ) -> Callable[[Callable[[Turn], Awaitable[None]]], Callable[[Turn], Awaitable[None]]]:
        def add(play: Callable[[Turn], Awaitable[None]]) -> Callable[[Turn], Awaitable[None]]:
            called = name or play.__name__.replace("_", "-")
            assert called not in self, called
            other = streamed if both else unary
            self[called] = Fault(called, play, streamed, other, families, framings)
            return play

        return add


# --- what came of it ----------------------------------------------------------------------------


@dataclass
class Outcome:
    words: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    last: object = None
    error: BaseException | None = None
    events: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.words)


async def call(
    family: Family, base_url: str, *, timeout: float | None = None, **more: Any
) -> Outcome:
    """Ask, and note all that comes."""
    outcome = Outcome()
    options = {
        "base_url": base_url,
        "wire": family.name,
        "api_key": KEY,
        "timeout": timeout,
        **more,
    }
    try:
        async with (
            asyncio.timeout(PATIENCE),
            nbchat.stream(family.model, QUESTION, **options) as stream,
        ):
            async for event in stream:
                outcome.events.append(event)
                outcome.last = event
                match event:
                    case Text(text):
                        outcome.words.append(text)
                    case Notice(text):
                        outcome.notices.append(text)
                    case Stop():
                        outcome.stops.append(event)
    except (NbchatError, TimeoutError) as error:
        outcome.error = error
    return outcome


async def wrong(server: Misbehaving, fault: Fault, family: Family, unary: bool) -> list[str]:
    """How a call to this fault departs from what is expected; the good call after it included."""
    expected = fault.expected(family, unary)
    assert expected
    case, base_url = server.case(fault.name, family, unary)
    outcome = await call(family, base_url, timeout=expected.timeout)
    found = [*_departures(outcome, expected)]
    seen = server.seen[case]
    if len(seen.bodies) != expected.requests:
        found.append(f"{len(seen.bodies)} requests in place of {expected.requests}")
    if (
        len({headers.get("idempotency-key") for headers in seen.headers}) > 1
        or len(set(seen.bodies)) > 1
    ):
        found.append("the tries differ")
    if left := await _left_open(seen):
        found.append(f"{left} sockets left open")
    if KEY in f"{outcome.error} {outcome.error!r} {outcome.stops} {outcome.notices}":
        found.append("the key is shown")
    _, good_url = server.case("good", family, unary)
    good = await call(family, good_url)
    found += [f"then: {line}" for line in _departures(good, FINE)]
    where = f"{family.name} {'unary' if unary else 'streamed'}"
    return [f"{where}: {line}" for line in found]


def _departures(outcome: Outcome, expected: Expected) -> list[str]:
    found = []
    said = str(outcome.error or (outcome.stops[-1].detail if outcome.stops else ""))
    if not _fits(outcome.text, expected.text):
        found.append(f"text {outcome.text[:80]!r} is not {expected.text}")
    if expected.raises:
        if type(outcome.error) is not expected.raises and not isinstance(
            outcome.error, expected.raises
        ):
            found.append(
                f"raised {outcome.error!r}, not {expected.raises.__name__}; {outcome.stops}"
            )
        if outcome.stops:
            found.append(f"raised, and yet {outcome.stops}")
    else:
        if outcome.error:
            found.append(f"raised {outcome.error!r}")
        if [stop.reason for stop in outcome.stops] != [
            expected.stop
        ] or outcome.last is not outcome.stops[-1]:
            found.append(f"stops {outcome.stops}, not {expected.stop}")
    if (expected.raises or expected.stop == "broken") and not _sentence(said):
        found.append(f"no sentence in one or two lines: {said!r}")
    if not re.search(expected.says, said, re.S):
        found.append(f"says {said!r}, not {expected.says!r}")
    if not re.search(expected.notice, "\n".join(outcome.notices)):
        found.append(f"notices {outcome.notices}")
    return found


def _fits(text: str, wanted: str) -> bool:
    if wanted == ALL:
        return text == TEXT
    if wanted == PREFIX:
        return bool(text) and TEXT.startswith(text) and text != TEXT
    return wanted == ANY or text == ("" if wanted == NOTHING else wanted)


def _sentence(said: str) -> bool:
    """One or two lines that people can read."""
    return (
        0 < len(said.splitlines()) <= 2
        and len(said) < 900
        and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", said)
    )


async def _left_open(seen: Any) -> int:
    deadline = time.monotonic() + CLOSED_IN
    while seen.left_open and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    return int(seen.left_open)


__all__ = [
    "ALL",
    "ANY",
    "FINE",
    "KEY",
    "LINES",
    "NOTHING",
    "PREFIX",
    "SSE",
    "Expected",
    "Faults",
    "broken",
    "call",
    "raises",
    "replace",
]
