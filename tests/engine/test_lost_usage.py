"""What a provider counted of a try that gave no word is known: it was paid for."""

from __future__ import annotations

import pytest

from nbchat import Stream
from nbchat.engine.engine import Engine
from nbchat.errors import NbchatError
from nbchat.events import Usage
from nbchat.messages import Text

from ..fakes.provider import Service, answer, said, sse

START = {"type": "message_start", "message": {"usage": {"input_tokens": 500, "output_tokens": 1}}}
BEGUN = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
WORD = {
    "type": "content_block_delta",
    "index": 0,
    "delta": {"type": "text_delta", "text": "Yes."},
}
END = [
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
]
BUSY = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
AT_ONCE = {"retry-after-ms": "1"}


def claude(engine: Engine, service: Service) -> Stream:
    return engine.stream("anthropic:claude", "Hi", base_url=service.url, api_key="k")


def gpt(engine: Engine, service: Service) -> Stream:
    url = f"{service.url}/v1"
    return engine.stream("openai:gpt", "Hi", base_url=url, wire="openai-chat", api_key="k")


def anthropic(*events: object) -> bytes:
    return b"".join(
        f"event: {event['type']}\n".encode() + sse(event, done=False)  # type: ignore[index]
        for event in events
    )


@pytest.mark.field("P6")
async def test_a_try_that_was_counted_before_it_failed_is_beside_the_answer_of_the_next(
    service: Service,
) -> None:
    service.plays(
        answer(anthropic(START, BUSY), headers=AT_ONCE),
        answer(anthropic(BUSY), headers=AT_ONCE),
        answer(anthropic(START, BEGUN, WORD, *END)),
    )
    engine = Engine()

    got = await claude(engine, service).answer()
    await engine.aclose()

    assert str(got) == "Yes."
    assert (got.usage.input, got.usage.output) == (500, 9)
    assert [(usage.input, usage.output) for usage in got.lost] == [(500, 1)]


@pytest.mark.field("P6")
@pytest.mark.parametrize("ending", ["a refusal", "the end", "a cut", "no JSON"])
async def test_what_was_counted_of_a_question_that_fails_is_known(
    ending: str, service: Service
) -> None:
    counted, *_ = said(usage=(500, 7))[-2:]
    endings = {
        "a refusal": sse({"error": {"message": "no"}}),
        "the end": b"data: [DONE]\n\n",
        "a cut": b"",
        "no JSON": b"data: {nonsense\n\n",
    }
    service.always(answer(counted, endings[ending]))
    engine = Engine()
    stream = gpt(engine, service)

    try:
        await stream.answer()
    except NbchatError:
        paid = stream.result.lost
    else:
        paid = [stream.result.usage]
    await engine.aclose()

    assert paid == [Usage(500, 7, None, None, None)] * len(service.requests)


@pytest.mark.field("P6")
async def test_of_an_answer_that_is_stopped_it_is_known_what_was_sent(service: Service) -> None:
    service.plays(answer(anthropic(START, BEGUN, WORD), hold=30))
    engine = Engine()

    async with claude(engine, service) as stream:
        async for event in stream:
            if isinstance(event, Text):
                break
    await engine.aclose()

    assert (stream.result.usage.input, stream.result.usage.output) == (500, None)
    assert stream.result.lost == []
