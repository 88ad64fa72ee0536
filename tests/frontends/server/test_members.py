"""What a client may send besides the words: passed on, said to be left out, or refused with 400."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.errors import NbchatError
from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.openai_request import CompletionRequest
from nbchat.frontends.server.vendor_members import sort_out
from nbchat.options import Options
from nbchat.settings import Settings

from ...fakes.provider import Service, answer, said
from .running import RunningServer

HELLO = [{"role": "user", "content": "Hello"}]
ADD = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
SUB = {"type": "function", "function": {"name": "sub", "parameters": {"type": "object"}}}
PATH = "/v1/chat/completions"


def sent(model: str, **members: Any) -> tuple[dict[str, Any], list[str]]:
    """What goes into the body besides nbchat's own options, and the names that are warned of."""
    body = {"model": model, "messages": HELLO, **members}
    question = CompletionRequest.model_validate(body).question()
    settings = Settings()
    request, warnings = question.settle(settings, settings.catalog.find(model))
    return request.options["extra"] or {}, [warning.partition(":")[0] for warning in warnings]


# --- a known member has a place, or a warning -----------------------------------------------------

VLLM, OPENAI, CLAUDE = "vllm:qwen3", "openai:gpt-4.1", "anthropic:claude-new"
GEMINI, OLLAMA, COHERE, GROK = "gemini:gemini-new", "ollama:qwen3", "cohere:command-a", "xai:grok-9"

BOTH = {"options": {"num_ctx": 8192, "top_k": 5}}

PLACED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (VLLM, {"top_k": 20}, {"top_k": 20}),
    (VLLM, {"top_k": 20.0}, {"top_k": 20}),
    (VLLM, {"min_p": 0.1}, {"min_p": 0.1}),
    (VLLM, {"repetition_penalty": 1.1}, {"repetition_penalty": 1.1}),
    (VLLM, {"chat_template_kwargs": {"a": 1}}, {"chat_template_kwargs": {"a": 1}}),
    ("llamacpp:x", {"mirostat": 2}, {"mirostat": 2}),
    ("llamacpp:x", {"cache_prompt": True}, {"cache_prompt": True}),
    ("openrouter:a/b", {"top_a": 0.5}, {"top_a": 0.5}),
    ("mistral:new", {"safe_prompt": True}, {"safe_prompt": True}),
    (OPENAI, {"frequency_penalty": 0.5}, {"frequency_penalty": 0.5}),
    (OPENAI, {"presence_penalty": -2}, {"presence_penalty": -2}),
    (OPENAI, {"logit_bias": {"50256": -100}}, {"logit_bias": {"50256": -100}}),
    (OPENAI, {"verbosity": "low"}, {"verbosity": "low"}),
    (CLAUDE, {"top_k": 5}, {"top_k": 5}),
    (GEMINI, {"top_k": 5}, {"generationConfig": {"topK": 5}}),
    (GEMINI, {"presence_penalty": 1}, {"generationConfig": {"presencePenalty": 1}}),
    (GEMINI, {"frequency_penalty": 1}, {"generationConfig": {"frequencyPenalty": 1}}),
    (OLLAMA, {"top_k": 5, "min_p": 0.1}, {"options": {"top_k": 5, "min_p": 0.1}}),
    (OLLAMA, {"keep_alive": "5m"}, {"keep_alive": "5m"}),
    (OLLAMA, {"keep_alive": -1}, {"keep_alive": -1}),
    (OLLAMA, {"num_ctx": 8192}, {"options": {"num_ctx": 8192}}),
    (
        OLLAMA,
        {"options": {"num_ctx": 8192, "top_k": 5}},
        {"options": {"num_ctx": 8192, "top_k": 5}},
    ),
    (OLLAMA, {"repeat_penalty": 1.1}, {"options": {"repeat_penalty": 1.1}}),
    (COHERE, {"top_k": 5}, {"k": 5}),
    (COHERE, {"presence_penalty": 1}, {"presence_penalty": 1}),
    (GROK, {"verbosity": "low"}, {"text": {"verbosity": "low"}}),
    ("openrouter:a/b", {"modalities": ["image", "text"]}, {"modalities": ["image", "text"]}),
    (
        GEMINI,
        {"modalities": ["text", "image"]},
        {"generationConfig": {"responseModalities": ["TEXT", "IMAGE"]}},
    ),
]


