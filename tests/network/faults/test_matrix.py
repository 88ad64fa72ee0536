"""Every fault, for every family, streamed and whole; and a good call right after each."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from ...scores import SCORES
from ..conftest import limit
from .benign import BENIGN
from .cut import CUT
from .families import FAMILIES
from .outcomes import FINE, Fault, wrong
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


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with Misbehaving({name: fault.play for name, fault in FAULTS.items()}) as server:
        yield server
        assert server.broken == []


@pytest.mark.parametrize("fault", FAULTS)
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
