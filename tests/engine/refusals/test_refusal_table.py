"""Every provider's own errors, over real sockets: what each is told as, and how often tried."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest

from nbchat.engine.engine import Engine
from nbchat.errors import NbchatError

from ...fakes.provider import Service, answer
from .bodies import BODIES
from .case import Case
from .gateways import GATEWAYS
from .gateways_again import GATEWAYS_AGAIN
from .lengths import LENGTHS
from .look_alikes import LOOK_ALIKES
from .more_vendors import OTHERS
from .servers import SERVERS
from .vendors import LARGE
from .vendors_again import VENDORS_AGAIN

FROM_VENDORS = [*LARGE, *OTHERS, *VENDORS_AGAIN]
FROM_OTHERS = [*GATEWAYS, *SERVERS, *GATEWAYS_AGAIN, *BODIES]
ALL = [*FROM_VENDORS, *FROM_OTHERS, *LENGTHS, *LOOK_ALIKES]

KEY = "a-key-0f-the-Test-77"

pytestmark = pytest.mark.field("E1")


async def told_wrong(cases: Sequence[Case], service: Service) -> list[str]:
    """What is wrong with what is told of each, a line a case."""
    engine = Engine()
    try:
        return await _told_wrong(cases, service, engine)
    finally:
        await engine.aclose()


async def _told_wrong(cases: Sequence[Case], service: Service, engine: Engine) -> list[str]:
    wrong = []
    for case in cases:
        body = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
        headers = {"content-type": "application/json", **case.headers}
        service.always(answer(body, status=case.status, headers=headers))
        before = len(service.requests)
        error: NbchatError | None = None
        try:
            await engine.stream(
                f"{case.provider}:m", "Hi", base_url=service.url, api_key=KEY
            ).answer()
        except NbchatError as raised:
            error = raised
        wrong += [f"{case}: {what}" for what in faults(case, error, len(service.requests) - before)]
    return wrong


def faults(case: Case, error: NbchatError | None, requests: int) -> list[str]:
    said = str(error)
    found = []
    if type(error) is not case.kind:
        found.append(f"{type(error).__name__} in place of {case.kind.__name__}: {said}")
    if requests != case.requests:
        found.append(f"{requests} requests in place of {case.requests}")
    found += [f"does not say {words!r}: {said}" for words in case.says if words not in said]
    found += [f"says {words!r}: {said}" for words in case.never if words in said]
    ours = re.split("It says|It answered", said)[0]
    if KEY in said or "\x00" in said or "{" in ours:
        found.append(f"ugly: {said!r}")
    return found


async def test_every_vendors_own_error_is_told_as_what_it_is(service: Service) -> None:
    assert not await told_wrong(FROM_VENDORS, service)


async def test_an_error_that_a_gateway_or_a_server_of_ones_own_sends_is_told_so(
    service: Service,
) -> None:
    assert not await told_wrong(FROM_OTHERS, service)


async def test_what_is_too_long_is_told_by_its_numbers(service: Service) -> None:
    assert not await told_wrong(LENGTHS, service)


async def test_what_only_looks_like_another_refusal_is_not_told_as_one(service: Service) -> None:
    assert not await told_wrong(LOOK_ALIKES, service)


def test_the_table_is_as_large_as_the_field() -> None:
    assert len(ALL) >= 150
    assert len({case.provider for case in ALL}) >= 25