@pytest.mark.field("S3")
@pytest.mark.parametrize(("model", "given", "placed"), PLACED)
def test_a_known_member_has_its_place(
    model: str, given: dict[str, Any], placed: dict[str, Any]
) -> None:
    assert sent(model, **given) == (placed, [])


LEFT_OUT: list[tuple[str, dict[str, Any]]] = [
    (OPENAI, {"top_k": 20}),
    (OPENAI, {"min_p": 0.1}),
    (OPENAI, {"chat_template_kwargs": {"a": 1}}),
    (OPENAI, {"keep_alive": "5m"}),
    ("kimi:kimi-k2.6", {"presence_penalty": 1}),  # whose sampling is fixed
    ("groq:x", {"logit_bias": {"1": 1}}),
    (CLAUDE, {"frequency_penalty": 1}),
    (CLAUDE, {"logit_bias": {"1": 1}}),
    (GROK, {"top_k": 5}),
    (GEMINI, {"min_p": 0.1}),
    # Never passed on: they would reach other models, hosts or lengths.
    (VLLM, {"models": ["gpt-5"]}),
    (VLLM, {"provider": {"order": ["x"]}}),
    ("openrouter:a/b", {"models": ["gpt-5"], "route": "fallback"}),
    (VLLM, {"n_predict": 100000}),
    (VLLM, {"min_tokens": 100000}),
    (OLLAMA, {"options": {"num_predict": 100000}}),
    (VLLM, {"guided_json": {"type": "object"}}),
    (VLLM, {"usage": {"include": True}}),
    (OPENAI, {"modalities": ["text", "image"]}),
    (VLLM, {"chat_template": "{{ messages }}"}),
    (VLLM, {"stop_regex": "a+"}),
    (VLLM, {"vllm_xargs": {"a": 1}}),
    ("perplexity:sonar", {"search_mode": "academic"}),
    ("cerebras:x", {"disable_reasoning": True}),
    ("lmstudio:x", {"ttl": 300}),
    (OPENAI, {"cache_control": {"type": "ephemeral"}}),
]


@pytest.mark.field("S3")
@pytest.mark.parametrize(("model", "given"), LEFT_OUT)
def test_a_known_member_without_a_place_is_told(model: str, given: dict[str, Any]) -> None:
    assert sent(model, **given) == ({}, list(given))


@pytest.mark.field("S3")
def test_an_address_of_the_users_own_gets_what_the_format_has() -> None:
    """It is a gateway that nobody knows, and no longer the vendor that refuses the member."""
    route = shipped().find(OPENAI)

    assert sort_out({"top_k": 5}, route, moved=True) == ({"top_k": 5}, [])


NOTHING: list[dict[str, Any]] = [
    {"stop": []},
    {"stop": None},
    {"functions": []},
    {"function_call": "none"},
    {"tools": []},
    {"tools": [], "tool_choice": "auto"},
    {"logit_bias": {}},
    {"metadata": {}},
    {"modalities": []},
    {"models": []},
    {"chat_template_kwargs": {}},
    {"top_k": None},
    {"n": 1.0},
    {"top_logprobs": 0, "logprobs": False},
    {"parallel_tool_calls": True},
    {"user": "me", "store": True, "service_tier": "auto"},
    {"stream_options": {}},
    {"logprobs": None, "top_logprobs": None, "n": None},
    {"functions": None, "function_call": None},
    {"modalities": ["text"]},
    {"response_format": {"type": "text"}},
    {"tools": [], "tool_choice": {"type": "none"}},
    {"reasoning": {}, "thinking": None},
]


