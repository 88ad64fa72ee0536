"""How much of a provider's answer is taken, as the settings file says: at each limit, and past it.

Over real sockets, in formats whose frames are cut in different ways.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nbchat.engine.engine import Engine
from nbchat.errors import BadAnswer, NbchatError
from nbchat.events import Answer
from nbchat.settings_file import FILE, config_folder

from ..fakes.provider import Service
from ..trusted import write_trusted

LIMIT = 2_000  # bytes


def own(text: str) -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / FILE).write_text(text)


def openai_event(text: str) -> bytes:
    return json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode()


def ollama_event(text: str) -> bytes:
    return json.dumps({"message": {"role": "assistant", "content": text}, "done": False}).encode()


def as_sse(*events: bytes) -> bytes:
    return b"".join(b"data: " + event + b"\n\n" for event in (*events, b"[DONE]"))


def as_several_data_lines(*events: bytes) -> bytes:
    """Each event over two lines, whose line end between them is a part of it."""
    return (
        b"".join(b"data: " + event[:-1] + b"\ndata: }\n\n" for event in events)
        + b"data: [DONE]\n\n"
    )


def as_ndjson(*events: bytes) -> bytes:
    return b"".join(event + b"\n" for event in events) + b'{"done": true, "done_reason": "stop"}\n'


def as_array(*events: bytes) -> bytes:
    return b"[" + b",".join(events) + b',{"choices":[{"delta":{},"finish_reason":"stop"}]}]'


Pack = Callable[..., bytes]
WAYS: dict[str, tuple[str, Callable[[str], bytes], Pack, str]] = {
    "server-sent events": ("openai:x", openai_event, as_sse, "text/event-stream"),
    "lines of JSON": ("ollama:x", ollama_event, as_ndjson, "application/x-ndjson"),
    "an array of JSON": ("openai:x", openai_event, as_array, "application/json"),
}


def of_size(event: Callable[[str], bytes], size: int) -> bytes:
    """An event of exactly so many bytes."""
    return event("x" * (size - len(event(""))))


async def ask(service: Service, model: str, body: bytes, kind: str) -> Answer:
    service.answers(body, headers={"content-type": kind})
    engine = Engine()
    try:
        return await engine.stream(model, "Hi", base_url=f"{service.url}/v1").answer()
    finally:
        await engine.aclose()


@pytest.mark.field("P7")
@pytest.mark.parametrize("name", WAYS)
async def test_an_event_at_the_limit_is_read_and_a_larger_one_ends_the_answer(
    name: str, service: Service
) -> None:
    """What came before it is kept, though it came in the same bytes."""
    model, event, pack, kind = WAYS[name]
    own(f"[limits]\nevent = {LIMIT}\n")

    at_limit = await ask(service, model, pack(event("before "), of_size(event, LIMIT)), kind)
    past = await ask(
        service, model, pack(event("before "), of_size(event, LIMIT + 1), event("after")), kind
    )

    assert (at_limit.stop.reason, len(at_limit.text)) == ("end", 7 + LIMIT - len(event("")))
    assert (past.text, past.stop.reason) == ("before ", "broken")
    assert "is larger than 2 kB (limits.event)" in past.stop.detail


@pytest.mark.field("P7")
async def test_an_event_over_several_lines_is_measured_as_a_whole(service: Service) -> None:
    own(f"[limits]\nevent = {LIMIT}\n")
    event = of_size(openai_event, LIMIT - 1)  # and a line end inside

    fits = await ask(service, "openai:x", as_several_data_lines(event), "text/event-stream")
    larger = as_several_data_lines(of_size(openai_event, LIMIT))
    with pytest.raises(BadAnswer, match="is larger than 2 kB"):
        await ask(service, "openai:x", larger, "text/event-stream")

    assert len(fits.text) == LIMIT - 1 - len(openai_event(""))


@pytest.mark.field("P7")
async def test_an_answer_is_read_up_to_its_limit(service: Service) -> None:
    body = as_sse(*(openai_event(f"{number} ") for number in range(100)))
    own(f"[limits]\nanswer = {len(body)}\n")
    whole = await ask(service, "openai:x", body, "text/event-stream")
    own(f"[limits]\nanswer = {len(body) // 2}\n")
    half = await ask(service, "openai:x", body, "text/event-stream")

    assert (whole.stop.reason, whole.text.split()[-1]) == ("end", "99")
    assert half.stop.reason == "broken"
    assert "(limits.answer)" in half.stop.detail
    assert whole.text.startswith(half.text)
    assert 40 < len(half.text.split()) < 60


@pytest.mark.field("P7")
async def test_heartbeats_without_end_are_read_up_to_their_limit(service: Service) -> None:
    beats = b": still here\n\n" * 200
    own(f"[limits]\nbetween_events = {len(beats)}\n")
    body = beats + as_sse(openai_event("Hi"))
    assert (await ask(service, "openai:x", body, "text/event-stream")).text == "Hi"

    own('[limits]\nbetween_events = "1 KiB"\n')
    with pytest.raises(BadAnswer, match=r"1 KiB arrived without content \(limits.between_events\)"):
        await ask(service, "openai:x", beats * 10, "text/event-stream")


@pytest.mark.field("P7")
async def test_an_errors_body_is_read_up_to_its_limit(service: Service) -> None:
    body = json.dumps({"error": {"message": "the flux is " + "very " * 20 + "low"}}).encode()

    async def refusal() -> str:
        service.answers(body, status=400, headers={"content-type": "application/json"})
        engine = Engine()
        with pytest.raises(NbchatError) as raised:
            await engine.stream("openai:x", "Hi", base_url=f"{service.url}/v1").answer()
        await engine.aclose()
        return str(raised.value)

    own(f"[limits]\nerror_body = {len(body)}\n")
    assert "the flux is very" in await refusal()
    own(f"[limits]\nerror_body = {len(body) - 1}\n")
    assert "the flux is very" not in (await refusal()).partition('"message"')[0]


@pytest.mark.field("P7")
async def test_a_list_of_models_is_read_up_to_its_limit(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_BASE_URL", service.url)
    body = json.dumps({"models": [{"name": f"m{number}"} for number in range(50)]}).encode()

    async def count() -> int:
        service.answers(body, headers={"content-type": "application/json"})
        engine = Engine()
        try:
            return len(await engine.models("ollama"))
        finally:
            await engine.aclose()

    own(f"[limits]\nmodel_list = {len(body)}\n")
    assert await count() == 50
    own(f"[limits]\nmodel_list = {len(body) - 1}\n")
    with pytest.raises(BadAnswer, match="limits.model_list"):
        await count()


@pytest.mark.field("P7")
async def test_the_limits_of_a_repository_hold_once_it_is_trusted(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"[limits]\nevent = {LIMIT}\n"
    body = as_sse(of_size(openai_event, LIMIT + 1))
    (tmp_path / FILE).write_text(text)
    untrusted = await ask(service, "openai:x", body, "text/event-stream")
    write_trusted(tmp_path, text)

    with pytest.raises(BadAnswer, match="limits.event"):
        await ask(service, "openai:x", body, "text/event-stream")
    assert untrusted.stop.reason == "end"
    assert any("left out of it: limits." in notice for notice in untrusted.notices)
