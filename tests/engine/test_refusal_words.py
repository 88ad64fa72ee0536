"""What a refusal says of its status: a sentence for people, the provider's own, what to do."""

from __future__ import annotations

import re

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.engine.refusal_words import STATUS_WORDS
from nbchat.engine.refusals import (
    ErrorContext,
    error_for,
    not_an_api_error,
    redirect_error,
)
from nbchat.errors import ContextTooLong, KeyRefused, NoCredit, ServiceError
from nbchat.key_policy import NO_KEY
from nbchat.keys import Secret
from nbchat.wire.problem import ProviderProblem
from nbchat.wording import to_copy

pytestmark = pytest.mark.field("C9", "look 11")

KEY = "sk-canary-0123456789abcdef"
NAME = "Moonshot AI (Kimi)"
STATUSES = sorted(
    {*STATUS_WORDS, 400, 401, 402, 403, 404, 408, 409, 410, 411, 413, 415, 418, 422, 423, 425}
    | {426, 429, 451, 499, 500, 501, 502, 503, 504, 507, 520, 529, 599, 999}
)
ADVICE = r"(?i)\b(try again|check|ask again|choose|change|shorten|top it up|leave out)\b"
SAID = f"your key {KEY} is\x1b[31m of no\nuse; " + "and so on " * 60


def context(origin: str = "KIMI_API_KEY") -> ErrorContext:
    route = shipped().find("kimi-k2.6")
    return ErrorContext(route, origin, "https://api.example.com/v1", (Secret(KEY),))


def refusal(status: int, said: str = SAID, code: str = "") -> ServiceError:
    return error_for(ProviderProblem(said, code=code), status, {}, context())


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_a_sentence_with_the_providers_own_and_below_it_what_to_do(
    status: int,
) -> None:
    error = refusal(status)
    ours, _, theirs = error.happened.partition(" It says: ")

    assert ours.startswith(NAME)
    assert ours.count(f"({status})") == 1
    assert ours.endswith(".")
    assert not re.search(ADVICE, ours)
    assert KEY not in str(error)
    assert "\x1b" not in str(error)
    assert theirs.startswith("your key [")
    assert theirs.endswith("…")
    assert len(theirs) <= 300
    assert len(str(error).splitlines()) == 2
    assert error.status == status


@pytest.mark.parametrize("status", STATUSES)
def test_a_rare_status_offers_another_model_where_that_is_a_way_out(status: int) -> None:
    error = refusal(status, "")
    said = str(error)

    if "another model" in said:
        assert error.other_model_helps
        assert to_copy(said) == "%chat models"
    assert to_copy(said) != "%chat models" or error.other_model_helps


def test_rare_statuses_do_not_all_say_that_the_request_is_refused() -> None:
    rare = (402, 408, 409, 411, 413, 415, 418, 422, 423, 425, 426, 451, 499, 502, 504, 529)

    assert all("refuses the request" not in str(refusal(status, "")) for status in rare)
    assert len({str(refusal(status, "")).replace(str(status), "") for status in rare}) == len(rare)


def test_the_providers_own_code_and_words_count_more_than_a_rare_status() -> None:
    no_money = refusal(409, "Pay first.", "insufficient_quota")
    too_long = refusal(413, "maximum context length is 10")

    assert isinstance(no_money, NoCredit)
    assert "no credit or quota" in str(no_money)
    assert isinstance(too_long, ContextTooLong)
    assert "a conversation that is too long" in str(too_long)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503, 529])
def test_what_may_succeed_in_a_moment_is_tried_again(status: int) -> None:
    assert refusal(status).retryable


@pytest.mark.parametrize("status", [401, 402, 403])
def test_where_no_key_was_sent_none_is_said_to_be_refused(status: int) -> None:
    error = error_for(ProviderProblem("Unauthorized"), status, {}, context(NO_KEY))

    assert NO_KEY not in str(error)
    if isinstance(error, KeyRefused):
        assert "wants a key, and none is set (401)" in str(error)
        assert to_copy(str(error)).startswith('import os, getpass; os.environ["KIMI_API_KEY"]')


def test_a_page_and_a_redirect_name_the_provider_and_offer_another_model() -> None:
    page = not_an_api_error(b"<html><title>Log in</title></html>", 200, context())
    moved = redirect_error("https://user:pass@evil.example/?key=1", context())

    for error in (page, moved):
        assert NAME in error.happened
        assert not re.search(ADVICE, error.happened)
        assert str(error).splitlines()[1:] == [to_copy(str(error))] == ["%chat models"]
        assert error.other_model_helps
    assert "pass" not in str(moved)