@pytest.mark.field("S3")
@pytest.mark.parametrize("given", NOTHING, ids=json.dumps)
def test_what_is_empty_or_changes_nothing_is_nothing(given: dict[str, Any]) -> None:
    assert sent(VLLM, **given) == ({}, [])


# --- thinking, in everybody's words ---------------------------------------------------------------

THINKING: list[tuple[dict[str, Any], Any]] = [
    ({"reasoning_effort": "high"}, "high"),
    ({"reasoning_effort": "none"}, False),
    ({"reasoning": {"effort": "low"}}, "low"),
    ({"reasoning": {"enabled": True}}, True),
    ({"reasoning": {"enabled": False}}, False),
    ({"thinking": {"type": "enabled"}}, True),
    ({"thinking": {"type": "adaptive"}}, True),
    ({"thinking": {"type": "disabled"}}, False),
    ({"thinking": True}, True),
    ({"enable_thinking": False}, False),
    ({"think": "high"}, "high"),
    ({"reasoning_effort": "low", "thinking": {"type": "disabled"}}, "low"),
    ({"thinking": None}, None),
]


@pytest.mark.field("S3")
@pytest.mark.parametrize(("given", "level"), THINKING, ids=str)
def test_thinking_is_asked_for_in_each_vendors_words(given: dict[str, Any], level: Any) -> None:
    body = {"model": "glm-5", "messages": HELLO, **given}
    settings = Settings()
    question = CompletionRequest.model_validate(body).question()

    request, warnings = question.settle(settings, settings.catalog.find("glm:glm-5"))

    assert (request.thinking, warnings) == (level, [])


@pytest.mark.field("S3")
def test_a_budget_goes_to_who_counts_it_and_is_told_elsewhere() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}

    body, warned = sent("anthropic:claude-sonnet-4-5", thinking=thinking)
    nowhere, told = sent("glm:glm-5", thinking=thinking)

    assert (body, warned) == ({"thinking": {"budget_tokens": 2000}}, [])
    assert nowhere == {}
    assert len(told) == 1


