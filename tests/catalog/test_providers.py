"""What the table says of each provider, told a second time from the facts."""

from __future__ import annotations

import pytest

from nbchat.catalog.catalog import shipped

CATALOG = shipped()

# The second source: written by hand from the facts, so that a slip in providers.json shows.
# type, wire, base URL, key variables in order, base-URL variables besides <TYPE>_BASE_URL
TABLE = """\
kimi              openai-chat        https://api.moonshot.ai/v1 \
    KIMI_API_KEY,MOONSHOT_API_KEY KIMI_BASE_URL,MOONSHOT_API_BASE
glm               openai-chat        https://open.bigmodel.cn/api/paas/v4 \
    GLM_API_KEY,ZAI_API_KEY,ZHIPUAI_API_KEY,ZHIPU_API_KEY,BIGMODEL_API_KEY \
    ZAI_BASE_URL,ZHIPUAI_BASE_URL
openai            openai-chat        https://api.openai.com/v1  OPENAI_API_KEY  OPENAI_BASE_URL
anthropic         anthropic-messages https://api.anthropic.com \
    ANTHROPIC_API_KEY,ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL
azure             openai-chat        {endpoint}/openai/v1 \
    AZURE_OPENAI_API_KEY,AZURE_API_KEY,AZURE_OPENAI_AD_TOKEN -
azure-deployments openai-chat        {endpoint}/openai \
    AZURE_OPENAI_API_KEY,AZURE_API_KEY,AZURE_OPENAI_AD_TOKEN AZURE_DEPLOYMENTS_BASE_URL
gemini            gemini             https://generativelanguage.googleapis.com/v1beta \
    GEMINI_API_KEY,GOOGLE_API_KEY GOOGLE_GEMINI_BASE_URL
vertex            gemini             https://aiplatform.googleapis.com/v1/projects/{project}/\
locations/{location}/publishers/google \
    GOOGLE_ACCESS_TOKEN,VERTEX_ACCESS_TOKEN -
vertex-express    gemini             https://aiplatform.googleapis.com/v1/publishers/google \
    VERTEX_API_KEY VERTEX_EXPRESS_BASE_URL
ernie             openai-chat        https://qianfan.baidubce.com/v2  QIANFAN_API_KEY  -
hunyuan           openai-chat        https://tokenhub.tencentmaas.com/v1 \
    TENCENT_TOKENHUB_API_KEY,TOKENHUB_API_KEY,TENCENT_API_KEY -
deepseek          openai-chat        https://api.deepseek.com  DEEPSEEK_API_KEY  DEEPSEEK_BASE_URL
qwen              openai-chat        https://dashscope.aliyuncs.com/compatible-mode/v1 \
    DASHSCOPE_API_KEY,QWENCLOUD_API_KEY DASHSCOPE_API_BASE
doubao            openai-chat        https://ark.cn-beijing.volces.com/api/v3  ARK_API_KEY  -
minimax           openai-chat        https://api.minimax.io/v1  MINIMAX_API_KEY  MINIMAX_API_BASE
mistral           openai-chat        https://api.mistral.ai/v1  MISTRAL_API_KEY  -
xai               openai-responses   https://api.x.ai/v1  XAI_API_KEY  XAI_API_BASE
groq              openai-chat        https://api.groq.com/openai/v1  GROQ_API_KEY  GROQ_BASE_URL
openrouter        openai-chat        https://openrouter.ai/api/v1  OPENROUTER_API_KEY  -
siliconflow       openai-chat        https://api.siliconflow.cn/v1 \
    SILICONFLOW_API_KEY,SILICONFLOW_CN_API_KEY -
stepfun           openai-chat        https://api.stepfun.com/v1  STEPFUN_API_KEY  -
baichuan          openai-chat        https://api.baichuan-ai.com/v1  BAICHUAN_API_KEY  -
yi                openai-chat        https://api.lingyiwanwu.com/v1  YI_API_KEY  -
spark             openai-chat        https://spark-api-open.xf-yun.com/v1  SPARK_API_KEY  -
together          openai-chat        https://api.together.ai/v1  TOGETHER_API_KEY  TOGETHER_BASE_URL
fireworks         openai-chat        https://api.fireworks.ai/inference/v1 \
    FIREWORKS_API_KEY FIREWORKS_BASE_URL
cerebras          openai-chat        https://api.cerebras.ai/v1  CEREBRAS_API_KEY  CEREBRAS_BASE_URL
perplexity        openai-chat        https://api.perplexity.ai \
    PERPLEXITY_API_KEY,PERPLEXITYAI_API_KEY PERPLEXITY_BASE_URL
cohere            cohere             https://api.cohere.com  COHERE_API_KEY,CO_API_KEY  CO_API_URL
nvidia            openai-chat        https://integrate.api.nvidia.com/v1 \
    NVIDIA_API_KEY,NVIDIA_NIM_API_KEY -
huggingface       openai-chat        https://router.huggingface.co/v1  HF_TOKEN  -
bedrock           bedrock-converse   https://bedrock-runtime.{region}.amazonaws.com \
    AWS_BEARER_TOKEN_BEDROCK -
github            openai-chat        https://models.github.ai/inference  GITHUB_TOKEN  -
ollama            ollama             http://localhost:11434  OLLAMA_API_KEY  OLLAMA_HOST
lmstudio          openai-chat        http://127.0.0.1:1234/v1 \
    LMSTUDIO_API_KEY,LM_STUDIO_API_KEY LM_STUDIO_API_BASE
llamacpp          openai-chat        http://127.0.0.1:8080/v1  LLAMACPP_API_KEY  -
vllm              openai-chat        http://localhost:8000/v1  VLLM_API_KEY  HOSTED_VLLM_API_BASE
localai           openai-chat        http://localhost:8080/v1  LOCALAI_API_KEY  -
sglang            openai-chat        http://localhost:30000/v1  SGLANG_API_KEY  -
demo              openai-chat        https://demo.invalid/v1  -  -
"""
EXPECTED = {kind: rest for kind, *rest in map(str.split, TABLE.splitlines())}
KEYLESS = {"ollama", "lmstudio", "llamacpp", "vllm", "localai", "sglang", "demo"}


