"""Rounds over real connections: what a provider is sent behind its calls, and when it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat.conversation.without_data import ANSWER_LEFT_OUT
from nbchat.errors import NbchatError
from nbchat.events import Usage
from nbchat.messages import Image
from nbchat.runtime import Runtime

from ..fakes.provider import Service, answer, said, sse
from ..pictures import png
from ..trusted import write_trusted
from .asking import MODEL, Notebook

SECRET = "xylophone-4711"


def called(*calls: tuple[str, str, str], usage: tuple[int, int] = (9, 12)) -> list[bytes]:
    """An openai-chat stream that calls these: id, name and arguments of each."""
    asked = [
        {"index": index, "id": id, "type": "function", "function": {"name": n, "arguments": raw}}
        for index, (id, n, raw) in enumerate(calls)
    ]
    delta = {"role": "assistant", "content": "", "tool_calls": asked}
    sent, made = usage
    return [
        sse({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}, done=False),
        sse({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}, done=False),
        sse({"choices": [], "usage": {"prompt_tokens": sent, "completion_tokens": made}}),
    ]


@nbchat.tool
def read_log(name: str) -> str:
    """Read a log."""
    return f"{name}: {SECRET}"


def roles(messages: list[dict[str, Any]]) -> list[str]:
    return [message["role"] for message in messages]


def test_a_result_goes_back_behind_its_call(notebook: Notebook, service: Service) -> None:
    service.answers(*called(("call_7", "read_log", '{"name": "a"}')))
    service.answers(*said("It has a word.", usage=(20, 5)))
    answered = notebook.chat.ask("What is in it?", MODEL, tools=[read_log])

    assert roles(notebook.messages) == ["user", "assistant", "tool"]
    _, asked, told = notebook.messages
    assert asked["tool_calls"][0]["function"] == {"name": "read_log", "arguments": '{"name": "a"}'}
    assert told["tool_call_id"] == asked["tool_calls"][0]["id"]
    assert SECRET in told["content"]
    assert answered == "It has a word."
    assert answered.usage == Usage(29, 17)
    assert answered.model == MODEL
    assert answered.provider == "kimi"


def test_the_next_question_is_sent_behind_the_whole_chain(
    notebook: Notebook, service: Service
) -> None:
    service.answers(*called(("call_7", "read_log", '{"name": "a"}')))
    service.answers(*said("It has a word."))
    notebook.chat.ask("What is in it?", MODEL, tools=[read_log])
    notebook.ask("And now?")

    assert roles(notebook.messages) == ["user", "assistant", "tool", "assistant", "user"]


def test_a_later_request_that_fails_ends_the_answer_and_not_the_conversation(
    notebook: Notebook, service: Service
) -> None:
    service.answers(*called(("call_7", "read_log", '{"name": "a"}')))
    service.plays(answer(b'{"error": {"message": "no"}}', status=400))
    answered = notebook.chat.ask("What is in it?", MODEL, tools=[read_log])

    assert answered.stop.reason == "broken"
    assert len(answered.rounds) == 1
    assert answered.usage == Usage(9, 12)
    notebook.ask("And now?")
    assert roles(notebook.messages) == ["user", "assistant", "tool", "assistant", "user"]


def test_a_first_request_that_fails_is_raised(notebook: Notebook, service: Service) -> None:
    service.plays(answer(b'{"error": {"message": "no"}}', status=400))

    with pytest.raises(NbchatError):
        notebook.chat.ask("What is in it?", MODEL, tools=[read_log])
    assert notebook.chat.turns == []


def test_a_busy_provider_is_asked_again_in_the_middle_of_a_chain(
    notebook: Notebook, service: Service
) -> None:
    """The retries stand below the rounds: no tool runs twice."""
    ran: list[str] = []

    @nbchat.tool
    def step() -> str:
        """Do a step."""
        ran.append("step")
        return "done"

    service.answers(*called(("call_7", "step", "{}")))
    service.plays(answer(b"{}", status=503, headers={"retry-after": "0"}))
    service.answers(*said("Done."))
    answered = notebook.chat.ask("Go?", MODEL, tools=[step])

    assert answered == "Done."
    assert ran == ["step"]
    assert len(service.requests) == 3


def test_nothing_of_results_is_sent_once_values_stay_behind(
    notebook: Notebook, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of text, arguments and images, with words behind them and without."""
    picture = png()

    @nbchat.tool
    def look() -> list[Any]:
        """Look."""
        return [SECRET, Image(picture, "image/png")]

    monkeypatch.chdir(tmp_path)
    for last in (said(f"It is {SECRET}."), said(" ")):
        service.answers(
            *called(("c1", "read_log", f'{{"name": "{SECRET}"}}'), ("c2", "look", "{}"))
        )
        service.answers(*last)
        notebook.chat.ask("What is in it?", MODEL, tools=[read_log, look])
    assert SECRET.encode() in service.requests[-1].body
    write_trusted(tmp_path, 'data = "schema"\n')
    notebook.ask("And now?")

    body = service.requests[-1].body
    assert SECRET.encode() not in body
    assert b"image" not in body
    assert b"tool" not in json.dumps(notebook.messages).encode()
    assert notebook.answers == [ANSWER_LEFT_OUT, ANSWER_LEFT_OUT]


def test_without_a_conversation_it_is_the_same(
    service: Service, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Runtime()
    service.answers(*called(("c1", "read_log", '{"name": "a"}'), ("c1", "read_log", "{")))
    service.answers(*said("Done."))
    stream = opened.source.stream(MODEL, "Go?", tools=[read_log])
    answered = opened.bridge.wait(stream)
    opened.close()

    assert answered == "Done."
    assert roles(notebook.messages) == ["user", "assistant", "tool", "tool"]
    ids = [call["id"] for call in notebook.messages[1]["tool_calls"]]
    assert [message["tool_call_id"] for message in notebook.messages[2:]] == ids
    assert len(set(ids)) == 2