# --- wrong values ---------------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"max_tokens": -1}, "max_tokens"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_tokens": 1.5}, "max_tokens"),
    ({"max_tokens": "100"}, "max_tokens"),
    ({"max_completion_tokens": -1}, "max_completion_tokens"),
    ({"temperature": 3}, "temperature"),
    ({"temperature": "hot"}, "temperature"),
    ({"top_p": -0.1}, "top_p"),
    ({"seed": 1.5}, "seed"),
    ({"n": 2}, "n"),
    ({"n": 0}, "n"),
    ({"logprobs": True}, "logprobs"),
    ({"top_logprobs": 3}, "top_logprobs"),
    ({"presence_penalty": 3}, "presence_penalty"),
    ({"frequency_penalty": "high"}, "frequency_penalty"),
    ({"logit_bias": {"1": 101}}, "logit_bias"),
    ({"logit_bias": {"1": "x"}}, "logit_bias"),
    ({"logit_bias": [1]}, "logit_bias"),
    ({"parallel_tool_calls": "no"}, "parallel_tool_calls"),
    ({"top_k": "many"}, "top_k"),
    ({"top_k": 1.5}, "top_k"),
    ({"top_k": True}, "top_k"),
    ({"min_p": [0.1]}, "min_p"),
    ({"chat_template_kwargs": "x"}, "chat_template_kwargs"),
    ({"keep_alive": ["5m"]}, "keep_alive"),
    ({"thinking": {"type": "sometimes"}}, "thinking"),
    ({"thinking": 5}, "thinking"),
    ({"reasoning": "wildly"}, "reasoning"),
    ({"reasoning": {"max_tokens": "x"}}, "reasoning"),
    ({"reasoning_effort": "extreme"}, "reasoning_effort"),
    ({"stop": [""]}, "stop"),
    ({"stop": 5}, "stop"),
    ({"stop": ["x"] * 17}, "stop"),
    ({"functions": [{"name": "f"}]}, "functions"),
    ({"modalities": ["audio"]}, "modalities"),
    ({"response_format": {"type": "xml"}}, "response_format"),
    ({"tools": [{"type": "web_search"}]}, "tools"),
    ({"tools": [ADD], "tool_choice": "sometimes"}, "tool_choice"),
    ({"tools": [ADD], "tool_choice": SUB}, "tool_choice"),
    ({"tool_choice": "required"}, "tool_choice"),
    ({"messages": []}, "messages"),
    ({"messages": [{"role": "user"}]}, "messages"),
    ({"messages": [{"role": "user", "content": " \n"}]}, "messages"),
    ({"messages": [{"role": "assistant", "content": "Hi"}]}, "messages"),
    ({"messages": [{"role": "boss", "content": "Hi"}]}, "messages"),
    ({"messages": "Hi"}, "messages"),
    ({"max_token": 5}, "max_token"),
    ({"n": "2"}, "n"),
    ({"n": True}, "n"),
    ({"seed": 2**80}, "seed"),
    ({"seed": True}, "seed"),
    ({"modalities": ["text", "audio"]}, "modalities"),
    ({"function_call": {"name": "f"}}, "function_call"),
    ({"response_format": {"type": "json_schema"}}, "response_format"),
    ({"thinking": {"type": "enabled", "budget_tokens": -1}}, "thinking"),
    ({"thinking": {"type": "enabled", "budget_tokens": 1.5}}, "thinking"),
    ({"reasoning": {"max_tokens": -5}}, "reasoning"),
    ({"enable_thinking": 1}, "enable_thinking"),
    ({"tools": [ADD], "tool_choice": {"type": "custom", "custom": {"name": "add"}}}, "tool_choice"),
    ({"tools": [ADD], "tool_choice": {"type": "web_search"}}, "tool_choice"),
    ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "messages"),
    ({"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}, "messages"),
    ({"messages": [{"role": "user", "content": ["Hi"]}]}, "messages"),
    ({"messages": [*HELLO, {"role": "tool", "content": "2"}]}, "messages"),
    ({"base_url": "http://127.0.0.1"}, "base_url"),
    ({"api_key": "x"}, "api_key"),
    ({"headers": {"a": "b"}}, "headers"),
    ({"extra_headers": {"a": "b"}}, "extra_headers"),
    ({"mcp_servers": [{"url": "http://127.0.0.1"}]}, "mcp_servers"),
]


@pytest.mark.field("S3")
def test_wrong_values_are_400_in_openais_shape(server: RunningServer, provider: Service) -> None:
    for given, param in WRONG:
        reply = server.request("POST", PATH, {"model": "kimi-k2.6", "messages": HELLO, **given})

        assert reply.status == 400, given
        error = reply.json["error"]
        assert error["type"] == "invalid_request_error", given
        assert error["param"].partition(".")[0] == param
        assert error["message"], given
    assert not provider.requests


NO_IMAGE = [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]
NO_PART = [{"role": "user", "content": [{"type": "sk-or-v1-secret"}]}]
CALLS: dict[str, Any] = {"type": "mcp", "server_label": "x", "server_url": "http://127.0.0.1"}
SENTENCES: list[tuple[str, dict[str, Any], str, str]] = [
    (PATH, {"n": 2}, "n", "n: should be 1: a question gets one answer here."),
    (PATH, {"logprobs": True}, "logprobs", "logprobs: should be left out: no logprobs"),
    (PATH, {"functions": [{"name": "f"}]}, "functions", "functions: should be left out: `tools`"),
    (PATH, {"messages": NO_IMAGE}, "messages.0.content.0.image_url.url", "image_url.url is miss"),
    (PATH, {"messages": NO_PART}, "messages.0.content.0", "type is 'text', 'image_url' or 'file'"),
    (PATH, {"enable_thinking": 1}, "enable_thinking", "should be true or false"),
    ("/v1/responses", {"background": True}, "background", "at once here, and not kept"),
    ("/v1/responses", {"tools": [CALLS]}, "tools.0.type", "tools.0.type: should be a function"),
    ("/v1/responses", {"tools": [{"type": "function"}]}, "tools.0.name", "name of a function"),
    ("/v1/responses", {"input": NO_PART}, "input.0.content.0", "'input_image' or 'input_file'"),
    ("/v1/responses", {"reasoning": {"max_tokens": -5}}, "reasoning.max_tokens", "or equal to 0"),
    ("/stream", {"messages": NO_PART}, "", "messages.0.content.0: its type should be 'text'"),
    ("/stream", {"messages": [{"role": "user", "content": [{}]}]}, "", "content.0.type is missing"),
]


@pytest.mark.field("S3")
def test_a_refusal_says_what_to_send_and_never_what_was_sent(server: RunningServer) -> None:
    for path, given, param, sentence in SENTENCES:
        asked = {"input": "Hi"} if path == "/v1/responses" else {"messages": HELLO}
        reply = server.request("POST", path, {"model": "kimi-k2.6", **asked, **given})

        error = reply.json["error"]
        assert sentence in error["message"], given
        assert error.get("param", "") == param
        for words in ("secret", "Input tag", "discriminator", "None", "False", "tools.0.function"):
            assert words not in error["message"]


@pytest.mark.field("S4")
@pytest.mark.parametrize(
    ("given", "seed"), [(7, 7), (7.0, 7), (0, 0), (2**40 + 5, 5), (-5, 2**31 - 5), (None, None)]
)
def test_a_seed_of_64_bits_goes_on_as_one_that_every_provider_takes(
    given: Any, seed: int | None
) -> None:
    body = {"model": OPENAI, "messages": HELLO, "seed": given}

    assert CompletionRequest.model_validate(body).question().options["seed"] == seed


SCHEMA = {"type": "object", "properties": {"km": {"type": "integer"}}}
FORMATS: list[tuple[dict[str, Any], Any]] = [
    ({"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}, SCHEMA),
    ({"type": "json_schema", "json_schema": {"schema": SCHEMA, "strict": True}}, SCHEMA),
    ({"type": "json_schema", "schema": SCHEMA}, SCHEMA),  # llama.cpp's
    ({"type": "json_object", "schema": SCHEMA}, SCHEMA),  # Together's, Fireworks'
    ({"type": "json_object"}, {"type": "object"}),
    ({"type": "json_schema", "json_schema": {"name": "x"}}, {"type": "object"}),
    ({"type": "text"}, None),
]


@pytest.mark.field("S3")
@pytest.mark.parametrize(("given", "schema"), FORMATS)
def test_a_schema_is_found_where_the_vendors_put_it(given: dict[str, Any], schema: Any) -> None:
    body = {"model": OPENAI, "messages": HELLO, "response_format": given}

    assert CompletionRequest.model_validate(body).question().options["schema"] == schema


@pytest.mark.field("S3")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"a": NaN}'])
def test_what_is_no_request_is_400_too(server: RunningServer, body: bytes) -> None:
    for path in (PATH, "/v1/responses"):
        reply = server.request("POST", path, body)

        assert reply.status == 400
        assert reply.json["error"]["message"]


@pytest.mark.field("S3")
def test_warnings_come_with_the_answer(server: RunningServer, provider: Service) -> None:
    provider.always(answer(*said("Hi.")))
    given = {"model": "kimi-k2.6", "messages": HELLO, "top_p": 0.5, "provider": {"order": []}}

    whole = server.request("POST", PATH, given).json
    streamed = server.request("POST", PATH, {**given, "stream": True}).body.decode()

    events = [json.loads(line[6:]) for line in streamed.splitlines() if line.startswith("data: {")]
    assert [w.partition(":")[0] for w in whole["warnings"][:1]] == ["provider"]
    assert "top_p" in whole["warnings"][1]  # what the engine left out
    assert events[0]["warnings"] == whole["warnings"]
    assert not [event for event in events[1:] if "warnings" in event]


THOUGHTS: list[dict[str, Any]] = [
    {"content": "Hi.", "reasoning_content": "hm"},
    {"content": "Hi.", "reasoning": "hm", "reasoning_details": [{"type": "reasoning.text"}]},
    {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hi."}]},
    {
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "Hi."},
        ]
    },
]


@pytest.mark.field("S3")
def test_thinking_that_is_sent_back_is_read_in_every_shape(
    server: RunningServer, provider: Service
) -> None:
    provider.always(answer(*said("Hi.")))
    for given in THOUGHTS:
        messages = [*HELLO, {"role": "assistant", **given}, *HELLO]

        reply = server.request("POST", PATH, {"model": "kimi-k2.6", "messages": messages})

        assert reply.status == 200, reply.body
        answered = provider.requests[-1].json["messages"][1]
        assert (answered["content"], answered["reasoning_content"]) == ("Hi.", "hm")


# --- questions ------------------------------------------------------------------------------------


@pytest.mark.field("S7")
@pytest.mark.parametrize("role", ["system", "developer"])
def test_rules_alone_are_answered(server: RunningServer, provider: Service, role: str) -> None:
    provider.always(answer(*said("Hi.")))
    messages = [{"role": role, "content": "Be brief."}, {"role": role, "content": "Say hello."}]

    reply = server.request("POST", PATH, {"model": "kimi-k2.6", "messages": messages})

    assert reply.status == 200
    assert provider.requests[-1].json["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Say hello."},
    ]