def test_a_key_goes_to_its_own_hosts_only():
    trusts = CATALOG.providers["kimi"].trusts

    assert trusts("api.moonshot.cn")
    assert trusts("API.MOONSHOT.AI")
    assert not trusts("api.moonshot.ai.evil.com")
    assert not trusts("evil.com")
    assert CATALOG.providers["bedrock"].trusts("bedrock-runtime.eu-west-1.amazonaws.com")
    assert not CATALOG.providers["bedrock"].trusts("bedrock-runtime.a.b.amazonaws.com")
    assert not CATALOG.providers["azure"].trusts("openai.azure.com.evil.com")


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
    assert (
        base_url("gemini-3.8-flash", "openai-chat")
        == "https://generativelanguage.googleapis.com/v1beta/openai"
    )
    assert base_url("spark-x", "openai-chat") == "https://spark-api-open.xf-yun.com/x2"
    assert base_url("lite", "openai-chat") == "https://spark-api-open.xf-yun.com/v1"


def test_a_region_has_its_own_address():
    vertex, kimi = CATALOG.find("vertex:gemini-3.8-flash"), CATALOG.find("kimi-k2.6")

    assert vertex.base_url_in("global") == vertex.base_url
    assert vertex.base_url_in("us-east1").startswith(
        "https://{location}-aiplatform.googleapis.com/v1/projects/"
    )
    assert vertex.base_url_in("eu").startswith(
        "https://aiplatform.eu.rep.googleapis.com/v1/projects/"
    )
    assert kimi.base_url_in("cn") == "https://api.moonshot.cn/v1"


def test_variables_that_stop_at_the_host_are_completed():
    """The SDKs of these put the path after what their variable holds."""
    assert (
        CATALOG.providers["groq"].moved_to("https://proxy.corp") == "https://proxy.corp/openai/v1"
    )
    assert (
        CATALOG.providers["cerebras"].moved_to("https://proxy.corp/v1") == "https://proxy.corp/v1"
    )
    assert CATALOG.providers["kimi"].moved_to("https://proxy.corp") == "https://proxy.corp"


def test_a_retired_service_says_so():
    assert "2026-07-30" in CATALOG.providers["github"].retired
    assert not CATALOG.providers["github"].default_model
