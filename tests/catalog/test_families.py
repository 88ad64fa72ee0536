"""What holds for a family of models, and whether the rows of the table keep to it."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from pydantic import ValidationError

from nbchat.catalog.catalog import shipped
from nbchat.catalog.families import Family, family_of, providers_family
from nbchat.catalog.rows import Model, ModelProfile, Provider, Quirks
from nbchat.wire.formats import FORMATS

CATALOG = shipped()
FILE = Path(__file__).parents[2] / "nbchat" / "catalog" / "families.json"

# Rows that take a temperature and top_p, which the rest of their family refuses.
TAKE_BOTH = {"gpt-5.4", "gpt-5.4-mini", "gpt-5.2", "claude-opus-4-6", "claude-sonnet-4-6"}
# Rows that are asked over another format than the rest of their family, for what only that has.
OTHER_WIRES = {"gpt-5-search-api": "openai-chat"}


def family_rows() -> list[tuple[Model, ModelProfile]]:
    rows = []
    for model in CATALOG.models.values():
        profile = providers_family(CATALOG.providers[model.type], model.sent_id)
        if profile.model_fields_set:
            rows.append((model, profile))
    return rows


ROWS = family_rows()


@pytest.mark.field("E10")
@pytest.mark.parametrize(("model", "family"), ROWS, ids=[model.id for model, _ in ROWS])
def test_a_row_keeps_to_its_family(model: Model, family: ModelProfile) -> None:
    quirks = CATALOG.quirks(model)
    for name in family.quirks.model_fields_set - model.quirks.model_fields_set:
        assert getattr(quirks, name) == getattr(family.quirks, name), name
    if "wire" in family.model_fields_set:
        assert model.wire == OTHER_WIRES.get(model.id, family.wire)
    if "base_url" in family.model_fields_set:
        assert model.base_url == family.base_url
    if "refuses" in family.model_fields_set:
        takes_both = model.id in TAKE_BOTH
        assert set(model.refuses) == (set() if takes_both else set(family.refuses))
    if "thinking" in family.model_fields_set and model.id not in OTHER_WIRES:
        assert bool(model.thinking) == bool(family.thinking)


@pytest.mark.field("E10")
@pytest.mark.parametrize("name", ["openai/gpt-oss-120b", "openai/gpt-oss-20b"])
def test_groq_s_gpt_oss_takes_a_schema(name: str) -> None:
    model = CATALOG.models[name]

    assert model.type == "groq"
    assert CATALOG.quirks(model).schema_mode == "json_schema"
    assert CATALOG.quirks(CATALOG.find("groq:some-other-model").model).schema_mode == "json_object"


def test_a_row_says_more_than_its_provider_and_that_more_than_the_family() -> None:
    kimi = CATALOG.find("vllm:moonshotai/Kimi-K2-Thinking").model
    assert CATALOG.quirks(kimi).reasoning_back == "tools"
    assert CATALOG.quirks(kimi).reasoning_field == "reasoning"
    assert CATALOG.quirks(CATALOG.models["kimi-k3"]).reasoning_back == "always"
    assert CATALOG.quirks(CATALOG.models["moonshot-v1-8k"]).reasoning_back == "never"
    assert CATALOG.quirks(CATALOG.find("mistral:kimi-k2-thinking").model).reasoning_back == "never"

    own = kimi.model_copy(update={"quirks": Quirks(reasoning_back="never")})
    assert CATALOG.quirks(own).reasoning_back == "never"


@pytest.mark.field("E4")
def test_a_family_holds_at_a_provider_of_the_user_s_own() -> None:
    corp = Provider(type="corp", name="Corp", base_url="https://llm.corp.example/v1")
    strict = Provider(type="strict", name="Strict", quirks=Quirks(reasoning_back="never"))
    catalog = CATALOG.merged(providers=[corp, strict])

    for kind, back in (("corp", "tools"), ("strict", "never")):
        row = catalog.find(f"{kind}:team/kimi-k2-thinking").model
        assert catalog.quirks(row).reasoning_back == back
    assert catalog.find("corp:gpt-oss-20b").model.thinking == "effort"


def test_over_other_formats_only_what_they_have_holds() -> None:
    kimi = CATALOG.find("ollama:kimi-k2-thinking").model
    gemma = CATALOG.find("ollama:gemma3").model

    assert CATALOG.quirks(kimi, "anthropic-messages") == Quirks(schema_mode="none")
    assert CATALOG.quirks(kimi, "openai-chat").reasoning_back == "tools"
    for wire in FORMATS:
        assert CATALOG.quirks(gemma, wire).system_in_question


@pytest.mark.parametrize(
    ("sent_id", "name"),
    [
        ("openai/gpt-oss-120b", "gpt-oss"),
        ("accounts/fireworks/models/deepseek-v3p2", "DeepSeek"),
        ("moonshot.kimi-k2-thinking", "Kimi"),
        ("zai-glm-4.7", "GLM"),
        ("GLM-5", "GLM"),
        ("hf.co/unsloth/GLM-4.5-Air-GGUF", "GLM"),
        ("glm4:9b", "models of these makers that do not think"),
        ("Qwen/Qwen3-Coder-480B-A35B-Instruct", "models of these makers that do not think"),
        ("qwen3:32b", "Qwen that thinks"),
        ("nvidia/nemotron-3-nano-30b-a3b", "open models that think between calls"),
        ("google/gemma-7b-it", "Gemma"),
        ("gemma:2b", "Gemma"),
        ("gemma-3-4b-it", "Gemma"),
        ("google/medgemma-27b-it", "Gemma"),
        ("gemma4:26b", "Gemma with a system role"),
        ("o1-mini-2024-09-12", "others without a system role"),
        ("mixtral-8x7b-instruct-v0.1", "others without a system role"),
        ("gpt-4.1", ""),
        ("o1", ""),
        ("mistral-large-latest", "Mistral"),
        ("mistralai/devstral-small-2-24b-instruct-2512", "Mistral"),
        ("gemini-3.7-flash", "Gemini since 3"),
        ("gemini-2.5-pro", ""),
        ("llama-3.3-70b-versatile", ""),
        ("claude-opus-5-5", ""),
    ],
)
def test_which_family_a_model_is_of(sent_id: str, name: str) -> None:
    family = family_of(CATALOG.families, sent_id)

    assert (family.name if family else "") == name


def test_the_rows_of_families_are_whole() -> None:
    rows = json.loads(FILE.read_text("utf-8"))["families"]

    assert len(rows) == len({row["name"] for row in rows}) == len(CATALOG.families)
    for family in CATALOG.families:
        assert family.source
        assert set(family.wires) <= set(FORMATS)
        assert not family.thinking or family.thinking in CATALOG.thinking
        assert all(pattern == pattern.lower() for pattern in family.ids)
        assert all(fnmatchcase(p.strip("*"), p) for p in family.ids if "[" not in p[1:-1] and p)
    with pytest.raises(ValidationError, match="not permitted"):
        Family(name="x", ids=(), reasoning="x")  # type: ignore[call-arg]
