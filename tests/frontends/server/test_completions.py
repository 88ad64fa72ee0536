"""The official openai SDK, unmodified, against this server."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from ...fakes.provider import Service, answer, said, sse
from .running import KEY, TOKEN, RunningServer, eventually

HELLO: list[Any] = [{"role": "user", "content": "Hello"}]
MODEL = "kimi-k2.6"
CALL = {"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a": 1}'}}


@pytest.fixture
def client(server: RunningServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN) as client:
        yield client


def test_the_models_are_listed(client: OpenAI) -> None:
    models = {model.id: model.owned_by for model in client.models.list()}

    assert models["kimi-k2-thinking"] == "kimi"
    assert models["demo"] == "demo"
    assert client.models.retrieve("moonshotai/kimi-k2-thinking").owned_by == "openrouter"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("no-such-model")


def test_a_whole_answer(client: OpenAI, provider: Service) -> None:
    provider.answers(*said("Hel", "lo!", thought=["hm"], usage=(9, 12)))

    whole = client.chat.completions.create(model=MODEL, messages=HELLO)

    assert whole.choices[0].message.content == "Hello!"
    assert whole.choices[0].message.reasoning_content == "hm"  # type: ignore[attr-defined]
    assert whole.choices[0].finish_reason == "stop"
    assert whole.model == MODEL
    assert whole.usage is not None
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens, whole.usage.total_tokens) == (
        9,
        12,
        21,
    )
    assert whole._request_id is not None


@pytest.mark.parametrize("options", [{}, {"search_context_size": "low"}])
def test_a_search_is_asked_of_the_provider(
    client: OpenAI, provider: Service, options: dict[str, Any]
) -> None:
    provider.answers(*said("Hello!"))
    provider.answers(*said("Hello!"))

    client.chat.completions.create(model=MODEL, messages=HELLO)
    client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        web_search_options=options,  # type: ignore[arg-type]
    )

    without, asked = (request.json.get("tools") for request in provider.requests)
    assert without is None
    assert asked == [{"type": "builtin_function", "function": {"name": "$web_search"}}]


def test_a_streamed_answer(client: OpenAI, provider: Service) -> None:
    provider.answers(*said("Hel", "lo!", thought=["hm"], usage=(9, 12)), gap=0.01)

    stream = client.chat.completions.create(
        model=MODEL, messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)

    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "Hello!"
    assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == "hm"
    assert [delta.role for delta in deltas if delta.role] == ["assistant"]
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 21
    assert len({chunk.id for chunk in chunks}) == 1


def test_usage_comes_only_where_it_is_asked_for(client: OpenAI, provider: Service) -> None:
    provider.answers(*said("Hi"))

    assert all(
        chunk.choices
        for chunk in client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    )


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_is_asked_for_and_its_result_sent_back(
    client: OpenAI, provider: Service, streamed: bool
) -> None:
    events = [
        {"choices": [{"index": 0, "delta": {"tool_calls": [CALL]}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
    ]
    provider.answers(sse(*events))
    provider.answers(*said("2"))
    tools: list[Any] = [
        {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
    ]

    if streamed:
        with client.chat.completions.stream(model=MODEL, messages=HELLO, tools=tools) as stream:
            message = stream.get_final_completion().choices[0].message
    else:
        message = (
            client.chat.completions.create(model=MODEL, messages=HELLO, tools=tools)
            .choices[0]
            .message
        )
    assert message.tool_calls is not None
    call: Any = message.tool_calls[0]
    assert (call.id, call.function.name, json.loads(call.function.arguments)) == (
        "call_1",
        "add",
        {"a": 1},
    )
    result: Any = {"role": "tool", "tool_call_id": call.id, "content": "2"}
    after: list[Any] = [*HELLO, message.model_dump(), result]
    whole = client.chat.completions.create(model=MODEL, messages=after, tools=tools)

    assert whole.choices[0].message.content == "2"
    sent = provider.requests[1].json
    assert [m["role"] for m in sent["messages"]] == ["user", "assistant", "tool"]
    assert sent["messages"][1]["tool_calls"][0]["id"] == "call_1"
    assert sent["tools"][0]["function"]["name"] == "add"


def test_an_answer_is_parsed_into_the_type_that_was_asked_for(
    client: OpenAI, provider: Service
) -> None:
    class Distance(BaseModel):
        km: int

    provider.answers(*said('{"km": 384000}'))

    whole = client.chat.completions.parse(model=MODEL, messages=HELLO, response_format=Distance)

    assert whole.choices[0].message.parsed == Distance(km=384000)
    assert "km" in json.dumps(provider.requests[0].json["response_format"])


async def test_the_async_client_streams_and_may_leave_early(
    server: RunningServer, provider: Service
) -> None:
    provider.answers(*said("Hel", "lo!"))
    provider.plays(answer(said("Hel")[1], hold=60))
    before = provider.hung_up
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=TOKEN) as client:
        whole = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        words = [chunk.choices[0].delta.content or "" async for chunk in whole]
        async with await client.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True
        ) as stream:
            async for chunk in stream:
                words.append(chunk.choices[0].delta.content or "")
                break
        eventually(lambda: provider.hung_up == before + 1)  # while the client is still open

    assert "".join(words) == "Hello!Hel"


def test_the_sdk_waits_and_tries_again_where_only_this_server_s_rate_is_exceeded(
    provider: Service,
) -> None:
    with (
        RunningServer("--rate", "60") as server,
        OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN) as client,
    ):
        while (reply := server.request("GET", "/v1/models")).status == 200:
            pass
        models = client.models.list()

    assert reply.status == 429
    assert "demo" in [model.id for model in models]


def test_parameters_reach_the_provider(client: OpenAI, provider: Service) -> None:
    provider.answers(*said("{}"))
    picture = "data:image/png;base64," + base64.b64encode(b"png").decode()

    client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "developer", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": picture}},
                ],
            },
        ],
        max_completion_tokens=77,
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "x", "schema": {"type": "object"}},
        },
        top_p=0.9,
        seed=1,
        user="me",
    )

    sent = provider.requests[0].json
    assert sent["messages"][0] == {"role": "system", "content": "Be brief."}
    assert sent["messages"][1]["content"][1]["image_url"]["url"] == picture
    assert 77 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))
    assert sent["response_format"]["type"] in ("json_schema", "json_object")
    assert "top_p" not in sent


def refused(status: int, message: str = "no", **error: Any) -> dict[str, Any]:
    return {"status": status, "body": json.dumps({"error": {"message": message, **error}}).encode()}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("provider_says", "kind", "code"),
    [
        (
            refused(401, f"Incorrect API key provided: {KEY}"),
            openai.AuthenticationError,
            "provider_key_refused",
        ),
        (
            refused(403, type="permission_error"),
            openai.PermissionDeniedError,
            "provider_not_allowed",
        ),
        (refused(404, "no such model"), openai.NotFoundError, "model_not_found"),
        (refused(400, "bad"), openai.BadRequestError, "provider_refused"),
        (refused(400, "maximum context length"), openai.BadRequestError, "context_length_exceeded"),
        (refused(429, code="insufficient_quota"), openai.RateLimitError, "insufficient_quota"),
    ],
)
def test_a_provider_s_refusal_is_the_sdk_s_own_exception(
    client: OpenAI,
    provider: Service,
    provider_says: dict[str, Any],
    kind: type[Any],
    code: str,
    streamed: bool,
) -> None:
    provider.answers(
        provider_says["body"],
        status=provider_says["status"],
        headers={"content-type": "application/json"},
    )

    with pytest.raises(kind) as caught:
        client.chat.completions.create(model=MODEL, messages=HELLO, stream=streamed)

    assert caught.value.code == code
    assert KEY not in str(caught.value)
    assert len(provider.requests) == 1  # neither the engine nor the SDK tried again


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"model": "no-such-model"}, openai.NotFoundError),
        ({"model": "openai:gpt-5"}, openai.InternalServerError),  # its key is not set on the server
        ({"stop": [""]}, openai.BadRequestError),
        ({"stop": ["x"] * 17}, openai.BadRequestError),
        ({"stop": ["x" * 1001]}, openai.BadRequestError),
        ({"n": 2}, openai.BadRequestError),
        ({"temperature": 9}, openai.BadRequestError),
        ({"tool_choice": "required"}, openai.BadRequestError),  # and there are no tools
        (
            {"tool_choice": {"type": "function", "function": {"name": "add"}}},
            openai.BadRequestError,
        ),
        ({"tool_choice": "always"}, openai.BadRequestError),
        ({"top_p": 1.5}, openai.BadRequestError),
        ({"messages": []}, openai.BadRequestError),
        ({"extra_body": {"base_url": "http://evil.com"}}, openai.BadRequestError),
        ({"extra_body": {"api_key": KEY}}, openai.BadRequestError),
    ],
)
def test_a_request_that_cannot_be_kept_is_refused_and_names_the_parameter(
    client: OpenAI, provider: Service, given: dict[str, Any], kind: type[Any]
) -> None:
    with pytest.raises(kind) as caught:
        client.chat.completions.create(**{"model": MODEL, "messages": HELLO, **given})

    assert not provider.requests
    assert KEY not in str(caught.value)
    if kind is openai.BadRequestError:
        assert caught.value.param.partition(".")[0] in (*given, "base_url", "api_key")


ADD: Any = {"type": "function", "function": {"name": "add"}}


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("auto", None),  # which is what holds anyway
        ("required", "required"),
        (ADD, ADD),
    ],
)
def test_options_go_on_to_the_provider(
    client: OpenAI, provider: Service, choice: Any, sent: Any
) -> None:
    provider.answers(*said("Hi."))

    client.chat.completions.create(
        model=MODEL, messages=HELLO, seed=7, tools=[ADD], tool_choice=choice
    )

    body = provider.requests[-1].json
    assert body["seed"] == 7
    assert body.get("tool_choice") == sent


def test_a_picture_is_never_fetched(client: OpenAI, provider: Service) -> None:
    picture: Any = {"type": "image_url", "image_url": {"url": f"{provider.url}/secret.png"}}

    with pytest.raises(openai.BadRequestError, match="fetches nothing"):
        client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": [picture]}]
        )

    assert not provider.requests


def test_a_wrong_token_is_an_authentication_error(server: RunningServer) -> None:
    with (
        OpenAI(base_url=f"{server.url}/v1", api_key="wrong") as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.models.list()


def test_an_answer_that_breaks_raises_and_never_looks_whole(
    client: OpenAI, provider: Service
) -> None:
    cut = said("Hel", "lo")[:-3]
    provider.answers(*cut, gap=0.02)
    provider.answers(*cut, gap=0.02)

    pieces: list[str] = []
    stream = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    with pytest.raises(openai.APIError):
        pieces.extend(chunk.choices[0].delta.content or "" for chunk in stream)
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model=MODEL, messages=HELLO)

    assert "".join(pieces) == "Hello"
