"""How much may be asked, of what, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import cycle

import pytest

from nbchat.frontends.server.http_errors import TooMany
from nbchat.frontends.server.limits import MOST_BUCKETS, MOST_TRIES, Limits

from ...fakes.provider import Service, answer, said
from .running import DEADLINE, TOKEN, Reply, RunningServer, eventually

ASK = {"model": "kimi-k2.6", "messages": "Hello"}


@pytest.fixture(scope="module")
def strict(_provider: Service) -> Iterator[RunningServer]:
    flags = (
        "--models",
        "kimi-k2*,ollama:*,demo",
        "--max-tokens",
        "100",
        "--concurrency",
        "2",
        "--max-body",
        "2048",
    )
    with RunningServer(
        *flags, KIMI_BASE_URL=_provider.url, KIMI_API_KEY="sk-test", OPENAI_API_KEY="sk-test"
    ) as server:
        yield server


def test_the_rate_fills_evenly() -> None:
    now = 0.0
    limits = Limits(60, 1, clock=lambda: now)
    for _ in range(60):
        limits.count("a")

    with pytest.raises(TooMany) as caught:
        limits.count("a")
    limits.count("b")  # another client has its own
    now += 1.0
    limits.count("a")

    assert caught.value.retry_after == pytest.approx(1.0)
    with pytest.raises(TooMany):
        limits.count("a")


def test_of_wrong_tokens_another_is_allowed_each_second() -> None:
    now = 0.0
    limits = Limits(1, 1, clock=lambda: now)
    for _ in range(MOST_TRIES):
        limits.check_tries("a", "header")
        limits.count_try("a", "header")

    with pytest.raises(TooMany):
        limits.check_tries("a", "header")
    limits.check_tries("a", "address")
    limits.check_tries("b", "header")
    now += 1.0
    limits.check_tries("a", "header")


def test_clients_that_are_quiet_are_forgotten() -> None:
    now = 0.0
    limits = Limits(60, 1, clock=lambda: now)
    for number in range(MOST_BUCKETS):
        limits.count(f"client {number}")
    now += 120.0
    limits.count("one more")

    assert len(limits._requests) == 1


def test_too_many_requests_are_told_when_to_come_back() -> None:
    with RunningServer("--rate", "3") as server:
        replies = [server.request("GET", "/models") for _ in range(5)]
        strangers = [server.request("GET", "/models", authorization="") for _ in range(10)]
        completion = server.request("POST", "/v1/chat/completions", {})

    assert [reply.status for reply in replies[:4]] == [200, 200, 200, 429]
    assert int(replies[3].headers["retry-after"]) >= 1
    # Who has no token cannot use up the rate of who has one.
    assert {reply.status for reply in strangers} == {401}
    assert completion.json["error"]["code"] == "rate_limit_exceeded"
    assert completion.headers["x-should-retry"] == "true"


@pytest.mark.field("S11")
def test_wrong_tokens_are_counted_before_they_are_compared() -> None:
    """Who has tried too many is told nothing any more, not even of a right one."""
    question = {"model": "demo", "messages": "What did I just ask?"}
    with RunningServer() as server, closing(server.connect()) as known:
        known.sendall(server.raw("GET", "/health", connection="keep-alive"))
        known.recv(65536)
        ask = server.raw("POST", "/stream", question, connection="keep-alive")
        known.sendall(ask)
        first = known.recv(65536)
        wrong = cycle([{"authorization": "Bearer x"}, {"api-key": "x"}])
        statuses = [
            server.request("GET", "/models", **next(wrong)).status for _ in range(MOST_TRIES)
        ]

        got: list[Reply] = []

        def are_refused() -> bool:
            """Right ones behind a wrong one: each second another try is allowed."""
            server.request("GET", "/models", **next(wrong))
            got[:] = [
                server.request("GET", "/models"),
                server.request("POST", "/v1/chat/completions", {}),
            ]
            return all(reply.status == 429 for reply in got)

        eventually(are_refused)
        right, completion = got
        none = server.request("GET", "/models", authorization="")
        addressed = server.request("GET", f"/models?token={TOKEN}", authorization="")
        while not first.endswith(b"\r\n0\r\n\r\n"):  # the end of its body, which may come alone
            first += known.recv(65536)
        known.sendall(ask)
        again = known.recv(65536)

    assert set(statuses) == {401}
    assert int(right.headers["retry-after"]) >= 1
    assert none.status == 401  # it was no try
    assert addressed.status == 200  # a page that opens addresses cannot lock out a client
    assert completion.json["error"]["code"] == "rate_limit_exceeded"
    assert again.startswith(b"HTTP/1.1 200 ")  # who has shown the token goes on


def test_too_many_answers_at_once_are_refused_until_one_ends(
    strict: RunningServer, provider: Service
) -> None:
    provider.always(answer(*said("Hi")))
    provider.plays(*[answer(said("Hel")[1], hold=DEADLINE)] * 2)
    running = [strict.stream(ASK) for _ in range(2)]
    assert all(b"Hel" in next(pieces) for pieces in running)

    refused = strict.request("POST", "/stream", ASK)
    listed = strict.request("GET", "/models")
    running[0].close()
    eventually(lambda: strict.request("POST", "/stream", ASK).status == 200)

    assert refused.status == 429
    assert listed.status == 200  # only answers are counted
    running[1].close()


@pytest.mark.parametrize(
    ("model", "status"),
    [
        ("kimi-k2.6", 200),
        ("kimi:kimi-k2.6", 200),
        ("gpt-4", 404),
        ("openai:gpt-4", 404),
        ("openai:kimi-k2.6", 404),  # a name that matches, at a provider that does not
        ("openrouter:kimi-k2-thinking", 404),
        ("no-such-model", 404),
    ],
)
def test_only_models_on_the_list_may_be_asked(
    strict: RunningServer, provider: Service, model: str, status: int
) -> None:
    provider.always(answer(*said("Hi")))

    assert strict.request("POST", "/stream", {**ASK, "model": model}).status == status


def test_only_models_on_the_list_are_listed(strict: RunningServer) -> None:
    rows = [row["id"] for row in strict.request("GET", "/models").json["models"]]

    assert "kimi-k2.6" in rows
    assert "demo" in rows
    assert not [row for row in rows if row.startswith(("gpt-5", "claude-", "glm-"))]
    assert strict.request("GET", "/v1/models/gpt-4").status == 404


def test_an_answer_is_never_longer_than_allowed(strict: RunningServer, provider: Service) -> None:
    provider.always(answer(*said("Hi")))

    assert strict.request("POST", "/stream", {**ASK, "maxTokens": 101}).status == 422
    assert strict.request("POST", "/stream", {**ASK, "maxTokens": 50}).status == 200
    assert strict.request("POST", "/stream", ASK).status == 200
    bodies = [request.json for request in provider.requests]
    limits = [body.get("max_tokens") or body.get("max_completion_tokens") for body in bodies]
    assert limits == [50, 100]


def test_the_largest_body_can_be_set(strict: RunningServer) -> None:
    assert strict.request("POST", "/stream", b" " * 2049).status == 413
    assert strict.request("POST", "/stream", b" " * 2048).status == 422
