"""What is tried again, how often, and after how long."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat import Notice, Stream, errors
from nbchat.engine.engine import Engine
from nbchat.engine.retry import in_words, retry_after, retry_delay
from nbchat.errors import NbchatError, RateLimited, ServiceDown, ServiceError

from ..fakes.provider import Service
from ..nightly import examples

numbers = st.floats(allow_nan=True).map(repr) | st.integers(-10, 10**6).map(str)
words = st.sampled_from(
    [
        "soon",
        "",
        "1e999",
        "-1e999",
        "nan",
        "0x10",
        "1_000",
        "٣",
        "60;",
        "Wed, 99 Oct 2026 99:99:99 GMT",
    ]
)
dates = st.datetimes(datetime(1, 1, 2), datetime(9998, 1, 1)).map(
    lambda d: format_datetime(d.replace(tzinfo=UTC), True)
)
headers = st.dictionaries(
    st.sampled_from(["retry-after", "retry-after-ms"]),
    numbers | words | dates | st.text(max_size=20),
    max_size=2,
)
kinds = st.sampled_from([RateLimited, ServiceDown])


@given(st.lists(st.tuples(headers, kinds), min_size=5, max_size=5))
@settings(max_examples=examples(300))
def test_any_sequence_of_refusals_ends_after_three_tries_and_a_bounded_wait(
    answers: list[tuple[dict[str, str], type[ServiceError]]],
) -> None:
    slept, tried = 0.0, 0
    for said, kind in answers:
        tried += 1
        seconds = retry_delay(kind("", status=429, retry_after=retry_after(said)), tried)
        if seconds is None:
            break
        assert 0 <= seconds <= 60
        slept += seconds

    assert tried <= 3
    assert slept <= 120


@given(headers)
def test_a_wait_that_was_asked_for_is_no_less_than_nothing(said: dict[str, str]) -> None:
    seconds = retry_after(said)

    assert seconds is None or seconds >= 0
    assert seconds is None or in_words(seconds)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e999"}, math.inf),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({}, None),
    ],
)
def test_how_long_a_provider_asks_to_wait(said: dict[str, str], seconds: float | None) -> None:
    assert retry_after(said) == seconds


def test_a_date_is_understood_as_the_time_until_then() -> None:
    later = datetime.now(UTC) + timedelta(hours=1)

    assert 3500 < (retry_after({"retry-after": format_datetime(later, usegmt=True)}) or 0) <= 3600


@pytest.mark.parametrize("kind", [RateLimited, ServiceDown])
def test_a_minute_is_waited_for_and_no_more(kind: type[ServiceError]) -> None:
    delays = [retry_delay(kind("", status=429, retry_after=s), 1) for s in (59.9, 60, 60.1, 61)]

    assert delays == [59.9, 60, None, None]


async def test_a_provider_that_asks_for_a_minute_is_given_it(service: Service) -> None:
    """Which is said before it is waited for; nobody waits here."""
    service.answers(REFUSAL, status=429, headers={"retry-after": "60"})
    engine = Engine()

    async with asking(engine, service) as stream:
        first = await anext(stream)
    await engine.aclose()

    assert isinstance(first, Notice)
    assert first.text.endswith("Trying again in 60.0 s.")
    assert len(service.requests) == 1


async def test_a_provider_that_asks_for_more_than_a_minute_is_refused_at_once(
    service: Service,
) -> None:
    service.answers(REFUSAL, status=429, headers={"retry-after": "61"})
    engine = Engine()

    with pytest.raises(RateLimited) as raised:
        await asking(engine, service).answer()
    await engine.aclose()

    assert "asks to wait 61 s, which is too long to wait for here" in str(raised.value)
    assert raised.value.retry_after == 61
    assert len(service.requests) == 1


@pytest.mark.field("E1")
async def test_the_wait_that_stands_in_the_body_is_kept(service: Service) -> None:
    """Gemini's quota of a minute, which is said in the words of one that is used up."""
    details = [
        {"violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]},
        {"retryDelay": "0.4s"},
    ]
    said = "You exceeded your current quota, please check your plan and billing details."
    error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": said, "details": details}
    service.answers(json.dumps({"error": error}).encode(), status=429)
    engine = Engine()

    async with asking(engine, service) as stream:
        first = await anext(stream)
    await engine.aclose()

    assert isinstance(first, Notice)
    assert "limits the rate of requests" in first.text
    assert first.text.endswith("Trying again in 0.4 s.")


REFUSAL = b'{"error": {"message": "slow down", "type": "rate_limit_error"}}'


def asking(engine: Engine, service: Service) -> Stream:
    return engine.stream(
        "openai:gpt-4o", "Hi", base_url=f"{service.url}/v1", wire="openai-chat", api_key="k"
    )


def test_delays_grow_and_differ() -> None:
    """Many notebooks that lose one server at one moment must not all come back at one moment."""
    first = {retry_delay(ServiceDown("", status=500), 1) for _ in range(20)}
    second = {retry_delay(ServiceDown("", status=500), 2) for _ in range(20)}

    assert len(first) > 10
    assert max(filter(None, first)) <= min(filter(None, second))


def test_only_what_may_pass_is_tried_again() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, NbchatError)
    ]

    assert {kind.__name__ for kind in kinds if kind.retryable} == {
        "RateLimited",
        "ServiceDown",
        "Unreachable",
        "TimedOut",
    }


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 s"),
        (59.1, "60 s"),
        (600, "10 min"),
        (7200, "2 h"),
        (200_000, "2 days"),
        (1e9, "11,574 days"),
    ],
)
def test_lengths_of_time_as_people_say_them(seconds: float, said: str) -> None:
    assert in_words(seconds) == said
