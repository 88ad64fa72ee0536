"""The vendors' own types and clients as judges of what arrives at a provider, where they are
installed.

`pip install "nbchat[judges]"` brings them all; without one its judgement is skipped. A client of
the vendor is given our body, and must send the same request to the same path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest

from ...fakes.provider import Request, Service, answer
from ...wire.typeddicts import mismatches
from . import answers
from .asking import ADD, KEY, Asker, moved

pytestmark = pytest.mark.filterwarnings("ignore")  # the vendors' packages warn of their own

Bodies = Mapping[str, dict[str, Any]]


async def bodies(
    service: Service, model: str, path: str, variable: str, given: answers.Answers
) -> Bodies:
    """Everything a provider is asked, as it arrives."""
    with pytest.MonkeyPatch.context() as patch:
        moved(patch, model.partition(":")[0], service.url + path, variable)
        asker = Asker(service, model, given)
        return {**await asker.cases(), **await option_cases(asker)}


async def option_cases(asker: Asker) -> Bodies:
    """The bodies of the options that not every format has."""
    made = {"options": await asker.body(top_p=0.5, seed=7, stop=["END", "STOP"])}
    for choice in ("auto", "none", "required", "add"):
        made[f"tool_choice {choice}"] = await asker.body(tools=[ADD], tool_choice=choice)
    made["a search"] = await asker.body(search=True)
    made["a search beside a tool"] = await asker.body(search=True, tools=[ADD])
    return made


def sends(
    service: Service, given: answers.Answers, create: Callable[..., Any], fields: Mapping[str, Any]
) -> Request:
    """What a vendor's client sends; it reads one of our answers, which it must understand."""
    service.plays(answer(given.plain, headers=dict(given.headers)))
    list(create(**fields))
    return service.requests[-1]


def without_empty(value: Any) -> Any:
    """Some clients leave out members that are empty."""
    if isinstance(value, dict):
        return {
            name: made
            for name, inner in value.items()
            if (made := without_empty(inner)) not in ("", {}, [], None)
        }
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


# --- OpenAI --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "path"), [("openai:gpt-4.1", "/v1"), ("azure:gpt-4.1", "/openai/v1")]
)
async def test_openai_accepts_our_chat_completions(model: str, path: str, service: Service) -> None:
    openai = pytest.importorskip("openai")
    params = pytest.importorskip("openai.types.chat.completion_create_params")
    given, variable = answers.openai_chat(), f"{model.partition(':')[0].upper()}_API_KEY"

    every = await bodies(service, model, path, variable, given)
    with openai.OpenAI(base_url=service.url + path, api_key=KEY, max_retries=0) as client:
        for case, ours in every.items():
            theirs = sends(service, given, client.chat.completions.create, ours)
            assert mismatches(ours, params.CompletionCreateParamsStreaming) == [], case
            assert (theirs.path, theirs.json) == (f"{path}/chat/completions", ours), case


@pytest.mark.parametrize(
    ("model", "path"),
    [("openai:gpt-6.1-sol", "/v1"), ("openai:gpt-5.4", "/v1"), ("xai:grok-4.3", "/v1")],
)
async def test_openai_accepts_our_responses(model: str, path: str, service: Service) -> None:
    openai = pytest.importorskip("openai")
    params = pytest.importorskip("openai.types.responses.response_create_params")
    given, variable = answers.openai_responses(), f"{model.partition(':')[0].upper()}_API_KEY"

    every = await bodies(service, model, path, variable, given)
    with openai.OpenAI(base_url=service.url + path, api_key=KEY, max_retries=0) as client:
        for case, ours in every.items():
            theirs = sends(service, given, client.responses.create, ours)
            assert mismatches(ours, params.ResponseCreateParamsStreaming) == [], case
            assert (theirs.path, theirs.json) == ("/v1/responses", ours), case


# --- Anthropic -----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "claude-opus-4-6", "claude-haiku-4-5"])
async def test_anthropic_accepts_our_messages(model: str, service: Service) -> None:
    anthropic = pytest.importorskip("anthropic")
    params = pytest.importorskip("anthropic.types.message_create_params")
    given = answers.anthropic_messages()

    every = await bodies(service, f"anthropic:{model}", "", "ANTHROPIC_API_KEY", given)
    with anthropic.Anthropic(base_url=service.url, api_key=KEY, max_retries=0) as client:
        for case, ours in every.items():
            for dropped in ("temperature", "top_p"):  # from the types; older models still take them
                ours.pop(dropped, None)
            theirs = sends(service, given, client.messages.create, ours)
            assert mismatches(ours, params.MessageCreateParamsStreaming) == [], case
            assert (theirs.path, theirs.json) == ("/v1/messages", ours), case


