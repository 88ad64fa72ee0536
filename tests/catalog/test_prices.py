"""What an answer cost: it is right, or it is not there."""

from __future__ import annotations

import pytest

from nbchat.catalog.catalog import Route
from nbchat.catalog.prices import cost_of
from nbchat.errors import NbchatError
from nbchat.events import Answer, Usage
from nbchat.settings import Settings


def answered(provider: str, model: str, usage: Usage | None = None) -> Answer:
    return Answer(
        model=model, provider=provider, usage=usage or Usage(input=1_000_000, output=1_000_000)
    )


def money(answers: list[Answer]) -> str:
    """What they cost, at the addresses that the settings name."""
    settings = Settings.load()

    def address_of(route: Route) -> str | None:
        try:
            return settings.base_url(route).value
        except NbchatError:
            return None

    return str(cost_of(answers, settings.catalog, address_of))


@pytest.mark.parametrize(
    ("provider", "model", "cost"),
    [
        ("openai", "gpt-5.2", "$15.75"),
        ("azure", "gpt-5.2", ""),  # a deployment by that name: Azure's price is not in the table
        ("openrouter", "gpt-5.2", ""),
        ("", "gpt-5.2", ""),
        ("openrouter", "moonshotai/kimi-k2-thinking", "$3.10"),
        ("kimi", "no-such-model", ""),
        ("no-such-provider", "kimi-k2-thinking", ""),
        ("demo", "demo", ""),
        ("ollama", "qwen3", ""),
    ],
)
def test_the_price_is_that_of_the_provider_that_answered(
    provider: str, model: str, cost: str
) -> None:
    assert money([answered(provider, model)]) == cost


def test_large_and_small_amounts_are_written_to_be_read() -> None:
    usages = [Usage(input=sent, output=0) for sent in (1_000_000_000, 600_000, 800, 10)]
    amounts = [money([answered("openai", "gpt-5.2", usage)]) for usage in usages]

    assert amounts == ["$1,750.00", "$1.05", "$0.0014", "<$0.0001"]


@pytest.mark.parametrize(("sent", "cost"), [(32_000, "$0.06"), (32_001, "")])
def test_where_prices_rise_with_length_only_the_first_tier_is_told(sent: int, cost: str) -> None:
    assert money([answered("openai", "gpt-6.1-sol", Usage(input=sent, output=0))]) == cost.replace(
        "0.06", "0.064"
    )


@pytest.mark.parametrize(
    ("model", "address", "cost"),
    [
        ("kimi-k2-thinking", "", "$3.10"),
        ("kimi-k2-thinking", "https://api.moonshot.cn/v1", ""),
        ("kimi-k2-thinking", "https://api.kimi.com/coding/v1", ""),
        ("kimi-k2-thinking", "http://127.0.0.1:9/v1", "$3.10"),  # a gateway
        ("glm-4.6", "", ""),
        ("glm-4.6", "https://api.z.ai/api/paas/v4", "$2.80"),
        ("glm-4.6", "https://api.z.ai/api/coding/paas/v4", ""),
        ("glm-4-plus", "", "¥10.00"),
        ("glm-4-plus", "https://api.z.ai/api/paas/v4", ""),
    ],
)
def test_the_price_list_of_another_country_is_not_ours(
    model: str, address: str, cost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table has one price for a model, in the currency of the country it was read in."""
    provider = model.partition("-")[0]
    if address:
        monkeypatch.setenv(f"{provider.upper()}_BASE_URL", address)

    assert money([answered(provider, model)]) == cost


@pytest.mark.parametrize(
    "usage",
    [Usage(), Usage(input=5), Usage(output=5), Usage(input=1_000_000, output=5, cached=1_000)],
)
def test_what_was_not_counted_or_has_no_price_is_not_guessed(usage: Usage) -> None:
    """moonshot.kimi-k2-thinking on Bedrock has no price for cached tokens."""
    assert money([answered("bedrock", "moonshot.kimi-k2-thinking", usage)]) == ""


def test_a_sum_is_by_currency_and_says_what_it_lacks() -> None:
    dollars, yuan = answered("kimi", "kimi-k2-thinking"), answered("glm", "glm-4-plus")

    assert money([dollars, dollars]) == "$6.20"
    assert money([dollars, yuan]).startswith("$3.10 + ¥")
    assert money([dollars, answered("demo", "demo")]) == "$3.10"
    assert money([dollars, answered("azure", "gpt-5.2")]) == "at least $3.10"
