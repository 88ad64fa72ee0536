"""Every recorded answer goes through `nbchat.stream` over a real socket.

It gives what is expected of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import pytest

import nbchat
from nbchat import runtime
from nbchat.errors import ConnectionBroken, ServiceError
from nbchat.streams import Stream

from ..fakes.provider import Service, answer
from ..scores import SCORES
from ..wire.replay import Played, Recording, at_random, differences, in_one_piece, recordings

# How each family is asked for, and how far its base URL reaches (design: public names).
FAMILIES = {
    "openai-chat": ("openai", "/v1"),
    "openai-responses": ("openai", "/v1"),
    "anthropic-messages": ("anthropic", ""),
    "gemini": ("gemini", "/v1beta"),
    "ollama": ("ollama", ""),
    "bedrock-converse": ("bedrock", ""),
    "cohere-v2": ("cohere", ""),
}

CASES = [
    pytest.param(*case.values, family, id=f"{family}-{case.id}", marks=case.marks)
    for family in FAMILIES
    for case in recordings(family, "stream", "json")
]
ERRORS = [
    pytest.param(*case.values, family, id=f"{family}-{case.id}", marks=case.marks)
    for family in FAMILIES
    for case in recordings(family, "error", but=attrgetter("tried_again"))
]


@pytest.fixture(scope="module")
def provider() -> Iterator[Service]:
    with Service() as service:
        yield service
    runtime.close()


def ask(provider: Service, recording: Recording, family: str, chunks: list[bytes]) -> Stream:
    meta = recording.meta
    headers = {
        name: value
        for name, value in meta["headers"].items()
        if name in ("content-type", "x-amzn-errortype")
    }
    provider.plays(answer(*chunks, status=meta["status"], headers=headers))
    kind, path = FAMILIES[family]
    return nbchat.stream(
        f"{kind}:{meta['model'] or 'any'}",
        "Hi",
        base_url=provider.url + path,
        wire=recording.wire,
        api_key="a-key-of-the-test",
    )


async def played(stream: Stream) -> Played:
    found = Played(answer=stream.result)
    async with stream:
        async for event in stream:
            found.events.append(event)
    return found


@pytest.mark.parametrize(("recording", "family"), CASES)
async def test_a_recording_gives_its_expected_result(
    provider: Service, recording: Recording, family: str
) -> None:
    wrong: list[str] = []
    for cut in (in_one_piece, at_random):
        stream = ask(provider, recording, family, cut(recording.body))
        if recording.expected["error"] or "another format" in (
            recording.expected["finish_reason"] or ""
        ):
            wrong += await broken(stream, recording)
        else:
            wrong += differences(recording, await played(stream))
    SCORES.count(family, not wrong)

    assert wrong == []


async def broken(stream: Stream, recording: Recording) -> list[str]:
    """An error in an answer with status 200.

    Raised if it comes first, otherwise what came before is kept.
    """
    try:
        got = (await played(stream)).answer
    except (ServiceError, ConnectionBroken) as error:
        return [] if not recording.expected["text"] and str(error) else [f"raised {error}"]
    kept = (
        got.text == recording.expected["text"] and got.stop.reason == "broken" and got.stop.detail
    )
    return [] if kept else [f"{got.text!r}, {got.stop}"]


@pytest.mark.parametrize(("recording", "family"), ERRORS)
async def test_a_recorded_refusal_is_an_error_in_the_providers_words(
    provider: Service, recording: Recording, family: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        await ask(provider, recording, family, [recording.body]).answer()
    SCORES.count(f"{family} errors", True)

    assert raised.value.status
    said = recording.expected["error"] or {}
    message = said.get("message") if isinstance(said, dict) else None
    assert not message or " ".join(str(message).split())[:40] in str(raised.value)
    assert len(str(raised.value).split("\n")) <= 2


def test_events_are_what_the_public_names_say(provider: Service) -> None:
    body = json.dumps(
        {"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}
    ).encode()
    provider.answers(body, headers={"content-type": "application/json"})
    found: Any = nbchat.ask(
        "openai:m", "Hi", base_url=f"{provider.url}/v1", wire="openai-chat", api_key="k"
    )
    assert (found.text, found.stop) == ("Hi", nbchat.Stop("end", "stop"))
