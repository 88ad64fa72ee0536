"""The tables say what the facts say, and a user's own tables go over them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from nbchat.catalog import Catalog, Fields, Model, Provider, Quirks, get_model_id, get_model_type, near, shipped
from nbchat.catalog.rows import LEVELS, WIRES, ThinkingTable
from nbchat.catalog.user import read_file, read_tables
from nbchat.errors import BadSettings, UnknownModel
from nbchat.hosts import host_of
from nbchat.wire import DIALECTS, dialect

FOLDER = Path(__file__).parent.parent / "nbchat" / "catalog"
CATALOG = shipped()
MODELS = list(CATALOG.models.values())
PROVIDERS = list(CATALOG.providers.values())

# The second source: written by hand from the facts, so that a slip in providers.json shows.
# type, wire, base URL, key variables in order, base-URL variables besides <TYPE>_BASE_URL
TABLE = """\
kimi              openai-chat        https://api.moonshot.ai/v1  KIMI_API_KEY,MOONSHOT_API_KEY  KIMI_BASE_URL,MOONSHOT_API_BASE
glm               openai-chat        https://open.bigmodel.cn/api/paas/v4  GLM_API_KEY,ZAI_API_KEY,ZHIPUAI_API_KEY,ZHIPU_API_KEY,BIGMODEL_API_KEY  ZAI_BASE_URL,ZHIPUAI_BASE_URL
openai            openai-chat        https://api.openai.com/v1  OPENAI_API_KEY  OPENAI_BASE_URL
anthropic         anthropic-messages https://api.anthropic.com  ANTHROPIC_API_KEY,ANTHROPIC_AUTH_TOKEN  ANTHROPIC_BASE_URL
azure             openai-chat        {endpoint}/openai/v1  AZURE_OPENAI_API_KEY,AZURE_API_KEY,AZURE_OPENAI_AD_TOKEN  -
azure-deployments openai-chat        {endpoint}/openai  AZURE_OPENAI_API_KEY,AZURE_API_KEY,AZURE_OPENAI_AD_TOKEN  AZURE_DEPLOYMENTS_BASE_URL
gemini            gemini             https://generativelanguage.googleapis.com/v1beta  GEMINI_API_KEY,GOOGLE_API_KEY  -
vertex            gemini             https://aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/publishers/google  GOOGLE_ACCESS_TOKEN,VERTEX_ACCESS_TOKEN  -
vertex-express    gemini             https://aiplatform.googleapis.com/v1/publishers/google  VERTEX_API_KEY  VERTEX_EXPRESS_BASE_URL
ernie             openai-chat        https://qianfan.baidubce.com/v2  QIANFAN_API_KEY  -
hunyuan           openai-chat        https://tokenhub.tencentmaas.com/v1  TENCENT_TOKENHUB_API_KEY,TOKENHUB_API_KEY,TENCENT_API_KEY  -
deepseek          openai-chat        https://api.deepseek.com  DEEPSEEK_API_KEY  DEEPSEEK_BASE_URL
qwen              openai-chat        https://dashscope.aliyuncs.com/compatible-mode/v1  DASHSCOPE_API_KEY,QWENCLOUD_API_KEY  DASHSCOPE_API_BASE
doubao            openai-chat        https://ark.cn-beijing.volces.com/api/v3  ARK_API_KEY  -
minimax           openai-chat        https://api.minimax.io/v1  MINIMAX_API_KEY  MINIMAX_API_BASE
mistral           openai-chat        https://api.mistral.ai/v1  MISTRAL_API_KEY  -
xai               openai-responses   https://api.x.ai/v1  XAI_API_KEY  XAI_API_BASE
groq              openai-chat        https://api.groq.com/openai/v1  GROQ_API_KEY  GROQ_BASE_URL
openrouter        openai-chat        https://openrouter.ai/api/v1  OPENROUTER_API_KEY  -
siliconflow       openai-chat        https://api.siliconflow.cn/v1  SILICONFLOW_API_KEY,SILICONFLOW_CN_API_KEY  -
stepfun           openai-chat        https://api.stepfun.com/v1  STEPFUN_API_KEY  -
baichuan          openai-chat        https://api.baichuan-ai.com/v1  BAICHUAN_API_KEY  -
yi                openai-chat        https://api.lingyiwanwu.com/v1  YI_API_KEY  -
spark             openai-chat        https://spark-api-open.xf-yun.com/v1  SPARK_API_KEY  -
together          openai-chat        https://api.together.ai/v1  TOGETHER_API_KEY  TOGETHER_BASE_URL
fireworks         openai-chat        https://api.fireworks.ai/inference/v1  FIREWORKS_API_KEY  FIREWORKS_BASE_URL
cerebras          openai-chat        https://api.cerebras.ai/v1  CEREBRAS_API_KEY  CEREBRAS_BASE_URL
perplexity        openai-chat        https://api.perplexity.ai  PERPLEXITY_API_KEY,PERPLEXITYAI_API_KEY  PERPLEXITY_BASE_URL
cohere            cohere             https://api.cohere.com  COHERE_API_KEY,CO_API_KEY  CO_API_URL
nvidia            openai-chat        https://integrate.api.nvidia.com/v1  NVIDIA_API_KEY,NVIDIA_NIM_API_KEY  -
huggingface       openai-chat        https://router.huggingface.co/v1  HF_TOKEN  -
bedrock           bedrock-converse   https://bedrock-runtime.{region}.amazonaws.com  AWS_BEARER_TOKEN_BEDROCK  -
github            openai-chat        https://models.github.ai/inference  GITHUB_TOKEN  -
ollama            ollama             http://localhost:11434  OLLAMA_API_KEY  OLLAMA_HOST
lmstudio          openai-chat        http://127.0.0.1:1234/v1  LMSTUDIO_API_KEY,LM_STUDIO_API_KEY  LM_STUDIO_API_BASE
llamacpp          openai-chat        http://127.0.0.1:8080/v1  LLAMACPP_API_KEY  -
vllm              openai-chat        http://localhost:8000/v1  VLLM_API_KEY  HOSTED_VLLM_API_BASE
localai           openai-chat        http://localhost:8080/v1  LOCALAI_API_KEY  -
sglang            openai-chat        http://localhost:30000/v1  SGLANG_API_KEY  -
demo              openai-chat        https://demo.invalid/v1  -  -
"""  # noqa: E501
EXPECTED = {kind: rest for kind, *rest in map(str.split, TABLE.splitlines())}
KEYLESS = {"ollama", "lmstudio", "llamacpp", "vllm", "localai", "sglang", "demo"}


def names(rows: list[Any], by: str) -> list[str]:
    return [getattr(row, by) for row in rows]


# --- the rows ----------------------------------------------------------------------------------


def test_no_id_type_or_table_is_there_twice():
    """A JSON object would silently keep the last one."""
    models = json.loads((FOLDER / "models.json").read_text("utf-8"))["models"]
    providers = json.loads((FOLDER / "providers.json").read_text("utf-8"))["providers"]

    assert len(models) == len(MODELS) == len({m["id"] for m in models})
    assert len(providers) == len(PROVIDERS) == len({p["type"] for p in providers})
    assert len(MODELS) >= 170


def test_a_model_is_one_line_in_the_documented_shape():
    for line in (FOLDER / "models.json").read_text("utf-8").splitlines()[1:-1]:
        row = json.loads(line.rstrip(","))

        assert list(row)[:6] == ["id", "name", "type", "envKey", "features", "supportsThinkingMode"]


@pytest.mark.parametrize("kind", [Model, Provider, Quirks, ThinkingTable, Fields])
def test_an_unknown_field_is_refused(kind: type):
    given = {"id": "x", "name": "X", "type": "x"} if kind is Model else {"name": "X", "type": "x"}

    with pytest.raises(ValidationError, match="not permitted"):
        kind(**(given if kind in (Model, Provider) else {}), supportsThinkingMod=True)


@pytest.mark.parametrize("wire", WIRES)
def test_every_file_that_is_not_shared_speaks_a_format(wire: str):
    """A part that several formats use belongs in `rows.SHARED`."""
    spoken = dialect(wire)

    assert spoken.FRAMING in ("sse", "ndjson", "eventstream")
    assert callable(spoken.render)
    assert spoken.Reader().ended is False


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS, "id"))
def test_a_model_row_is_whole(model: Model):
    provider = CATALOG.providers[model.type]
    route = CATALOG.find(model.id)

    assert route.model is model
    assert route.wire in DIALECTS
    assert CATALOG.find(f"{model.type}:{model.sent_id}").model is model
    assert model.env_key == next(iter(provider.env_keys), "")
    assert model.features[0] == "text"
    assert ("thinking" in model.features) == model.supports_thinking_mode == bool(model.thinking)
    assert not model.thinking or model.thinking in CATALOG.thinking
    assert set(model.refuses) <= {"temperature"}
    assert model.source
    if model.max_output and model.context_window:
        assert model.max_output <= model.context_window
    if model.price:
        assert model.price.currency in ("USD", "CNY")
        assert model.price.input is not None
        assert model.price.output is not None
    if model.status == "retired":
        assert model.replacement or model.note
    if model.replacement:
        assert CATALOG.models[model.replacement].status in ("current", "preview")
        assert CATALOG.models[model.replacement].type == model.type


@pytest.mark.parametrize("provider", PROVIDERS, ids=names(PROVIDERS, "type"))
def test_a_provider_row_is_whole(provider: Provider):
    urls = [provider.base_url, *provider.base_urls.values(), *provider.regions.values()]

    assert provider.source
    assert not provider.thinking or provider.thinking in CATALOG.thinking
    assert all(f.thinking in ("", *CATALOG.thinking) for f in provider.families.values())
    assert not any(url.endswith("/") for url in urls)
    assert {*provider.auth_by_key, *provider.host_by_key} <= set(provider.env_keys)
    assert set(provider.host_by_key.values()) <= set(provider.hosts)
    if provider.type != "demo":
        filled = [url.format(location="us-east1", project="p", region="us-east-1", endpoint="https://r.openai.azure.com")
                  for url in urls]  # fmt: skip
        assert all(provider.trusts(host_of(url)) for url in filled)
    if provider.default_model:
        chosen = CATALOG.find(f"{provider.type}:{provider.default_model}").model
        assert chosen.status != "retired"
        assert chosen.type == provider.type


def test_a_key_goes_to_its_own_hosts_only():
    trusts = CATALOG.providers["kimi"].trusts

    assert trusts("api.moonshot.cn")
    assert trusts("API.MOONSHOT.AI")
    assert not trusts("api.moonshot.ai.evil.com")
    assert not trusts("evil.com")
    assert CATALOG.providers["bedrock"].trusts("bedrock-runtime.eu-west-1.amazonaws.com")
    assert not CATALOG.providers["bedrock"].trusts("bedrock-runtime.a.b.amazonaws.com")
    assert not CATALOG.providers["azure"].trusts("openai.azure.com.evil.com")


# --- the providers, twice told -------------------------------------------------------------------


def test_every_provider_is_expected_and_the_other_way_round():
    assert list(CATALOG.providers) == list(EXPECTED)


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_provider_has_the_wire_the_address_and_the_variables_of_the_facts(kind: str):
    provider = CATALOG.providers[kind]
    wire, base_url, keys, moves = EXPECTED[kind]

    assert provider.wire == wire
    assert provider.base_url == base_url
    assert (",".join(provider.env_keys) or "-") == keys
    assert (",".join(provider.env_base_url) or "-") == moves
    assert provider.key_needed == (kind not in KEYLESS)


@pytest.mark.parametrize(
    ("kind", "wire", "variable", "auth"),
    [
        ("kimi", "openai-chat", "KIMI_API_KEY", "bearer"),
        ("anthropic", "anthropic-messages", "ANTHROPIC_API_KEY", "x-api-key"),
        ("anthropic", "anthropic-messages", "ANTHROPIC_AUTH_TOKEN", "bearer"),
        ("azure", "openai-chat", "AZURE_OPENAI_API_KEY", "api-key"),
        ("azure", "openai-responses", "AZURE_OPENAI_AD_TOKEN", "bearer"),
        ("gemini", "gemini", "GOOGLE_API_KEY", "x-goog-api-key"),
        ("gemini", "openai-chat", "GOOGLE_API_KEY", "bearer"),
        ("vertex", "gemini", "GOOGLE_ACCESS_TOKEN", "bearer"),
        ("bedrock", "bedrock-converse", "AWS_BEARER_TOKEN_BEDROCK", "bearer"),
        ("cohere", "cohere", "CO_API_KEY", "bearer"),
        ("demo", "openai-chat", "", "none"),
    ],
)
def test_how_a_key_is_sent(kind: str, wire: str, variable: str, auth: str):
    assert CATALOG.providers[kind].auth_for(wire, variable) == auth


def test_formats_that_live_elsewhere_have_their_own_address():
    def base_url(name: str, wire: str) -> str:
        return CATALOG.find(name, wire).base_url

    assert base_url("deepseek-flash", "anthropic-messages") == "https://api.deepseek.com/anthropic"
    assert base_url("deepseek-flash", "openai-chat") == "https://api.deepseek.com"
    assert base_url("gemini-3.8-flash", "openai-chat") == "https://generativelanguage.googleapis.com/v1beta/openai"
    assert base_url("spark-x", "openai-chat") == "https://spark-api-open.xf-yun.com/x2"
    assert base_url("lite", "openai-chat") == "https://spark-api-open.xf-yun.com/v1"


def test_a_region_has_its_own_address():
    vertex, kimi = CATALOG.find("vertex:gemini-3.8-flash"), CATALOG.find("kimi-k2.6")

    assert vertex.base_url_in("global") == vertex.base_url
    assert vertex.base_url_in("us-east1").startswith("https://{location}-aiplatform.googleapis.com/v1/projects/")
    assert vertex.base_url_in("eu").startswith("https://aiplatform.eu.rep.googleapis.com/v1/projects/")
    assert kimi.base_url_in("cn") == "https://api.moonshot.cn/v1"


def test_variables_that_stop_at_the_host_are_completed():
    """The SDKs of these put the path after what their variable holds."""
    assert CATALOG.providers["groq"].moved_to("https://proxy.corp") == "https://proxy.corp/openai/v1"
    assert CATALOG.providers["cerebras"].moved_to("https://proxy.corp/v1") == "https://proxy.corp/v1"
    assert CATALOG.providers["kimi"].moved_to("https://proxy.corp") == "https://proxy.corp"


def test_a_retired_service_says_so():
    assert "2026-07-30" in CATALOG.providers["github"].retired
    assert not CATALOG.providers["github"].default_model


# --- names -----------------------------------------------------------------------------------------


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
def test_the_eight_names_of_the_original_service(name: str, kind: str, retired_on: str | None, replacement: str):
    model = CATALOG.find(name).model

    assert get_model_type(name) == kind
    assert get_model_id(name) == name
    assert (model.status, model.retired_on, model.replacement) == ("retired", retired_on, replacement)


def test_any_id_of_a_provider_has_a_route():
    route = CATALOG.find("openrouter:some/new:free")

    assert (route.provider.type, route.model.id, route.wire) == ("openrouter", "some/new:free", "openai-chat")
    assert route.model.status == "unlisted"
    assert route.model.env_key == "OPENROUTER_API_KEY"


def test_a_model_that_two_providers_serve_is_found_at_both():
    assert CATALOG.find("groq:openai/gpt-oss-120b").provider.type == "groq"
    assert CATALOG.find("together:openai/gpt-oss-120b").model.sent_id == "openai/gpt-oss-120b"
    assert CATALOG.find("azure:gpt-6.1-sol").model.sent_id == "gpt-6.1-sol"
    assert CATALOG.find("vertex:gemini-3.8-flash").model.price == CATALOG.find("gemini-3.8-flash").model.price


@pytest.mark.parametrize(
    ("name", "wire", "thinking", "refuses"),
    [
        ("openai:gpt-5-nano", "openai-responses", "responses-minimal", ("temperature",)),
        ("openai:gpt-7-sol", "openai-chat", "effort", ()),
        ("openai:o9-mini", "openai-responses", "responses", ("temperature",)),
        ("openai:gpt-4-turbo", "openai-chat", "", ()),
        ("anthropic:claude-sonnet-5-5-20261101", "anthropic-messages", "claude-between-tools", ("temperature",)),
        ("anthropic:claude-opus-4-1-20250805", "anthropic-messages", "claude-budget", ()),
        ("anthropic:claude-fable-5", "anthropic-messages", "claude-always", ("temperature",)),
        ("azure-deployments:gpt-4.1", "openai-chat", "", ()),
        ("azure-deployments:gpt-5.4", "openai-chat", "effort", ("temperature",)),
        ("kimi:kimi-k2.6-0901", "openai-chat", "kimi-keep", ("temperature",)),
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
        ("kimi", "such as kimi-k2.6. Its models: %chat models kimi"),
        ("moonshot:kimi-k9", "'kimi:kimi-k9'"),
        ("zhipu:glm-5.3", "'glm:glm-5.3'"),
        ("moonshotai/kimi-k2.6", "'kimi-k2.6'"),
        ("mistral/devstral-99", "'mistral:devstral-99'"),
        ("Why is the sky blue?", "The order is nbchat.ask(MODEL, QUESTION)"),
    ],
)
def test_an_unknown_name_offers_near_ones(name: str, offered: str):
    with pytest.raises(UnknownModel) as caught:
        CATALOG.find(name)

    assert offered in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


@pytest.mark.parametrize("upstream", ["../../files", "a/../../b", "..", "a/./b", "a b", "a\nb", "a\0b"])
def test_a_model_id_cannot_lead_to_another_path(upstream: str):
    with pytest.raises(UnknownModel):
        CATALOG.find(f"gemini:{upstream}")


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.builds("{}:{}".format, st.sampled_from([*CATALOG.providers]), st.text())))
def test_any_text_is_a_route_or_an_unknown_model(name: str):
    with suppress(UnknownModel):
        assert CATALOG.find(name).wire in DIALECTS


def test_near_names_are_found_in_any_case():
    assert near("OPENAI", ["openai", "azure"]) == " Did you mean 'openai'?"
    assert near("nothing like it", ["openai"]) == ""


# --- how a model is told to think --------------------------------------------------------------------

ADAPTIVE = {"thinking": {"type": "adaptive", "display": "summarized"}}
OFF = {"thinking": {"type": "disabled"}}
THOUGHTS = {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}


@pytest.mark.parametrize(
    ("name", "asked", "effort", "budget", "body"),
    [
        ("kimi-k3.1-pro", None, None, None, {}),
        ("kimi-k3.1-pro", "max", "max", None, {}),
        ("kimi-k3", False, "low", None, {}),
        ("kimi-k3", "medium", "high", None, {}),
        ("kimi-k2.7-code", True, None, None, {"thinking": {"type": "enabled"}}),
        ("kimi-k2.6", True, None, None, {"thinking": {"type": "enabled", "keep": "all"}}),
        ("kimi-k2.6", False, None, None, OFF),
        ("kimi-k2.5", True, None, None, {"thinking": {"type": "enabled"}}),
        ("kimi-k2-thinking", True, None, None, {}),
        ("glm-4.7", True, None, None, {"thinking": {"type": "enabled", "clear_thinking": False}}),
        ("glm-4.7", False, None, None, OFF),
        ("glm-5.2", "max", "max", None, {"thinking": {"type": "enabled", "clear_thinking": False}}),
        ("glm-5.3", False, "low", None, {"thinking": {"type": "enabled", "clear_thinking": False}}),
        ("gpt-5", False, "minimal", None, {}),
        ("gpt-5.4", False, "none", None, {}),
        ("gpt-5.4", "max", "xhigh", None, {}),
        ("gpt-6-sol", "max", "max", None, {}),
        ("gpt-6.1-sol", False, "low", None, {}),
        ("gpt-6.1-sol", None, None, None, {"include": ["reasoning.encrypted_content"]}),
        ("o3", True, "medium", None, {}),
        ("claude-opus-5-5", None, None, None, ADAPTIVE),
        ("claude-opus-5-5", "high", "high", None, ADAPTIVE),
        ("claude-opus-5-5", False, "low", None, ADAPTIVE),
        ("claude-sonnet-5-5", False, "low", None, {"thinking": {"type": "between_tools"}}),
        ("claude-sonnet-5", None, None, None, ADAPTIVE),
        ("claude-sonnet-5", False, None, None, OFF),
        ("claude-opus-4-6", True, None, None, ADAPTIVE),
        ("claude-opus-4-6", None, None, None, {}),
        ("claude-haiku-4-5", "low", None, 2048, {}),
        ("claude-haiku-4-5", False, None, None, OFF),
        ("gemini-4-argon", "low", "low", None, THOUGHTS),
        ("gemini-4-argon", None, None, None, THOUGHTS),
        ("gemini-3.6-flash", False, "minimal", None, {}),
        ("gemini-2.5-pro", False, None, 128, {}),
        ("gemini-2.5-flash", False, None, 0, {}),
        ("gemini-2.5-flash", True, None, -1, THOUGHTS),
        ("ernie-x1.1", True, None, None, {}),
        ("hy3", False, None, None, OFF),
        ("hy3", "high", "high", None, {"thinking": {"type": "enabled"}}),
        ("deepseek-flash", "max", "max", None, {"thinking": {"type": "enabled"}}),
        ("deepseek-flash", False, None, None, OFF),
        ("qwen-plus", True, None, None, {"enable_thinking": True}),
        ("qwen-plus", False, None, None, {"enable_thinking": False}),
        ("qwen3.7-plus", "low", None, None,
         {"enable_thinking": True, "preserve_thinking": True, "thinking_budget": 2048}),
        ("qwen3.8-max", "high", "high", None, {"enable_thinking": True, "preserve_thinking": True}),
        ("doubao-seed-2-1-pro-260915", "medium", "medium", None, {"thinking": {"type": "enabled"}}),
        ("MiniMax-M3", True, None, None, {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M3.1-Flash", False, "low", None, {}),
        ("mistral-medium-latest", True, "high", None, {}),
        ("mistral-medium-latest", False, "none", None, {}),
        ("grok-4.3", False, "none", None, {}),
        ("grok-4.7", "max", "xhigh", None, {}),
        ("qwen/qwen3.8-27b", None, None, None, {"reasoning_format": "parsed"}),
        ("moonshotai/kimi-k3.1-pro", "low", None, None, {"reasoning": {"effort": "low"}}),
        ("moonshotai/kimi-k3.1-pro", False, None, None, {"reasoning": {"enabled": False}}),
        ("zai-org/GLM-5.2", True, None, None, {"enable_thinking": True}),
        ("step-3.7-flash", "high", "high", None, {}),
        ("spark-x", False, None, None, OFF),
        ("zai-org/GLM-5.3", False, "low", None, {"reasoning": {"enabled": True}}),
        ("accounts/fireworks/models/glm-5p3", "high", "high", None, {}),
        ("gpt-oss-120b", False, "low", None, {}),
        ("sonar-deep-research", False, "minimal", None, {}),
        ("command-a-plus-05-2026", "low", None, 2048, {"thinking": {"type": "enabled"}}),
        ("nvidia/nemotron-3-ultra-550b-a55b", True, None, None,
         {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}),
        ("global.anthropic.claude-opus-5-5", "high", None, None,
         {"additionalModelRequestFields": {**ADAPTIVE, "output_config": {"effort": "high"}}}),
        ("qwen3", True, None, None, {"think": True}),
        ("qwen3", "high", None, None, {"think": "high"}),
        ("gpt-oss:20b", False, None, None, {"think": "low"}),
        ("llamacpp:any", False, "none", None, {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}),
        ("vllm:any", True, None, None, {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}),
        ("demo", None, None, None, OFF),
        ("demo", True, None, None, {"thinking": {"type": "enabled"}}),
    ],
)  # fmt: skip
def test_what_is_sent_for_thinking(name: str, asked: Any, effort: str | None, budget: int | None, body: dict[str, Any]):
    fields, _ = CATALOG.thinking_fields(CATALOG.find(name).model, asked)

    assert (fields.effort, fields.budget, fields.body) == (effort, budget, body)


@pytest.mark.parametrize(
    ("name", "asked", "notice"),
    [
        ("kimi-k2.6", True, ""),
        ("kimi-k2.6", "high", "kimi-k2.6 has no levels of thinking; 'high' was sent as on."),
        ("kimi-k3", "medium", "kimi-k3 thinks at low, high, max; 'high' was sent for 'medium'."),
        ("kimi-k3", False, "kimi-k3 always thinks; it was asked to think as little as it can."),
        ("kimi-k2-thinking", False, "kimi-k2-thinking always thinks; it cannot be asked not to."),
        ("gpt-4", True, "gpt-4 does not think; the question was sent without."),
        ("gpt-4", False, ""),
        ("lmstudio:any", True, "how any is told to think is not known here; nothing was sent for it."),
        ("lmstudio:any", None, ""),
    ],
)
def test_a_model_that_cannot_do_just_that_says_so(name: str, asked: Any, notice: str):
    assert CATALOG.thinking_fields(CATALOG.find(name).model, asked)[1] == notice


@pytest.mark.parametrize("asked", ["extreme", "", 1, 0.5, []])
def test_a_level_that_does_not_exist_is_refused(asked: Any):
    with pytest.raises(BadSettings, match="'low', 'medium', 'high', 'max'"):
        CATALOG.thinking_fields(CATALOG.models["kimi-k2.6"], asked)


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS, "id"))
def test_every_way_to_ask_gives_fields(model: Model):
    for asked in (None, False, True, *LEVELS):
        fields, notice = CATALOG.thinking_fields(model, asked)

        assert isinstance(fields, Fields)
        assert asked is not None or not notice


def test_over_a_foreign_format_only_what_it_has_too_is_sent():
    """A body is written for the format of the row; an effort is known to all."""
    kimi, deepseek = CATALOG.models["kimi-k2.6"], CATALOG.models["deepseek-flash"]

    fields, notice = CATALOG.thinking_fields(kimi, False, "anthropic-messages")
    assert fields == Fields()
    assert "anthropic-messages is not known" in notice
    assert CATALOG.thinking_fields(deepseek, "high", "anthropic-messages")[0] == Fields(effort="high")
    assert CATALOG.thinking_fields(CATALOG.models["gpt-5.4"], None, "openai-chat")[0] == Fields()
    assert CATALOG.quirks(kimi, "anthropic-messages") == Quirks()
    assert CATALOG.quirks(CATALOG.models["gpt-5.4"], "openai-chat").max_tokens_field == "max_completion_tokens"


# --- what a model does not take ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        *((f"{n}", True) for n in ("kimi-k3", "kimi-k2.6", "kimi-k2-turbo-preview", "gpt-5", "gpt-5.5", "gpt-5.6-sol")),
        *((f"{n}", True) for n in ("gpt-6.2-sol", "o3", "o4-mini", "claude-opus-4-7", "claude-opus-4-8")),
        *((f"{n}", True) for n in ("claude-opus-5", "claude-sonnet-5", "claude-sonnet-5-5", "claude-haiku-5-5")),
        *((f"{n}", True) for n in ("claude-fable-5-2", "global.anthropic.claude-opus-5-5", "gemini-3.8-flash")),
        *((f"{n}", False) for n in ("moonshot-v1-8k", "gpt-5.2", "gpt-5.4", "gpt-5.4-mini", "gpt-4.1", "gpt-4")),
        *((f"{n}", False) for n in ("claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-4-5", "claude-haiku-4-5")),
        *((f"{n}", False) for n in ("glm-5.3", "deepseek-flash", "gemini-3.7-flash", "demo")),
    ],
)
def test_which_models_refuse_a_temperature(name: str, refused: bool):
    assert ("temperature" in CATALOG.models[name].refuses) == refused


@pytest.mark.parametrize(
    ("name", "quirk", "value"),
    [
        ("kimi-k2-thinking", "reasoning_back", "tools"),
        ("kimi-k3", "reasoning_back", "always"),
        ("kimi-k3", "reasoning_filler", " "),
        ("moonshot-v1-8k", "reasoning_back", "never"),
        ("moonshot-v1-8k", "temperature_range", (0, 1)),
        ("kimi-k2.6", "cache", "prompt_cache_key"),
        ("kimi-k2.6", "empty_content", "omit"),
        ("glm-5.3", "temperature_range", (0.01, 0.99)),
        ("glm-5.3", "tools_body", {"tool_stream": True}),
        ("glm-5.3", "max_tokens_field", "max_tokens"),
        ("gpt-4", "max_tokens_field", "max_completion_tokens"),
        ("claude-sonnet-5-5", "cache", "cache_control"),
        ("deepseek-flash", "reasoning_back", "always"),
        ("deepseek-flash", "schema_mode", "json_object"),
        ("qwen3.7-plus", "reasoning_back", "always"),
        ("qwen-plus", "reasoning_back", "never"),
        ("MiniMax-M3", "body", {"reasoning_split": True}),
        ("mistral-large-4", "usage_option", False),
        ("mistral-large-4", "tool_id", "alnum9"),
        ("openai/gpt-oss-120b", "max_tokens_field", "max_completion_tokens"),
        ("anthropic/claude-opus-5.5", "cache", "cache_control"),
        ("moonshotai/kimi-k3.1-pro", "cache", ""),
        ("global.anthropic.claude-opus-5-5", "cache", "cache_control"),
        ("moonshot.kimi-k2-thinking", "cache", ""),
    ],
)
def test_where_a_host_departs_from_its_format(name: str, quirk: str, value: Any):
    assert getattr(CATALOG.quirks(CATALOG.models[name]), quirk) == value


# --- the user's own tables -----------------------------------------------------------------------------

CORP = {"type": "corp", "base_url": "https://llm.corp.example/v1", "envKeys": ["CORP_API_KEY"]}
MINE = {"id": "corp-1", "type": "corp"}


def over(**tables: Any) -> Catalog:
    return read_tables(tables, "nbchat.toml").over(CATALOG)


def test_a_provider_and_a_model_of_ones_own_need_no_code():
    route = over(providers=[CORP], models=[MINE]).find("corp-1")

    assert (route.wire, route.base_url) == ("openai-chat", "https://llm.corp.example/v1")
    assert (route.provider.name, route.provider.env_keys) == ("corp", ("CORP_API_KEY",))
    assert (route.model.name, route.model.env_key, route.model.status) == ("corp-1", "CORP_API_KEY", "current")


def test_the_documented_shape_is_a_table():
    row = {"id": "new", "name": "New", "type": "kimi", "envKey": "KIMI_API_KEY", "features": ["text"]}
    model = over(models=[{**row, "supportsThinkingMode": True}]).find("new").model

    assert (model.name, model.type, model.supports_thinking_mode) == ("New", "kimi", True)


def test_a_row_that_names_a_model_changes_only_what_it_gives():
    old = CATALOG.models["kimi-k2.6"]
    new = over(models=[{"id": "kimi-k2.6", "maxOutput": 100, "price": {"input": 9}, "quirks": {"cache": ""}}]).models[
        "kimi-k2.6"
    ]

    assert (new.max_output, new.price and new.price.input, new.quirks.cache) == (100, 9, "")
    assert new.price
    assert old.price
    assert (new.name, new.price.output, new.quirks.reasoning_back) == (old.name, old.price.output, "always")
    assert CATALOG.models["kimi-k2.6"] is old


def test_a_row_that_names_a_provider_changes_only_what_it_gives():
    new = over(providers=[{"type": "kimi", "baseUrl": "https://api.moonshot.cn/v1", "quirks": {"files": True}}])
    kimi, old = new.providers["kimi"], CATALOG.providers["kimi"]

    assert (kimi.base_url, kimi.quirks.files) == ("https://api.moonshot.cn/v1", True)
    assert (kimi.name, kimi.env_keys, kimi.quirks.cache) == (old.name, old.env_keys, "prompt_cache_key")
    assert new.find("kimi-k2.6").base_url == "https://api.moonshot.cn/v1"


def test_a_new_model_is_asked_like_its_kin():
    model = over(models=[{"id": "kimi-k2.6-0901", "type": "kimi"}]).find("kimi-k2.6-0901").model

    assert (model.thinking, model.refuses, model.supports_thinking_mode) == ("kimi-keep", ("temperature",), True)


def test_a_new_name_for_a_model_of_the_table_is_that_model():
    model = over(models=[{"id": "big", "type": "openrouter", "upstream": "moonshotai/kimi-k3.1-pro"}]).find("big").model

    assert (model.sent_id, model.context_window, model.name) == ("moonshotai/kimi-k3.1-pro", 1048576, "big")


def test_a_model_may_say_that_it_does_not_think():
    model = over(models=[{"id": "kimi-k2.6", "supports_thinking_mode": False}]).models["kimi-k2.6"]

    assert model.thinking == ""


def test_a_model_of_another_provider_with_the_same_id_keeps_both():
    catalog = over(models=[{"id": "gemini-3.8-flash", "type": "vertex", "maxOutput": 10}])

    assert catalog.models["vertex:gemini-3.8-flash"].max_output == 10
    assert catalog.models["gemini-3.8-flash"].type == "gemini"


def test_a_thinking_table_can_be_written_into_the_row():
    model = over(models=[{"id": "m", "type": "openai", "thinking": {"on": {"body": {"think": 1}}}}]).find("m").model

    assert over().thinking_fields(model, True)[0].body == {"think": 1}
    assert model.supports_thinking_mode


def test_aliases_are_names_for_anything_that_has_a_route():
    catalog = over(aliases={"fast": "glm-5.3-flash", "local": "ollama:qwen3:8b", "kimi-k2-thinking": "kimi-k2.6"})

    assert catalog.find("fast").model.id == "glm-5.3-flash"
    assert catalog.find("local").model.id == "qwen3:8b"
    assert catalog.find("kimi-k2-thinking").model.id == "kimi-k2.6"


# what is written -> what is said, after "<what> of nbchat.toml: "
MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"models": [MINE, {"id": "my-model", "contextWindow": "big"}]},
     "models row 2 ('my-model') of nbchat.toml: 'contextWindow' should be an integer, got 'big'."),
    ({"models": [{"id": "m", "context_window": 1.5}]}, "'context_window' should be an integer, got 1.5."),
    ({"models": [{"id": "m", "maxOutput": 0}]}, "'maxOutput' should be above 0, got 0."),
    ({"models": [{"id": "m", "contxtWindow": 1}]},
     "'contxtWindow' is not a field here. Did you mean 'contextWindow' or 'context_window'?"),
    ({"models": [{"id": "m", "apiKey": "sk-123456"}]}, "'apiKey' is not a field. Keys stay out of files"),
    ({"models": [{"id": "m", "envKey": "sk-live-0123456789"}]},
     "'envKey' should be the name of an environment variable, such as MY_API_KEY, got text that is not shown."),
    ({"models": [{"id": "m", "price": {"input": -1}}]}, "'price.input' should be 0 or more, got -1."),
    ({"models": [{"id": "m", "price": {"input": float("nan")}}]}, "'price.input' should be a finite number, got nan."),
    ({"models": [{"id": "m", "price": {"currency": "dollars"}}]}, "'price.currency' should be three letters"),
    ({"models": [{"id": "m", "price": {"outptu": 1}}]}, "'price.outptu' is not a field here. Did you mean 'output'?"),
    ({"models": [{"id": "m", "price": 3}]}, "'price' should be a table, got 3."),
    ({"models": [{"id": "m", "features": "text"}]}, "'features' should be a list, got 'text'."),
    ({"models": [{"id": "m", "supportsThinkingMode": "perhaps"}]},
     "'supportsThinkingMode' should be true or false, got 'perhaps'."),
    ({"models": [{"id": "m", "status": "dead"}]}, "'status' should be 'current', 'preview', 'deprecated'"),
    ({"models": [{"id": "m", "wire": "opnai-chat"}]}, "'wire' should be one of anthropic-messages, bedrock-converse"),
    ({"models": [{"id": "m", "quirks": {"maxTokenField": "x"}}]},
     "'quirks.maxTokenField' is not a field here. Did you mean 'maxTokensField'?"),
    ({"models": [{"id": "m", "type": "openai", "thinking": "togle"}]},
     "'thinking': no thinking table is called 'togle'. Did you mean 'toggle'"),
    ({"models": [{"id": "m", "type": "openai", "thinking": {"lwo": {}}}]},
     "'thinking.lwo' is not a field here. Did you mean 'low'?"),
    ({"models": [{"id": "m", "retiredOn": "soon"}]}, "'retiredOn' should be a day such as 2026-12-31, got 'soon'."),
    ({"models": [{"id": "two words"}]}, "'id' should be a name without spaces, got 'two words'."),
    ({"models": [{"id": 5}]}, "models row 1 of nbchat.toml: 'id' should be text, got 5."),
    ({"models": [{"name": "Nameless"}]}, "models row 1 of nbchat.toml: needs 'id'."),
    ({"models": [{"id": "kimi-k2.7"}]}, "needs 'type', the provider that serves it. Did you mean 'kimi-k2.6'"),
    ({"models": [{"id": "m", "type": "opnai"}]}, "no provider is of type 'opnai'. Did you mean 'openai'?"),
    ({"models": [{"id": "m", "contextWindow": 1, "context_window": 2}]},
     "'context_window' and 'contextWindow' are the same field. Keep one."),
    ({"models": [MINE, MINE]}, "models row 2 ('corp-1') of nbchat.toml: row 1 has the same 'id'. Keep one."),
    ({"models": ["kimi-k2.6"]}, "models row 1 of nbchat.toml: should be a table of fields, got 'kimi-k2.6'."),
    ({"models": {"id": "m"}}, "nbchat.toml: 'models' should be a list of rows ([[models]] in TOML), got a table."),
    ({"modles": []}, "nbchat.toml: 'modles' is not one of models, providers, aliases. Did you mean 'models'?"),
    ({"providers": [{"type": "corp"}]}, "providers row 1 ('corp') of nbchat.toml: needs 'baseUrl'"),
    ({"providers": [{"type": "my corp", "baseUrl": "https://a/v1"}]}, "'type' should be a word such as my-provider"),
    ({"providers": [{"type": "corp", "baseUrl": "llm.corp/v1"}]}, "'baseUrl' should be an address such as https://"),
    ({"providers": [{"type": "corp", "baseUrl": "https://me:pw1234@llm.corp/v1"}]}, "with no key in it"),
    ({"providers": [{"type": "corp", "baseUrl": "https://a/v1?key=abc"}]}, "with no key in it, got text that is not"),
    ({"providers": [{**CORP, "headers": {"Authorization": "Bearer abc"}}]}, "header 'Authorization' would hold a key"),
    ({"providers": [{**CORP, "auth": "basic"}]}, "'auth' should be 'bearer', 'x-api-key', 'api-key'"),
    ({"providers": [{**CORP, "baseUrls": {"gemni": "https://a"}}]}, "should be one of anthropic-messages"),
    ({"providers": [{**CORP, "modelsUrl": "models"}]}, "'modelsUrl' should be a path such as /v1/models, or none"),
    ({"providers": [{**CORP, "thinking": "none"}]}, "no thinking table is called 'none'."),
    ({"providers": [CORP, CORP]}, "providers row 2 ('corp') of nbchat.toml: row 1 has the same 'type'. Keep one."),
    ({"aliases": {"fast": "kimi-k2.66"}}, "alias 'fast' of nbchat.toml: no model is called 'kimi-k2.66'. Did you mean"),
    ({"aliases": {"fast": 3}}, "alias 'fast' should be the name of a model, got 3."),
    ({"aliases": {"two words": "kimi-k2.6"}}, "alias 'two words' should be a name without spaces."),
    ({"aliases": ["fast"]}, "'aliases' should be a table of names, got a list."),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "said"), MALFORMED)
def test_a_malformed_row_is_named_with_its_file(tables: dict[str, Any], said: str):
    tables = {"providers": [CORP], **tables} if "models" in tables else tables

    with pytest.raises(BadSettings) as caught:
        over(**tables)

    message = str(caught.value)
    assert said in message
    assert "nbchat.toml" in message
    assert len(message.splitlines()) <= 2
    assert not any(secret in message for secret in ("sk-", "Bearer", "pw1234", "key=abc", "pydantic"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from([*Model.model_fields, *Provider.model_fields])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["models", "providers", "aliases"]), st.lists(st.dictionaries(FIELDS, JSON, max_size=4)) | JSON)
def test_whatever_a_file_holds_it_is_used_or_refused_in_words(table: str, rows: Any):
    with suppress(BadSettings):
        assert isinstance(over(**{table: rows}), Catalog)


TOML = """
model = "corp-1"        # a setting of another part

