"""A canary goes through every fault; it must be in nothing that is shown, logged or stored."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import traceback
from base64 import b64encode
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote

import pytest

from nbchat import NbchatError
from nbchat.engine import retry
from nbchat.engine.engine import Engine
from nbchat.engine.prepare import Options, prepare
from nbchat.network import client
from nbchat.wire.formats import openai_chat

from . import benign, payload, refused, server
from .families import BY_NAME, FAMILIES, Family
from .outcomes import KEY
from .server import Misbehaving, Turn
from .test_matrix import FAULTS

VARIABLES = {
    "openai-chat": "OPENAI_API_KEY",
    "anthropic-messages": "ANTHROPIC_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "bedrock-converse": "AWS_BEARER_TOKEN_BEDROCK",
    "openai-responses": "OPENAI_API_KEY",
    "ollama": "OLLAMA_API_KEY",
    "cohere": "COHERE_API_KEY",
}
# What every fault says in the place of its words: a gateway that repeats the key, in any pieces.
SAID = (
    *("My key: ", KEY[:3], KEY[3:20], KEY[20:], " was it. ", "`", KEY, "`"),
    *(f"**{KEY}** ", KEY[:-1]),
)


def disguises(key: str) -> dict[str, str]:
    """What to look for; of base64 the part that is the same whatever stands around it."""
    encoded = {
        f"base64 at {n}": b64encode(b"\0" * n + key.encode()).decode()[4:-4] for n in range(3)
    }
    return {
        "raw": key,
        "URL-encoded": quote(key, safe=""),
        "JSON": json.dumps(key)[1:-1],
        **encoded,
    }


def leaks(what: str, text: str) -> list[str]:
    return [f"{how} in {what}" for how, form in disguises(KEY).items() if form in text]


async def echo(turn: Turn) -> None:
    """A server that repeats all it was told, in every place it has."""
    headers = json.dumps(turn.headers)
    said = f"You sent {headers} and {b64encode(headers.encode()).decode()}"
    lines = [f"X-Echo-{name}: {value}" for name, value in turn.headers.items()]
    status = 400 if turn.number % 2 else 500
    await turn.json(
        turn.family.error(said, status),
        status,
        *lines,
        f"X-Request-Id: {KEY}",
        f"Retry-After: {KEY}",
    )


async def echo_page(turn: Turn) -> None:
    page = f"<title>{turn.headers}</title>{turn.headers}".encode()
    await turn.json(page, 200, "Content-Type: text/html", f"X-Echo: {KEY}")


async def echo_head(turn: Turn) -> None:
    await turn.raw(f"HTTP/1.1 {KEY} OK\r\nX-Echo: {KEY}\r\n\r\n".encode())


ECHOES = {"echo": echo, "echo-page": echo_page, "echo-head": echo_head}


@pytest.fixture(scope="module")
def misbehaving() -> Iterator[Misbehaving]:
    plays = {name: fault.play for name, fault in FAULTS.items()}
    with Misbehaving({**plays, **ECHOES}) as misbehaving:
        yield misbehaving


@pytest.fixture(autouse=True)
def quick_and_keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(retry, "TRIES", 2)  # what a third says, a second one has
    monkeypatch.setattr(client, "ERROR_BODY_SECONDS", 0.1)


@pytest.fixture
def echoing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (server, benign, payload):
        monkeypatch.setattr(module, "WORDS", SAID)
    for module in (benign, payload):
        monkeypatch.setattr(module, "TEXT", "".join(SAID))
    monkeypatch.setattr(refused, "SENTENCE", f"Nobody expects {KEY}")
    for variable in VARIABLES.values():
        monkeypatch.setenv(variable, KEY)


async def shown(engine: Engine, family: Family, base_url: str) -> list[str]:
    """Where the key can be read after this call: errors in every form, and every event."""
    found: list[str] = []
    events: list[Any] = []
    stream = engine.stream(family.model, "hi", base_url=base_url, wire=family.name, timeout=0.2)
    try:
        async with asyncio.timeout(10), stream:
            async for event in stream:
                events.append(event)
    except (NbchatError, TimeoutError) as error:
        found += (
            leaks("str", str(error)) + leaks("repr", repr(error)) + leaks("vars", str(vars(error)))
        )
        found += leaks("pickle", pickle.dumps(error, 0).decode("latin-1"))
        found += leaks("traceback", "".join(traceback.format_exception(error)))
        if str(error) not in RENDERED:  # which takes longer than all else
            RENDERED.add(str(error))
            for mode in ("Verbose", next(OTHER_MODES)):
                found += leaks(f"{mode} traceback", in_mode(mode, error))
    found += (
        leaks("events", repr(events))
        + leaks("the answer", repr(stream.result))
        + leaks("the stream", repr(vars(stream)))
    )
    return found


OTHER_MODES = cycle(("Plain", "Context", "Minimal", "Docs"))  # one at a time: Verbose shows most
RENDERED: set[str] = set()  # messages of errors


def in_mode(mode: str, error: BaseException) -> str:
    """As IPython renders it after `%xmode MODE`, where an error does not say how it reads."""
    from IPython.core.ultratb import AutoFormattedTB

    formatter = AutoFormattedTB(mode=mode, theme_name="nocolor")
    return str(formatter.text(type(error), error, error.__traceback__))


def verbose(error: BaseException) -> str:
    """With the variables of every frame."""
    return in_mode("Verbose", error)


@pytest.mark.field("T6")
@pytest.mark.usefixtures("echoing")
async def test_the_key_is_nowhere(
    misbehaving: Misbehaving, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    """Every fault of the matrix, and every echo, for all families."""
    caplog.set_level(logging.DEBUG)
    engine = Engine()
    cases = [
        (name, family, unary)
        for name in [*FAULTS, *ECHOES]
        for number, family in enumerate(FAMILIES)
        for unary in (False, True)
        if not unary or name in ECHOES or len(name) % len(FAMILIES) == number
    ]
    few = asyncio.Semaphore(40)  # at once, or the short limit on connecting ends most of them

    async def one(name: str, family: Family, unary: bool) -> list[str]:
        async with few:
            return await shown(engine, family, misbehaving.case(name, family, unary)[1])

    found = await asyncio.gather(*(one(*case) for case in cases))
    await engine.aclose()
    caught = {
        f"{name} {family.name}": lines
        for (name, family, _), lines in zip(cases, found, strict=True)
        if lines
    }
    printed = capfd.readouterr()
    heard = [
        line
        for seen in misbehaving.seen.values()
        for headers in seen.headers
        for line in headers.values()
    ]

    assert {(name, family.name) for name, family, _ in cases} == {
        (name, family.name) for name in [*FAULTS, *ECHOES] for family in FAMILIES
    }
    assert caught == {}
    assert leaks("the log", caplog.text) == []
    assert "httpcore2.http11" in {record.name for record in caplog.records}
    assert leaks("stdout and stderr", printed.out + printed.err) == []
    assert any(KEY in line for line in heard), "the canary was never sent"


@pytest.mark.field("T6")
@pytest.mark.usefixtures("echoing")
@pytest.mark.parametrize("unary", [False, True])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
async def test_an_answer_says_that_a_key_was_masked(
    misbehaving: Misbehaving, family: Family, unary: bool
) -> None:
    engine = Engine()
    url = misbehaving.case("good", family, unary)[1]
    answer = await engine.stream(family.model, "hi", base_url=url, wire=family.name).answer()
    await engine.aclose()

    (name,) = {VARIABLES[family.name], "OPENAI_API_KEY", "ANTHROPIC_API_KEY"} & named(answer.text)
    masked = f"[{name}]"
    assert answer.text == "".join(SAID).replace(KEY, masked).replace(KEY[:-1], masked)
    assert answer.notices == [f"{name} stood in the answer and was masked."]


def named(text: str) -> set[str]:
    """The variables whose names stand in a text."""
    return {name for name in VARIABLES.values() if name in text}


async def test_a_bug_of_ours_shows_its_traceback_without_the_key(
    misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(openai_chat.Reader, "read", bug)
    family = BY_NAME["openai-chat"]
    engine = Engine()
    stream = engine.stream(
        family.model,
        "hi",
        base_url=misbehaving.case("ok-one-piece", family, False)[1],
        wire=family.name,
    )
    with pytest.raises(RuntimeError) as raised:
        await stream.answer()
    await engine.aclose()

    assert "_batches" in verbose(raised.value)
    assert leaks("Verbose traceback", verbose(raised.value)) == []


async def test_a_plan_shows_no_key(misbehaving: Misbehaving) -> None:
    from nbchat.settings import Settings

    family = BY_NAME["gemini"]
    options = Options.of(
        {
            "base_url": misbehaving.case("echo", family, False)[1],
            "wire": family.name,
            "api_key": KEY,
        }
    )
    planned = prepare(Settings.load(), family.model, "hi", options)

    assert (
        leaks("plan", f"{planned!r} {options!r} {planned.call.url} {planned.call.encoded()!r}")
        == []
    )
    assert planned.headers()["x-goog-api-key"] == KEY
    with pytest.raises(TypeError):
        pickle.dumps(planned)
