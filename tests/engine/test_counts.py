"""What was counted, where a host counts several times, beside the rest, or with other names."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat import Answer, Usage
from nbchat.catalog.catalog import shipped
from nbchat.catalog.prices import cost_of

from ..fakes.provider import Service
from .answering import DONE, block, claude, completed, delta, gemini, read

pytestmark = pytest.mark.field("E9")

WORDS = block(0, {"type": "text", "text": "Hi"})


def usage_chunk(**usage: Any) -> dict[str, Any]:
    return {"id": "c1", "choices": [], "usage": usage}


async def counted(service: Service, *usages: dict[str, Any]) -> Usage:
    """What these reports of a chat completion come to."""
    chunks = [usage_chunk(**usage) for usage in usages]
    answer, _ = await read(service, "openai-chat", delta("stop", content="Hi"), *chunks, DONE)
    return answer.usage


async def of_claude(service: Service, start: dict[str, Any], **later: Any) -> Usage:
    events = claude(*WORDS, **later)
    events[0] = {"type": "message_start", "message": {"id": "m", "usage": start}}
    return (await read(service, "anthropic-messages", *events))[0].usage


async def test_a_later_zero_takes_nothing_back(service: Service) -> None:
    cache = {"cache_read_input_tokens": 400, "cache_creation_input_tokens": 100}
    start = {"input_tokens": 1000, "output_tokens": 1, **cache}

    zeros = await of_claude(service, start, input_tokens=0, output_tokens=9)
    all_zeros = await of_claude(
        service,
        start,
        input_tokens=0,
        cache_read_input_tokens=0,
        cache_creation_input_tokens=0,
        output_tokens=9,
    )

    assert zeros == all_zeros == Usage(1500, 9, 400, 100)


async def test_what_is_counted_anew_behind_a_compaction_counts(service: Service) -> None:
    start = {"input_tokens": 100, "output_tokens": 7, "cache_read_input_tokens": 55_096}

    usage = await of_claude(service, start, input_tokens=181, cache_read_input_tokens=0)

    assert (usage.input, usage.cached) == (181, 0)


@pytest.mark.parametrize(
    "later",
    [
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        {"prompt_tokens": 20, "completion_tokens": 0},
        {"prompt_tokens": None, "completion_tokens": None},
        {"prompt_tokens": 0, "prompt_tokens_details": {"cached_tokens": 0}},
        {},
    ],
)
async def test_a_later_chunk_takes_nothing_back(service: Service, later: dict[str, Any]) -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 8}}
    first = {"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 218, **details}

    assert await counted(service, first, later) == Usage(20, 198, 8)


async def test_other_formats_take_nothing_back_either(service: Service) -> None:
    one = gemini({"text": "Hi"})
    one["usageMetadata"] = {"promptTokenCount": 1500, "candidatesTokenCount": 9}
    two = gemini(finish="STOP")
    two["usageMetadata"] = {"promptTokenCount": 0, "candidatesTokenCount": 0}
    metadata = {"inputTokens": 1500, "outputTokens": 9}
    text = {"contentBlockIndex": 0, "delta": {"text": "Hi"}}

    of_gemini, _ = await read(service, "gemini", one, two)
    of_converse, _ = await read(
        service,
        "bedrock-converse",
        ("contentBlockDelta", text),
        ("metadata", {"usage": metadata}),
        ("metadata", {"usage": {"inputTokens": 0, "outputTokens": 0}}),
        ("messageStop", {"stopReason": "end_turn"}),
    )

    assert of_gemini.usage == Usage(1500, 9)
    assert of_converse.usage == Usage(1500, 9)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 623}, (20, 603)),
        ({"prompt_tokens": 35, "completion_tokens": 0, "total_tokens": 109}, (35, 74)),
        ({"prompt_tokens": 35, "total_tokens": 109}, (35, 74)),
        ({"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 218}, (20, 198)),
        ({"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 0}, (20, 198)),
        ({"input_tokens": 20, "output_tokens": 5}, (20, 5)),
    ],
)
async def test_what_only_the_total_counts_was_made(
    service: Service, usage: dict[str, Any], expected: tuple[int, int]
) -> None:
    got = await counted(service, usage)

    assert (got.input, got.output) == expected


async def test_the_total_counts_in_other_formats_too(service: Service) -> None:
    usage = {"input_tokens": 20, "output_tokens": 198, "total_tokens": 623}
    chunk = gemini({"text": "Hi"}, finish="STOP")
    chunk["usageMetadata"] = {
        "promptTokenCount": 20,
        "toolUsePromptTokenCount": 100,
        "candidatesTokenCount": 198,
        "totalTokenCount": 723,
    }
    said = {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}

    responses, _ = await read(service, "openai-responses", completed(said, usage=usage))
    of_gemini, _ = await read(service, "gemini", chunk)

    assert (responses.usage.input, responses.usage.output) == (20, 603)
    assert (of_gemini.usage.input, of_gemini.usage.output) == (20, 603)


async def test_thinking_beside_the_completion_was_made_where_there_is_no_total(
    service: Service,
) -> None:
    details = {"completion_tokens_details": {"reasoning_tokens": 300}}

    usage = await counted(service, {"prompt_tokens": 9, "completion_tokens": 5, **details})

    assert usage == Usage(9, 305, reasoning=300)


CACHE = {"cache_read_input_tokens": 100, "cache_creation_input_tokens": 500}
BESIDE: list[tuple[dict[str, Any], Usage]] = [
    (
        {"total_tokens": 1025, "prompt_tokens_details": {"cached_tokens": 1000}},
        Usage(1020, 5, 1000),
    ),
    ({"total_tokens": 625, **CACHE}, Usage(620, 5, 100, 500)),
    ({"total_tokens": 0, **CACHE}, Usage(620, 5, 100, 500)),
    (CACHE, Usage(620, 5, 100, 500)),
    ({"prompt_tokens": 620, **CACHE}, Usage(620, 5, 100, 500)),
    ({"prompt_tokens": 620, "total_tokens": 625, **CACHE}, Usage(620, 5, 100, 500)),
]


@pytest.mark.parametrize(("more", "expected"), BESIDE)
async def test_what_a_cache_had_beside_the_rest_was_sent_too(
    service: Service, more: dict[str, Any], expected: Usage
) -> None:
    """The total says so, or there is more in the cache than was sent."""
    assert await counted(service, {"prompt_tokens": 20, "completion_tokens": 5, **more}) == expected


async def test_it_is_so_in_responses_too(service: Service) -> None:
    details = {"cached_tokens": 100, "cache_write_tokens": 500}
    usage = {"input_tokens": 20, "output_tokens": 5, "input_tokens_details": details}
    said = {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}

    answer, _ = await read(service, "openai-responses", completed(said, usage=usage))

    assert answer.usage == Usage(620, 5, 100, 500)


WRITTEN: dict[str, dict[str, Any]] = {
    "OpenRouter": {"prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 700}},
    "LiteLLM": {"prompt_tokens_details": {"cache_creation_tokens": 700}},
    "DashScope": {"prompt_tokens_details": {"cache_creation_input_tokens": 700}},
    "a gateway to Claude": {"cache_creation_input_tokens": 700},
}


@pytest.mark.parametrize("host", WRITTEN)
async def test_what_was_put_into_the_cache_is_counted(service: Service, host: str) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 5, **WRITTEN[host]}

    assert (await counted(service, usage)).written == 700


async def test_what_was_put_into_the_cache_is_counted_in_other_formats(service: Service) -> None:
    details = {"cached_tokens": 0, "cache_write_tokens": 700}
    usage = {"input_tokens": 1000, "output_tokens": 5, "input_tokens_details": details}
    said = {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}
    hours = {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 200}

    responses, _ = await read(service, "openai-responses", completed(said, usage=usage))
    of_claude_ = await of_claude(service, {"input_tokens": 300, "cache_creation": hours})

    assert (responses.usage.input, responses.usage.written) == (1000, 700)
    assert (of_claude_.input, of_claude_.written) == (1000, 700)


def test_an_answer_that_wrote_into_the_cache_costs_more() -> None:
    def cost(**counts: int) -> float:
        usage = Usage(input=20_000, output=0, **counts)
        answer = Answer(model="claude-opus-5-5", provider="anthropic", usage=usage)
        return cost_of([answer], shipped(), lambda _: None).amounts["USD"]

    plain = cost()

    assert plain > 0
    assert cost(written=20_000) == pytest.approx(plain * 1.25)
    assert cost(written=8_000) == pytest.approx(plain * (0.6 + 0.4 * 1.25))
    assert cost(written=20_000, cached=20_000) < plain


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ({"cost": 0.25, "cost_details": {"upstream_inference_cost": None}}, 0.25),
        ({"cost": 0.5, "is_byok": True, "cost_details": {"upstream_inference_cost": 2}}, 2.5),
        ({"cost_in_usd_ticks": 8_934_000}, 0.0008934),
        ({"cost": {"request_cost": 0.005, "total_cost": 0.00503}}, 0.00503),
        ({"cost": 0.25}, None),  # in no currency that anybody has named
        ({"cost": "0.25", "cost_details": {}}, None),
        ({"cost": -1, "cost_details": {}}, None),
        ({}, None),
    ],
)
async def test_what_a_provider_says_that_it_cost_is_with_its_counts(
    said: dict[str, Any], cost: float | None, service: Service
) -> None:
    """As OpenRouter, xAI and Perplexity were recorded."""
    got = await counted(service, {"prompt_tokens": 9, "completion_tokens": 5, **said})

    assert (got.input, got.output, got.cost) == (9, 5, cost)
