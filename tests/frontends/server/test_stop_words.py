"""Texts before which an answer ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openai import OpenAI

from nbchat.chat_service.chunk import StreamChunk
from nbchat.errors import ConnectionBroken
from nbchat.frontends.server.stop_words import end_at_stop_words

from ...fakes.provider import Service, answer, said, sse
from .running import TOKEN, RunningServer, eventually


async def pieces(*texts: str, last: StreamChunk | None = None) -> AsyncGenerator[StreamChunk]:
    for text in texts:
        yield StreamChunk(text)
    yield last or StreamChunk(finished=True, reason="length")


TEXTS = st.lists(st.text("ab<>", min_size=1, max_size=5), min_size=1, max_size=8)


@example(["ab", "<"], ["b", "ab<"])  # the later one is whole before the first
@given(TEXTS, st.lists(st.text("ab<>", min_size=1, max_size=4), min_size=1, max_size=3))
async def test_an_answer_ends_before_the_first_of_them_however_it_is_cut(
    texts: list[str], stops: list[str]
) -> None:
    whole = "".join(texts)
    ends = [at for stop in stops if (at := whole.find(stop)) >= 0]

    got = [chunk async for chunk in end_at_stop_words(stops, pieces(*texts))]

    assert "".join(chunk.content for chunk in got) == whole[: min(ends, default=len(whole))]
    assert [chunk.finished for chunk in got].count(True) == 1
    assert got[-1].reason == ("end" if ends else "length")


async def test_what_was_held_back_comes_before_a_failure() -> None:
    failed = StreamChunk.failed(ConnectionBroken("gone"))

    got = [chunk async for chunk in end_at_stop_words(["<end>"], pieces("one <e", last=failed))]

    assert "".join(chunk.content for chunk in got[:-1]) == "one <e"
    assert got[-1] is failed


@pytest.mark.parametrize("stop", ["<end>", ["!!", "<end>", "x" * 1000]])
def test_the_openai_sdk_stops_there_and_the_provider_is_left(
    server: RunningServer, provider: Service, stop: str | list[str]
) -> None:
    before = provider.hung_up
    provider.always(answer(*said("one ", "two<", "en", "d>", *["three "] * 50), gap=0.02, hold=60))
    with OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN) as client:
        ask = client.chat.completions.create
        whole = ask(model="kimi-k2.6", messages=[{"role": "user", "content": "Count"}], stop=stop)
        stream = ask(
            model="kimi-k2.6",
            messages=[{"role": "user", "content": "Count"}],
            stop=stop,
            stream=True,
        )
        deltas = [chunk.choices[0] for chunk in stream]

    assert whole.choices[0].message.content == "one two"
    assert whole.choices[0].finish_reason == "stop"
    assert "".join(choice.delta.content or "" for choice in deltas) == "one two"
    assert deltas[-1].finish_reason == "stop"
    eventually(lambda: provider.hung_up == before + 2)


@pytest.mark.field("E9")
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_ends_at_a_stop_has_a_usage(
    server: RunningServer, provider: Service, stream: bool
) -> None:
    """What the provider has counted by then, else an estimate: clients rely on one."""
    begun = {"choices": [{"index": 0, "delta": {"content": "one two"}}], "usage": None}
    counted = {**begun, "usage": {"prompt_tokens": 9, "completion_tokens": 2}}
    more = [f"three{n} " for n in range(50)]
    for first, prompt in ((begun, None), (counted, 9)):
        provider.always(answer(sse(first, done=False), *said("<end>", *more), gap=0.02, hold=60))
        with OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN) as client:
            ask: Any = client.chat.completions.create
            asked = {
                "model": "kimi-k2.6",
                "messages": [{"role": "user", "content": "Count"}],
                "stop": "<end>",
            }
            if stream:
                chunks = list(ask(**asked, stream=True, stream_options={"include_usage": True}))
                usage = chunks[-1].usage
            else:
                usage = ask(**asked).usage

        assert usage.completion_tokens > 0
        assert usage.prompt_tokens == prompt if prompt else usage.prompt_tokens > 0
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


@pytest.mark.field("E6")
def test_a_whole_answer_holds_no_thinking_that_was_only_closed(
    server: RunningServer, provider: Service
) -> None:
    provider.always(answer(*said("check: 340+68", " = 408</th", "ink>", "408")))
    with OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN) as client:
        whole: Any = client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": "340 + 68?"}]
        )

    assert whole.choices[0].message.content == "408"
    assert whole.choices[0].message.reasoning_content == "check: 340+68 = 408"
