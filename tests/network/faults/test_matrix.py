"""Every fault, for every family, streamed and whole; and a good call right after each."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from nbchat.network import client
from nbchat.settings_values import Timeouts

from ...scores import SCORES
from ..conftest import limit
from .benign import BENIGN
from .cut import CUT
from .families import FAMILIES
from .outcomes import FINE, PATIENCE, Fault, wrong
from .payload import PAYLOAD
from .refused import REFUSED
from .server import Misbehaving, Turn
from .stalled import STALLED

FAULTS = {
    "good": Fault("good", Turn.good, FINE, FINE),
    **BENIGN,
    **CUT,
    **STALLED,
    **REFUSED,
    **PAYLOAD,
}
# Silent in the middle, or long in all: about the limit between two bytes.
BEGIN_IN_TIME = ("stall-mid", "stall-mid-event", "ok-heartbeat-first", "ok-drip")
STALLED_ERRORS = ("http-500-stall-body", "redirect-stall")


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with Misbehaving({name: fault.play for name, fault in FAULTS.items()}) as server:
        yield server
        assert server.broken == []


@pytest.fixture
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its name. Short is only the limit that it is about: on a busy machine others would end it."""
    name: str = request.param

    def of(seconds: float) -> Timeouts:
        return Timeouts(PATIENCE, PATIENCE if name in BEGIN_IN_TIME else seconds, seconds)

    monkeypatch.setattr(Timeouts, "of", of)
    if name in STALLED_ERRORS:
        monkeypatch.setattr(client, "ERROR_BODY_SECONDS", 0.3)
    return name


@pytest.mark.parametrize("fault", FAULTS, indirect=True)
async def test_a_fault_ends_well(server: Misbehaving, fault: str) -> None:
    """For all families, streamed and whole, at once."""
    if fault == "event-20mb":
        limit(answer="24 MiB")
    pairs = itertools.product(FAMILIES, (False, True))
    cases = [(family, unary) for family, unary in pairs if FAULTS[fault].expected(family, unary)]
    found = await asyncio.gather(
        *(wrong(server, FAULTS[fault], family, unary) for family, unary in cases)
    )
    for (family, _), lines in zip(cases, found, strict=True):
        SCORES.count(f"faults over {family.name}", not lines)

    assert [line for lines in found for line in lines] == []