[[providers]]
type = "corp"
base_url = "https://llm.corp.example/v1"

[[models]]
id = "corp-1"
type = "corp"
contextWindow = 8_192

[aliases]
mine = "corp-1"

[timeouts]
gap = 5
"""


@pytest.mark.parametrize("spoil", [bytes, b"\xef\xbb\xbf".__add__, lambda b: b.replace(b"\n", b"\r\n")])
@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_a_file_of_ones_own_is_read(tmp_path: Path, suffix: str, spoil: Any):
    """With a byte order mark or Windows line ends too."""
    rows = {
        "$schema": "x",
        "providers": [CORP],
        "models": [{**MINE, "contextWindow": 8192}],
        "aliases": {"mine": "corp-1"},
    }
    path = tmp_path / f"nbchat.{suffix}"
    path.write_bytes(spoil((TOML if suffix == "toml" else json.dumps(rows, indent=1)).encode()))

    assert read_file(path).over(CATALOG).find("mine").model.context_window == 8192


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b'{"models": [\n  {"id": "x",}\n]}', "is not JSON at line 2, column"),
        ("a.json", b"", "is not JSON at line 1, column 1"),
        ("a.json", b"[]", "should be a table with models, providers, aliases, got a list."),
        ("a.json", b'{"models": [{"id": "a", "id": "b"}]}', "'id' is there twice in one object."),
        ("a.json", b'{"models": ' + b"9" * 5000 + b"}", "holds something too large"),
        ("a.json", b"[" * 100_000, "holds something too large"),
        ("a.json", b'{"models": [{"id": "\xff"}]}', "is not UTF-8 text (see byte 20)"),
        ("a.toml", b"[[models]]\nid = \n", "is not TOML at line 2, column 6: Invalid value."),
        ("a.toml", b'aliases = {a = "b"', "is not TOML at end of document"),
        (
            "a.toml",
            b'[[modles]]\nid = "x"',
            "'modles' is not one of models, providers, aliases. Did you mean 'models'?",
        ),
        ("a.toml", b'[[models]]\nid = "m"\nretired_on = 2026-01-01', "'retired_on' should be text, got a date."),
        ("missing.toml", None, "cannot be read: No such file or directory."),
    ],
)
def test_a_broken_file_names_the_place(tmp_path: Path, name: str, content: bytes | None, said: str):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BadSettings) as caught:
        read_file(path)

    assert str(path) in str(caught.value)
    assert said in str(caught.value)