@pytest.mark.field("S7")
def test_an_empty_question_is_refused_in_words_for_a_client(server: RunningServer) -> None:
    empty = [{"role": "user", "content": ""}]
    asked = [
        (PATH, {"messages": empty}, "messages"),
        (PATH, {"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}, ""),
        ("/v1/responses", {"input": " "}, "input"),
        ("/v1/responses", {"input": empty}, "input"),
        ("/stream", {"messages": ""}, ""),
        ("/stream", {"messages": empty}, ""),
    ]
    for path, body, param in asked:
        reply = server.request("POST", path, {"model": "demo", **body})

        error = reply.json["error"]
        assert reply.status == (400 if path.startswith("/v1") else 422)
        assert "there is no question" in error["message"]
        assert "cell" not in reply.body.decode()
        if param:
            assert error["param"] == param


@pytest.mark.field("S7")
def test_a_name_that_leads_nowhere_is_told_without_a_notebooks_commands(
    server: RunningServer,
) -> None:
    for model in (
        "no-such",
        "claude-3-opus",
        "kimi:",
        "nowhere:x",
        "a model",
        "sk-proj-aBcDeFgH0123",
    ):
        for path in (PATH, "/stream"):
            asked = {"model": model, "messages": HELLO}
            message = server.request("POST", path, asked).json["error"]["message"]

            assert message.endswith(" GET /v1/models lists those that can be asked.")
            for words in ("%chat", "All names", "nbchat.ask", "sk-proj"):
                assert words not in message


@pytest.mark.field("S3")
def test_calls_as_they_were_written_before_2023_are_understood(
    server: RunningServer, provider: Service
) -> None:
    provider.always(answer(*said("Hi.")))
    messages = [
        *HELLO,
        {"role": "assistant", "content": None, "function_call": {"name": "add", "arguments": "{}"}},
        {"role": "function", "name": "add", "content": "2"},
    ]

    server.request("POST", PATH, {"model": "kimi-k2.6", "messages": messages})

    _, called, result = provider.requests[-1].json["messages"]
    assert called["tool_calls"][0]["id"] == result["tool_call_id"]
    assert result["content"] == "2"


@pytest.mark.field("S3")
def test_a_key_among_a_templates_members_is_refused_before_anything_is_sent() -> None:
    body = {"model": VLLM, "messages": HELLO, "chat_template_kwargs": {"api_key": "x"}}
    question = CompletionRequest.model_validate(body).question()
    settings = Settings()
    request, _ = question.settle(settings, settings.catalog.find(VLLM))

    with pytest.raises(NbchatError, match="api_key"):
        Options.of(request.options)
    with pytest.raises(Invalid):
        sort_out({"apikey": "x"}, settings.catalog.find(VLLM), moved=False)
