"""The exact request to every host of the openai-chat format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nbchat import Message, ToolCall

from ...fakes.provider import Service
from .answers import openai_chat
from .asking import ADD, KEY, PARAMETERS, PNG64, Asker, moved
from .openai_chat_rows import ROWS, Row

ASKED = {"role": "user", "content": "Hi"}
TOOL = {
    "type": "function",
    "function": {"name": "add", "description": "Add two numbers", "parameters": PARAMETERS},
}
PICTURE = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG64}"}},
]


def body(row: Row, *messages: Any, **fields: Any) -> dict[str, Any]:
    """The format's body: what it always holds, and `fields`."""
    model = row.model.partition(":")[2]
    return {
        "model": model,
        "stream": True,
        **row.always,
        **fields,
        "messages": list(messages or [ASKED]),
    }


def again(row: Row) -> dict[str, Any]:
    answer = {"role": "assistant", "content": "Hello", **row.back}
    return body(row, ASKED, answer, {"role": "user", "content": "And?"}, **row.asked)


def result(row: Row) -> dict[str, Any]:
    call_id = "aBcD3fGh1" if row.model.startswith("mistral") else "call_1"
    function = {"name": "add", "arguments": '{"a":1}'}
    answer = {"role": "assistant", "content": "", **row.call, "tool_calls": [
        {"id": call_id, "type": "function", "function": function}
    ]}  # fmt: skip
    if row.bare:
        del answer["content"]
    told = {"role": "tool", "tool_call_id": call_id, "content": "2"}
    question = {"role": "user", "content": "1 + 1?"}
    tools = {"tools": [TOOL], **row.tools} if row.has_tools else {}
    return body(row, question, answer, told, **row.asked, **tools)


def tuned(row: Row) -> dict[str, Any]:
    return body(row, {"role": "system", "content": "Be brief."}, ASKED, **row.asked, **row.tuned)


EXPECTED: dict[str, Callable[[Row], dict[str, Any]]] = {
    "a plain question": lambda row: body(row, **row.asked),
    "with limits": tuned,
    "thinking on": lambda row: body(row, **row.on),
    "thinking off": lambda row: body(row, **row.off),
    "thinking high": lambda row: body(row, **row.high),
    "an image": lambda row: body(row, {"role": "user", "content": PICTURE}, **row.asked),
    "a second turn": again,
    "a tool's result": result,
}


def asked(row: Row, service: Service, monkeypatch: pytest.MonkeyPatch) -> Asker:
    moved(monkeypatch, row.model.partition(":")[0], service.url + row.path, row.variable)
    return Asker(service, row.model, row.answers, {"wire": row.wire})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.model}-{row.variable}")
async def test_the_exact_request(
    row: Row, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = asked(row, service, monkeypatch)

    assert await asker.cases() == {case: expected(row) for case, expected in EXPECTED.items()}
    assert asker.posted(f"{row.path}/chat/completions", row.auth)
    assert {request.headers["content-type"] for request in service.requests} == {"application/json"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.model}-{row.variable}")
async def test_what_is_counted_and_thought(
    row: Row, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await asked(row, service, monkeypatch).ask()

    assert (answer.text, answer.thought, answer.usage.cached) == ("Hello", "hm", 4)


async def test_a_deployment_of_azure_has_its_own_address(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", service.url)
    monkeypatch.setenv("AZURE_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-04-01-preview")
    asker = Asker(service, "azure-deployments:gpt-4.1", openai_chat())

    sent = await asker.body(max_tokens=64, thinking=True)

    assert (
        asker.request.path
        == "/openai/deployments/gpt-4.1/chat/completions?api-version=2025-04-01-preview"
    )
    assert asker.headers == {"api-key": KEY}
    assert sent == {"model": "gpt-4.1", "stream": True, "stream_options": {"include_usage": True},
                    "max_completion_tokens": 64, "messages": [ASKED]}  # fmt: skip


async def test_the_endpoint_of_azure_is_enough(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", f"{service.url}/")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    asker = Asker(service, "azure:my-deployment", openai_chat())

    await asker.body()

    assert asker.request.path == "/openai/v1/chat/completions"


@pytest.mark.parametrize("kind", ["lmstudio", "llamacpp", "vllm", "localai", "sglang"])
async def test_a_server_on_this_machine_needs_no_key(
    kind: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, kind, f"{service.url}/v1")
    asker = Asker(service, f"{kind}:any", openai_chat())

    await asker.body()

    assert asker.headers == {}


async def test_deepseek_wants_a_thought_on_every_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer of another model has none.

    A space is the smallest that is accepted (litellm, pi-ai).
    """
    moved(monkeypatch, "deepseek", service.url, "DEEPSEEK_API_KEY")
    asker = Asker(service, "deepseek:deepseek-flash", openai_chat())

    sent = await asker.body(
        [Message("user", "Hi"), Message("assistant", "Hello"), Message("user", "And?")]
    )

    assert sent["messages"][1] == {
        "role": "assistant",
        "content": "Hello",
        "reasoning_content": " ",
    }


async def test_mistral_takes_only_ids_of_nine_letters(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, "mistral", f"{service.url}/v1", "MISTRAL_API_KEY")
    asker = Asker(service, "mistral:mistral-medium-latest", openai_chat())
    call = ToolCall("call_of_another_provider", "add", {"a": 1}, '{"a":1}')

    sent = await asker.body(
        [
            Message("user", "1 + 1?"),
            Message("assistant", tool_calls=[call]),
            Message("tool", "2", tool_call_id=call.id, name="add"),
        ],
        tools=[ADD],
    )

    made = sent["messages"][1]["tool_calls"][0]["id"]
    assert len(made) == 9
    assert made.isalnum()
    assert sent["messages"][2]["tool_call_id"] == made