# --- Google --------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["gemini-3.7-flash", "gemini-2.5-flash"])
async def test_google_accepts_our_contents(model: str, service: Service) -> None:
    genai, types = pytest.importorskip("google.genai"), pytest.importorskip("google.genai.types")
    given = answers.gemini()
    every = await bodies(service, f"gemini:{model}", "/v1beta", "GEMINI_API_KEY", given)
    options = types.HttpOptions(base_url=service.url, api_version="v1beta")
    with genai.Client(api_key=KEY, http_options=options) as client:
        for case, ours in every.items():
            config = types.GenerateContentConfig(
                **ours.get("generationConfig", {}),
                system_instruction=ours.get("systemInstruction"),
                tools=ours.get("tools"),
                tool_config=ours.get("toolConfig"),
            )
            contents = [types.Content.model_validate(content) for content in ours["contents"]]
            fields = {"model": model, "contents": contents, "config": config}
            theirs = sends(service, given, client.models.generate_content_stream, fields)
            assert theirs.path == f"/v1beta/models/{model}:streamGenerateContent?alt=sse", case
            assert theirs.headers["x-goog-api-key"] == KEY
            assert without_empty(google(theirs.json)) == without_empty(google(ours)), case


def google(value: Any, name: str = "") -> Any:
    """One spelling of what the API reads in two: members in camel or snake case, base64 safe for
    URLs or not.
    """
    if isinstance(value, dict):
        members = {
            re.sub("_([a-z])", lambda m: m[1].upper(), inner): value[inner] for inner in value
        }
        if name == "systemInstruction":
            members.pop("role", None)  # which is of no account there
        return {inner: google(made, inner) for inner, made in members.items()}
    if isinstance(value, list):
        made = [google(inner) for inner in value]
        return sorted(made, key=str) if name == "tools" else made  # their client sorts them
    return (
        value.replace("-", "+").replace("_", "/") if name in ("data", "thoughtSignature") else value
    )


# --- Ollama, Cohere, Mistral ---------------------------------------------------------------------


@pytest.mark.parametrize("model", ["qwen3", "gpt-oss:20b"])
async def test_ollama_accepts_our_chats(model: str, service: Service) -> None:
    ollama = pytest.importorskip("ollama")
    given = answers.ollama()

    every = await bodies(service, f"ollama:{model}", "", "OLLAMA_API_KEY", given)
    with ollama.Client(host=service.url) as client:
        for case, ours in every.items():
            theirs = sends(service, given, client.chat, without_ids(ours))
            assert (theirs.path, without_empty(theirs.json)) == (
                "/api/chat",
                without_empty(without_ids(ours)),
            ), case


def without_ids(body: dict[str, Any]) -> dict[str, Any]:
    """The client's types (0.6.3) do not know the ids of calls yet.

    The server does since ollama/ollama#12956.
    """
    body = deepcopy(body)
    for message in body["messages"]:
        message.pop("tool_call_id", None)
        for call in message.get("tool_calls", ()):
            call.pop("id")
    return body


@pytest.mark.parametrize("model", ["command-a-plus-05-2026", "command-a-03-2025"])
async def test_cohere_accepts_our_chats(model: str, service: Service) -> None:
    cohere = pytest.importorskip("cohere")
    given = answers.cohere()

    every = await bodies(service, f"cohere:{model}", "", "COHERE_API_KEY", given)
    with cohere.ClientV2(api_key=KEY, base_url=service.url) as client:
        for case, ours in every.items():
            fields = {name: value for name, value in ours.items() if name != "stream"}
            theirs = sends(service, given, client.chat_stream, fields)
            assert (theirs.path, theirs.json) == ("/v2/chat", ours), case
            assert theirs.headers["authorization"] == f"Bearer {KEY}"


async def test_mistral_accepts_our_chat_completions(service: Service) -> None:
    models = pytest.importorskip("mistralai.client.models")
    given = answers.openai_chat(call_id="aBcD3fGh1")

    model = "mistral:mistral-medium-latest"
    for case, ours in (await bodies(service, model, "/v1", "MISTRAL_API_KEY", given)).items():
        read = models.ChatCompletionStreamRequest.model_validate(ours)
        known = {
            field.alias or name
            for name, field in models.ChatCompletionStreamRequest.model_fields.items()
        }
        assert not ours.keys() - known, case
        assert [message.role for message in read.messages] == [
            message["role"] for message in ours["messages"]
        ], case


# --- Amazon --------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["global.anthropic.claude-opus-5-5", "amazon.nova-2-lite-v1:0"])
async def test_amazons_model_of_converse_accepts_our_requests(model: str, service: Service) -> None:
    loaders, validate = (
        pytest.importorskip("botocore.loaders"),
        pytest.importorskip("botocore.validate"),
    )
    described = loaders.Loader().load_service_model("bedrock-runtime", "service-2")
    shape = (
        pytest.importorskip("botocore.model")
        .ServiceModel(described)
        .operation_model("ConverseStream")
        .input_shape
    )
    given = answers.bedrock_converse()

    for case, ours in (
        await bodies(service, f"bedrock:{model}", "", "AWS_BEARER_TOKEN_BEDROCK", given)
    ).items():
        report = validate.ParamValidator().validate({"modelId": model, **ours}, shape)
        assert report.generate_report() == "", case
        assert unknown(ours, shape) == [], case


def unknown(value: Any, shape: Any, path: str = "body") -> list[str]:
    """Members of a JSON value that Amazon's model does not have."""
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        wrong = [f"{path}.{name}" for name in value if name not in shape.members]
        return wrong + [
            u
            for n in value
            if n in shape.members
            for u in unknown(value[n], shape.members[n], f"{path}.{n}")
        ]
    if shape.type_name == "list":
        return [
            line
            for at, item in enumerate(value)
            for line in unknown(item, shape.member, f"{path}[{at}]")
        ]
    return []
