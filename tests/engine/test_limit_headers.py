"""What providers' headers say of their limits; the words are theirs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.engine.limit_headers import Allowance, allowance_in

from ..nightly import examples

OPENAI = {
    "x-ratelimit-limit-requests": "5000",
    "x-ratelimit-remaining-requests": "4999",
    "x-ratelimit-reset-requests": "12ms",
    "x-ratelimit-limit-tokens": "160000",
    "x-ratelimit-remaining-tokens": "159976",
    "x-ratelimit-reset-tokens": "9ms",
}
GROQ = {  # 14,400 requests a day, of which one comes back in 6 s
    "x-ratelimit-limit-requests": "14400",
    "x-ratelimit-remaining-requests": "14370",
    "x-ratelimit-reset-requests": "2m59.56s",
    "x-ratelimit-limit-tokens": "18000",
    "x-ratelimit-remaining-tokens": "17000",
    "x-ratelimit-reset-tokens": "3.3s",
}
ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "300",
    "anthropic-ratelimit-requests-remaining": "299",
    "anthropic-ratelimit-requests-reset": "2026-11-30T12:00:01Z",
    "anthropic-ratelimit-input-tokens-limit": "60000",
    "anthropic-ratelimit-output-tokens-limit": "12000",
}
CEREBRAS = {"x-ratelimit-limit-requests-day": "14400", "x-ratelimit-limit-tokens-minute": "60000"}
MISTRAL = {"x-ratelimit-limit-req-minute": "120", "x-ratelimit-limit-tokens-minute": "30000"}


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        pytest.param(OPENAI, Allowance(5000 / 60, 160_000 / 60), id="openai"),
        pytest.param(GROQ, Allowance(None, 300.0), id="groq, of a day"),
        pytest.param(ANTHROPIC, Allowance(5.0, None, 1000.0, 200.0), id="anthropic"),
        pytest.param(CEREBRAS, Allowance(None, 1000.0), id="cerebras"),
        pytest.param(MISTRAL, Allowance(2.0, 500.0), id="mistral"),
        pytest.param(
            {"x-ratelimit-limit-requests": "600"}, None, id="a limit of nobody knows what"
        ),
        pytest.param({"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "3"}, None, id="plain"),
        pytest.param({"content-type": "text/event-stream"}, None, id="nothing"),
    ],
)
def test_what_is_beyond_doubt_is_heard(headers: dict[str, str], allowed: Allowance | None) -> None:
    assert allowance_in(headers) == allowed


@pytest.mark.parametrize(
    ("input", "output", "rate"),
    [(None, None, 5.0), (100, 10, 5.0), (1000, 10, 1.0), (100, 400, 0.5), (0, 0, 5.0)],
)
def test_the_tightest_limit_decides(input: float | None, output: float | None, rate: float) -> None:
    allowed = allowance_in(ANTHROPIC)

    assert allowed is not None
    assert allowed.requests_for(input, output) == rate


@given(st.dictionaries(st.sampled_from([*OPENAI, *ANTHROPIC, *CEREBRAS]), st.text(max_size=12)))
@settings(max_examples=examples(300))
def test_nonsense_is_no_rate_of_nothing(headers: dict[str, str]) -> None:
    allowed = allowance_in(headers)

    assert allowed is None or all(rate is None or rate > 0 for rate in allowed)
