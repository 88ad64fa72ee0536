"""A call that cannot be made as it is written: one sentence of what is wrong, and what it takes."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import nbchat
from nbchat import AbortSignal, ChatService, ChatStreamRequest, Message, create_model
from nbchat.errors import BadCall, error_name
from nbchat.wrong_calls import tells_wrong_calls

pytestmark = pytest.mark.field("P13")

ASK = {"model": "demo", "messages": "What did I just ask?"}
TAKES_FIELDS = (
    "It takes: model, messages, system, temperature, top_p, seed, stop, max_tokens, thinking, "
    "tools, tool_choice, schema, search."
)


def no_field(name: str, meant: str = "") -> str:
    asked = f" Did you mean {meant!r}?" if meant else ""
    return f"the request is not valid: {name}: there is no such field here.{asked}\n{TAKES_FIELDS}"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bogus": 1}, no_field("bogus")),
        ({"temprature": 1}, no_field("temprature", "temperature")),
        ({"max_token": 1}, no_field("max_token", "max_tokens")),
        ({"maxToken": 1}, no_field("maxToken", "max_tokens")),
        ({"max_output_tokens": 1}, no_field("max_output_tokens", "max_tokens")),
        ({"prompt": "Hi"}, no_field("prompt", "messages")),
        ({"temperature": 9}, "the request is not valid: temperature: should be less than or"),
        ({"messages": 5}, "the request is not valid: messages: should be a valid list."),
        ({"messages": []}, "the request is not valid: messages: "),
        ({"model": ""}, "the request is not valid: model: should have at least 1 character"),
        ({"messages": [{"rol": "user"}]}, "the request is not valid: messages.0.role is missing; "),
    ],
)
def test_a_request_with_a_wrong_field_says_so_in_one_way(
    fields: dict[str, Any], message: str
) -> None:
    ways: list[Callable[[], Any]] = [
        lambda: ChatStreamRequest(**{**ASK, **fields}),
        lambda: ChatStreamRequest.of({**ASK, **fields}),
        lambda: asyncio.run(nbchat.send_chat_stream({**ASK, **fields})),
    ]
    for make in ways:
        with pytest.raises(BadCall) as caught:
            make()
        assert str(caught.value).startswith(message)
        assert "pydantic" not in str(caught.value)
        assert isinstance(caught.value, ValueError)
        assert error_name(caught.value) == "BadCall"
        assert caught.value.__cause__ is None


def test_a_request_without_a_question_shows_the_line_to_write() -> None:
    for make, wrong in (
        (lambda: ChatStreamRequest(), "model is missing; messages is missing."),
        (lambda: ChatStreamRequest(model="demo"), "messages is missing."),
        (lambda: ChatStreamRequest("demo", "Hello"), "given by name. Write ChatStreamRequest("),
    ):
        with pytest.raises(BadCall, match=re.escape(wrong)):
            make()


def test_a_request_names_no_value_and_nothing_that_may_be_a_key() -> None:
    key = "sk-canary4dG7hQ2xW9"

    for fields in ({"api_key": key}, {key: "x"}, {"temperature": key}):
        with pytest.raises(BadCall) as caught:
            ChatStreamRequest(**ASK, **fields)
        assert key not in str(caught.value)


WRONG: list[tuple[Callable[..., Any], str]] = [
    (lambda: Message(), "Message() was called without 'role'. Write Message(role).\nIt takes: "),
    (lambda: Message("user", contnt="Hi"), "Message() has no argument 'contnt'. Did you mean 'con"),
    (lambda: Message("user", role="user"), "Message() was given 'role' twice: by its place, and"),
    (
        lambda: Message(*"123456789"),
        "Message() was called with 9 arguments without a name, which i",
    ),
    (lambda: nbchat.Tool("x", params={}), "Tool() has no argument 'params'. Did you mean 'parame"),
    (lambda: nbchat.Image(b"", type=1), "Image() has no argument 'type'. Did you mean 'media_type"),
    (lambda: nbchat.File(b"", filename=""), "File() has no argument 'filename'. Did you mean 'nam"),
    (lambda: nbchat.ToolCall("1"), "ToolCall() was called without 'name' and 'arguments'. Write T"),
    (lambda: nbchat.ToolResult(), "ToolResult() was called without 'id' and 'name' and 'content'"),
    (lambda: nbchat.Stop(), "Stop() was called without 'reason'. Write Stop(reason).\n"),
    (lambda: nbchat.Usage(inputs=1), "Usage() has no argument 'inputs'. Did you mean 'input'?\n"),
    (lambda: nbchat.Notice(), "Notice() was called without 'text'."),
    (lambda: nbchat.Source(title=""), "Source() was called without 'url'."),
    (lambda: nbchat.StreamChunk(contents=""), "StreamChunk() has no argument 'contents'. Did you"),
    (
        lambda: nbchat.Answer(modell=""),
        "Answer() has no argument 'modell'. Did you mean 'model'?\n",
    ),
    (lambda: nbchat.ChatPanel(conversatoin=""), "ChatPanel() has no argument 'conversatoin'. Did"),
    (
        lambda: nbchat.chat(nam="x"),
        "chat() has no argument 'nam'. Did you mean 'name'?\nIt takes: n",
    ),
    (lambda: nbchat.chat("x", "y"), "chat() was called with 2 arguments without a name, which is "),
    (lambda: nbchat.models(5), 'live is the name of a provider, such as "kimi", not int.'),
    (lambda: nbchat.models(lve="kimi"), "models() has no argument 'lve'. Did you mean 'live'?"),
    (lambda: nbchat.get_model_type(), "get_model_type() was called without 'name'. Write get_mode"),
    (lambda: nbchat.get_model_id(model="x"), "get_model_id() has no argument 'model'.\nIt takes: "),
    (lambda: create_model("kimi"), "create_model() was called without 'model_id'. Write create_mo"),
    (lambda: create_model(5, "x"), "model_type is a text (str), not int."),
    (lambda: create_model("demo", "demo").stream_chat(), "stream_chat() was called without 'mess"),
    (lambda: ChatService(engin=1), "ChatService() has no argument 'engin'. Did you mean 'engine'?"),
    (lambda: ChatService(5), "engine is an AnswerSource, which has a `stream`, not int."),
    (lambda: ChatStreamRequest.of(), "of() was called without 'params'."),
    (lambda: nbchat.send_chat_stream(), "send_chat_stream() was called without 'params'. Write se"),
    (lambda: nbchat.send_chat_stream(ASK, onChunk=print), "send_chat_stream() has no argument 'o"),
    (lambda: asyncio.run(nbchat.send_chat_stream(ASK, print)), "signal is an nbchat.AbortSignal"),
    (
        lambda: AbortSignal(5),
        "AbortSignal() was called with 1 argument without a name, which is to",
    ),
    (lambda: AbortSignal.timeout("1"), "timeout() takes a number of seconds, such as 30, not str."),
    (lambda: AbortSignal.timeout(), "timeout() was called without 'seconds'."),
    (lambda: AbortSignal().abort(1, 2), "abort() was called with 2 arguments without a name"),
    (lambda: nbchat.chat("w").undo(n=1), "undo() has no argument 'n'.\nIt takes: turns."),
    (lambda: nbchat.chat("w").goto(5), "a turn is a Turn or its id (a str), not int."),
    (lambda: nbchat.chat("w").reset(1), "reset() was called with 1 argument without a name, which"),
    (lambda: nbchat.chat("w").export(), "export() was called without 'path'. Write export(path)."),
    (lambda: nbchat.chat("w").export(5), "path is a str or a pathlib.Path, not int."),
    (lambda: setattr(nbchat.chat("w"), "system", 5), "the system prompt is a text (str), or None"),
    (lambda: setattr(nbchat.chat("w"), "title", 5), "a title is a text (str), not int."),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_wrong_call_says_what_it_takes(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()

    assert isinstance(caught.value, BadCall)
    assert str(caught.value).startswith(message)
    assert caught.value.__cause__ is None


def test_what_a_function_itself_raises_is_raised() -> None:
    @tells_wrong_calls
    def add(a: int, b: int) -> int:
        return a + b

    with pytest.raises(TypeError, match="unsupported operand") as caught:
        add(1, "2")  # type: ignore[arg-type]
    assert not isinstance(caught.value, BadCall)
    assert add(1, b=2) == 3


def test_what_is_told_of_stays_what_it_was() -> None:
    message = Message("user", "Hi")

    assert replace(message, content="Ho") == Message("user", "Ho")
    assert pickle.loads(pickle.dumps(message)) == message
    assert list(inspect.signature(Message).parameters)[:2] == ["role", "content"]
    assert list(inspect.signature(nbchat.chat).parameters) == ["name"]
    assert ChatStreamRequest.model_validate(ASK).messages == ASK["messages"]
