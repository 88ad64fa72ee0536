"""Under `data = "schema"` nothing of earlier values is sent, and every request stays valid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbchat.conversation.outgoing import SYSTEM_NOT_SENT
from nbchat.conversation.without_data import ANSWER_LEFT_OUT, QUESTION_LEFT_OUT, without_data
from nbchat.events import Answer, Stop
from nbchat.messages import Image, Message, Text, ToolCall, ToolResult
from nbchat.turns import SYSTEM_WITH_VALUES, Turn

from ..fakes.provider import Service, said
from ..trusted import write_trusted
from .asking import MODEL, Notebook

Setting = Callable[[str], None]
TOLD = 'data = "schema": the values in {} and {} that may quote them were not sent.'


@pytest.fixture
def set_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    monkeypatch.chdir(tmp_path)

    def write(data: str) -> None:
        write_trusted(tmp_path, f'data = "{data}"\n')

    return write


def test_earlier_values_and_what_may_quote_them_stay_behind(
    notebook: Notebook, service: Service, set_data: Setting
) -> None:
    notebook.variables |= {"n": 4711, "log": "secret one\nsecret two"}
    service.answers(*said("Before."))
    service.answers(*said("secret one, you say."))
    service.answers(*said("And secret two."))
    notebook.ask("Hello?")
    notebook.ask("What is {log} with {n}?", [Image(b"\x89PNG", "image/png")])
    notebook.ask("Go on.")
    set_data("schema")
    last = notebook.ask("And {log}?")

    body = service.requests[-1].body
    assert b"secret" not in body
    assert b"4711" not in body
    assert b"image" not in body
    assert [m["role"] for m in notebook.messages] == ["user", "assistant"] * 3 + ["user"]
    assert notebook.questions[:3] == ["Hello?", "What is {log} with {n}?", "Go on."]
    assert notebook.answers == ["Before.", ANSWER_LEFT_OUT, ANSWER_LEFT_OUT]
    assert TOLD.format("1 earlier question", "the answers") in last.answer.notices


def test_what_was_asked_under_schema_goes_on_as_any_conversation(
    notebook: Notebook, service: Service, set_data: Setting
) -> None:
    notebook.variables["log"] = "secret one\nsecret two"
    notebook.ask("What is {log}?")
    set_data("schema")
    for word in ("One", "Two", "Three"):
        service.answers(*said(f"{word}."))
        notebook.ask(f"{word}, {{log}}?")

    assert notebook.answers == [ANSWER_LEFT_OUT, "One.", "Two."]
    assert all("secret" not in str(request.body) for request in service.requests[1:])


def test_once_values_may_be_sent_again_all_of_it_is(notebook: Notebook, set_data: Setting) -> None:
    notebook.variables["log"] = "plain one\nplain two"
    notebook.ask("What is {log}?")
    set_data("schema")
    notebook.ask("And {log}?")
    set_data("brief")
    last = notebook.ask("Now?")

    assert "plain two" in notebook.questions[0]
    assert notebook.answers == ["Yes.", "Yes."]
    assert last.answer.notices == []
    set_data("schema")
    notebook.ask("And last?")
    assert notebook.answers == [ANSWER_LEFT_OUT, "Yes.", ANSWER_LEFT_OUT]


def test_a_question_that_waited_meanwhile_goes_without_its_values(
    notebook: Notebook, service: Service, set_data: Setting
) -> None:
    stream = notebook.chat.open(["What is log?", "\n\n`log`:\n```\nsecret\n```"], "kimi-k2.6")
    stream.turn.inserted = ("log (~3 tokens)",)
    stream.turn.note_typed("What is {log}?", "brief")
    set_data("schema")
    notebook._opened.bridge.wait(stream)

    assert notebook.questions == ["What is {log}?"]
    assert 'data is "schema" by now: the question was sent without its values.' in (
        stream.turn.answer.notices
    )
    notebook.ask("And?")
    assert b"secret" not in service.requests[-1].body


def test_a_system_prompt_with_values_stays_behind(
    notebook: Notebook, service: Service, set_data: Setting
) -> None:
    def ask(*inserted: str, **options: Any) -> Turn:
        stays = "system" in options
        open_stream = notebook.chat.open
        stream = open_stream("Hi", MODEL, inserted=inserted, system_stays=stays, **options)
        stream.turn.note_typed("Hi", notebook._opened.settings().data)
        notebook._opened.bridge.wait(stream)
        return stream.turn

    ask(SYSTEM_WITH_VALUES, system="Know that secret.")
    assert b"secret" in service.requests[-1].body
    set_data("schema")
    last = ask()

    assert b"secret" not in service.requests[-1].body
    assert [m["role"] for m in notebook.messages] == ["user", "assistant", "user"]
    assert notebook.answers == [ANSWER_LEFT_OUT]
    assert notebook.questions == ["Hi", "Hi"]
    assert SYSTEM_NOT_SENT in last.answer.notices
    set_data("brief")
    ask()
    assert b"secret" in service.requests[-1].body
    set_data("schema")
    ask(system="Be brief.")
    ask()
    assert notebook.messages[0] == {"role": "system", "content": "Be brief."}


def test_it_is_kept_how_a_question_was_asked(
    notebook: Notebook, set_data: Setting, tmp_path: Path
) -> None:
    import json

    set_data("schema")
    notebook.variables["log"] = "secret"
    notebook.ask("What is {log}?")

    path = notebook.chat.export(tmp_path / "chat.json")

    assert json.loads(path.read_text())["turns"][0]["data"] == "schema"


def test_a_program_sends_what_it_sends(
    notebook: Notebook, service: Service, set_data: Setting
) -> None:
    """But what it sent earlier is no part of a later request."""
    set_data("schema")
    notebook.chat.ask(["Look:", "a,b\n1,2"], "kimi-k2.6")
    assert b"a,b" in service.requests[-1].body
    notebook.ask("And?")

    assert notebook.questions == ["Look:", "And?"]
    assert notebook.answers == [ANSWER_LEFT_OUT]


def turn(question: Message, parent: Turn | None = None, *parts: object, **fields: object) -> Turn:
    answer = Answer()
    for part in parts or (Text("Yes."), Stop("end")):
        answer.add(part)  # type: ignore[arg-type]
    made = Turn(question, answer.ended(), parent)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def asked(parent: Turn) -> list[tuple[str, str]]:
    now, _ = without_data(Turn(Message("user", "Now?"), Answer(), parent))
    return [(one.question.text, one.answer.text) for one in now.path[:-1]]


def test_what_a_tool_has_told_stays_behind() -> None:
    called = (
        ToolCall("1", "look", {}, "{}"),
        ToolResult("1", "look", "secret"),
        Text("secret"),
        Stop("end"),
    )
    first = turn(Message("user", "What is in it?"), None, *called)

    now, _ = without_data(
        Turn(Message("user", "Now?"), Answer(), turn(Message("user", "x"), first))
    )

    assert asked(first) == [("What is in it?", ANSWER_LEFT_OUT)]
    assert [[m.text for m in one.answer.messages] for one in now.path[:-1]] == [
        [ANSWER_LEFT_OUT],
        [ANSWER_LEFT_OUT],
    ]


def test_a_question_whose_typed_words_are_not_known_is_left_out() -> None:
    """As an older nbchat stored it: with its values in the middle of the words."""
    first = turn(Message("user", "What is secret?"), inserted=("x (6 B)",))

    assert asked(first) == [(QUESTION_LEFT_OUT, ANSWER_LEFT_OUT)]


def test_remarks_are_no_values() -> None:
    said = ("{sales} as typed: there is no variable sales", "the question (1 key masked)")
    first = turn(Message("user", "What is {sales}?"), inserted=said)

    assert asked(first) == [("What is {sales}?", "Yes.")]


def test_a_question_without_an_answer_in_words_stays_one() -> None:
    filtered = turn(
        Message("user", ["Why?", "secret"]), None, Stop("filter", "content"), data="brief"
    )

    now, _ = without_data(Turn(Message("user", "Now?"), Answer(), filtered))

    assert [(one.answer.text, one.answer.stop.reason) for one in now.path[:-1]] == [("", "filter")]
