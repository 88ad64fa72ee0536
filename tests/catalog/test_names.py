"""From a name to a route; a name that leads nowhere is answered with what was meant."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.catalog.catalog import get_model_id, get_model_type, shipped
from nbchat.errors import UnknownModel
from nbchat.wire.formats import FORMATS
from nbchat.wording import did_you_mean

from ..nightly import examples

CATALOG = shipped()


@pytest.mark.parametrize(
    ("name", "kind", "retired_on", "replacement"),
    [
        ("kimi-k2-thinking", "kimi", "2026-05-25", "kimi-k2.6"),
        ("kimi-k2-turbo-preview", "kimi", "2026-05-25", "kimi-k2.6"),
        ("glm-4", "glm", None, "glm-5.3-flash"),
        ("glm-3-turbo", "glm", None, "glm-4.7-flash"),
        ("gpt-4", "openai", "2026-10-23", "gpt-5.6-sol"),
        ("gpt-3.5-turbo", "openai", "2026-10-23", "gpt-5.6-terra"),
        ("claude-3-sonnet-20240229", "anthropic", "2025-07-21", "claude-sonnet-5-5"),
        ("claude-3-opus-20240229", "anthropic", "2026-01-05", "claude-opus-5-5"),
    ],
)
def test_the_eight_names_of_the_original_service(
    name: str, kind: str, retired_on: str | None, replacement: str
):
    model = CATALOG.find(name).model

    assert get_model_type(name) == kind
    assert get_model_id(name) == name
    assert (model.status, model.retired_on, model.replacement) == (
        "retired",
        retired_on,
        replacement,
    )


def test_any_id_of_a_provider_has_a_route():
    route = CATALOG.find("openrouter:some/new:free")

    assert (route.provider.type, route.model.id, route.wire) == (
        "openrouter",
        "some/new:free",
        "openai-chat",
    )
    assert route.model.status == "unlisted"
    assert route.model.env_key == "OPENROUTER_API_KEY"


def test_a_model_that_two_providers_serve_is_found_at_both():
    assert CATALOG.find("groq:openai/gpt-oss-120b").provider.type == "groq"
    assert CATALOG.find("together:openai/gpt-oss-120b").model.sent_id == "openai/gpt-oss-120b"
    assert CATALOG.find("azure:gpt-6.1-sol").model.sent_id == "gpt-6.1-sol"
    assert (
        CATALOG.find("vertex:gemini-3.8-flash").model.price
        == CATALOG.find("gemini-3.8-flash").model.price
    )


@pytest.mark.parametrize(
    ("name", "wire", "thinking", "refuses"),
    [
        ("openai:gpt-5-nano", "openai-responses", "responses-minimal", ("temperature", "top_p")),
        ("openai:gpt-7-sol", "openai-chat", "effort", ()),
        ("openai:o9-mini", "openai-responses", "responses", ("temperature", "top_p")),
        ("openai:gpt-4-turbo", "openai-chat", "", ()),
        (
            "anthropic:claude-sonnet-5-5-20261101",
            "anthropic-messages",
            "claude-between-tools",
            ("temperature", "top_p"),
        ),
        ("anthropic:claude-opus-4-1-20250805", "anthropic-messages", "claude-budget", ()),
        (
            "anthropic:claude-fable-5",
            "anthropic-messages",
            "claude-always",
            ("temperature", "top_p"),
        ),
        ("azure-deployments:gpt-4.1", "openai-chat", "", ()),
        ("azure-deployments:gpt-5.4", "openai-chat", "effort", ("temperature", "top_p")),
        ("kimi:kimi-k2.6-0901", "openai-chat", "kimi-keep", ("temperature", "top_p")),
        ("ollama:gpt-oss:120b", "ollama", "ollama-levels", ()),
        ("ollama:llama9", "ollama", "ollama", ()),
        ("xai:grok-4.20-reasoning", "openai-responses", "responses-always", ()),
        ("minimax:MiniMax-M2.1", "openai-chat", "always", ()),
    ],
)
def test_an_id_that_is_not_in_the_table_is_asked_like_its_kin(
    name: str, wire: str, thinking: str, refuses: tuple[str, ...]
):
    route = CATALOG.find(name)

    assert (route.wire, route.model.thinking, route.model.refuses) == (wire, thinking, refuses)
    assert route.model.price is None


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("kimi-k2-thinkng", "'kimi-k2-thinking'"),
        ("Claude-Sonnet-5.5", "'claude-sonnet-5-5'"),
        ("opnai:gpt-4", "'openai'"),
        ("kimi:", "kimi:kimi-k2.6"),
        ("", "%chat models"),
        (":", "Providers: kimi"),
        ("kimi", "such as kimi-k2.6. Its models:\n%chat models kimi"),
        ("moonshot:kimi-k9", "'kimi:kimi-k9'"),
        ("zhipu:glm-5.3", "'glm:glm-5.3'"),
        ("moonshotai/kimi-k2.6", "'kimi-k2.6'"),
        ("Demo", "Did you mean 'demo'?"),
        ("demo,", "Did you mean 'demo'?"),
        ("demo:", "Did you mean 'demo'?"),
        ("“GPT-5”", "Did you mean 'gpt-5'?"),
        ("ChatGPT", "Did you mean 'gpt-5'"),
        ("mistral/devstral-99", "'mistral:devstral-99'"),
        ("Why is the sky blue?", "The order is nbchat.ask(MODEL, QUESTION)"),
    ],
)
def test_an_unknown_name_offers_near_ones(name: str, offered: str):
    with pytest.raises(UnknownModel) as caught:
        CATALOG.find(name)

    assert offered in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


@pytest.mark.field("P1")
@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("azure", "such as azure:gpt-6.1-sol. Its models"),  # OpenAI has one of that name, too
        ("vertex", "such as vertex:gemini-3.8-flash. Its models"),
        ("azure/gpt-4.1", "'azure:gpt-4.1'"),
        ("groq/kimi-k2.6", "'groq:kimi-k2.6'"),
    ],
)
def test_what_is_offered_for_a_provider_is_that_providers(name: str, offered: str):
    with pytest.raises(UnknownModel, match=re.escape(offered)):
        CATALOG.find(name)


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("llama.cpp", "llamacpp:its-model-id"),
        ("llama-server", "llamacpp:its-model-id"),
        ("LM Studio", "lmstudio:its-model-id"),
        ("Ollama", "ollama:its-model-id"),
        ("豆包", "such as doubao-seed"),
    ],
)
def test_a_provider_is_known_by_the_name_it_has_for_people(name: str, offered: str):
    with pytest.raises(UnknownModel, match=f"{re.escape(repr(name))} is a provider.*{offered}"):
        CATALOG.find(name)


@pytest.mark.parametrize(
    "upstream", ["../../files", "a/../../b", "..", "a/./b", "a b", "a\nb", "a\0b"]
)
def test_a_model_id_cannot_lead_to_another_path(upstream: str):
    with pytest.raises(UnknownModel):
        CATALOG.find(f"gemini:{upstream}")


@settings(max_examples=examples(300))
@given(
    st.one_of(
        st.text(), st.builds("{}:{}".format, st.sampled_from([*CATALOG.providers]), st.text())
    )
)
def test_any_text_is_a_route_or_an_unknown_model(name: str):
    with suppress(UnknownModel):
        assert CATALOG.find(name).wire in FORMATS


def test_near_names_are_found_in_any_case():
    assert did_you_mean("OPENAI", ["openai", "azure"]) == " Did you mean 'openai'?"
    assert did_you_mean("nothing like it", ["openai"]) == ""
