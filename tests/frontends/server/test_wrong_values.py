"""What is refused below /v1: with 400, in OpenAI's shape, by the field and never by its value."""

from __future__ import annotations

from typing import Any

import pytest

from ...fakes.provider import Service
from .running import RunningServer

HELLO = [{"role": "user", "content": "Hello"}]
ADD = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
SUB = {"type": "function", "function": {"name": "sub", "parameters": {"type": "object"}}}
PATH = "/v1/chat/completions"

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


@pytest.mark.field("S3")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"a": NaN}'])
def test_what_is_no_request_is_400_too(server: RunningServer, body: bytes) -> None:
    for path in (PATH, "/v1/responses"):
        reply = server.request("POST", path, body)

        assert reply.status == 400
        assert reply.json["error"]["message"]
